"""The fire drill of an alarm that pauses: it really pauses the set, and the drill lets the mail
through again that it stopped itself, and no other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.outside.reading import Reading
from ses_provision.resources.ses import sending
from ses_provision.resources.ses.configuration_set import (
    PAUSED,
    configuration_set,
    configuration_set_question,
)
from ses_provision.steps import arns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.call import Call
    from ses_provision.outside.reading import Ask
    from ses_provision.resources.cloudwatch import Alarm


@dataclass(frozen=True)
class Standing:
    """Whether the set sends, and what is noted of its pause."""

    sends: bool
    noted: str


def standing(set_arn: str) -> Reading[Standing]:
    """How the set stands; one that is not there sends nothing."""
    live = yield from configuration_set(set_arn)
    if live is None:
        return Standing(sends=False, noted="")
    return Standing(live.sending_enabled, live.tags.get(PAUSED, ""))


@dataclass
class Pause:
    """What became of the set when an alarm rang that has to pause it. Times in UTC."""

    set_arn: str
    alarm: str
    before: Standing
    rung_at: datetime
    seen_at: datetime | None = None
    is_resumed: bool = False
    why: str = ""

    @property
    def name(self) -> str:
        """The configuration set."""
        return self.set_arn.rpartition("/")[2]

    @property
    def is_proved(self) -> bool:
        """It sent before, and was paused."""
        return self.seen_at is not None

    @property
    def delay(self) -> timedelta | None:
        """From ringing to seeing the set paused."""
        return self.seen_at - self.rung_at if self.seen_at else None

    def is_ours(self, found: Standing) -> bool:
        """Whether the set is paused by this alarm, and so by the drill: somebody else may have
        paused it in the same moment, and whoever pauses with us notes who he is."""
        note = found.noted if found.noted != self.before.noted else ""
        return not found.sends and (not note or note.endswith(f"by alarm {self.alarm}"))

    @property
    def outcome(self) -> str:
        """What was proved of the pause, and what not."""
        if not self.before.sends:
            since = f" since {self.before.noted}" if self.before.noted else ""
            return (
                f"configuration set {self.name} was paused already{since}, and stays paused; not "
                "proved that the alarm pauses it"
            )
        if self.delay is None:
            return f"configuration set {self.name} was not paused: {self.why}"
        seconds = max(0.0, self.delay.total_seconds())
        paused = f"it paused configuration set {self.name}, seen after {seconds:.1f} s"
        if self.is_resumed:
            return f"{paused}; the drill has resumed it"
        return f"{paused}; it stays paused: {self.why}"


def resuming(pause: Pause) -> tuple[Call, Call]:
    """What lets the mail through again, and takes the note away."""
    return sending.switch_set(pause.set_arn, on=True), sending.strike_note(pause.set_arn)


def function_of(alarm: Alarm) -> str:
    """The function that the environment has an alarm call; empty where it calls none."""
    called = (arn for arn in alarm.alarm_actions if arn.split(":")[2] == "lambda")
    return next(called, "")


def requests(env: Environment, account: Account) -> Iterator[Ask | Call]:
    """Everything that this part of the drill may ask and call."""
    if env.alarms.pause:
        set_arn = arns.configuration_set(env, account)
        yield configuration_set_question(set_arn)
        yield sending.switch_set(set_arn, on=True)
        yield sending.strike_note(set_arn)
