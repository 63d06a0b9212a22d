"""An environment as a CloudFormation template whose resources are imported, not made.

Only what CloudFormation can import is in it; record sets, topic policies, subscriptions, event
destinations, receipt rules and who may call a function stay outside of the stack. A stack has one
region, so alarms and topics of other regions are outside as well (CloudFormation User Guide,
importing existing resources).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ses_provision.environment import Environment
from ses_provision.export import cloudformation_tenants
from ses_provision.export.cloudformation_blocks import Imported, logical_ids, resource
from ses_provision.names import region_of
from ses_provision.outside import functions
from ses_provision.resources import policies, tags
from ses_provision.resources.athena import WorkGroup
from ses_provision.resources.cloudwatch import Alarm
from ses_provision.resources.dashboard import Dashboard
from ses_provision.resources.firehose import DeliveryStream
from ses_provision.resources.functions import Function
from ses_provision.resources.iam import RolePolicy
from ses_provision.resources.logs import LogGroup
from ses_provision.resources.s3 import SHUT, Bucket, encrypted
from ses_provision.resources.service_role import ServiceRole
from ses_provision.resources.ses import (
    Archiving,
    ConfigurationSet,
    EmailIdentity,
    MailFrom,
    Pool,
    SendingPool,
    Tracking,
)
from ses_provision.resources.sns import Topic

BESIDE = (cloudformation_tenants,)
"""Modules that say what CloudFormation makes of resources of one kind."""


def export(env: Environment, live: Sequence[Any]) -> dict[str, Any]:
    """The template, and the list that `create-change-set --change-set-type IMPORT` takes."""
    mail_from = {one.identity: one for one in live if isinstance(one, MailFrom)}
    found = [
        imported
        for one in live
        if (imported := resource(one, env)) is not None and not left_out(one, env)
    ]
    found = [with_mail_from(one, mail_from) for one in found]
    named = list(zip(logical_ids(found), found, strict=True))
    return {
        "template": {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": f"Amazon SES for {env.domain}",
            "Resources": {
                name: {
                    "Type": one.type,
                    "DeletionPolicy": "Retain",
                    "UpdateReplacePolicy": "Retain",
                    "Properties": one.properties,
                }
                for name, one in named
            },
        },
        "resources_to_import": [
            {
                "ResourceType": one.type,
                "LogicalResourceId": name,
                "ResourceIdentifier": dict(one.identifier),
            }
            for name, one in named
        ],
        "left_out": [one.label for one in live if left_out(one, env)],
    }


def template(env: Environment, live: Sequence[Any]) -> dict[str, Any]:
    """The template as CloudFormation takes it; the rest as metadata, which it does not read."""
    found = export(env, live)
    metadata = {
        "ResourcesToImport": found["resources_to_import"],
        "LeftOut": found["left_out"],
    }
    return {**found["template"], "Metadata": metadata}


def left_out(one: Any, env: Environment) -> bool:
    """Whether a resource is not in the template."""
    if isinstance(one, MailFrom):
        return is_dynamic(mail_from_attributes(one))
    if isinstance(one, SendingPool | Tracking | Archiving):
        return False  # the configuration set has them as properties
    made = resource(one, env)
    return made is None or region(one, env) != env.region or is_dynamic(made.properties)


def is_dynamic(value: Any) -> bool:
    """Whether a text in it would be read as a dynamic reference, whoever wrote it: CloudFormation
    resolves `{{resolve:...}}` in any string, and knows no way to write it as text (CloudFormation
    User Guide, dynamic references)."""
    if isinstance(value, Mapping):
        return any(is_dynamic(one) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple):
        return any(map(is_dynamic, value))
    return isinstance(value, str) and "{{resolve:" in value


def region(one: Any, env: Environment) -> str:
    """The region of a resource; IAM has none, and goes with the sending region's stack."""
    arn = getattr(one, "arn", "")
    return (region_of(arn) if arn.startswith("arn:") else "") or env.region


