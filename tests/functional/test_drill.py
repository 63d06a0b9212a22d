"""drill: events come through, and whatever happens nothing of it stays."""

import signal
from collections.abc import Mapping
from typing import Any

import pytest

from ses_provision.operations.drill import Drill, Hop, Listener, Queue
from ses_provision.outside.call import Call
from tests.conftest import NOON, Cli
from tests.functional.breakages import (
    alarms_shut_out,
    destination,
    no_alarm,
    ringing,
    statements_without,
)
from tests.functional.health import Health


class Heard(Listener):
    """A listener that has heard events already."""

    def __init__(self, events: list[Mapping[str, Any]]) -> None:
        self.events = events

    def heard(self) -> list[Mapping[str, Any]]:
        """What has come."""
        return self.events


def left_behind(health: Health) -> list[str]:
    """Queues and queue subscriptions that the drill left."""
    queues = health.call("sqs", "ListQueues").get("QueueUrls") or []
    listed = health.call("sns", "ListSubscriptionsByTopic", TopicArn=health.topic)
    return [*queues, *(s["Endpoint"] for s in listed["Subscriptions"] if s["Protocol"] == "sqs")]


def test_bounce_and_complaint_come_out_of_the_queue_and_nothing_stays(health: Health) -> None:
    proved = health.run("drill", "--yes")

    assert proved.status == 0
    assert [call.operation for call in proved.calls] == [
        "GetCallerIdentity",
        "CreateQueue",
        "Subscribe",
        "SendEmail",
        "SendEmail",
        "ReceiveMessage",
        "Unsubscribe",
        "DeleteQueue",
    ]
    assert "✔ Bounce" in proved.stdout
    assert "✔ Complaint" in proved.stdout
    assert left_behind(health) == []


def test_the_document_tells_each_hop_with_its_delay(health: Health) -> None:
    [report] = health.run("drill", "--yes", "--json").json["environments"]

    hops = {hop["event"]: hop for hop in report["drill"]["hops"]}
    assert set(hops) == {"Bounce", "Complaint"}
    assert all(hop["arrived"] and hop["delay"] >= 0 for hop in hops.values())
    assert all(hop["message_id"] and hop["occurred_at"] for hop in hops.values())
    assert report["drill"]["left_over"] == []


STRANGE = [
    "hello",
    "[]",
    '{"mail": "hello"}',
    '{"mail": {"messageId": ["x"]}, "eventType": {}}',
    '{"mail": null, "eventType": "Bounce", "bounce": "x"}',
]


