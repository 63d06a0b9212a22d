"""An environment as Terraform or OpenTofu: import blocks, and resources that change nothing.

Argument names and import ids are those of the AWS provider 5 (registry documentation of
hashicorp/aws).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ses_provision.environment import Environment
from ses_provision.export import (
    hcl,
    terraform_archive,
    terraform_functions,
    terraform_pools,
    terraform_queues,
    terraform_receiving,
    terraform_tenants,
)
from ses_provision.export.hcl import Block, Json, Reference
from ses_provision.export.terraform_blocks import Managed, elsewhere, name, resources
from ses_provision.export.terraform_ignored import NOT_IN_AWS, OWN_KEY, ignoring
from ses_provision.export.terraform_providers import DNS_ALIAS, providers
from ses_provision.names import dns_name, txt_value
from ses_provision.resources import policies
from ses_provision.resources.cloudwatch import Alarm
from ses_provision.resources.dashboard import Dashboard
from ses_provision.resources.dmarc import Dmarc
from ses_provision.resources.dns_zone import DnsZone
from ses_provision.resources.functions import Function
from ses_provision.resources.iam import RolePolicy
from ses_provision.resources.iam_users import SmtpUser, UserPolicy
from ses_provision.resources.record_sets import RecordSet, TxtValue
from ses_provision.resources.route53 import Zone
from ses_provision.resources.ses import (
    ConfigurationSet,
    EmailIdentity,
    EventDestination,
    MailFrom,
)
from ses_provision.resources.ses.own_key import EXTERNAL
from ses_provision.resources.sns import Subscription, Topic

BESIDE = (
    terraform_archive,
    terraform_functions,
    terraform_pools,
    terraform_queues,
    terraform_receiving,
    terraform_tenants,
)
"""The modules that register the forms of further resources."""


def export(env: Environment, live: Sequence[Any]) -> str:
    """The file: providers, then each resource after its import block."""
    found, seen = [], set()
    for one in (managed for resource in live for managed in resources(resource, env)):
        if (one.type, one.id, one.provider) not in seen:
            seen.add((one.type, one.id, one.provider))
            found.append(one)
    left_out = [note(one) for one in live if note(one)]
    head = [
        hcl.comment(f"{env.name}: {env.domain}, account {env.account_id}."),
        *map(hcl.comment, left_out),
    ]
    parts = ["\n".join(head), *providers(env, {one.provider for one in found} - {""})]
    for one in found:
        parts.append(hcl.block("import", (), {"to": Reference(one.address), "id": one.id}))
        chosen = {"provider": Reference(f"aws.{one.provider}")} if one.provider else {}
        parts.append(hcl.block("resource", (one.type, one.name), {**chosen, **one.arguments}))
    return "\n\n".join(parts) + "\n"


def note(resource: Any) -> str:
    """Why something is left out."""
    match resource:
        case Subscription(arn=arn) if not arn.startswith("arn:"):
            return f"Left out until confirmed: {resource.label}"
        case Dmarc(served_by=served) | TxtValue(served_by=served) if served:
            return f"Left out, for it is not ours: {resource.name} ({served})"
        case RecordSet(zone=zone) | TxtValue(zone=zone) | Dmarc(zone=zone) if not is_hosted(zone):
            return f"Left out, for its zone is not in Route 53: {resource.label}"
        case Function():
            return f"Left out, for Terraform wants its code in a file beside: {resource.label}"
        case EventDestination(topic_arn="", stream=stream, bus_arn="") if not stream:
            return f"Left out, for it reports elsewhere: {resource.label}"
    if resources.dispatch(type(resource)) is resources.dispatch(object):
        return f"Left out, for this export has no form for it: {resource.label}"
    return ""


def is_hosted(zone: DnsZone) -> bool:
    """Whether a zone is one of Route 53's."""
    return isinstance(zone, Zone)