def mail_from_attributes(found: MailFrom) -> dict[str, str]:
    """MAIL FROM as an identity of CloudFormation has it."""
    return {"MailFromDomain": found.domain, "BehaviorOnMxFailure": found.on_mx_failure}


def with_mail_from(one: Imported, mail_from: Mapping[str, MailFrom]) -> Imported:
    """CloudFormation has MAIL FROM as attributes of the identity."""
    found = mail_from.get(one.identifier.get("EmailIdentity", ""))
    attributes = mail_from_attributes(found) if found else {}
    if not attributes or is_dynamic(attributes):
        return one
    return Imported(one.type, one.identifier, {**one.properties, "MailFromAttributes": attributes})


@resource.register
def _(one: ConfigurationSet, env: Environment) -> Imported:
    del env
    return Imported(
        "AWS::SES::ConfigurationSet",
        {"Name": one.name},
        {
            "Name": one.name,
            "DeliveryOptions": {**one.other_delivery, "TlsPolicy": one.tls_policy},
            "ReputationOptions": {"ReputationMetricsEnabled": one.reputation_metrics},
            "SuppressionOptions": {"SuppressedReasons": sorted(one.suppressed_reasons or ())},
            **({"TrackingOptions": dict(one.tracking)} if one.tracking else {}),
            **({"ArchivingOptions": {"ArchiveArn": one.archive_arn}} if one.archive_arn else {}),
            "Tags": tags.as_list(one.tags),
        },
    )


@resource.register
def _(one: Pool, env: Environment) -> Imported:
    del env
    return Imported(
        "AWS::SES::DedicatedIpPool",
        {"PoolName": one.name},
        {"PoolName": one.name, "ScalingMode": one.scaling, "Tags": tags.as_list(one.tags)},
    )


@resource.register
def _(one: EmailIdentity, env: Environment) -> Imported:
    del env
    length = one.dkim_key_length
    signing = {"DkimSigningAttributes": {"NextSigningKeyLength": length}} if length else {}
    return Imported(
        "AWS::SES::EmailIdentity",
        {"EmailIdentity": one.name},
        {
            "EmailIdentity": one.name,
            "ConfigurationSetAttributes": {"ConfigurationSetName": one.configuration_set},
            **signing,
            "FeedbackAttributes": {"EmailForwardingEnabled": one.feedback_forwarding},
            "Tags": tags.as_list(one.tags),
        },
    )


@resource.register
def _(one: Topic, env: Environment) -> Imported:
    del env
    key = {"KmsMasterKeyId": one.kms_key} if one.kms_key else {}
    return Imported(
        "AWS::SNS::Topic",
        {"TopicArn": one.arn},
        {"TopicName": one.name, **key, "Tags": tags.as_list(one.tags)},
    )


@resource.register
def _(one: Alarm, env: Environment) -> Imported:
    del env
    dimensions = [{"Name": key, "Value": value} for key, value in sorted(one.dimensions.items())]
    other = one.other_actions
    optional = {
        "Dimensions": dimensions,
        "DatapointsToAlarm": one.datapoints_to_alarm,
        "Unit": one.unit,
        "InsufficientDataActions": other.get("InsufficientDataActions"),
    }
    return Imported(
        "AWS::CloudWatch::Alarm",
        {"AlarmName": one.name},
        {
            "AlarmName": one.name,
            "AlarmDescription": one.description,
            "Namespace": one.namespace,
            "MetricName": one.metric,
            "Statistic": one.statistic,
            "Period": one.period,
            "EvaluationPeriods": one.evaluation_periods,
            "ComparisonOperator": one.comparison,
            "Threshold": one.threshold,
            "TreatMissingData": one.missing_data,
            "ActionsEnabled": one.actions_enabled,
            "AlarmActions": sorted({*one.alarm_actions, *other.get("AlarmActions", ())}),
            "OKActions": sorted({*one.ok_actions, *other.get("OKActions", ())}),
            **{key: value for key, value in optional.items() if value},
            "Tags": tags.as_list(one.tags),
        },
    )


@resource.register
def _(one: Dashboard, env: Environment) -> Imported:
    del env
    named = {"DashboardName": one.name}
    return Imported("AWS::CloudWatch::Dashboard", named, {**named, "DashboardBody": one.body})


