"""What an account sent, day by day, and how that stands to AWS's limits and to its quota."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from ses_provision.checks.overview import BOUNCES, COMPLAINTS
from ses_provision.dataclass import dataclass
from ses_provision.errors import UsageError
from ses_provision.outside.reading import Reading, both
from ses_provision.resources.ses import metrics
from ses_provision.resources.ses.account import sending_account
from ses_provision.steps.alarms import PAUSE, REVIEW

if TYPE_CHECKING:
    from ses_provision.resources.ses.account import AccountAccess
    from ses_provision.resources.ses.metrics import Series

FEW = 100
"""Below so many sends a rate says nothing: one bounce of ten is 10 %."""
A_TREND = 5
"""So many whole days it takes to speak of a trend."""
A_YEAR = 365
RATES = {"bounces": BOUNCES, "complaints": COMPLAINTS}
"""The counts that AWS judges a sender by, with SES's own rate of each."""


@dataclass(frozen=True)
class Days:
    """Counts of each kind by day, the last of which is not over; days in UTC."""

    of: str
    days: Sequence[date]
    counts: Mapping[str, Sequence[int]]

    def total(self, kind: str) -> int:
        """All of a kind."""
        return sum(self.counts.get(kind, ()))

    def rate(self, kind: str) -> float | None:
        """The part of what was sent; None where nothing was."""
        sends = self.total("sends")
        return self.total(kind) / sends if sends else None

    @property
    def tells(self) -> bool:
        """Whether it is enough for rates to say something."""
        return self.total("sends") >= FEW

    @property
    def worst(self) -> int | None:
        """The number of the day on which most bounced; None where nothing did."""
        bounces = self.counts["bounces"]
        most = max(bounces, default=0)
        return bounces.index(most) if most else None


def counted(of: str, series: Mapping[str, Series], days: Sequence[date]) -> Days:
    """Counts by day: a day of which nothing is said is one on which nothing happened."""
    counts = {kind: [round(held.get(day, 0)) for day in days] for kind, held in series.items()}
    return Days(of, days, counts)


@dataclass(frozen=True)
class Statistics:
    """What an account sent in a region; SES's own rates, over a volume that it chooses itself; and
    by what it was asked apart, where it was."""

    whole: Days
    own_rates: Mapping[str, float | None]
    access: AccountAccess
    by: str = ""
    parts: Sequence[Days] = ()

    @property
    def reached_on(self) -> date | None:
        """When the daily quota is used up at this trend; never where there is or is told none."""
        if self.access.daily <= 0:
            return None
        return reached(self.whole.counts["sends"], self.access.daily, self.whole.days[-1])

    @property
    def has_trend(self) -> bool:
        """Whether there are enough days for one."""
        return len(begun(self.whole.counts["sends"])) >= A_TREND

    def worst_rate(self, kind: str) -> float | None:
        """The higher of both rates, as far as they say something."""
        told = [self.whole.rate(kind)] if self.whole.tells else []
        known = [each for each in (*told, self.own_rates.get(kind)) if each is not None]
        return max(known, default=None)


def window(now: datetime, count: int) -> list[date]:
    """So many days, today the last."""
    today = now.astimezone(UTC).date()
    return [today - timedelta(days=back) for back in reversed(range(count))]


def look(
    region: str, now: datetime, count: int, by: str = "", names: Sequence[str] = ()
) -> Reading[Statistics]:
    """Ask CloudWatch for all of it at once, SES for the quota, and VDM for the parts."""
    days = window(now, count)
    (series, rates), (account, parts) = yield from both(
        metrics.account_series(region, days),
        both(sending_account(region), metrics.parts(region, days, by, names)),
    )
    return Statistics(
        counted("", series, days),
        {kind: rates.get(metric) for kind, metric in RATES.items()},
        account.access,
        by,
        tuple(counted(name, held, days) for name, held in parts.items()),
    )


def begun(sends: Sequence[int]) -> Sequence[int]:
    """The whole days from the first on which mail was sent; today is not over."""
    whole = list(sends[:-1])
    first = next((number for number, count in enumerate(whole) if count), len(whole))
    return whole[first:]


def reached(sends: Sequence[int], daily: float, today: date) -> date | None:
    """When a straight line through the days comes to the quota; None where it does not within a
    year, or where there are too few days for one."""
    whole = begun(sends)
    count = len(whole)
    if count < A_TREND:
        return None
    middle, mean = (count - 1) / 2, sum(whole) / count
    spread = sum((number - middle) ** 2 for number in range(count))
    growth = sum((number - middle) * (day - mean) for number, day in enumerate(whole)) / spread
    for ahead in range(A_YEAR):
        if mean + growth * (count + ahead - middle) >= daily:
            return today + timedelta(days=ahead)
    return None


def limits(asked: Sequence[str]) -> dict[str, float]:
    """The rates above which to fail, by kind: AWS's words, or percents such as bounces=2."""
    found: dict[str, float] = {}
    for text in asked:
        kind, _, percent = text.partition("=")
        if text in LIMITS:
            found |= {name: LIMITS[text][metric] for name, metric in RATES.items()}
        elif kind in RATES and is_percent(percent):
            found[kind] = float(percent) / 100
        else:
            raise UsageError(
                f"--fail-above takes review, pause, bounces=PERCENT or complaints=PERCENT, "
                f"not {text}.",
                "Such as --fail-above review, or --fail-above bounces=2.",
            )
    return found


def is_percent(text: str) -> bool:
    """Whether a text is a part of a hundred."""
    try:
        return 0 <= float(text) <= 100
    except ValueError:
        return False


LIMITS = {"review": REVIEW, "pause": PAUSE}
"""What AWS does, and at which rates."""


def above(found: Statistics, wanted: Mapping[str, float]) -> list[str]:
    """The kinds whose rate is above a limit."""
    rates = {kind: found.worst_rate(kind) for kind in wanted}
    return [kind for kind, rate in rates.items() if rate is not None and rate > wanted[kind]]