@resources.register
def _(resource: ConfigurationSet, env: Environment) -> list[Managed]:
    del env
    other = resource.other_delivery
    delivery = {
        "tls_policy": resource.tls_policy,
        "sending_pool_name": other.get("SendingPoolName"),
        "max_delivery_seconds": other.get("MaxDeliverySeconds"),
    }
    tracking = {
        "custom_redirect_domain": resource.tracking.get("CustomRedirectDomain"),
        "https_policy": resource.tracking.get("HttpsPolicy"),
    }
    return [
        Managed(
            "aws_sesv2_configuration_set",
            name(resource.name),
            resource.name,
            {
                "configuration_set_name": resource.name,
                "tags": resource.tags,
                "delivery_options": Block(delivery),
                "tracking_options": Block(tracking) if any(tracking.values()) else None,
                "reputation_options": Block(
                    {"reputation_metrics_enabled": resource.reputation_metrics}
                ),
                "suppression_options": Block(
                    {"suppressed_reasons": sorted(resource.suppressed_reasons or ())}
                ),
            },
        )
    ]


@resources.register
def _(resource: EmailIdentity, env: Environment) -> list[Managed]:
    del env
    length = resource.dkim_key_length
    signing = Block({"next_signing_key_length": length}) if length else None
    own = resource.dkim_origin == EXTERNAL
    kept = ignoring(OWN_KEY) if own else None
    return [
        Managed(
            "aws_sesv2_email_identity",
            name(resource.name),
            resource.name,
            {
                "email_identity": resource.name,
                "configuration_set_name": resource.configuration_set,
                "tags": resource.tags,
                "dkim_signing_attributes": signing,
                "lifecycle": kept,
            },
        ),
        Managed(
            "aws_sesv2_email_identity_feedback_attributes",
            name(resource.name),
            resource.name,
            {
                "email_identity": resource.name,
                "email_forwarding_enabled": resource.feedback_forwarding,
            },
        ),
    ]


@resources.register
def _(resource: MailFrom, env: Environment) -> list[Managed]:
    del env
    return [
        Managed(
            "aws_sesv2_email_identity_mail_from_attributes",
            name(resource.identity),
            resource.identity,
            {
                "email_identity": resource.identity,
                "mail_from_domain": resource.domain,
                "behavior_on_mx_failure": resource.on_mx_failure,
            },
        )
    ]


@resources.register
def _(resource: EventDestination, env: Environment) -> list[Managed]:
    del env
    topic, stream, bus = resource.topic_arn, resource.stream, resource.bus_arn
    if not (topic or stream or bus):
        return []
    reported = {
        "iam_role_arn": stream.get("IamRoleArn"),
        "delivery_stream_arn": stream.get("DeliveryStreamArn"),
    }
    destination = {
        "enabled": resource.enabled,
        "matching_event_types": sorted(resource.types),
        "sns_destination": Block({"topic_arn": topic}) if topic else None,
        "kinesis_firehose_destination": Block(reported) if stream else None,
        "event_bridge_destination": Block({"event_bus_arn": bus}) if bus else None,
    }
    return [
        Managed(
            "aws_sesv2_configuration_set_event_destination",
            name(resource.name),
            f"{resource.configuration_set}|{resource.name}",
            {
                "configuration_set_name": resource.configuration_set,
                "event_destination_name": resource.name,
                "event_destination": Block(destination),
            },
        )
    ]


@resources.register
def _(resource: Topic, env: Environment) -> list[Managed]:
    provider = elsewhere(resource.arn, env)
    named = name(resource.name, provider)
    written = [*resource.other_statements.values(), *resource.statements.values()]
    return [
        Managed(
            "aws_sns_topic",
            named,
            resource.arn,
            {
                "name": resource.name,
                "kms_master_key_id": resource.kms_key or None,
                "tags": resource.tags,
            },
            provider,
        ),
        Managed(
            "aws_sns_topic_policy",
            named,
            resource.arn,
            {"arn": resource.arn, "policy": Json(json.loads(policies.document(written)))},
            provider,
        ),
    ]


@resources.register
def _(resource: Subscription, env: Environment) -> list[Managed]:
    if note(resource):
        return []
    provider = elsewhere(resource.topic_arn, env)
    topic = resource.topic_arn.rpartition(":")[2]
    return [
        Managed(
            "aws_sns_topic_subscription",
            name(topic, resource.endpoint, provider),
            resource.arn,
            {
                "topic_arn": resource.topic_arn,
                "protocol": resource.protocol,
                "endpoint": resource.endpoint,
                "lifecycle": ignoring(NOT_IN_AWS),
            },
            provider,
        )
    ]


