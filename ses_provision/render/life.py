"""What is under way, in a line; how long something took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ses_provision.dataclass import dataclass
from ses_provision.render.message import safe


@dataclass(frozen=True)
class Count:
    """How many questions were asked, and how many of them are answered."""

    answered: int = 0
    asked: int = 0

    def and_then(self, answered: int, asked: int) -> Count:
        """With some more."""
        return Count(self.answered + answered, self.asked + asked)


def line(doing: Sequence[str], readings: Mapping[str, Count], seconds: float) -> str:
    """What is under way, outermost first, and for how long."""
    parts = [*doing, *([read(readings)] if readings else [])]
    return f"{duration(seconds)}  {safe('; '.join(parts))}"


def read(readings: Mapping[str, Count]) -> str:
    """How far the reading of one environment, or of several at once, has come."""
    names = list(readings)
    who = names[0] if len(names) == 1 else f"{len(names)} environments"
    answered = sum(one.answered for one in readings.values())
    asked = sum(one.asked for one in readings.values())
    return f"reading {who}: {answered} of {asked} questions answered"


def duration(seconds: float) -> str:
    """How long something took, as exactly as anybody wants to know."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, left = divmod(round(seconds), 60)
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def clock(seconds: float) -> str:
    """A duration in minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
