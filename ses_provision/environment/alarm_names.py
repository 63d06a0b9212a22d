"""What the alarms of an environment may be called: no two alike, none longer than AWS takes."""

from __future__ import annotations

from ses_provision.environment import limits
from ses_provision.environment.shapes import LONGEST_ALARM

Problem = tuple[str, str]
"""A setting of [alarms], and what is wrong with it."""


def mistake(bounce: str, complaint: str) -> Problem | None:
    """What is wrong with the names of the account's two alarms."""
    if bounce == complaint:
        return "complaint_name", f"must differ from the bounce alarm, {bounce!r}"
    return None


def mistake_of_the_set(bounce: str, complaint: str, name: str) -> Problem | None:
    """What is wrong where a configuration set has the same two alarms, with its name at the end."""
    for setting, alarm in (("bounce_name", bounce), ("complaint_name", complaint)):
        if len(f"{alarm}-{name}") > LONGEST_ALARM:
            return setting, f"is too long to be followed by -{name}"
    problem = limits.same_alarm(
        {
            "the bounce alarm": bounce,
            f"the bounce alarm of {name}": f"{bounce}-{name}",
            "the complaint alarm": complaint,
            f"the complaint alarm of {name}": f"{complaint}-{name}",
        }
    )
    return ("complaint_name", problem) if problem else None
