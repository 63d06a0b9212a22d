"""ARNs as SNS reads them."""

from __future__ import annotations

from ses_provision.local.contract import AwsError

_ELEMENTS = 6


def split(arn: str, parameter: str) -> list[str]:
    """The elements of an ARN, refusing what has too few, in the words that SNS uses."""
    parts = arn.split(":")
    if len(parts) < _ELEMENTS:
        raise AwsError(
            "InvalidParameter",
            f"Invalid parameter: {parameter} Reason: An ARN must have at least {_ELEMENTS} "
            f"elements, not {len(parts)}",
        )
    return parts
