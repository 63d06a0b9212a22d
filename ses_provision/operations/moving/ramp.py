"""The way from the old provider to SES, day by day, as far as the quota carries it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ses_provision.dataclass import dataclass

SHARES = (1, 5, 20, 50, 100)
"""Per cent of the mail that SES sends on each day, the most engaged recipients first. Shared
addresses are warm; it is the domain that receivers get to know anew."""
WARM_UP_DAYS = 45
"""Days until a dedicated address of one's own is warm (SES Developer Guide, dedicated IPs)."""
HOURS = 8
"""Hours of a day in which most mail leaves, where nobody says how many a second."""


@dataclass(frozen=True)
class Peak:
    """The most that is sent: recipients a day and a second; None where nobody said it."""

    daily: int | None = None
    rate: float | None = None

    @property
    def a_second(self) -> float | None:
        """How many a second: as given, or the day's spread over its working hours."""
        if self.rate is not None or self.daily is None:
            return self.rate
        return self.daily / (HOURS * 3600)


@dataclass(frozen=True)
class Room:
    """What the account may send: recipients a day and a second."""

    daily: float
    rate: float


@dataclass(frozen=True)
class Day:
    """One day: the share of SES, how many mails that is, and whether the quota takes them."""

    number: int
    share: int
    mails: int | None = None
    rate: float | None = None
    over_daily: bool = False
    over_rate: bool = False


def ramp(peak: Peak, room: Room | None) -> tuple[Day, ...]:
    """The days."""
    return tuple(days(peak, room))


def days(peak: Peak, room: Room | None) -> Iterator[Day]:
    """One after the other."""
    for number, share in enumerate(SHARES, start=1):
        mails = None if peak.daily is None else -(-peak.daily * share // 100)
        rate = None if peak.a_second is None else peak.a_second * (share / 100)
        yield Day(
            number,
            share,
            mails,
            rate,
            room is not None and mails is not None and mails > room.daily,
            room is not None and rate is not None and rate > room.rate,
        )
