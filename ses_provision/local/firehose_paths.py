"""Where Firehose puts an object: prefixes with expressions, and what it refuses of them.

Firehose Developer Guide, custom prefixes for Amazon S3 objects. Times are UTC, in the patterns of
Java's DateTimeFormatter.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from ses_provision.local.contract import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

_EXPRESSION = re.compile(r"!\{(?P<space>[A-Za-z]+):(?P<value>[^}]*)\}")
_PATTERNS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_PIECE = re.compile(r"'([^']*)'|(yyyy|MM|dd|HH|mm|ss)|([A-Za-z]+)|(.)", re.DOTALL)
_OUTPUT_TYPE = "error-output-type"


def refused(message: str) -> AwsError:
    """The refusal of what a destination says."""
    return AwsError("InvalidArgumentException", message)


def check(prefix: str, error_prefix: str) -> None:
    """Which prefixes may stand beside one another."""
    for text, is_error in ((prefix, False), (error_prefix, True)):
        left = _EXPRESSION.sub("", text)
        if "!{" in left:
            raise refused("The prefix has an expression that is not closed or has no namespace.")
        for found in _EXPRESSION.finditer(text):
            _check_expression(found["space"], found["value"], is_error=is_error)
    if "!{" in prefix and not error_prefix:
        raise refused("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.")
    if "!{" in error_prefix and f"!{{firehose:{_OUTPUT_TYPE}}}" not in error_prefix:
        raise refused(
            f"ErrorOutputPrefix has expressions, so it must contain !{{firehose:{_OUTPUT_TYPE}}}."
        )


def _check_expression(space: str, value: str, *, is_error: bool) -> None:
    if space == "timestamp":
        for piece in _PIECE.finditer(value):
            if piece[3]:
                raise refused(f"The timestamp pattern {value} is not valid.")
    elif space == "firehose":
        if value not in ("random-string", _OUTPUT_TYPE) or (value == _OUTPUT_TYPE and not is_error):
            raise refused(f"!{{firehose:{value}}} cannot be used in this prefix.")
    else:
        raise refused(f"The namespace {space} cannot be used without dynamic partitioning.")


def key(prefix: str, stream: str, version: str, at: datetime, suffix: str) -> str:
    """The key of an object whose oldest record arrived at a time."""
    written = _EXPRESSION.sub(lambda found: _value(found.groupdict(), at), prefix)
    if "!{timestamp:" not in prefix:
        written += f"{at:%Y/%m/%d/%H/}"
    return f"{written}{stream}-{version}-{at:%Y-%m-%d-%H-%M-%S}-{uuid4()}{suffix}"


def _value(found: Mapping[str, str], at: datetime) -> str:
    if found["space"] != "timestamp":
        return uuid4().hex[:11]
    return "".join(
        piece[1]
        if piece[1] is not None
        else at.strftime(_PATTERNS[piece[2]])
        if piece[2]
        else piece[4]
        for piece in _PIECE.finditer(found["value"])
    )
