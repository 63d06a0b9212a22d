"""What is worth watching of an environment that sends, as charts: a dashboard draws them, and so
does what is exported for other programs.

The counts are those of the whole account and region, which SES keeps free of charge; counts by set
would be priced metrics of their own (SES Developer Guide, event destinations of CloudWatch).
"""

from __future__ import annotations

from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment
from ses_provision.steps.alarms import PAUSE, REVIEW, rates

NAMESPACE = "AWS/SES"
HOUR, DAY = 3600, 86_400
COUNTS = ("Send", "Delivery", "Bounce", "Complaint", "Reject")
SET = "ses:configuration-set"


@dataclass(frozen=True)
class Series:
    """One metric. `statistic` is Sum for counts and Average for rates; `percent` shows a fraction
    of 1 as percent; `set` is the configuration set it is about, the account where it is empty."""

    label: str
    metric: str
    statistic: str
    percent: bool = False
    set: str = ""


@dataclass(frozen=True)
class Line:
    """A limit, in the unit of the chart."""

    label: str
    value: float


@dataclass(frozen=True)
class Chart:
    """Series over time, `period` seconds a point."""

    title: str
    unit: str
    period: int
    series: tuple[Series, ...]
    lines: tuple[Line, ...] = ()


def charts(env: Environment, daily_quota: float) -> list[Chart]:
    """Every chart of an environment. A quota of 0 mails a day or less is none, or unlimited."""
    counts = tuple(Series(name, name, "Sum") for name in COUNTS)
    quota = (Line("quota", daily_quota),) if daily_quota > 0 else ()
    return [
        Chart("Mails an hour", "mails", HOUR, counts),
        Chart("Mails a day, and the quota", "mails", DAY, (counts[0],), quota),
        *(rate_chart(env, rate.what, rate.metric, rate.threshold) for rate in rates(env)),
    ]


def rate_chart(env: Environment, what: str, metric: str, threshold: float) -> Chart:
    """A reputation rate with the lines at which somebody is woken up, and AWS acts."""
    of_set = Series(env.configuration_set.name, metric, "Average", True, env.configuration_set.name)
    account = Series("account", metric, "Average", percent=True)
    lines = {
        "alarm": threshold,
        "AWS reviews": REVIEW[metric],
        "AWS may pause": PAUSE[metric],
    }
    return Chart(
        f"{what.capitalize()} rate",
        "percent",
        env.alarms.period,
        (account, *([of_set] if env.configuration_set.reputation_metrics else [])),
        tuple(Line(label, round(value * 100, 6)) for label, value in lines.items()),
    )
