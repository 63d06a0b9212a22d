"""Single items, fed with answers that the local AWS cannot give."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ses_provision.checks import (
    ITEMS,
    account,
    alarms,
    events,
    identity,
    permissions,
    preflight,
    views,
)
from ses_provision.checks.delegation import Delegation, its_zone
from ses_provision.checks.dmarc import standing_above
from ses_provision.checks.finding import Status
from ses_provision.checks.topic import Judgement, Look, Scene, Topic, selected
from ses_provision.checks.views import Kind, State
from ses_provision.checks.whom import Whom
from ses_provision.engine.account import Account
from ses_provision.environment import Environment, loading
from ses_provision.operations import access_request
from ses_provision.outside.reading import Outcome, Reading
from ses_provision.resources.dns_zone import Raw
from ses_provision.resources.route53 import Zone
from ses_provision.resources.ses.account import Access, access_of
from ses_provision.steps.records import mx
from tests.conftest import CONFIG

ENV = loading.load("prod", CONFIG)


def scene(env: Environment = ENV) -> Scene:
    """Prod."""
    return Scene(env, Account(env.account_id, env.region))


def answered(look: Look, at: Scene | None = None, **answers: Outcome) -> Judgement:
    """What an item says to answers by operation."""
    found: Judgement = fed(look(at or scene()), answers)
    return found


def fed(reading: Reading[Any], answers: dict[str, Outcome]) -> Any:
    """What a reading makes of answers by operation."""
    try:
        asks = next(reading)
        while True:
            asks = reading.send([answers[one.operation] for one in asks])
    except StopIteration as stop:
        return stop.value


def quota(most: float, sent: float) -> dict[str, Any]:
    """An account with a quota."""
    return {"SendQuota": {"Max24HourSend": most, "MaxSendRate": 14, "SentLast24Hours": sent}}


@pytest.mark.parametrize(
    ("most", "sent", "status"),
    [
        (200, 0, Status.DONE),
        (200, 159, Status.DONE),
        (200, 160, Status.ACTION),
        (-1, 10**6, Status.DONE),
        (0, 0, Status.UNKNOWN),
    ],
)
def test_the_quota_is_open_from_four_fifths_on(most: float, sent: float, status: Status) -> None:
    found = answered(account.quota, GetAccount=quota(most, sent))

    assert found.status is status
    assert bool(found.next_step) is (status is not Status.DONE)


def test_an_account_that_does_not_tell_its_standing_is_unknown() -> None:
    assert answered(account.sending, GetAccount={"SendingEnabled": True}).status is Status.UNKNOWN


def test_a_key_of_ones_own_has_a_length_that_ses_does_not_tell() -> None:
    dkim = {"Status": "SUCCESS", "SigningAttributesOrigin": "EXTERNAL"}

    found = answered(identity.key_length, GetEmailIdentity={"DkimAttributes": dkim})

    assert found.status is Status.UNKNOWN


def test_a_short_key_of_a_replica_is_made_longer_where_it_comes_from() -> None:
    replica = ENV.model_copy(
        update={"dkim": ENV.dkim.model_copy(update={"replica_of": "us-west-2"})}
    )
    attributes = {
        "SigningAttributesOrigin": "AWS_SES_US_WEST_2",
        "CurrentSigningKeyLength": "RSA_1024_BIT",
    }

    found = answered(
        identity.key_length, scene(replica), GetEmailIdentity={"DkimAttributes": attributes}
    )

    assert found.status is Status.ACTION
    assert "in us-west-2: make it longer there" in found.next_step


def test_a_key_without_a_policy_to_read_is_unknown() -> None:
    found = answered(
        events.topic_key,
        GetTopicAttributes={"Attributes": {"KmsMasterKeyId": "key"}},
        DescribeKey={"KeyMetadata": {"KeyId": "key", "Enabled": True}},
        GetKeyPolicy=None,
    )

    assert found.status is Status.UNKNOWN


def test_a_key_only_for_events_need_not_let_cloudwatch_in() -> None:
    env = ENV.model_copy(update={"alarms": ENV.alarms.model_copy(update={"topic": "alarms-only"})})
    policy = (
        '{"Statement": {"Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"},'
        '"Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": "*"}}'
    )

    found = answered(
        events.topic_key,
        scene(env),
        GetTopicAttributes={"Attributes": {"KmsMasterKeyId": "key"}},
        DescribeKey={"KeyMetadata": {"KeyId": "key", "Enabled": True}},
        GetKeyPolicy={"Policy": policy},
    )

    assert found.status is Status.DONE


@pytest.mark.parametrize(
    ("review", "production", "state"),
    [
        ({}, False, Access.SANDBOX),
        ({"Status": "PENDING"}, False, Access.PENDING),
        ({"Status": "GRANTED"}, False, Access.PENDING),
        ({"Status": "DENIED"}, False, Access.DENIED),
        ({"Status": "FAILED"}, False, Access.FAILED),
        ({"Status": "SOMETHING_NEW"}, False, Access.SANDBOX),
        ({"Status": "DENIED"}, True, Access.GRANTED),
    ],
)
def test_a_request_is_submitted_only_from_the_sandbox_or_after_a_failed_review(
    review: dict[str, str], production: bool, state: Access
) -> None:
    details = {"ReviewDetails": review} if review else {}
    found = access_of({"ProductionAccessEnabled": production, "Details": details})

    assert found.state is state
    assert access_request.may_submit(state) is (state in {Access.SANDBOX, Access.FAILED})


def test_contacts_go_with_the_request_where_there_are_some() -> None:
    assert "AdditionalContactEmailAddresses" not in access_request.request(ENV).params
    asked = access_request.settings(ENV).model_copy(
        update={"contacts": ("ops@starlightpractice.com",)}
    )
    env = ENV.model_copy(update={"production_access": asked})

    params = access_request.request(env).params

    assert params["AdditionalContactEmailAddresses"] == ["ops@starlightpractice.com"]
    assert params["ProductionAccessEnabled"] is True


def test_nothing_can_be_requested_without_the_section() -> None:
    env = ENV.model_copy(update={"production_access": None})

    with pytest.raises(ValueError, match="has no"):
        access_request.request(env)
    assert answered(preflight.described, scene(env)).status is Status.ACTION
    assert answered(preflight.convincing, scene(env)).status is Status.ACTION


def zone_view(sets: list[Raw], above: list[Raw]) -> views.View:
    """What a zone with these sets at the MAIL FROM domain, and above it, shows of the MX."""
    deep = ENV.model_copy(
        update={"mail_from": ENV.mail_from.model_copy(update={"subdomain": "bounce.mail"})}
    )
    record = mx(deep)
    at = {record.name: sets, f"mail.{ENV.domain}": above}
    return views.zone_view(Zone("Z1", ENV.domain), record, at)


def test_a_delegation_inside_the_zone_takes_the_record_away() -> None:
    here = {"Type": "MX", "ResourceRecords": [{"Value": mx(ENV).value}]}
    away = {"Type": "NS", "ResourceRecords": [{"Value": "ns9.example."}]}

    found = zone_view([here], [away])

    assert found.kind is Kind.ZONE
    assert found.state is State.MISSING
    assert "is delegated to ns9.example" in found.note
    assert zone_view([here], []).state is State.RIGHT


def test_a_zone_found_by_name_gets_its_name_servers_from_its_own_records() -> None:
    env = ENV.model_copy(update={"dns": ENV.dns.model_copy(update={"zone_id": None})})
    servers = [{"Value": "ns2.example."}, {"Value": "ns1.example."}]
    ns = {"Name": f"{ENV.domain}.", "Type": "NS", "ResourceRecords": servers}

    found = fed(
        its_zone(env, Account(env.account_id, env.region)),
        {
            "ListHostedZones": {
                "HostedZones": [
                    {"Id": "/hostedzone/Z1", "Name": f"{ENV.domain}.", "Config": {}},
                ]
            },
            "ListResourceRecordSets": {"ResourceRecordSets": [ns], "IsTruncated": False},
        },
    )

    assert found == Zone("Z1", ENV.domain, ("ns1.example", "ns2.example"))


def test_a_domain_in_the_zone_of_its_parent_inherits_from_there() -> None:
    value = '"v=DMARC1; p=reject"'
    name = "_dmarc.starlightpractice.com."
    held = {"Name": name, "Type": "TXT", "ResourceRecords": [{"Value": value}]}
    other = {"Name": name, "Type": "MX", "ResourceRecords": []}
    listed = {"ResourceRecordSets": [other, held], "IsTruncated": False}
    zone = Zone("Z1", "starlightpractice.com")

    found = fed(
        standing_above(zone.name, Whom(dns=False), zone, Delegation()),
        {"ListResourceRecordSets": listed},
    )

    assert found.records == ["v=DMARC1; p=reject"]


def test_ids_are_unique_and_of_one_shape() -> None:
    import re

    from ses_provision.checks import TOPICS

    ids = [item.id for topic in TOPICS for item in topic.items]
    assert len(ids) == len(set(ids)) == len(ITEMS)
    assert all(re.fullmatch(r"SES-[A-Z]+-\d{3}", one) for one in ids)
    assert all(len(item.title) <= 40 for item in ITEMS.values())


def test_without_names_every_topic_is_selected() -> None:
    topic = Topic("t", "T", (ITEMS["SES-DKIM-001"],))

    assert selected([topic], []) == [topic]
    assert selected([topic], ["other"]) == []


SUBSCRIPTION = f"arn:aws:sns:{ENV.region}:{ENV.account_id}:{ENV.event_topic}:1"


def subscribed_with(policy: str) -> Judgement:
    """What is said of a confirmed subscriber with a filter policy."""
    [address] = ENV.events.emails
    listed = {"Protocol": "email", "Endpoint": address, "SubscriptionArn": SUBSCRIPTION}
    attributes = {"FilterPolicy": policy, "FilterPolicyScope": "MessageBody"} if policy else {}
    return answered(
        events.subscribed,
        ListSubscriptionsByTopic={"Subscriptions": [listed]},
        GetSubscriptionAttributes={"Attributes": attributes},
    )


def test_a_filter_policy_that_drops_bounces_is_told_with_the_subscriber_and_the_command() -> None:
    seen = subscribed_with('{"eventType": ["Delivery"]}')

    assert seen.status is Status.ACTION
    assert "is not told of BOUNCE, COMPLAINT" in seen.evidence
    assert SUBSCRIPTION in seen.next_step
    assert subscribed_with("").status is Status.DONE


def destination(name: str, *types: str) -> dict[str, Any]:
    """An event destination that reports to the event topic."""
    arn = f"arn:aws:sns:{ENV.region}:{ENV.account_id}:{ENV.event_topic}"
    return {
        "Name": name,
        "Enabled": True,
        "MatchingEventTypes": list(types),
        "SnsDestination": {"TopicArn": arn},
    }


@pytest.mark.parametrize(
    ("types", "status"), [(("BOUNCE", "SEND"), Status.ACTION), (("SEND",), Status.DONE)]
)
def test_a_second_destination_that_tells_the_same_topic_again_is_told(
    types: tuple[str, ...], status: Status
) -> None:
    ours = destination(ENV.events.destination, *ENV.events.types)

    seen = answered(
        events.destination,
        GetConfigurationSetEventDestinations={
            "EventDestinations": [ours, destination("b", *types)]
        },
    )

    assert seen.status is status
    assert ("told twice: b reports BOUNCE" in seen.evidence) is (status is Status.ACTION)


FAR_KEY = f"arn:aws:kms:eu-west-1:{ENV.account_id}:key/1-2"


def test_a_key_of_another_region_on_a_topic_is_told() -> None:
    seen = answered(
        events.topic_key,
        GetTopicAttributes={"Attributes": {"Policy": "{}", "KmsMasterKeyId": FAR_KEY}},
    )

    assert seen.status is Status.ACTION
    assert "a key in eu-west-1, which no topic here can use" in seen.evidence


def test_the_key_of_a_separate_alarm_topic_is_looked_at() -> None:
    arn = f"arn:aws:sns:{ENV.region}:{ENV.account_id}:wake-up"
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "SNS:*"}]}
    attributes = {"Policy": json.dumps(policy), "KmsMasterKeyId": "1-2"}

    seen = fed(
        alarms.reaches(scene(), arn),
        {
            "GetTopicAttributes": {"Attributes": attributes},
            "DescribeKey": {"KeyMetadata": {"KeyId": "1-2", "Enabled": True}},
            "GetKeyPolicy": {"Policy": '{"Statement": []}'},
            "ListSubscriptionsByTopic": {"Subscriptions": []},
        },
    )

    assert seen.status is Status.ACTION
    assert "does not let cloudwatch.amazonaws.com use it" in seen.evidence


def simulated(decision: str, **details: Any) -> dict[str, Any]:
    """What the simulator answers for one action on two resources."""
    parts = [
        {"EvalResourceName": name, "EvalResourceDecision": decision, **details.pop("part", {})}
        for name in ("arn:a", "arn:b")
    ]
    whole = {"EvalActionName": "ses:SendEmail", "EvalDecision": decision, "EvalResourceName": "x"}
    return {"EvaluationResults": [{**whole, **details, "ResourceSpecificResults": parts}]}


BOUNDARY = {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}}
ORGANISATION = {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}
DENYING = {"part": {"MatchedStatements": [{"SourcePolicyId": "KeepOut"}]}}


@pytest.mark.parametrize(
    ("decision", "details", "said"),
    [
        ("implicitDeny", BOUNDARY, "permissions boundary of the role"),
        ("implicitDeny", {"part": BOUNDARY}, "permissions boundary of the role"),
        ("implicitDeny", ORGANISATION, "a policy of the organisation"),
        ("explicitDeny", DENYING, "KeepOut denies it"),
        ("implicitDeny", {}, "implicitDeny"),
    ],
)
def test_what_keeps_the_role_from_sending_is_named(
    decision: str, details: dict[str, Any], said: str
) -> None:
    env = ENV.with_role("web")
    role = {"Role": {"Arn": f"arn:aws:iam::{ENV.account_id}:role/web"}}
    answer = simulated(decision, **dict(details))

    sends = answered(permissions.can_send, scene(env), GetRole=role, SimulatePrincipalPolicy=answer)
    more = answered(permissions.no_more, scene(env), GetRole=role, SimulatePrincipalPolicy=answer)

    assert sends.status is Status.ACTION
    assert said in sends.evidence
    assert (sends.next_step == scene(env).apply) is (said == "implicitDeny")
    assert more.status is Status.DONE
    assert (said in more.evidence) is (said != "implicitDeny")
