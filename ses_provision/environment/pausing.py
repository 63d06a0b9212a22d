"""[alarms] pause: what has to be so that an alarm may pause a configuration set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ses_provision.environment.sections import AlarmSettings

Runtime = Literal["python3.12", "python3.13", "python3.14"]
LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
]  # fmt: skip
"""The days that CloudWatch Logs takes (API reference, PutRetentionPolicy)."""

Problem = tuple[str, str]
"""A setting of [alarms], and what is wrong with it."""


def pausing(alarms: AlarmSettings) -> Iterator[Problem]:
    """What is wrong within the section."""
    if not alarms.pause:
        return
    if not alarms.per_configuration_set:
        why = (
            "wants per_configuration_set = true: the alarms of the whole account also ring for "
            "mail of others, and would pause a set that has done nothing"
        )
        yield "pause", why
    if alarms.missing_data == "breaching":
        why = 'with "breaching" a set that sends nothing would be paused by pause = true'
        yield "missing_data", why


def beside(alarms: AlarmSettings, told: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong beside the settings before it."""
    region, sets = told.get("region"), told.get("configuration_set")
    if not alarms.pause:
        return
    if region and alarms.regions and region not in alarms.regions:
        why = (
            f"wants an alarm in the sending region {region}, for SES publishes the rates there "
            "alone; name it in regions"
        )
        yield "pause", why
    if sets and not sets.reputation_metrics:
        why = (
            "wants configuration_set.reputation_metrics = true; without it the alarms of the set "
            "never ring"
        )
        yield "pause", why


def as_one(problems: Iterable[Problem]) -> Problem | None:
    """The first problem, with the others named in it; None where there is none."""
    found = list(problems)
    if not found:
        return None
    (setting, first), *others = found
    beside_it = (f"; alarms.{other}: {problem}" for other, problem in others)
    return setting, "".join([first, *beside_it])
