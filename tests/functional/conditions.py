"""Each condition that keeps an environment from being ready, with the item that finds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.functional.breakages import (
    Break,
    account_off,
    alarms_shut_out,
    closed_key,
    denied_by_policy,
    destination,
    disabled_key,
    dmarc,
    elsewhere,
    enforcement,
    engaged,
    forget_the_set,
    forwarding,
    lost_for_good,
    metric_elsewhere,
    missing_key,
    no_alarm,
    no_baa,
    no_dmarc,
    no_far_topic,
    no_role,
    no_sender,
    no_subscriber,
    no_suppression,
    nothing,
    one_topic_for_all,
    other_default,
    other_mail_from,
    pending_subscriber,
    personal_tag,
    recommended,
    registrar_elsewhere,
    reviewed,
    ringing,
    role_policy,
    set_off,
    several_mx,
    short_key,
    signing_off,
    sns_key,
    statements_without,
    tls_optional,
    wanted_short,
    wide_policy,
    without_dkim,
    wrong_spf,
)


@dataclass(frozen=True)
class Broken:
    """A condition: the item that finds it, its status, its next step, and what else it opens."""

    name: str
    how: Break
    item: str
    next_step: str
    status: str = "action"
    also: frozenset[str] = frozenset()
    in_sandbox: bool = False


def broken() -> Iterator[Broken]:
    """Every condition of the issue, with what finds it."""
    yield Broken(
        "a DKIM record is missing",
        without_dkim,
        "SES-DKIM-003",
        "ses-provision apply --env prod",
        also=frozenset({"SES-IDENTITY-001", "SES-DKIM-001"}),
    )
    yield Broken(
        "SES gave up after 72 hours",
        lost_for_good,
        "SES-DKIM-001",
        "dkim-status --env prod --restart",
        also=frozenset({"SES-IDENTITY-001", "SES-SENDER-001"}),
    )
    yield Broken("signing is off", signing_off, "SES-DKIM-001", "ses-provision apply")
    yield Broken("the key is short", short_key, "SES-DKIM-002", "ses-provision apply")
    yield Broken(
        "the key is meant to be short",
        wanted_short,
        "SES-DKIM-002",
        'set dkim.key_length = "RSA_2048_BIT" in config/prod.toml',
    )
    yield Broken(
        "another MAIL FROM",
        lambda health: health.call(
            "sesv2",
            "PutEmailIdentityMailFromAttributes",
            EmailIdentity=health.env.domain,
            MailFromDomain="other.starlightpractice.com",
        ),
        "SES-MAILFROM-001",
        "ses-provision apply",
    )
    yield Broken(
        "the domain has no MAIL FROM",
        other_mail_from("domain"),
        "SES-MAILFROM-001",
        "ses-provision apply",
    )
    yield Broken(
        "the sender has no MAIL FROM",
        other_mail_from("sender"),
        "SES-MAILFROM-002",
        "ses-provision apply",
    )
    yield Broken("there is no sender identity", no_sender, "SES-SENDER-001", "ses-provision apply")
    yield Broken(
        "the set does not send",
        set_off,
        "SES-CONFIGSET-001",
        "ses-provision resume --env prod",
    )
    yield Broken(
        "the set is not the default", other_default, "SES-CONFIGSET-002", "ses-provision apply"
    )
    yield from in_dns()
    yield from in_events()
    yield from in_alarms()
    yield from in_permissions()
    yield from in_account()
    yield from in_hipaa()


def in_dns() -> Iterator[Broken]:
    """What receivers would not find."""
    yield Broken(
        "delegated elsewhere",
        registrar_elsewhere,
        "SES-DNS-001",
        "at the registrar set the name servers of starlightpractice.com to ns-",
    )
    yield Broken(
        "several MX",
        several_mx,
        "SES-MX-001",
        "remove all but 10 feedback-smtp.us-east-2.amazonses.com",
        also=frozenset({"SES-MAILFROM-001", "SES-MAILFROM-002"}),
    )
    yield Broken(
        "SPF names somebody else",
        wrong_spf,
        "SES-SPF-001",
        "ses-provision apply --env prod",
    )
    yield Broken(
        "no DMARC",
        no_dmarc,
        "SES-DMARC-001",
        "ses-provision apply --env prod",
        also=frozenset({"SES-DMARC-003"}),
    )
    yield Broken(
        "reports to a domain that does not want them",
        dmarc("v=DMARC1; p=reject; rua=mailto:dmarc@reports.example"),
        "SES-DMARC-003",
        "TXT starlightpractice.com._report._dmarc.reports.example with the value",
    )
    yield Broken(
        "nobody gets reports",
        dmarc("v=DMARC1; p=none"),
        "SES-DMARC-003",
        "ses-provision apply --env prod --take-over dmarc",
    )
    yield Broken(
        "DMARC does nothing yet",
        nothing,
        "SES-DMARC-002",
        'dmarc.policy = "quarantine"',
    )
    yield Broken(
        "DMARC quarantines",
        dmarc("v=DMARC1; p=quarantine; rua=mailto:ops@starlightpractice.com"),
        "SES-DMARC-002",
        'dmarc.policy = "reject"',
    )


def in_events() -> Iterator[Broken]:
    """What nobody would learn."""
    yield Broken(
        "events go elsewhere",
        elsewhere,
        "SES-EVENTS-001",
        "ses-provision apply",
    )
    yield Broken(
        "no destination",
        lambda health: health.call(
            "sesv2",
            "DeleteConfigurationSetEventDestination",
            ConfigurationSetName=health.env.configuration_set.name,
            EventDestinationName=health.env.events.destination,
        ),
        "SES-EVENTS-001",
        "ses-provision apply",
    )
    yield Broken(
        "destination off", destination(Enabled=False), "SES-EVENTS-001", "ses-provision apply"
    )
    yield Broken(
        "an event type is missing",
        destination(MatchingEventTypes=["BOUNCE"]),
        "SES-EVENTS-001",
        "ses-provision apply",
    )
    yield Broken(
        "SES may not publish",
        statements_without("ses.amazonaws.com"),
        "SES-EVENTS-002",
        "ses-provision apply",
    )
    yield Broken(
        "publishing is denied",
        denied_by_policy,
        "SES-EVENTS-002",
        "topic ses-events-prod, Access policy: take out {",
    )
    yield Broken("the key of SNS", sns_key, "SES-EVENTS-003", "events.kms_key")
    yield Broken("the key lets nobody in", closed_key, "SES-EVENTS-003", "Key policy: allow ses.")
    yield Broken("the key is disabled", disabled_key, "SES-EVENTS-003", "aws kms enable-key")
    yield Broken(
        "there is no such key",
        missing_key,
        "SES-EVENTS-003",
        "set events.kms_key in config/prod.toml to a key that there is",
    )
    yield Broken(
        "a subscriber has not confirmed",
        pending_subscriber,
        "SES-EVENTS-004",
        'new@starlightpractice.com opens each mail "AWS Notification',
    )
    yield Broken(
        "nobody is subscribed",
        no_subscriber,
        "SES-EVENTS-004",
        "ses-provision apply",
    )


def in_alarms() -> Iterator[Broken]:
    """What would wake nobody."""
    yield Broken(
        "the topic of another region's alarms is gone",
        no_far_topic,
        "SES-ALARM-003",
        "ses-provision apply",
    )
    yield Broken("an alarm is missing", no_alarm, "SES-ALARM-001", "ses-provision apply")
    yield Broken(
        "an alarm is switched off",
        lambda health: health.alarm(ActionsEnabled=False),
        "SES-ALARM-001",
        "ses-provision apply",
    )
    yield Broken(
        "an alarm watches another metric",
        lambda health: health.alarm(MetricName="BounceRate"),
        "SES-ALARM-001",
        "ses-provision apply",
    )
    yield Broken(
        "alarms only where the metric is not",
        metric_elsewhere,
        "SES-ALARM-002",
        'set alarms.regions = ["us-east-2", "us-east-1"] in config/prod.toml',
    )
    yield Broken(
        "CloudWatch may not publish",
        alarms_shut_out,
        "SES-ALARM-003",
        "ses-provision apply",
    )
    yield Broken(
        "an alarm has no action",
        lambda health: health.alarm(AlarmActions=[]),
        "SES-ALARM-003",
        "ses-provision apply",
    )
    yield Broken(
        "an alarm rings too late",
        lambda health: health.alarm(Threshold=0.2),
        "SES-ALARM-004",
        "ses-provision apply",
    )
    yield Broken(
        "a storm of events can silence the alarms",
        one_topic_for_all,
        "SES-ALARM-006",
        "set alarms.topic to a name of its own in config/prod.toml",
    )
    yield Broken("an alarm is ringing", ringing, "SES-ALARM-005", "Reputation metrics")


def in_permissions() -> Iterator[Broken]:
    """What IAM would refuse, or allow too much of."""
    yield Broken(
        "the role does not exist",
        no_role,
        "SES-ROLE-001",
        "correct sender.role",
        also=frozenset({"SES-ROLE-002", "SES-ROLE-003", "SES-ROLE-004"}),
    )
    yield Broken(
        "the policy forgets the configuration set",
        role_policy(forget_the_set),
        "SES-ROLE-003",
        "ses-provision apply",
        also=frozenset({"SES-ROLE-002"}),
    )
    yield Broken(
        "the policy was widened",
        role_policy(lambda statements: statements[0].update(Resource="*")),
        "SES-ROLE-002",
        "ses-provision apply",
    )
    yield Broken(
        "another policy allows too much",
        wide_policy,
        "SES-ROLE-004",
        "IAM console, role patient-mailer: narrow the other policies",
    )


def in_account() -> Iterator[Broken]:
    """What AWS does not let through."""
    yield Broken(
        "sandbox",
        nothing,
        "SES-SANDBOX-001",
        "ses-provision request-access --env prod --submit",
        in_sandbox=True,
    )
    yield Broken(
        "review pending",
        reviewed(""),
        "SES-SANDBOX-001",
        "request-access --env prod --wait",
        status="waiting",
        in_sandbox=True,
    )
    yield Broken(
        "review denied",
        reviewed("DENIED"),
        "SES-SANDBOX-001",
        "AWS Support console, case 17",
        in_sandbox=True,
    )
    yield Broken(
        "review failed", reviewed("FAILED"), "SES-SANDBOX-001", "--submit", in_sandbox=True
    )
    yield Broken(
        "under review", enforcement("PROBATION"), "SES-ACCOUNT-001", "region us-east-2, Account"
    )
    yield Broken(
        "paused by AWS", enforcement("SHUTDOWN"), "SES-ACCOUNT-001", "region us-east-2, Account"
    )
    yield Broken(
        "sending off",
        account_off,
        "SES-ACCOUNT-001",
        "ses-provision resume --env prod --account",
    )
    yield Broken(
        "no suppression",
        no_suppression,
        "SES-ACCOUNT-002",
        "suppression settings --env prod --reason BOUNCE --reason COMPLAINT",
    )
    yield Broken(
        "SES recommends something",
        recommended,
        "SES-ACCOUNT-003",
        "region us-east-2, Virtual Deliverability Manager > Advisor",
        also=frozenset({"SES-DMARC-001", "SES-DMARC-003"}),
    )


def in_hipaa() -> Iterator[Broken]:
    """What a reviewer would ask about."""
    yield Broken("BAA ended", no_baa, "SES-HIPAA-001", "Artifact > Agreements")
    yield Broken("TLS is optional", tls_optional, "SES-HIPAA-002", "ses-provision apply")
    yield Broken(
        "clicks are tracked",
        destination(MatchingEventTypes=["BOUNCE", "COMPLAINT", "DELIVERY_DELAY", "CLICK"]),
        "SES-HIPAA-005",
        "ses-provision apply",
    )
    yield Broken("engagement is tracked", engaged, "SES-HIPAA-005", "engagement tracking off")
    yield Broken("bounces are mailed back", forwarding, "SES-HIPAA-006", "ses-provision apply")
    yield Broken("a tag names a patient", personal_tag, "SES-HIPAA-007", "remove it from tags")
    yield Broken("topic without key", nothing, "SES-HIPAA-003", "events.kms_key")
    yield Broken("events by e-mail", nothing, "SES-HIPAA-004", "subscribe a queue")
    yield Broken("evidence", nothing, "SES-HIPAA-008", "--format html")
    yield Broken("hand-over", nothing, "SES-HANDOVER-001", "outputs --env prod")
