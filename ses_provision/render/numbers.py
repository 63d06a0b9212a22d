"""Numbers as people read them."""

from __future__ import annotations

SMALLEST = 0.00001


def percent(rate: float) -> str:
    """A part of a whole in percent, with three digits that count."""
    if 0 < rate < SMALLEST:
        return f"under {SMALLEST * 100:g} %"
    return f"{rate * 100:.3g} %" if rate < 1 else f"{rate * 100:,.0f} %"


def share(part: int, of: int) -> str:
    """A part of a whole in percent, never rounded up: 100 % is all."""
    permille = part * 1000 // of if of else 0
    return "100 %" if of and part == of else f"{permille / 10:.1f} %"


def amount(value: float) -> str:
    """How many, however many these are."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,g}"
