"""JSON as a service reads it: finite numbers, and not nested beyond reason."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_DEEPEST = 200  # far below what Python reads, and walks through, on every version


def loads(text: str | bytes) -> Any:
    """The document; a ValueError says what is wrong with it."""
    try:
        document = json.loads(text, parse_constant=_refused, parse_float=_finite)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    level: list[Any] = [document]
    for _ in range(_DEEPEST):
        level = [each for held in level for each in _within(held)]
        if not level:
            return document
    raise ValueError(_TOO_DEEP)


_TOO_DEEP = "nested too deeply"


def _within(held: Any) -> Iterable[Any]:
    if isinstance(held, dict):
        return held.values()
    return held if isinstance(held, list) else ()


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
