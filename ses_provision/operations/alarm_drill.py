"""The fire drill of the alarms: each rings once, and what it says has to come out of a queue on its
topic.

SetAlarmState runs an alarm's actions (recorded: localstack, test_enable_disable_alarm_actions).
What people's mailboxes do with the message no queue can prove.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.needs import Facts
from ses_provision.names import region_of
from ses_provision.operations import pause_drill
from ses_provision.operations.drill import listening, new_queue
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask, ask, question
from ses_provision.resources.cloudwatch import Alarm
from ses_provision.steps import alarms

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.operations.drill import Listener
    from ses_provision.operations.pause_drill import Pause
    from ses_provision.outside.reading import Reading

RECENT = 20
"""Actions of an alarm that are looked through, newest first: some of a few seconds ago are ours."""
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
    pause: Pause | None = None

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
        return f"{self._heard}; {self.pause.outcome}" if self.pause else self._heard

    @property
    def _heard(self) -> str:
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


def set_state(arn: str, state: str) -> Call:
    """Set the state of an alarm; its actions run as if the metric had crossed the line."""
    params = {
        "AlarmName": arn.partition(":alarm:")[2],
        "StateValue": state,
        "StateReason": REASON,
    }
    return Call("cloudwatch", region_of(arn), "SetAlarmState", params, on=(arn,))


def history(arn: str) -> Ask:
    """The question what became of an alarm's latest action."""
    return question(
        "cloudwatch",
        region_of(arn),
        "DescribeAlarmHistory",
        on=(arn,),
        nothing={"AlarmHistoryItems": []},
        AlarmName=arn.partition(":alarm:")[2],
        HistoryItemType="Action",
        MaxRecords=RECENT,
    )


def failed_action(arn: str, action: str) -> Reading[str]:
    """What CloudWatch says of the latest time that an alarm took an action, if that failed."""
    [answer] = yield from ask(history(arn))
    said = (
        str(item.get("HistorySummary", ""))
        for item in (answer or {}).get("AlarmHistoryItems") or ()
    )
    latest = next((each for each in said if action in each), "")
    return latest if latest.startswith("Failed") else ""


def topic_of(alarm: Alarm) -> str:
    """The topic that the environment gives an alarm."""
    [arn] = (action for action in alarm.alarm_actions if action.split(":")[2] == "sns")
    return arn


def requests(env: Environment, account: Account) -> Iterator[Ask | Call]:
    """Everything that the drill of the alarms may ask and call."""
    wanted = [each for each in alarms.desired(env, Facts(account)) if isinstance(each, Alarm)]
    for topic in dict.fromkeys(topic_of(alarm) for alarm in wanted):
        there = replace(account, region=region_of(topic))
        yield from listening(new_queue(env, there, topic), env)
    for alarm in wanted:
        yield set_state(alarm.arn, "OK")
        yield history(alarm.arn)
    yield from pause_drill.requests(env, account)
