"""Each condition that keeps an environment from being ready: how it comes about, in one place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.functional.health import ROLE, Health

Break = Callable[[Health], None]


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


LATER = 60.0
FOUR_DAYS = 4 * 24 * 3600.0


def nothing(_: Health) -> None:
    """It is so in the shipped environment."""


def without_dkim(health: Health) -> None:
    """One DKIM record goes."""
    health.remove(health.records("CNAME", f"_domainkey.{health.env.domain}")[0])


def lost_for_good(health: Health) -> None:
    """The DKIM records go, SES gives up, and they come back."""
    kept = health.records("CNAME", f"_domainkey.{health.env.domain}")
    for one in kept:
        health.remove(one)
    health.run("dkim-status")
    health.local.clock.advance(FOUR_DAYS)
    health.run("dkim-status")
    for one in kept:
        values = [value["Value"] for value in one["ResourceRecords"]]
        health.zone(("CREATE", one["Name"], "CNAME", values))


def signing_off(health: Health) -> None:
    """Somebody switches signing off."""
    domain = health.env.domain
    health.call(
        "sesv2", "PutEmailIdentityDkimAttributes", EmailIdentity=domain, SigningEnabled=False
    )


def short_key(health: Health) -> None:
    """The environment once asked for a short key, and has it still."""
    wanted_short(health)
    health.change('[dkim]\nkey_length = "RSA_1024_BIT"\n', "")


def wanted_short(health: Health) -> None:
    """The environment asks for a short key."""
    health.change("[dmarc]", '[dkim]\nkey_length = "RSA_1024_BIT"\n[dmarc]')
    assert health.run("apply", "--yes", "--wait").status == 0


def other_mail_from(identity: str) -> Break:
    """An identity loses the custom MAIL FROM."""

    def change(health: Health) -> None:
        name = health.env.domain if identity == "domain" else health.env.from_address
        health.call("sesv2", "PutEmailIdentityMailFromAttributes", EmailIdentity=name)

    return change


def no_sender(health: Health) -> None:
    """The address identity is deleted."""
    health.call("sesv2", "DeleteEmailIdentity", EmailIdentity=health.env.from_address)


def set_off(health: Health) -> None:
    """Sending is switched off for the configuration set."""
    name = health.env.configuration_set.name
    health.call(
        "sesv2",
        "PutConfigurationSetSendingOptions",
        ConfigurationSetName=name,
        SendingEnabled=False,
    )


def other_default(health: Health) -> None:
    """The sender has no default configuration set."""
    address = health.env.from_address
    health.call("sesv2", "PutEmailIdentityConfigurationSetAttributes", EmailIdentity=address)


def registrar_elsewhere(health: Health) -> None:
    """The domain is delegated to the registrar's servers, which have a copy of the records."""
    names = [health.env.domain, health.env.mail_from_domain, f"_dmarc.{health.env.domain}"]
    for kind in ("MX", "TXT", "CNAME"):
        for record in health.records(kind):
            name = record["Name"].rstrip(".")
            if name in names or "_domainkey" in name:
                values = [one["Value"].strip('"').rstrip(".") for one in record["ResourceRecords"]]
                health.local.declare_dns(name, kind, values)
    health.local.declare_dns(health.env.domain, "NS", ["ns1.registrar.example"])


def several_mx(health: Health) -> None:
    """A second mail exchanger stands at the MAIL FROM domain."""
    health.slow_ses()
    name, [record] = health.env.mail_from_domain, health.records("MX")
    values = [one["Value"] for one in record["ResourceRecords"]]
    health.zone(("UPSERT", name, "MX", [*values, "20 mx.example.com"]))


def wrong_spf(health: Health) -> None:
    """SPF at the MAIL FROM domain names somebody else."""
    name = health.env.mail_from_domain
    health.zone(("UPSERT", name, "TXT", ['"v=spf1 include:example.com -all"']))


def no_dmarc(health: Health) -> None:
    """The DMARC record goes."""
    health.remove(health.records("TXT", f"_dmarc.{health.env.domain}")[0])


def dmarc(value: str) -> Break:
    """DMARC says something else."""
    return lambda health: health.zone(
        ("UPSERT", f"_dmarc.{health.env.domain}", "TXT", [json.dumps(value)])
    )


def destination(**changes: Any) -> Break:
    """The event destination is changed."""

    def change(health: Health) -> None:
        definition: dict[str, Any] = {
            "Enabled": True,
            "MatchingEventTypes": ["BOUNCE", "COMPLAINT", "DELIVERY_DELAY"],
            "SnsDestination": {"TopicArn": health.topic},
            **changes,
        }
        health.call(
            "sesv2",
            "UpdateConfigurationSetEventDestination",
            ConfigurationSetName=health.env.configuration_set.name,
            EventDestinationName=health.env.events.destination,
            EventDestination=definition,
        )

    return change