@resources.register
def _(resource: Alarm, env: Environment) -> list[Managed]:
    provider = elsewhere(resource.arn, env)
    other = resource.other_actions
    return [
        Managed(
            "aws_cloudwatch_metric_alarm",
            name(resource.name, provider),
            resource.name,
            {
                "alarm_name": resource.name,
                "alarm_description": resource.description,
                "namespace": resource.namespace,
                "metric_name": resource.metric,
                "dimensions": resource.dimensions or None,
                "statistic": resource.statistic,
                "period": resource.period,
                "evaluation_periods": resource.evaluation_periods,
                "datapoints_to_alarm": resource.datapoints_to_alarm,
                "unit": resource.unit,
                "comparison_operator": resource.comparison,
                "threshold": resource.threshold,
                "treat_missing_data": resource.missing_data,
                "actions_enabled": resource.actions_enabled,
                "alarm_actions": sorted({*resource.alarm_actions, *other.get("AlarmActions", ())}),
                "ok_actions": sorted({*resource.ok_actions, *other.get("OKActions", ())}),
                "insufficient_data_actions": other.get("InsufficientDataActions") or None,
                "tags": resource.tags,
            },
            provider,
        )
    ]


@resources.register
def _(resource: Dashboard, env: Environment) -> list[Managed]:
    del env
    # The provider has no tags on dashboards (hashicorp/aws 5.x and 6.x, aws_cloudwatch_dashboard).
    return [
        Managed(
            "aws_cloudwatch_dashboard",
            name(resource.name),
            resource.name,
            {"dashboard_name": resource.name, "dashboard_body": Json(resource.parsed)},
        )
    ]


@resources.register
def _(resource: RolePolicy, env: Environment) -> list[Managed]:
    del env
    return [
        Managed(
            "aws_iam_role_policy",
            name(resource.name),
            f"{resource.role}:{resource.name}",
            {
                "role": resource.role,
                "name": resource.name,
                "policy": Json(json.loads(policies.document(resource.statements.values()))),
            },
        )
    ]


@resources.register
def _(resource: SmtpUser, env: Environment) -> list[Managed]:
    del env
    return [
        Managed(
            "aws_iam_user",
            name(resource.name),
            resource.name,
            {
                "name": resource.name,
                "permissions_boundary": resource.bound_by or None,
                "tags": resource.tags,
            },
        )
    ]


@resources.register
def _(resource: UserPolicy, env: Environment) -> list[Managed]:
    del env
    return [
        Managed(
            "aws_iam_user_policy",
            name(resource.user, resource.name),
            f"{resource.user}:{resource.name}",
            {
                "user": resource.user,
                "name": resource.name,
                "policy": Json(json.loads(policies.document(resource.statements.values()))),
            },
        )
    ]


@resources.register(RecordSet)
@resources.register(TxtValue)
@resources.register(Dmarc)
def _(resource: RecordSet | TxtValue | Dmarc, env: Environment) -> list[Managed]:
    if note(resource):
        return []
    raw = resource.raw
    record_name = dns_name(raw["Name"])
    return [
        Managed(
            "aws_route53_record",
            name(raw["Type"], record_name),
            f"{resource.zone.id}_{record_name}_{raw['Type']}",
            {
                "zone_id": resource.zone.id,
                "name": record_name,
                "type": raw["Type"],
                "ttl": raw["TTL"],
                "records": [
                    record_value(raw["Type"], one["Value"]) for one in raw["ResourceRecords"]
                ],
            },
            DNS_ALIAS if env.dns.elsewhere else "",
        )
    ]


def record_value(record_type: str, value: str) -> str:
    """A value as the provider takes it: it puts the outer quotes of TXT strings itself, and takes
    the inner ones of a long text as they are."""
    if record_type != "TXT":
        return value.rstrip(".")
    return value[1:-1] if value.startswith('"') else txt_value(value)
