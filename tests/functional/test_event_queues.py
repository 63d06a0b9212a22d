"""Queues of events: filled by EventBridge with what is wanted, kept while somebody needs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.sqs import Sqs
from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench, write

ACCOUNT, REGION = "111122223333", "eu-central-1"
APPLY = ("apply", "--env", "prod", "--yes")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
PLAN = ("plan", "--env", "prod", "--json")
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/trouble"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:theirs"
QUEUE = '[[events.queues]]\nname = "trouble"\ntypes = ["BOUNCE", "COMPLAINT"]\n'
WITH_QUEUE = HOSTED + QUEUE
SIMULATOR = "simulator.amazonses.com"


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with a queue, applied, verified and out of the sandbox."""
    found = bench(cli, tmp_path / "config", prod=WITH_QUEUE).prepare(*APPLY)
    found.local.clock.advance(600)
    found.local.allow_production(ACCOUNT, REGION)
    return found


def aws(made: Bench, service: str, operation: str, **params: Any) -> Any:
    """Call AWS past the command line."""
    return made.local.call(ACCOUNT, REGION, service, operation, params)


def url(made: Bench, name: str) -> str:
    """The address of a queue."""
    return str(aws(made, "sqs", "GetQueueUrl", QueueName=name)["QueueUrl"])


def held(made: Bench, name: str) -> list[dict[str, Any]]:
    """What is in a queue, as long as nobody takes it."""
    asked = {"QueueUrl": url(made, name), "MaxNumberOfMessages": 10, "VisibilityTimeout": 0}
    found = aws(made, "sqs", "ReceiveMessage", MessageAttributeNames=["All"], **asked)
    return list(found.get("Messages") or ())


def events(made: Bench, name: str) -> list[str]:
    """The types of the events in a queue."""
    return [json.loads(message["Body"])["detail-type"] for message in held(made, name)]


def send(made: Bench, to: str = f"bounce@{SIMULATOR}", **more: Any) -> None:
    """Send a mail, past the command line."""
    text = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}}
    given: dict[str, Any] = {
        "FromEmailAddress": "notifications@example.com",
        "Destination": {"ToAddresses": [to]},
        "Content": {"Simple": text},
        "ConfigurationSetName": "example",
    }
    aws(made, "sesv2", "SendEmail", **{**given, **more})


def items(made: Bench) -> dict[str, dict[str, Any]]:
    """The items of the checklist about queues."""
    [report] = made("checklist", "--env", "prod", "--only", "event-queues", "--json").json[
        "environments"
    ]
    return {
        item["id"]: item
        for topic in report["checklist"]["topics"]
        for item in topic["findings"]
        if item["id"].startswith("SES-QUEUE")
    }


def stays(made: Bench) -> dict[str, str]:
    """What a destroy leaves, and why."""
    [report] = made(*DESTROY, "--json").json["environments"]
    return {
        removal["label"]: "; ".join(removal["because"])
        for step in report["destroy"]["steps"]
        for removal in step["resources"]
        if removal["action"] == "stay"
    }