def elsewhere(health: Health) -> None:
    """The destination names another topic."""
    made = health.call("sns", "CreateTopic", Name="other")["TopicArn"]
    held = health.call("sns", "GetTopicAttributes", TopicArn=health.topic)["Attributes"]["Policy"]
    policy = held.replace(health.topic, made)
    health.call(
        "sns", "SetTopicAttributes", TopicArn=made, AttributeName="Policy", AttributeValue=policy
    )
    destination(SnsDestination={"TopicArn": made})(health)


def statements_without(service: str) -> Break:
    """The topic's policy no longer lets a service in."""

    def edit(statements: list[dict[str, Any]]) -> None:
        statements[:] = [one for one in statements if service not in json.dumps(one)]

    return lambda health: health.topic_policy(edit)


def denied_by_policy(health: Health) -> None:
    """Somebody adds a statement that denies publishing to all."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": health.topic}
    health.topic_policy(lambda statements: statements.append(deny))


def sns_key(health: Health) -> None:
    """The topic is encrypted with the key that no other service can use."""
    health.topic_attribute("KmsMasterKeyId", "alias/aws/sns")


def customer_key(health: Health) -> str:
    """The topic is encrypted with a customer key whose policy names the account alone."""
    key = health.call("kms", "CreateKey", Description="events")["KeyMetadata"]["KeyId"]
    health.topic_attribute("KmsMasterKeyId", key)
    return str(key)


def closed_key(health: Health) -> None:
    """The customer key lets no service in."""
    customer_key(health)


def disabled_key(health: Health) -> None:
    """The customer key is disabled."""
    health.call("kms", "DisableKey", KeyId=customer_key(health))


def missing_key(health: Health) -> None:
    """The customer key does not exist."""
    health.topic_attribute("KmsMasterKeyId", "11111111-2222-3333-4444-555555555555")


def pending_subscriber(health: Health) -> None:
    """One more address was subscribed and never confirmed."""
    health.call(
        "sns",
        "Subscribe",
        TopicArn=health.topic,
        Protocol="email",
        Endpoint="new@starlightpractice.com",
    )


def no_subscriber(health: Health) -> None:
    """The only subscriber is gone."""
    listed = health.call("sns", "ListSubscriptionsByTopic", TopicArn=health.topic)
    for one in listed["Subscriptions"]:
        health.call("sns", "Unsubscribe", SubscriptionArn=one["SubscriptionArn"])


def no_alarm(health: Health) -> None:
    """An alarm is deleted."""
    health.call("cloudwatch", "DeleteAlarms", AlarmNames=[health.env.bounce_alarm])


def no_far_topic(health: Health) -> None:
    """The topic in us-east-1 is deleted."""
    arn = health.topic.replace("us-east-2", "us-east-1")
    health.call("sns", "DeleteTopic", "us-east-1", TopicArn=arn)


def metric_elsewhere(health: Health) -> None:
    """The alarms stand only where the metric is not, as the plan has it."""
    health.change('regions = ["us-east-2", "us-east-1"]', 'regions = ["us-east-1"]')


def ringing(health: Health) -> None:
    """Mail bounces, and the bounce alarm rings."""
    for _ in range(2):
        health.run("send-test", "--to", "bounce@simulator.amazonses.com")


def no_role(health: Health) -> None:
    """The file names a role that does not exist."""
    health.change(f'role = "{ROLE}"', 'role = "nobody"')


def role_policy(edit: Callable[[list[dict[str, Any]]], None]) -> Break:
    """The sender policy is edited by hand."""

    def change(health: Health) -> None:
        named = {"RoleName": ROLE, "PolicyName": health.env.policy_name}
        from ses_provision.facts import Account
        from ses_provision.steps import role

        env = health.env.with_role(ROLE)
        statements = role.statements(env, Account(env.account_id, env.region))
        edit(statements)
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        health.call("iam", "PutRolePolicy", **named, PolicyDocument=document)

    return change


def forget_the_set(statements: list[dict[str, Any]]) -> None:
    """The configuration set is not among the resources."""
    statements[0]["Resource"] = statements[0]["Resource"][:2]


def wide_policy(health: Health) -> None:
    """The role has another policy that allows everything in SES."""
    everything = {"Effect": "Allow", "Action": "ses:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    health.call("iam", "PutRolePolicy", RoleName=ROLE, PolicyName="wide", PolicyDocument=document)


def reviewed(decision: str) -> Break:
    """Production access was asked for; AWS has decided, or not yet."""

    def change(health: Health) -> None:
        assert health.run("request-access", "--submit", "--yes").status == 0
        if decision:
            health.local.decide_review(health.env.account_id, health.env.region, decision)

    return change


def enforcement(status: str) -> Break:
    """AWS reviews or has paused the account."""
    return lambda health: health.local.set_enforcement(
        health.env.account_id, health.env.region, status
    )


def account_off(health: Health) -> None:
    """Somebody switched sending off for the account."""
    health.call("sesv2", "PutAccountSendingAttributes", SendingEnabled=False)


def no_suppression(health: Health) -> None:
    """The account's suppression list is off for complaints."""
    health.call("sesv2", "PutAccountSuppressionAttributes", SuppressedReasons=["BOUNCE"])