@resource.register
def _(one: RolePolicy, env: Environment) -> Imported:
    del env
    named = {"RoleName": one.role, "PolicyName": one.name}
    return Imported(
        "AWS::IAM::RolePolicy",
        {"PolicyName": one.name, "RoleName": one.role},
        {**named, "PolicyDocument": policy(one.statements)},
    )


def policy(statements: policies.Statements) -> dict[str, Any]:
    """A policy document as a template has it."""
    return {"Version": policies.VERSION, "Statement": [each.parsed for each in statements.values()]}


@resource.register
def _(one: ServiceRole, env: Environment) -> Imported:
    del env
    inline = {"PolicyName": one.policy, "PolicyDocument": policy(one.statements)}
    boundary = {"PermissionsBoundary": one.bound_by} if one.bound_by else {}
    return Imported(
        "AWS::IAM::Role",
        {"RoleName": one.name},
        {
            "RoleName": one.name,
            "AssumeRolePolicyDocument": policy(one.trust),
            **({"Policies": [inline]} if one.statements else {}),
            **boundary,
            "Tags": tags.as_list(one.tags),
        },
    )


@resource.register
def _(one: LogGroup, env: Environment) -> Imported:
    del env
    days = {} if one.retention_days is None else {"RetentionInDays": one.retention_days}
    return Imported(
        "AWS::Logs::LogGroup",
        {"LogGroupName": one.name},
        {"LogGroupName": one.name, **days, "Tags": tags.as_list(one.tags)},
    )


@resource.register
def _(one: Function, env: Environment) -> Imported | None:
    """With its code in the template, where that is ours."""
    del env
    text = functions.unzipped(one.code)
    if not text:
        return None
    return Imported(
        "AWS::Lambda::Function",
        {"FunctionName": one.name},
        {
            "FunctionName": one.name,
            "Role": one.role,
            "Runtime": one.runtime,
            "Handler": one.handler,
            "Code": {"ZipFile": text},
            "Description": one.description,
            "Timeout": one.timeout,
            "MemorySize": one.memory,
            "Tags": tags.as_list(one.tags),
        },
    )


@resource.register
def _(one: Bucket, env: Environment) -> Imported:
    del env
    [rule] = encrypted(one.kms_key)["Rules"]
    rules = {name: held for name, held in one.rules.items() if held}
    return Imported(
        "AWS::S3::Bucket",
        {"BucketName": one.name},
        {
            "BucketName": one.name,
            "PublicAccessBlockConfiguration": SHUT,
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {
                        "ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"],
                        "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
                    }
                ]
            },
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "Id": name,
                        "Status": "Enabled",
                        "Prefix": held.prefix,
                        "ExpirationInDays": held.days,
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                    }
                    for name, held in sorted(rules.items())
                ]
            },
            "Tags": tags.as_list(one.tags),
        },
    )


@resource.register
def _(one: DeliveryStream, env: Environment) -> Imported:
    del env
    return Imported(
        "AWS::KinesisFirehose::DeliveryStream",
        {"DeliveryStreamName": one.name},
        {
            "DeliveryStreamName": one.name,
            "DeliveryStreamType": "DirectPut",
            "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"},
            "ExtendedS3DestinationConfiguration": one.into(),
            "Tags": tags.as_list(one.tags),
        },
    )


@resource.register
def _(one: WorkGroup, env: Environment) -> Imported:
    del env
    return Imported(
        "AWS::Athena::WorkGroup",
        {"Name": one.name},
        {
            "Name": one.name,
            "State": "ENABLED" if one.enabled else "DISABLED",
            "WorkGroupConfiguration": {
                "EnforceWorkGroupConfiguration": one.enforced,
                "PublishCloudWatchMetricsEnabled": one.metrics,
                "BytesScannedCutoffPerQuery": one.scan_limit,
                "ManagedQueryResultsConfiguration": {"Enabled": one.managed_results},
            },
            "Tags": tags.as_list(one.tags),
        },
    )
