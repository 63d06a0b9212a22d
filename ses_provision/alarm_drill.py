"""The fire drill of the alarms: each rings once, and what it says has to come out of a queue on its
topic.

SetAlarmState runs an alarm's actions (recorded: localstack, test_enable_disable_alarm_actions).
What people's mailboxes do with the message no queue can prove.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ses_provision.model import Call
from ses_provision.names import region_of
from ses_provision.reading import Ask, question

if TYPE_CHECKING:
    from ses_provision.drill import Listener
    from ses_provision.resources.cloudwatch import Alarm

REASON = "ses-provision drill: nothing has happened"


@dataclass
class Ring:
    """One alarm in the drill, with its topic and its state before. Times in UTC."""

    alarm: Alarm
    topic_arn: str
    before: str
    rung_at: datetime | None = None
    heard_at: datetime | None = None
    silent: str = ""

    @property
    def name(self) -> str:
        """The alarm's name."""
        return self.alarm.name

    @property
    def region(self) -> str:
        """The alarm's region."""
        return region_of(self.alarm.arn)

    @property
    def arrived(self) -> bool:
        """Its message came out of the queue."""
        return self.heard_at is not None

    @property
    def delay(self) -> timedelta | None:
        """From ringing to seeing the message."""
        return self.heard_at - self.rung_at if self.heard_at and self.rung_at else None

    @property
    def outcome(self) -> str:
        """What the drill proved of it, and what not."""
        topic = self.topic_arn.rpartition(":")[2]
        if self.delay is not None:
            seconds = max(0.0, self.delay.total_seconds())
            return (
                f"rang, and its message came out of a queue on {topic} after {seconds:.1f} s; "
                f"it is {self.before} again"
            )
        return f"rang, and is {self.before} again; not proved that anybody hears it: {self.silent}"


@dataclass
class AlarmDrill:
    """The alarms of one topic, and the queue that listens to it."""

    listener: Listener
    now: Callable[[], datetime]
    rings: list[Ring] = field(default_factory=list)

    def listen(self) -> list[Ring]:
        """Take what has come out of the queue, and give the rings."""
        for told in self.listener.heard():
            self._recognise(told)
        return self.rings

    def _recognise(self, told: Mapping[str, Any]) -> None:
        for ring in self.rings:
            same = told.get("AlarmArn") == ring.alarm.arn
            if same and told.get("NewStateValue") == "ALARM" and not ring.arrived:
                ring.heard_at = self.now()


def set_state(ring: Ring, state: str) -> Call:
    """Set the state of an alarm; its actions run as if the metric had crossed the line."""
    return state_call(ring.region, ring.name, state)


def state_call(region: str, name: str, state: str) -> Call:
    """The call that sets the state of an alarm."""
    return Call(
        "cloudwatch",
        region,
        "SetAlarmState",
        {"AlarmName": name, "StateValue": state, "StateReason": REASON},
    )


def history(region: str, name: str) -> Ask:
    """The question what became of an alarm's actions."""
    return question(
        "cloudwatch",
        region,
        "DescribeAlarmHistory",
        AlarmName=name,
        HistoryItemType="Action",
        MaxRecords=1,
    )


def failed_action(answer: Mapping[str, Any] | None) -> str:
    """What CloudWatch says of the latest action, if that failed."""
    items = (answer or {}).get("AlarmHistoryItems", ())
    latest = str(items[0].get("HistorySummary", "")) if items else ""
    return latest if latest.startswith("Failed") else ""
