"""What each step wants, as pure functions of an environment and a few facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Skipped, Waiting
from ses_provision.engine.needs import Facts, Need
from ses_provision.environment import Environment, loading
from ses_provision.resources.cloudwatch import Alarm
from ses_provision.resources.dmarc import Dmarc
from ses_provision.resources.iam import RolePolicy
from ses_provision.resources.record_sets import RecordSet, TxtValue
from ses_provision.resources.route53 import Zone
from ses_provision.resources.ses import (
    ConfigurationSet,
    EmailIdentity,
    EventDestination,
    MailFrom,
)
from ses_provision.resources.ses.identity import Dkim
from ses_provision.resources.sns import Subscription, Topic
from ses_provision.steps import STEPS
from ses_provision.steps.bimi import ENFORCEMENT
from ses_provision.steps.memories import FORMER
from ses_provision.steps.needs import (
    DKIM,
    QUOTA,
    RECEIVABLE,
    REDIRECTS,
    RULE_SET,
    ZONE,
)
from tests.conftest import CONFIG

R = TypeVar("R", bound=Resource)

TOKENS = ("aaa", "bbb", "ccc")


@dataclass(frozen=True)
class Names:
    """The names of a shipped environment, as the plan has them."""

    environment: str
    account: str
    domain: str
    set: str
    ending: str


PROD = Names("prod", "524471258033", "starlightpractice.com", "starlight-prod", "prod")
STAGING = Names("staging", "421807902331", "dev.starlightpractice.com", "starlight-dev", "dev")
shipped = pytest.mark.parametrize("names", [PROD, STAGING], ids=lambda names: names.environment)


def facts(env: Environment, dkim: Dkim | None = None) -> Facts:
    """What is known of an environment."""
    zone = Zone("Z1", env.domain)
    known: dict[Need[Any], Any] = {FORMER: {}, ZONE: zone, DKIM: dkim, QUOTA: None}
    return Facts(Account(env.account_id, env.region), known)


def wanted(step_id: str, env: Environment, known: Facts | None = None) -> Any:
    """What a step wants."""
    [step] = [one for one in STEPS if one.id == step_id]
    return step.wanted(env, known or facts(env))


def of(kind: type[R], resources: list[Resource]) -> list[R]:
    """The resources of one kind."""
    return [one for one in resources if isinstance(one, kind)]


def loaded(names: Names) -> Environment:
    """A shipped environment."""
    return loading.load(names.environment, CONFIG)


@pytest.fixture
def changed() -> Callable[..., Environment]:
    """The prod environment with other settings in some sections."""

    def change(**sections: Any) -> Environment:
        raw = loaded(PROD).model_dump(exclude_unset=True)
        for name, settings in sections.items():
            merged = (
                {**raw.get(name, {}), **settings} if isinstance(settings, Mapping) else settings
            )
            raw[name] = merged
        return Environment.model_validate({**raw, "name": "prod"})

    return change


def test_the_steps_follow_the_order_of_the_plan() -> None:
    assert [step.id for step in STEPS] == [
        "configuration-set",
        "identity",
        "dkim",
        "mail-from",
        "dmarc",
        "bimi",
        "sender",
        "role",
        "smtp-users",
        "events",
        "event-queues",
        "auto-pause",
        "archive",
        "catalog",
        "receiving",
        "alarms",
        "account",
        "dashboard",
        "tracking",
        "archiving",
        "pools",
        "tenant-sets",
        "tenants",
    ]


@shipped
def test_every_step_is_a_pure_function_and_says_why_it_is_there(names: Names) -> None:
    env = loaded(names)
    known = facts(env, Dkim(TOKENS, "dkim.amazonses.com"))
    for step in STEPS:
        assert step.desired(env, known) == step.desired(env, known)
        assert step.why.endswith(".")
        assert step.docs.startswith("https://docs.aws.amazon.com/")


@shipped
def test_the_configuration_set_sends_over_tls_only_and_suppresses_dead_addresses(
    names: Names,
) -> None:
    assert wanted("configuration-set", loaded(names)) == [
        ConfigurationSet(
            arn=f"arn:aws:ses:us-east-2:{names.account}:configuration-set/{names.set}",
            suppressed_reasons=frozenset({"BOUNCE", "COMPLAINT"}),
            tls_policy="REQUIRE",
            reputation_metrics=True,
            tags={
                "Environment": names.ending,
                "Project": "starlightpractice",
                "ManagedBy": "ses-provision",
                "AlarmRegions": "us-east-1 us-east-2",
            },
        )
    ]


@shipped
def test_the_domain_identity_signs_with_2048_bits_and_has_the_set_as_default(
    names: Names,
) -> None:
    [identity] = of(EmailIdentity, wanted("identity", loaded(names)))

    assert identity.arn == f"arn:aws:ses:us-east-2:{names.account}:identity/{names.domain}"
    assert identity.configuration_set == names.set
    assert (identity.dkim_origin, identity.dkim_key_length) == ("AWS_SES", "RSA_2048_BIT")
    assert identity.dkim_signing is True


@shipped
def test_the_dkim_step_wants_one_cname_for_each_token_in_the_zone_that_ses_names(
    names: Names,
) -> None:
    env = loaded(names)

    found = wanted("dkim", env, facts(env, Dkim(TOKENS, "x7.dkim.us-east-2.amazonses.com")))

    assert found == [
        RecordSet(
            Zone("Z1", names.domain),
            f"{token}._domainkey.{names.domain}",
            "CNAME",
            frozenset({f"{token}.x7.dkim.us-east-2.amazonses.com"}),
            300,
        )
        for token in TOKENS
    ]


def test_the_dkim_step_waits_for_the_identity_that_brings_the_tokens() -> None:
    waits = wanted("dkim", loaded(PROD))

    assert isinstance(waits, Waiting)
    assert "creates the identity starlightpractice.com" in waits.reason


@pytest.mark.parametrize(
    ("origin", "length"), [("AWS_SES", "RSA_1024_BIT"), ("AWS_SES_US_EAST_1", "RSA_2048_BIT")]
)
def test_the_dkim_step_waits_where_the_key_will_change_for_the_tokens_may_too(
    origin: str, length: str
) -> None:
    env = loaded(PROD)

    waits = wanted("dkim", env, facts(env, Dkim(TOKENS, "dkim.amazonses.com", origin, length)))

    assert isinstance(waits, Waiting)
    assert "changes the key of starlightpractice.com" in waits.reason


def test_steps_that_need_the_hosted_zone_or_the_tokens_say_so() -> None:
    needs = {step.id: step.needs for step in STEPS if step.needs}

    assert needs == {
        "configuration-set": (FORMER,),
        "dkim": (ZONE, DKIM),
        "mail-from": (ZONE,),
        "dmarc": (ZONE,),
        "dashboard": (QUOTA,),
        "receiving": (ZONE, RECEIVABLE, RULE_SET),
        "bimi": (ZONE, ENFORCEMENT),
        "tracking": (ZONE, REDIRECTS),
    }


@shipped
def test_the_mail_from_domain_gets_one_exchanger_one_spf_string_and_then_the_setting(
    names: Names,
) -> None:
    mx, spf, setting = wanted("mail-from", loaded(names))

    assert mx == RecordSet(
        Zone("Z1", names.domain),
        f"mail.{names.domain}",
        "MX",
        frozenset({"10 feedback-smtp.us-east-2.amazonses.com"}),
        300,
    )
    assert spf == TxtValue(
        Zone("Z1", names.domain),
        f"mail.{names.domain}",
        "v=spf1 include:amazonses.com ~all",
        "v=spf1",
        300,
    )
    assert setting == MailFrom(
        f"arn:aws:ses:us-east-2:{names.account}:identity/{names.domain}",
        f"mail.{names.domain}",
        "USE_DEFAULT_VALUE",
    )


@shipped
def test_the_sending_identity_has_the_same_set_and_the_same_mail_from_as_its_domain(
    names: Names,
) -> None:
    env = loaded(names)
    [domain] = of(EmailIdentity, wanted("identity", env))
    address, setting = wanted("sender", env)

    assert address.arn.endswith(f"identity/notifications@{names.domain}")
    assert address.configuration_set == domain.configuration_set
    assert setting.identity == f"notifications@{names.domain}"
    assert setting.domain == f"mail.{names.domain}"


def test_the_dmarc_record_is_the_configured_one() -> None:
    assert wanted("dmarc", loaded(PROD)) == [
        Dmarc.of(
            Zone("Z1", "starlightpractice.com"),
            "starlightpractice.com",
            "v=DMARC1; p=none; rua=mailto:ops@starlightpractice.com",
            300,
        )
    ]


def test_without_a_dmarc_section_the_step_is_skipped() -> None:
    assert isinstance(wanted("dmarc", loaded(STAGING)), Skipped)


@shipped
def test_the_role_step_is_skipped_until_there_is_a_role(names: Names) -> None:
    skipped = wanted("role", loaded(names))

    assert isinstance(skipped, Skipped)
    assert f"ses-provision set sender.role NAME --env {names.environment}" in skipped.reason


@shipped
def test_the_role_may_send_as_the_from_address_with_this_set_and_nothing_else(
    names: Names,
) -> None:
    [policy] = of(RolePolicy, wanted("role", loaded(names).with_role("application")))

    assert (policy.role, policy.name) == ("application", f"ses-send-{names.ending}")
    here = f"arn:aws:ses:us-east-2:{names.account}"
    send = policy.statements["SendAsTheFromAddress"].parsed
    assert send["Action"] == ["ses:SendEmail", "ses:SendRawEmail"]
    assert send["Resource"] == [
        f"{here}:identity/{names.domain}",
        f"{here}:identity/notifications@{names.domain}",
        f"{here}:configuration-set/{names.set}",
    ]
    assert send["Condition"] == {
        "StringEquals": {"ses:FromAddress": f"notifications@{names.domain}"}
    }
    everywhere = {
        action
        for one in policy.statements.values()
        if one.parsed["Resource"] == "*"
        for action in one.parsed["Action"]
    }
    assert everywhere == {"ses:GetAccount", "ses:GetSendQuota"}


@shipped
def test_events_go_to_a_topic_that_exists_before_the_destination(names: Names) -> None:
    topic, subscription, destination = wanted("events", loaded(names))

    arn = f"arn:aws:sns:us-east-2:{names.account}:ses-events-{names.ending}"
    assert isinstance(topic, Topic)
    assert topic.arn == arn
    assert subscription == Subscription(arn, "email", "ops@starlightpractice.com")
    assert destination == EventDestination(
        f"arn:aws:ses:us-east-2:{names.account}:configuration-set/{names.set}",
        "sns-bounce-complaint",
        frozenset({"BOUNCE", "COMPLAINT", "DELIVERY_DELAY"}),
        {"SnsDestination": {"TopicArn": arn}},
        enabled=True,
    )


def test_only_ses_for_this_set_and_the_alarms_of_this_account_may_publish(
    changed: Callable[..., Environment],
) -> None:
    [topic, *_] = of(Topic, wanted("events", changed(alarms={"topic": None})))
    found = {sid: one.parsed for sid, one in topic.statements.items()}

    assert set(found) == {
        "OwnerMayEverything",
        "NobodyOverPlainHttp",
        "SesMayPublishEvents",
        "AlarmsMayPublish",
    }
    assert found["SesMayPublishEvents"]["Condition"]["StringEquals"] == {
        "AWS:SourceAccount": "524471258033",
        "AWS:SourceArn": "arn:aws:ses:us-east-2:524471258033:configuration-set/starlight-prod",
    }
    assert found["AlarmsMayPublish"]["Condition"] == {
        "ArnLike": {"AWS:SourceArn": "arn:aws:cloudwatch:us-east-2:524471258033:alarm:*"},
        "StringEquals": {"AWS:SourceAccount": "524471258033"},
    }
    assert found["NobodyOverPlainHttp"]["Effect"] == "Deny"
    for statement in found.values():
        assert statement["Resource"] == topic.arn


@shipped
def test_each_alarm_region_has_both_alarms_and_they_notify_a_topic_in_that_region(
    names: Names,
) -> None:
    found = wanted("alarms", loaded(names))

    alarms = of(Alarm, found)
    assert [(one.name, one.arn.split(":")[3]) for one in alarms] == [
        (f"ses-{kind}-rate-{names.ending}", region)
        for region in ("us-east-2", "us-east-1")
        for kind in ("bounce", "complaint")
    ]
    for alarm in alarms:
        [action] = alarm.alarm_actions
        assert action.split(":")[3] == alarm.arn.split(":")[3]
    assert [one.arn.split(":", 3)[3] for one in of(Topic, found)] == [
        f"{region}:{names.account}:ses-alarms-{names.ending}"
        for region in ("us-east-2", "us-east-1")
    ]
    assert len(of(Subscription, found)) == 2


def test_the_alarms_are_those_of_the_plan() -> None:
    bounce, complaint = of(Alarm, wanted("alarms", loaded(PROD)))[:2]

    topic = frozenset({"arn:aws:sns:us-east-2:524471258033:ses-alarms-prod"})
    for alarm, metric, threshold, ok in (
        (bounce, "Reputation.BounceRate", 0.05, topic),
        (complaint, "Reputation.ComplaintRate", 0.001, frozenset()),
    ):
        assert (alarm.namespace, alarm.metric, dict(alarm.dimensions)) == ("AWS/SES", metric, {})
        assert (alarm.threshold, alarm.comparison) == (threshold, "GreaterThanThreshold")
        assert (alarm.statistic, alarm.period, alarm.evaluation_periods) == ("Average", 900, 1)
        assert alarm.missing_data == "notBreaching"
        assert (alarm.alarm_actions, alarm.ok_actions) == (topic, ok)


def test_alarms_of_the_configuration_set_are_wanted_where_asked_for(
    changed: Callable[..., Environment],
) -> None:
    env = changed(alarms={"per_configuration_set": True, "regions": ["us-east-2"]})

    found = [(one.name, dict(one.dimensions)) for one in of(Alarm, wanted("alarms", env))]

    set_level = {"ses:configuration-set": "starlight-prod"}
    assert found == [
        ("ses-bounce-rate-prod", {}),
        ("ses-bounce-rate-prod-starlight-prod", set_level),
        ("ses-complaint-rate-prod", {}),
        ("ses-complaint-rate-prod-starlight-prod", set_level),
    ]


def test_a_topic_of_their_own_keeps_alarms_apart_from_events(
    changed: Callable[..., Environment],
) -> None:
    env = changed(alarms={"topic": "pager", "regions": ["us-east-2"], "emails": ["a@example.com"]})

    [pager] = of(Topic, wanted("alarms", env))
    [events] = of(Topic, wanted("events", env))

    assert pager.name == "pager"
    assert "SesMayPublishEvents" not in pager.statements
    assert "AlarmsMayPublish" in pager.statements
    assert "AlarmsMayPublish" not in events.statements
    assert of(Subscription, wanted("alarms", env)) == [
        Subscription(pager.arn, "email", "a@example.com")
    ]
    for alarm in of(Alarm, wanted("alarms", env)):
        assert alarm.alarm_actions == {pager.arn}


def test_without_alarm_regions_the_alarms_stand_where_mail_is_sent(
    changed: Callable[..., Environment],
) -> None:
    env = changed(alarms={"regions": None, "topic": None})

    assert {one.arn.split(":")[3] for one in of(Alarm, wanted("alarms", env))} == {"us-east-2"}
    assert of(Topic, wanted("alarms", env)) == []


def test_a_key_encrypts_the_topics(changed: Callable[..., Environment]) -> None:
    env = changed(events={"kms_key": "alias/mail"})

    [topic] = of(Topic, wanted("events", env))

    assert topic.kms_key == "alias/mail"


@pytest.mark.parametrize(
    ("section", "setting", "value", "step", "attribute"),
    [
        ("configuration_set", "tls_policy", "OPTIONAL", "configuration-set", "tls_policy"),
        ("configuration_set", "reputation_metrics", False, "configuration-set", None),
        ("dkim", "key_length", "RSA_1024_BIT", "identity", "dkim_key_length"),
        ("sender", "feedback_forwarding", True, "identity", "feedback_forwarding"),
    ],
)
def test_a_setting_reaches_the_resource(
    changed: Callable[..., Environment],
    section: str,
    setting: str,
    value: Any,
    step: str,
    attribute: str | None,
) -> None:
    [resource] = wanted(step, changed(**{section: {setting: value}}))

    assert getattr(resource, attribute or setting) == value


def test_a_step_that_uses_the_zone_must_have_said_so() -> None:
    with pytest.raises(TypeError, match="must declare it"):
        _ = Facts(Account("1", "us-east-2")).sure(ZONE)


def test_arns_of_global_services_have_no_region_and_other_partitions_their_name() -> None:
    account = Account("524471258033", "us-gov-west-1", "aws-us-gov")

    assert account.arn("iam", "role/x", "") == "arn:aws-us-gov:iam::524471258033:role/x"
    assert account.arn("sns", "t") == "arn:aws-us-gov:sns:us-gov-west-1:524471258033:t"