@pytest.mark.parametrize("text", STRANGE)
def test_what_somebody_else_publishes_meanwhile_is_passed_over(
    health: Health, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Queue.receive

    def among_others(queue: Queue) -> Call:
        health.call("sns", "Publish", TopicArn=health.topic, Message=text)
        return whole(queue)

    monkeypatch.setattr(Queue, "receive", among_others)

    proved = health.run("drill", "--yes")

    assert (proved.status, proved.stderr.count("Traceback")) == (0, 0)


@pytest.mark.parametrize("bounce", ["x", {"timestamp": "yesterday"}, {"timestamp": 7}, None])
def test_an_event_of_ours_without_a_time_that_can_be_read_has_arrived(bounce: object) -> None:
    hop = Hop("Bounce", "bounce@simulator.amazonses.com", "m-1", NOON)
    drill = Drill(Heard([{"mail": {"messageId": "m-1"}, "eventType": "Bounce", "bounce": bounce}]),
                  lambda: NOON, hops=[hop])  # fmt: skip

    assert [(one.arrived, one.occurred_at) for one in drill.listen()] == [(True, None)]


def test_it_asks_before_it_sends(health: Health) -> None:
    asked = health.run("drill")

    assert asked.status == 64
    assert asked.writes == []


def test_it_wants_the_environment_named(cli: Cli) -> None:
    assert cli("drill", "--yes").status == 64


def test_events_that_never_come_are_explained_and_nothing_stays(health: Health) -> None:
    destination(Enabled=False)(health)

    waited = health.run("drill", "--yes", "--timeout", "2")

    assert waited.status == 75
    assert "no event came for Bounce, Complaint" in waited.stderr
    assert "destination sns-bounce-complaint is switched off" in waited.stderr
    assert "✘ Bounce" in waited.stdout
    assert left_behind(health) == []


def test_a_topic_that_keeps_ses_out_is_named(health: Health) -> None:
    statements_without("ses.amazonaws.com")(health)

    waited = health.run("drill", "--yes", "--timeout", "1")

    assert "does not let SES publish" in waited.stderr


def test_a_mailbox_that_has_not_confirmed_is_not_blamed(health: Health) -> None:
    health.change(
        'emails = ["ops@starlightpractice.com"]', 'emails = ["new@starlightpractice.com"]'
    )
    assert health.run("apply", "--yes").status == 0
    destination(Enabled=False)(health)

    waited = health.run("drill", "--yes", "--timeout", "1")

    said = words(waited.stderr)
    assert "for Bounce, Complaint: destination sns-bounce-complaint is switched off." in said


def test_events_that_are_merely_late_blame_nobody(
    health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health.local.surroundings, "publish", lambda *_: None)

    waited = health.run("drill", "--yes", "--timeout", "1")

    assert waited.status == 75
    assert "look right, so it may only be late" in words(waited.stderr)


def test_another_event_that_is_not_reported_is_not_the_cause(health: Health) -> None:
    destination(MatchingEventTypes=["BOUNCE"])(health)

    waited = health.run("drill", "--yes", "--timeout", "1")

    said = words(waited.stderr)
    assert "no event came for Complaint:" in said
    assert "does not report COMPLAINT." in said


TYPES = "[events]\ntypes = {}\n"


def test_an_event_that_the_file_does_not_report_is_left_out_at_once(health: Health) -> None:
    health.change("[events]\n", TYPES.format('["BOUNCE", "DELIVERY"]'))
    assert health.run("apply", "--yes").status == 0

    proved = health.run("drill", "--yes", "--json")

    assert proved.status == 0
    [report] = proved.json["environments"]
    assert [hop["event"] for hop in report["drill"]["hops"]] == ["Bounce"]
    assert report["drill"]["not_reported"] == ["Complaint"]
    file = health.config / "prod.toml"
    assert f"left out: events.types in {file} does not name COMPLAINT" in words(proved.stderr)


def test_a_drill_of_which_no_event_can_come_is_refused_before_it_writes(health: Health) -> None:
    health.change("[events]\n", TYPES.format('["DELIVERY"]'))

    refused = health.run("drill", "--yes")

    assert refused.status == 1
    assert refused.writes == []
    assert "does not name BOUNCE and COMPLAINT" in words(refused.stderr)
    assert "ses-provision apply --env prod" in words(refused.stderr)


def test_the_alarms_of_an_environment_without_events_can_still_ring(health: Health) -> None:
    health.change("[events]\n", TYPES.format('["DELIVERY"]'))

    rung = health.run("drill", "--yes", "--alarms")

    assert rung.status == 0
    assert rung.stdout.count("and its message came out of a queue") == 4
    assert not {"SendEmail"} & {call.operation for call in rung.calls}


def test_a_refused_mail_is_told_in_words_and_nothing_stays(health: Health) -> None:
    health.local.pause_sending(health.env.account_id, health.env.region)

    refused = health.run("drill", "--yes")

    assert refused.status == 1
    assert "sending is paused for the account" in refused.stderr
    assert left_behind(health) == []


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["kill-before", "kill-after"])
@pytest.mark.parametrize("operation", ["CreateQueue", "Subscribe", "SendEmail", "ReceiveMessage"])
def test_interrupted_at_any_call_it_leaves_nothing(
    health: Health, operation: str, moment: str, kind: signal.Signals
) -> None:
    health.local.fault(moment, operation, action=lambda: signal.raise_signal(kind))

    stopped = health.run("drill", "--yes")

    assert stopped.status == {signal.SIGINT: 130, signal.SIGTERM: 143}[kind]
    assert left_behind(health) == []


@pytest.mark.parametrize("operation", ["CreateQueue", "Subscribe", "SendEmail", "ReceiveMessage"])
def test_refused_at_any_call_it_leaves_nothing(health: Health, operation: str) -> None:
    health.local.fault("deny", operation)

    refused = health.run("drill", "--yes")

    assert refused.status == 1
    assert left_behind(health) == []


@pytest.mark.parametrize(
    ("operation", "kept"), [("Unsubscribe", "the subscription"), ("DeleteQueue", "queue ses-")]
)
def test_what_cannot_be_removed_is_named_and_the_rest_is_removed(
    health: Health, operation: str, kept: str
) -> None:
    health.deny(operation)

    proved = health.run("drill", "--yes")

    assert proved.status == 1
    assert f"remove by hand: {kept}" in proved.stderr
    assert len(left_behind(health)) == 1


def words(text: str) -> str:
    """Text without its line breaks, which follow the width of the terminal."""
    return " ".join(text.split())


def left_anywhere(health: Health) -> list[str]:
    """Queues that the drill left in any region of the alarms."""
    found: list[str] = []
    for region in health.env.alarm_regions:
        found += health.call("sqs", "ListQueues", region).get("QueueUrls") or []
    return found


def test_alarms_ring_once_are_heard_and_set_back(health: Health) -> None:
    rung = health.run("drill", "--yes", "--alarms")

    assert rung.status == 0
    calls = [call for call in rung.calls if call.operation == "SetAlarmState"]
    heard = rung.stdout.count("rang, and its message came out of a queue on ses-alarms-prod")
    assert len(calls) == 2 * heard == 8
    assert left_anywhere(health) == []


