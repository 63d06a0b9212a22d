"""The laws that every resource obeys, on the local AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from ses_provision.engine.model import Action, Change, Found, Resource
from ses_provision.local import LocalAws
from ses_provision.outside.aws import Connections
from ses_provision.outside.call import Call
from ses_provision.rehearsal.answers import outcome, standing
from ses_provision.rehearsal.explain import corrections, deletions, questions
from ses_provision.render import document
from ses_provision.resources import policies, ses
from ses_provision.resources.iam import RolePolicy
from ses_provision.resources.sns import Subscription
from tests.unit.account import OneAccount
from tests.unit.examples import (
    ACCOUNT,
    ALARM,
    CONFIGURATION_SET,
    DOMAIN,
    EXAMPLES,
    ROLE,
    TOPIC,
    TOPIC_ARN,
    ZONE,
    Example,
    Together,
)

every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
every_edit = pytest.mark.parametrize(
    ("example", "edited"),
    [
        pytest.param(example, name, id=f"{example.name}, {name}")
        for example in EXAMPLES
        for name in example.edits
    ],
)


@pytest.fixture
def there(connections: Connections, local: LocalAws) -> OneAccount:
    """The account of prod, with a role in it."""
    local.seed(ACCOUNT.id, roles=[ROLE])
    return OneAccount(connections)


def prepare(there: OneAccount, example: Example) -> None:
    """Put what has to stand before the resource."""
    for resource in example.before:
        there.write(resource)


@every_example
def test_an_example_edits_every_field_that_its_resource_manages(example: Example) -> None:
    managed = {one.name for one in fields(example.wanted) if one.compare}  # type: ignore[arg-type]

    assert managed == example.identity | example.fixed | set(example.edits)


@every_example
def test_what_is_absent_reads_as_none_and_needs_no_delete(
    there: OneAccount, example: Example
) -> None:
    prepare(there, example)

    found = there.read(example.wanted)
    assert (found.live, found.obstacles) == (None, ())
    assert there.change(example.wanted).action is Action.CREATE
    assert list(example.wanted.deletes(Found(None))) == []


@every_example
def test_what_is_written_is_read_back_and_then_there_is_nothing_to_do(
    there: OneAccount, example: Example
) -> None:
    prepare(there, example)

    there.write(example.wanted)

    found = there.read(example.wanted)
    assert found.live == example.wanted
    assert Change(example.wanted, found).action is Action.KEEP
    assert Change(example.wanted, found).differences() == []


@every_example
def test_writing_twice_is_writing_once(
    there: OneAccount, local: LocalAws, example: Example
) -> None:
    prepare(there, example)
    assert there.write(example.wanted)
    there.read(example.wanted)  # SES notes when it has looked at DNS
    once = local.snapshot(ACCOUNT.id)

    assert not there.write(example.wanted)

    assert local.snapshot(ACCOUNT.id) == once


@every_edit
def test_an_edit_of_a_managed_field_is_seen_as_that_difference_and_mended(
    there: OneAccount, local: LocalAws, example: Example, edited: str
) -> None:
    prepare(there, example)
    there.write(example.wanted)
    local.clock.advance(25 * 3600)  # SES changes a key length at most once a day
    edit(there, local, example, edited)

    seen = there.change(example.wanted)

    assert seen.action is Action.UPDATE
    assert {one.field.partition(".")[0] for one in seen.differences()} == {edited}
    local.clock.advance(25 * 3600)
    there.send(seen.calls())
    assert there.read(example.wanted).live == example.wanted


def edit(there: OneAccount, local: LocalAws, example: Example, name: str) -> None:
    """Bring one field out of order."""
    value = example.edits[name]
    if callable(value):
        value(local, example.wanted)
    else:
        fields = value.fields if isinstance(value, Together) else {name: value}
        there.write(replace(example.wanted, **fields))  # type: ignore[type-var]


@every_example
def test_what_is_deleted_reads_as_none_again(
    there: OneAccount, local: LocalAws, example: Example
) -> None:
    prepare(there, example)
    there.write(example.wanted)
    local.confirm_subscriptions()  # a pending one cannot be unsubscribed

    there.delete(example.wanted)

    assert there.read(example.wanted).live is None


@every_example
def test_a_change_is_a_value_that_serialises(there: OneAccount, example: Example) -> None:
    prepare(there, example)
    before = there.change(example.wanted)
    there.write(example.wanted)
    after = there.change(example.wanted)

    for change in (before, after):
        assert (
            json.loads(json.dumps(document.change(change, "x", "prod")))["label"]
            == example.wanted.label
        )


def test_a_pending_subscription_is_there_and_its_deletion_is_left_to_sns(there: OneAccount) -> None:
    wanted = Subscription(TOPIC_ARN, "email", f"ops@{DOMAIN}")
    there.write(TOPIC)
    there.write(wanted)

    assert there.change(wanted).action is Action.KEEP
    assert list(wanted.deletes(there.read(wanted))) == []
    pending = there.read(wanted).live
    assert pending is not None
    assert "not confirmed yet" in pending.label


def test_a_subscription_that_was_deleted_lately_is_not_there() -> None:
    """SNS goes on listing it for some days, with the word "Deleted" for its ARN."""
    wanted = Subscription(TOPIC_ARN, "email", f"ops@{DOMAIN}")
    listed = {"Protocol": "email", "Endpoint": f"OPS@{DOMAIN}", "SubscriptionArn": "Deleted"}
    reading = wanted.read()
    next(reading)
    reading.send([{"Attributes": {}}])

    with pytest.raises(StopIteration) as returned:
        reading.send([{"Subscriptions": [listed]}])

    assert returned.value.value == Found(None)


def test_the_tls_policy_is_put_beside_what_others_set_of_delivery(
    there: OneAccount,
) -> None:
    """PutConfigurationSetDeliveryOptions replaces the whole block."""
    there.write(CONFIGURATION_SET)
    there.ask("sesv2", "CreateDedicatedIpPool", PoolName="warm")
    there.ask(
        "sesv2",
        "PutConfigurationSetDeliveryOptions",
        ConfigurationSetName="rules",
        TlsPolicy="OPTIONAL",
        SendingPoolName="warm",
    )

    there.write(CONFIGURATION_SET)

    options = there.ask("sesv2", "GetConfigurationSet", ConfigurationSetName="rules")
    assert options["DeliveryOptions"]["TlsPolicy"] == "REQUIRE"
    assert options["DeliveryOptions"]["SendingPoolName"] == "warm"


def test_statements_that_others_added_to_a_topic_stay(there: OneAccount) -> None:
    theirs = {
        "Sid": "Theirs",
        "Effect": "Allow",
        "Principal": {"AWS": "111122223333"},
        "Action": "SNS:Subscribe",
        "Resource": TOPIC_ARN,
    }
    there.write(TOPIC)
    [ours] = [one for one in TOPIC.statements.values() if "root" in one.written]
    mixed = policies.document([ours, policies.Statement.of(theirs)])
    attribute = {"TopicArn": TOPIC_ARN, "AttributeName": "Policy", "AttributeValue": mixed}
    there.ask("sns", "SetTopicAttributes", **attribute)

    there.write(TOPIC)

    policy = there.ask("sns", "GetTopicAttributes", TopicArn=TOPIC_ARN)["Attributes"]["Policy"]
    assert policies.statements(policy) == {
        **TOPIC.statements,
        "Theirs": policies.Statement.of(theirs),
    }


def test_actions_that_others_added_to_an_alarm_stay(there: OneAccount) -> None:
    pager = ACCOUNT.arn("sns", "pager")
    theirs = {**call_of(ALARM), "Threshold": 0.2}
    theirs["AlarmActions"] = [*theirs["AlarmActions"], pager]
    theirs["OKActions"] = [*theirs["OKActions"], pager]
    theirs["InsufficientDataActions"] = [pager]
    there.ask("cloudwatch", "PutMetricAlarm", **theirs)
    assert [one.field for one in there.change(ALARM).differences()] == ["threshold"]

    there.write(ALARM)

    [alarm] = there.ask("cloudwatch", "DescribeAlarms", AlarmNames=["bounces"])["MetricAlarms"]
    assert sorted(alarm["AlarmActions"]) == sorted([TOPIC_ARN, pager])
    assert sorted(alarm["OKActions"]) == sorted([TOPIC_ARN, pager])
    assert alarm["InsufficientDataActions"] == [pager]


def call_of(alarm: Any) -> dict[str, Any]:
    """The parameters that create an alarm."""
    [call] = alarm.writes(Found(None))
    return dict(call.params)


def put_txt(there: OneAccount, name: str, *strings: str) -> None:
    """Somebody writes TXT strings at a name."""
    records = [{"Value": f'"{string}"'} for string in strings]
    new = {"Name": name, "Type": "TXT", "TTL": 60, "ResourceRecords": records}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": new}]}
    there.ask("route53", "ChangeResourceRecordSets", HostedZoneId=ZONE.id, ChangeBatch=batch)


def txt_at(there: OneAccount, name: str) -> list[str]:
    """The TXT strings at a name."""
    found = there.ask("route53", "ListResourceRecordSets", HostedZoneId=ZONE.id)
    [one] = [
        one
        for one in found["ResourceRecordSets"]
        if (one["Name"], one["Type"]) == (f"{name}.", "TXT")
    ]
    return sorted(record["Value"] for record in one["ResourceRecords"])


SHARED_NAMES = [example for example in EXAMPLES if example.name in {"TXT value", "DMARC"}]


@pytest.mark.parametrize("example", SHARED_NAMES, ids=lambda example: example.name)
def test_txt_strings_that_others_wrote_at_the_name_stay(
    there: OneAccount, example: Example
) -> None:
    wanted: Any = example.wanted
    put_txt(there, wanted.name, "theirs=1", "v=spf10 is another kind")

    there.write(wanted)

    theirs = ['"theirs=1"', '"v=spf10 is another kind"']
    assert txt_at(there, wanted.name) == sorted([*theirs, f'"{wanted.value}"'])
    there.delete(wanted)
    assert txt_at(there, wanted.name) == theirs


TAGGED = [example for example in EXAMPLES if "tags" in example.edits]


@pytest.mark.parametrize("example", TAGGED, ids=lambda example: example.name)
def test_tags_that_others_set_stay_and_make_no_difference(
    there: OneAccount, example: Example
) -> None:
    prepare(there, example)
    there.write(example.wanted)
    tag(there, example.wanted, {"CostCentre": "42"})
    assert there.change(example.wanted).action is Action.KEEP

    wanted: Any = example.wanted
    there.write(replace(wanted, tags=example.edits["tags"]))

    both = replace(wanted, tags={**example.edits["tags"], "CostCentre": "42"})
    assert there.read(both).live == both


def tag(there: OneAccount, resource: Any, tags: Mapping[str, str]) -> None:
    """Set tags on a resource, past our own writing."""
    service = resource.arn.split(":")[2].replace("ses", "sesv2")
    where = "ResourceARN" if service == "cloudwatch" else "ResourceArn"
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    # The ARN of a tenant is known only where it stands.
    arn = getattr(there.read(resource).live, "live_arn", resource.arn)
    there.ask(service, "TagResource", **{where: arn, "Tags": listed})


def test_a_missing_role_is_in_the_way_and_says_what_to_do(there: OneAccount) -> None:
    [wanted] = [one.wanted for one in EXAMPLES if isinstance(one.wanted, RolePolicy)]

    found = there.read(replace(wanted, role="nobody"))

    [obstacle] = found.obstacles
    assert obstacle.what == "role nobody does not exist in this account"
    assert "--role" in obstacle.way_out
    assert obstacle.removal is None


def test_booleans_are_always_sent_for_a_missing_one_means_false() -> None:
    live = replace(CONFIGURATION_SET, reputation_metrics=False)

    calls = {call.operation: call.params for call in CONFIGURATION_SET.writes(Found(live))}

    assert calls["PutConfigurationSetReputationOptions"]["ReputationMetricsEnabled"] is True
    [created] = CONFIGURATION_SET.writes(Found(None))
    assert created.params["SendingOptions"] == {"SendingEnabled": True}


def test_putting_a_mail_from_always_carries_the_domain_for_without_it_it_is_removed() -> None:
    wanted = ses.MailFrom("arn:aws:ses:us-east-2:1:identity/a.org", "mail.a.org", "REJECT_MESSAGE")

    [call] = wanted.writes(Found(replace(wanted, on_mx_failure="USE_DEFAULT_VALUE")))

    assert call.params["MailFromDomain"] == "mail.a.org"


def test_a_set_that_somebody_paused_stays_paused() -> None:
    live = replace(CONFIGURATION_SET, sending_enabled=False)

    assert Change(CONFIGURATION_SET, Found(live)).action is Action.KEEP
    assert "paused" in live.label


@every_example
def test_what_an_account_answers_where_a_resource_stands_reads_back_as_that_resource(
    example: Example,
) -> None:
    found = outcome(example.wanted.read(), standing([example.wanted]))

    assert found == Found(example.wanted)


@every_example
def test_a_resource_has_one_key_whatever_it_looks_like(there: OneAccount, example: Example) -> None:
    prepare(there, example)
    there.write(example.wanted)

    live = there.read(example.wanted).live
    assert live is not None
    assert live.key == example.wanted.key
    for strayed in example.wanted.strayed():
        assert strayed.key == example.wanted.key


@every_example
def test_every_question_and_call_says_what_iam_checks(example: Example) -> None:
    for call in every_call(example.wanted):
        assert call.on
        assert all(arn == "*" or arn.startswith("arn:") for arn in call.on)
    for asked in questions(example.wanted):
        assert asked.on or asked.service == "dns"


@every_edit
def test_what_is_rehearsed_of_corrections_covers_every_edit(
    there: OneAccount, local: LocalAws, example: Example, edited: str
) -> None:
    prepare(there, example)
    there.write(example.wanted)
    local.clock.advance(25 * 3600)
    edit(there, local, example, edited)

    calls = {call.operation for call in there.change(example.wanted).calls()}

    assert calls <= {call.operation for call in corrections(example.wanted)}


def every_call(wanted: Resource) -> list[Call]:
    """Every call that a resource can lead to."""
    return [*wanted.writes(Found(None)), *corrections(wanted), *deletions(wanted)]