def test_only_the_wanted_events_of_our_set_come_as_eventbridge_writes_them(made: Bench) -> None:
    aws(made, "sesv2", "CreateConfigurationSet", ConfigurationSetName="theirs")
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    aws(
        made, "sesv2", "CreateConfigurationSetEventDestination", ConfigurationSetName="theirs",
        EventDestinationName="all", EventDestination={
            "Enabled": True, "MatchingEventTypes": ["SEND", "BOUNCE"],
            "EventBridgeDestination": {"EventBusArn": bus},
        },
    )  # fmt: skip
    send(made, f"success@{SIMULATOR}")
    send(made, ConfigurationSetName="theirs")
    send(made)

    [message] = held(made, "trouble")
    event = json.loads(message["Body"])
    assert {**event, "id": "", "detail": {}} == {
        "version": "0", "id": "", "detail-type": "Email Bounced", "source": "aws.ses",
        "account": ACCOUNT, "time": f"{made.local.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION, "detail": {},
        "resources": [f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/example"],
    }  # fmt: skip
    assert event["detail"]["bounce"]["bouncedRecipients"][0]["emailAddress"].startswith("bounce@")
    assert event["detail"]["mail"]["tags"]["ses:configuration-set"] == ["example"]


def shut(made: Bench, name: str) -> None:
    """Take a queue its policy."""
    aws(made, "sqs", "SetQueueAttributes", QueueUrl=url(made, name), Attributes={"Policy": ""})


def by_account(made: Bench) -> None:
    """Ask for a condition of which EventBridge is not known to say anything."""
    statement = {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    attributes = {"Policy": policy}
    aws(made, "sqs", "SetQueueAttributes", QueueUrl=url(made, "trouble"), Attributes=attributes)


def locked(made: Bench) -> None:
    """Encrypt the queue with a key that EventBridge may not use."""
    key = aws(made, "kms", "CreateKey")["KeyMetadata"]["KeyId"]
    attributes = {"KmsMasterKeyId": key}
    aws(made, "sqs", "SetQueueAttributes", QueueUrl=url(made, "trouble"), Attributes=attributes)


def of_others(made: Bench) -> None:
    """Let the rule look for another set."""
    wanted = {"source": ["aws.ses"], "detail": {"mail": {"tags": {"ses:configuration-set": ["x"]}}}}
    aws(made, "events", "PutRule", Name="trouble", EventPattern=json.dumps(wanted))


def off(made: Bench) -> None:
    """Switch the rule off."""
    aws(made, "events", "DisableRule", Name="trouble")


@pytest.mark.parametrize(
    ("how", "item", "lost"),
    [
        (lambda made: shut(made, "trouble"), "SES-QUEUE-003", 1),
        (by_account, "", 1),
        (locked, "SES-QUEUE-003", 1),
        (of_others, "SES-QUEUE-002", 0),
        (off, "SES-QUEUE-002", 0),
    ],
    ids=[
        "no policy",
        "an unknown condition",
        "a shut key",
        "another pattern",
        "a rule that is off",
    ],
)
def test_what_would_not_be_delivered_on_aws_is_not_and_the_checklist_says_why(
    made: Bench, how: Callable[[Bench], None], item: str, lost: int
) -> None:
    how(made)
    send(made)

    aws(made, "sqs", "SetQueueAttributes", QueueUrl=url(made, "trouble"),
        Attributes={"KmsMasterKeyId": ""})  # fmt: skip
    assert events(made, "trouble") == []
    dead = held(made, "trouble-dead-letters")
    assert len(dead) == lost
    assert all(each["MessageAttributes"]["RULE_ARN"]["StringValue"] == RULE for each in dead)
    if how is not locked and item:
        assert items(made)[item]["status"] == "action"
    assert (items(made)["SES-QUEUE-004"]["status"] == "action") is bool(lost)


def test_dead_letters_that_are_shut_out_as_well_are_lost_and_counted(made: Bench) -> None:
    for name in ("trouble", "trouble-dead-letters"):
        shut(made, name)
    send(made)

    assert events(made, "trouble-dead-letters") == []
    listed = aws(made, "cloudwatch", "ListMetrics", Namespace="AWS/Events")["Metrics"]
    assert [metric["MetricName"] for metric in listed] == ["FailedInvocations"]


def test_an_event_that_is_taken_in_vain_too_often_becomes_a_dead_letter(made: Bench) -> None:
    send(made)
    for _ in range(6):
        held(made, "trouble")

    assert (events(made, "trouble"), events(made, "trouble-dead-letters")) == (
        [], ["Email Bounced"],
    )  # fmt: skip
    assert "holds about 1 message" in items(made)["SES-QUEUE-004"]["evidence"]


def test_a_queue_that_nobody_reads_is_told_by_the_age_of_its_oldest_event(made: Bench) -> None:
    send(made)
    assert items(made)["SES-QUEUE-005"]["status"] == "done"
    made.local.clock.advance(3 * 3600)

    late = items(made)["SES-QUEUE-005"]
    assert (late["status"], late["severity"]) == ("action", "warning")
    assert "the oldest 3 h 00 min old; after 4 days they are lost" in late["evidence"]


def test_a_queue_with_events_stays_with_its_dead_letters_until_somebody_took_them(
    made: Bench,
) -> None:
    send(made)

    kept = stays(made)
    assert "there are messages in it" in kept.pop("queue trouble")
    assert "queue trouble" in kept.pop("queue trouble-dead-letters")
    assert kept == {}
    assert len(events(made, "trouble")) == 1
    aws(made, "sqs", "PurgeQueue", QueueUrl=url(made, "trouble"))
    assert made(*DESTROY).status == 0
    assert aws(made, "sqs", "ListQueues").get("QueueUrls", []) == []


def test_a_destroy_tells_of_the_queue_that_the_file_names_no_more_and_that_stays(
    made: Bench,
) -> None:
    send(made)
    write(made.folder, prod=HOSTED)

    told = " ".join(made(*DESTROY).stdout.split())

    assert "it stays, because there are messages in it" in told
    assert ": queue trouble." in told


def test_a_name_that_was_just_deleted_is_waited_for(made: Bench) -> None:
    made(*DESTROY)
    assert made(*APPLY).status == 0

    assert made(*APPLY).writes == []
    assert items(made)["SES-QUEUE-002"]["status"] == "done"


def test_attributes_that_show_late_are_looked_at_again_before_anybody_is_told(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(made.folder, prod=WITH_QUEUE + "retention_days = 7\n")
    shows, left = Sqs._told, [4]
    days = 86_400

    def late(self: Sqs, caller: Caller, params: Params) -> Reply:
        found = shows(self, caller, params)
        if params["QueueUrl"].endswith("/trouble") and left[0]:
            left[0] -= 1
            found["Attributes"]["MessageRetentionPeriod"] = str(4 * days)
        return found

    monkeypatch.setattr(Sqs, "_told", late)
    applied = made(*APPLY)

    assert (applied.status, left) == (0, [0])
    assert [call.operation for call in applied.writes] == ["SetQueueAttributes"]
    assert made(*APPLY).writes == []


def test_what_the_file_no_longer_wants_is_left_over_until_it_is_pruned(made: Bench) -> None:
    send(made)
    write(made.folder, prod=HOSTED)

    shown = made("plan", "--env", "prod").stdout
    for left in ("rule trouble", "queue trouble-dead-letters", "eventbridge-live-events"):
        assert left in shown
    assert "there are messages in it" in shown
    assert made(*APPLY, "--prune").status == 0
    assert aws(made, "events", "ListRules")["Rules"] == []
    assert len(events(made, "trouble")) == 1
    aws(made, "sqs", "PurgeQueue", QueueUrl=url(made, "trouble"))
    assert made(*APPLY, "--prune").status == 0
    assert aws(made, "sqs", "ListQueues").get("QueueUrls", []) == []
    assert not made("plan", "--env", "prod").stdout.count("Left over")


def function(made: Bench) -> None:
    """A function of theirs."""
    made.local.seed(ACCOUNT, roles=["of-theirs"])
    aws(
        made, "lambda", "CreateFunction", FunctionName="theirs", Runtime="python3.13",
        Handler="index.handler", Role=f"arn:aws:iam::{ACCOUNT}:role/of-theirs",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
    )  # fmt: skip


def test_a_function_is_called_once_it_is_there_and_is_never_made(made: Bench) -> None:
    write(made.folder, prod=WITH_QUEUE + f'function = "{FUNCTION}"\n')

    blocked = made(*APPLY)
    assert blocked.status == 1
    assert "there is no Lambda function theirs" in blocked.stdout
    function(made)
    assert made(*APPLY).status == 0
    send(made)
    [(called, event)] = made.local.functions.handed_over
    assert (called, event["detail-type"]) == (FUNCTION, "Email Bounced")
    assert events(made, "trouble") == ["Email Bounced"]

    write(made.folder, prod=WITH_QUEUE)
    assert [call.operation for call in made(*APPLY).writes] == ["RemoveTargets", "RemovePermission"]
    send(made)
    assert len(made.local.functions.handed_over) == 1


def test_a_function_that_may_not_be_called_gives_its_events_to_the_dead_letters(
    made: Bench,
) -> None:
    function(made)
    write(made.folder, prod=WITH_QUEUE + f'function = "{FUNCTION}"\n')
    assert made(*APPLY).status == 0
    aws(made, "lambda", "RemovePermission", FunctionName="theirs", StatementId="events-trouble")
    send(made)

    assert made.local.functions.handed_over == []
    [message] = held(made, "trouble-dead-letters")
    assert message["MessageAttributes"]["TARGET_ARN"]["StringValue"] == FUNCTION


@pytest.mark.parametrize("theirs", ["queue", "rule"])
def test_what_another_tool_has_is_left_to_it_and_what_was_there_is_adopted(
    cli: Cli, tmp_path: Path, theirs: str
) -> None:
    made = bench(cli, tmp_path / "config", prod=WITH_QUEUE)
    tags = {"ManagedBy": "terraform"}
    if theirs == "queue":
        aws(made, "sqs", "CreateQueue", QueueName="trouble", tags=tags)
    else:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        pattern = json.dumps({"source": ["aws.ses"]})
        aws(made, "events", "PutRule", Name="trouble", EventPattern=pattern, Tags=listed)

    blocked = made(*APPLY)
    assert blocked.status == 1
    assert f"{theirs} trouble is managed by terraform" in blocked.stdout
    assert made(*APPLY, "--take-over", "event-queues").status == 0
    assert made(*APPLY).writes == []
    assert "it was there before ses-provision" in stays(made)[f"{theirs} trouble"]


def test_opens_that_are_queued_are_told_where_patients_read(made: Bench) -> None:
    hipaa = WITH_QUEUE.replace("[configuration_set]", "hipaa = true\n[configuration_set]", 1)
    write(made.folder, prod=hipaa.replace('"COMPLAINT"', '"OPEN"'))
    assert made(*APPLY).status == 0

    said = made("checklist", "--env", "prod", "--only", "SES-HIPAA-005").stdout
    told = " ".join(said.split())
    assert "take OPEN out of events.event_bridge_types and the types of events.queues" in told


def test_programs_are_told_where_the_queue_is(made: Bench) -> None:
    [report] = made("outputs", "--env", "prod", "--json").json["environments"]

    assert report["outputs"]["queue_url_trouble"].endswith(f"/{ACCOUNT}/trouble")
    assert report["outputs"]["queue_arn_trouble"] == f"arn:aws:sqs:{REGION}:{ACCOUNT}:trouble"


def test_without_queues_no_service_of_theirs_is_asked(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)

    for line in (APPLY, ("checklist", "--env", "prod"), DESTROY):
        ran = made(*line)
        assert "Events for programs" not in ran.stdout
        assert {call.service for call in ran.calls} & {"sqs", "events"} == set()