def test_the_document_tells_each_alarm_with_its_delay(health: Health) -> None:
    [report] = health.run("drill", "--yes", "--alarms", "--json").json["environments"]

    alarms = report["drill"]["alarms"]
    assert {(one["alarm"], one["region"]) for one in alarms} == {
        (name, region)
        for name in ("ses-bounce-rate-prod", "ses-complaint-rate-prod")
        for region in health.env.alarm_regions
    }
    assert all(one["arrived"] and one["delay"] >= 0 for one in alarms)


def test_people_behind_an_alarm_are_told_too(health: Health) -> None:
    before = len(health.local.outbox)
    health.run("drill", "--yes", "--alarms")

    subjects = [mail.subject or "" for mail in health.local.outbox[before:]]
    assert 'ALARM: "ses-bounce-rate-prod" in US East (Ohio)' in subjects


def test_an_alarm_that_its_topic_shuts_out_is_not_proved_and_says_why(health: Health) -> None:
    alarms_shut_out(health)

    rung = health.run("drill", "--yes", "--alarms", "--timeout", "1")

    assert rung.status == 75
    assert "ses-bounce-rate-prod (us-east-2): rang, and is" in words(rung.stdout)
    assert "not proved that anybody hears it: Failed to execute action" in words(rung.stdout)
    assert "no resource-based policy allows the SNS:Publish action" in words(rung.stdout)
    assert "ses-bounce-rate-prod (us-east-1): rang, and its message came out" in words(rung.stdout)
    assert left_anywhere(health) == []


def test_an_alarm_whose_actions_are_off_is_not_proved(health: Health) -> None:
    name = "ses-bounce-rate-prod"
    health.call("cloudwatch", "DisableAlarmActions", AlarmNames=[name])

    rung = health.run("drill", "--yes", "--alarms")

    assert rung.status == 75
    assert f"{name} (us-east-2): rang, and is" in words(rung.stdout)
    assert "not proved that anybody hears it: its actions are switched off" in words(rung.stdout)


def test_an_alarm_without_an_action_on_its_topic_is_not_proved(health: Health) -> None:
    name = "ses-bounce-rate-prod"
    [held] = health.call("cloudwatch", "DescribeAlarms", AlarmNames=[name])["MetricAlarms"]
    kept = ("MetricName", "Namespace", "Statistic", "Period", "EvaluationPeriods", "Threshold",
            "ComparisonOperator", "TreatMissingData")  # fmt: skip
    params = {key: held[key] for key in kept}
    health.call("cloudwatch", "PutMetricAlarm", AlarmName=name, **params)

    rung = health.run("drill", "--yes", "--alarms")

    assert rung.status == 75
    assert f"{name} (us-east-2): rang, and is" in words(rung.stdout)
    assert "it has no action on arn:aws:sns:us-east-2:" in words(rung.stdout)


def test_an_alarm_that_rings_already_is_left_alone(health: Health) -> None:
    ringing(health)

    rung = health.run("drill", "--yes", "--alarms")

    assert "ses-bounce-rate-prod (us-east-2): rings already; left alone" in rung.stdout


def test_an_alarm_that_is_not_there_fails_the_drill(health: Health) -> None:
    no_alarm(health)

    rung = health.run("drill", "--yes", "--alarms")

    assert rung.status == 1
    assert "ses-bounce-rate-prod (us-east-2): is not there" in rung.stdout


def test_an_alarm_that_cannot_be_set_back_is_told(health: Health) -> None:
    health.local.fault("deny", "SetAlarmState", number=2)

    rung = health.run("drill", "--yes", "--alarms")

    assert rung.status == 1
    assert "could not be set back" in rung.stderr


def test_an_alarm_that_may_not_be_set_is_told_with_the_permission_that_lacks(
    health: Health,
) -> None:
    health.deny("SetAlarmState")

    refused = health.run("drill", "--yes", "--alarms")

    assert refused.status == 1
    assert "cloudwatch:SetAlarmState" in refused.stderr
    assert "set back" not in refused.stderr
    assert [call.operation for call in refused.calls].count("SetAlarmState") == 1


def test_an_alarm_that_rings_on_after_an_interruption_is_told(health: Health) -> None:
    health.local.fault(
        "kill-after", "SetAlarmState", action=lambda: signal.raise_signal(signal.SIGINT)
    )
    health.local.fault("deny", "SetAlarmState", number=2)

    stopped = health.run("drill", "--yes", "--alarms")

    assert stopped.status == 130
    assert "could not be set back to" in stopped.stderr


def test_interrupted_while_an_alarm_rings_it_is_set_back(health: Health) -> None:
    health.local.fault(
        "kill-after", "SetAlarmState", action=lambda: signal.raise_signal(signal.SIGINT)
    )

    stopped = health.run("drill", "--yes", "--alarms")

    assert stopped.status == 130
    assert [c.operation for c in stopped.calls].count("SetAlarmState") == 2
