"""Which regions there are, and which of them have SES: by the endpoints that botocore knows.

A region that this botocore does not know is let through: it may be newer than the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

SES = "email"
"""The name of SES among the endpoints."""


@cache
def has_ses() -> Mapping[str, bool]:
    """Every region that botocore knows, and whether it lists SES there."""
    from botocore.loaders import Loader

    listed = Loader().load_data("endpoints")["partitions"]
    return {
        region: region in partition["services"].get(SES, {}).get("endpoints", {})
        for partition in listed
        for region in partition["regions"]
    }


def without_ses(region: str) -> str:
    """What is wrong with a region to send from; nothing where it has SES."""
    if has_ses().get(region, True):
        return ""
    return f"there is no Amazon SES in {region}"