def recommended(health: Health) -> None:
    """Virtual Deliverability Manager is on and misses DMARC."""
    health.call(
        "sesv2",
        "PutAccountVdmAttributes",
        VdmAttributes={"VdmEnabled": "ENABLED"},
    )
    no_dmarc(health)


def engaged(health: Health) -> None:
    """Virtual Deliverability Manager tracks engagement."""
    attributes = {"EngagementMetrics": "ENABLED"}
    health.call(
        "sesv2",
        "PutAccountVdmAttributes",
        VdmAttributes={"VdmEnabled": "ENABLED", "DashboardAttributes": attributes},
    )


def no_baa(health: Health) -> None:
    """The addendum was ended."""
    health.local.end_baa(health.env.account_id)


def tls_optional(health: Health) -> None:
    """Mail may leave in clear text."""
    health.call(
        "sesv2",
        "PutConfigurationSetDeliveryOptions",
        ConfigurationSetName=health.env.configuration_set.name,
        TlsPolicy="OPTIONAL",
    )


def forwarding(health: Health) -> None:
    """Bounces are mailed back."""
    health.call(
        "sesv2",
        "PutEmailIdentityFeedbackAttributes",
        EmailIdentity=health.env.domain,
        EmailForwardingEnabled=True,
    )


def personal_tag(health: Health) -> None:
    """A tag names a patient."""
    arn = f"arn:aws:ses:{health.env.region}:{health.env.account_id}:identity/{health.env.domain}"
    tags = [{"Key": "patient", "Value": "J. Doe"}]
    health.call("sesv2", "TagResource", ResourceArn=arn, Tags=tags)


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
    yield Broken("the set does not send", set_off, "SES-CONFIGSET-001", "ses-provision apply")
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
        "at the registrar set its name servers to ns-",
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
        also=frozenset({"SES-MAILFROM-001", "SES-MAILFROM-002"}),
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
        'TXT starlightpractice.com._report._dmarc.reports.example "v=DMARC1"',
    )
    yield Broken(
        "nobody gets reports", dmarc("v=DMARC1; p=none"), "SES-DMARC-003", "dmarc.reports_to"
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
        "ses-provision apply",
        also=frozenset({"SES-ALARM-003"}),
    )
    yield Broken("the key of SNS", sns_key, "SES-EVENTS-003", "events.kms_key")
    yield Broken("the key lets nobody in", closed_key, "SES-EVENTS-003", "Key policy: allow ses.")
    yield Broken("the key is disabled", disabled_key, "SES-EVENTS-003", "aws kms enable-key")
    yield Broken("there is no such key", missing_key, "SES-EVENTS-003", "correct events.kms_key")
    yield Broken(
        "a subscriber has not confirmed",
        pending_subscriber,
        "SES-EVENTS-004",
        'new@starlightpractice.com opens the mail "AWS Notification',
        also=frozenset({"SES-ALARM-003"}),
    )
    yield Broken(
        "nobody is subscribed",
        no_subscriber,
        "SES-EVENTS-004",
        "ses-provision apply",
        also=frozenset({"SES-ALARM-003"}),
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
        'add "us-east-2" to alarms.regions',
    )
    yield Broken(
        "CloudWatch may not publish",
        statements_without("cloudwatch.amazonaws.com"),
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
        "alarms.bounce_rate (at most 0.05)",
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
        "put-account-sending-attributes --sending-enabled --region us-east-2",
    )
    yield Broken(
        "no suppression",
        no_suppression,
        "SES-ACCOUNT-002",
        "--suppressed-reasons BOUNCE COMPLAINT --region us-east-2",
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
    yield Broken("TLS is optional", tls_optional, "SES-HIPAA-002", 'tls_policy = "REQUIRE"')
    yield Broken(
        "clicks are tracked",
        destination(MatchingEventTypes=["BOUNCE", "COMPLAINT", "DELIVERY_DELAY", "CLICK"]),
        "SES-HIPAA-005",
        "events.types",
    )
    yield Broken("engagement is tracked", engaged, "SES-HIPAA-005", "engagement tracking off")
    yield Broken(
        "bounces are mailed back", forwarding, "SES-HIPAA-006", "sender.feedback_forwarding = false"
    )
    yield Broken("a tag names a patient", personal_tag, "SES-HIPAA-007", "remove it from tags")
    yield Broken("topic without key", nothing, "SES-HIPAA-003", "events.kms_key")
    yield Broken("events by e-mail", nothing, "SES-HIPAA-004", "subscribe a queue")
    yield Broken("evidence", nothing, "SES-HIPAA-008", "--format html")
    yield Broken("hand-over", nothing, "SES-HANDOVER-001", "outputs --env prod")
