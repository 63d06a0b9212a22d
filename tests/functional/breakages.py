"""How things break: each of these breaks exactly one thing of a healthy environment."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.functional.health import ROLE, Health

Break = Callable[[Health], None]


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


def alarms_shut_out(health: Health) -> None:
    """The policy of the alarms' topic no longer lets CloudWatch in."""

    def edit(statements: list[dict[str, Any]]) -> None:
        statements[:] = [one for one in statements if "cloudwatch" not in json.dumps(one)]

    health.topic_policy(edit, health.alarm_topic)


def one_topic_for_all(health: Health) -> None:
    """The alarms notify the topic of the events, as they do where the file names none."""
    health.change('topic = "ses-alarms-prod"', '# topic = ""')
    assert health.run("apply", "--yes").status == 0
    health.local.confirm_subscriptions(health.env.account_id)


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
    arn = health.alarm_topic.replace("us-east-2", "us-east-1")
    health.call("sns", "DeleteTopic", "us-east-1", TopicArn=arn)


def metric_elsewhere(health: Health) -> None:
    """The alarms stand only where the metric is not, as the plan has it."""
    health.change('regions = ["us-east-2", "us-east-1"]', 'regions = ["us-east-1"]')


def ringing(health: Health) -> None:
    """Mail bounces, and the bounce alarm rings."""
    health.local.knobs = replace(health.local.knobs, simulator_moves_reputation=True)
    for _ in range(2):
        health.run("send-test", "--to", "bounce@simulator.amazonses.com")


def no_role(health: Health) -> None:
    """The file names a role that does not exist."""
    health.change(f'role = "{ROLE}"', 'role = "nobody"')


def role_policy(edit: Callable[[list[dict[str, Any]]], None]) -> Break:
    """The sender policy is edited by hand."""

    def change(health: Health) -> None:
        named = {"RoleName": ROLE, "PolicyName": health.env.policy_name}
        from ses_provision.engine.account import Account
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
