"""Every operation that our own services serve: its reply fits the model, and so do its refusals."""

from __future__ import annotations

from typing import Any

import pytest

from ses_provision.local.codec import codec_for
from ses_provision.local.contract import AwsError
from ses_provision.outside import functions
from tests.local.conftest import DOMAIN, HOME, PROD, STAGING, ZONE, record
from tests.local.shapes import misfits

TOPIC = f"arn:aws:sns:{HOME}:{PROD}:events"
NO_TOPIC = f"{TOPIC}-none"
TAGS = [{"Key": "a", "Value": "b"}]
ZONE_TAGS = {"ResourceType": "hostedzone", "ResourceId": ZONE}
CHANGES = {
    "Changes": [{"Action": "UPSERT", "ResourceRecordSet": record(f"a.{DOMAIN}", "A", "192.0.2.1")}]
}
FUNCTION = f"arn:aws:lambda:{HOME}:{PROD}:function:f"
NO_FUNCTION = {"FunctionName": "none"}
NEW_FUNCTION = {
    "Role": f"arn:aws:iam::{PROD}:role/app", "Runtime": "python3.13", "Handler": "index.handler",
    "Code": {"ZipFile": functions.zipped("x = 1")},
}  # fmt: skip
PERMISSION = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
GROUP = f"arn:aws:logs:{HOME}:{PROD}:log-group:g"
NO_GROUP = {"logGroupName": "none"}
SUBSCRIPTION = "the subscription"
CHANGE = "the change"
RAISE = "the request"
DAILY = {"ServiceCode": "ses", "QuotaCode": "L-804C8AE8"}

# What each operation is asked so that it answers, and so that it refuses (None: it never does).
TABLE: dict[str, dict[str, Any]] = {
    "route53": {
        "CreateHostedZone": ({"Name": "example.org", "CallerReference": "1"},
                             {"Name": "a..b", "CallerReference": "2"}),
        "GetHostedZone": ({"Id": ZONE}, {"Id": "ZNONE"}),
        "DeleteHostedZone": ({"Id": ZONE}, {"Id": "ZNONE"}),
        "UpdateHostedZoneComment": ({"Id": ZONE, "Comment": "c"}, {"Id": "ZNONE"}),
        "GetHostedZoneCount": ({}, None),
        "ListHostedZones": ({"MaxItems": "1"}, None),
        "ListHostedZonesByName": ({"DNSName": "com"}, {"HostedZoneId": ZONE}),
        "ChangeResourceRecordSets": (
            {"HostedZoneId": ZONE, "ChangeBatch": CHANGES | {"Comment": "c"}},
            {"HostedZoneId": "ZNONE", "ChangeBatch": CHANGES},
        ),
        "ListResourceRecordSets": ({"HostedZoneId": ZONE, "MaxItems": "1"},
                                   {"HostedZoneId": "ZNONE"}),
        "GetChange": ({"Id": CHANGE}, {"Id": "CNONE"}),
        "TestDNSAnswer": (
            {"HostedZoneId": ZONE, "RecordName": DOMAIN, "RecordType": "NS"},
            {"HostedZoneId": "ZNONE", "RecordName": DOMAIN, "RecordType": "NS"},
        ),
        "ChangeTagsForResource": (ZONE_TAGS | {"AddTags": TAGS},
                                  ZONE_TAGS | {"ResourceId": "ZNONE"}),
        "ListTagsForResource": (ZONE_TAGS, ZONE_TAGS | {"ResourceId": "ZNONE"}),
    },
    "sns": {
        "AddPermission": (
            {"TopicArn": TOPIC, "Label": "l", "AWSAccountId": [STAGING], "ActionName": ["Publish"]},
            {"TopicArn": TOPIC, "Label": "l", "AWSAccountId": [STAGING], "ActionName": ["Dance"]},
        ),
        "RemovePermission": (
            {"TopicArn": TOPIC, "Label": "l"}, {"TopicArn": NO_TOPIC, "Label": "l"}
        ),
        "PublishBatch": (
            {"TopicArn": TOPIC, "PublishBatchRequestEntries": [{"Id": "1", "Message": "m"}]},
            {"TopicArn": TOPIC, "PublishBatchRequestEntries": [{"Id": "?", "Message": "m"}]},
        ),
        "CreateTopic": ({"Name": "new", "Tags": TAGS}, {"Name": "a b"}),
        "DeleteTopic": ({"TopicArn": TOPIC}, {"TopicArn": "x"}),
        "ListTopics": ({}, {"NextToken": "x"}),
        "GetTopicAttributes": ({"TopicArn": TOPIC}, {"TopicArn": NO_TOPIC}),
        "SetTopicAttributes": (
            {"TopicArn": TOPIC, "AttributeName": "DisplayName", "AttributeValue": "x"},
            {"TopicArn": TOPIC, "AttributeName": "FifoTopic", "AttributeValue": "true"},
        ),
        "TagResource": (
            {"ResourceArn": TOPIC, "Tags": TAGS},
            {"ResourceArn": TOPIC, "Tags": [{"Key": str(n), "Value": ""} for n in range(51)]},
        ),
        "UntagResource": ({"ResourceArn": TOPIC, "TagKeys": ["a"]},
                          {"ResourceArn": NO_TOPIC, "TagKeys": ["a"]}),
        "ListTagsForResource": ({"ResourceArn": TOPIC}, {"ResourceArn": NO_TOPIC}),
        "Subscribe": (
            {"TopicArn": TOPIC, "Protocol": "sms", "Endpoint": "+15555550100"},
            {"TopicArn": TOPIC, "Protocol": "firehose", "Endpoint": "x"},
        ),
        "ConfirmSubscription": ({"TopicArn": TOPIC, "Token": SUBSCRIPTION},
                                {"TopicArn": TOPIC, "Token": "x"}),
        "Unsubscribe": ({"SubscriptionArn": SUBSCRIPTION}, {"SubscriptionArn": "x"}),
        "ListSubscriptions": ({}, {"NextToken": "x"}),
        "ListSubscriptionsByTopic": ({"TopicArn": TOPIC}, {"TopicArn": NO_TOPIC}),
        "GetSubscriptionAttributes": ({"SubscriptionArn": SUBSCRIPTION},
                                      {"SubscriptionArn": f"{TOPIC}:none"}),
        "SetSubscriptionAttributes": (
            {"SubscriptionArn": SUBSCRIPTION, "AttributeName": "RawMessageDelivery",
             "AttributeValue": "true"},
            {"SubscriptionArn": SUBSCRIPTION, "AttributeName": "Colour", "AttributeValue": "red"},
        ),
        "Publish": ({"TopicArn": TOPIC, "Message": "m"}, {"TopicArn": TOPIC, "Message": ""}),
    },
    "service-quotas": {
        "GetRequestedServiceQuotaChange": ({"RequestId": RAISE}, {"RequestId": "none"}),
        "GetServiceQuota": (DAILY, DAILY | {"QuotaCode": "L-NONE"}),
        "ListRequestedServiceQuotaChangeHistoryByQuota": (DAILY, DAILY | {"ServiceCode": "ec2"}),
        "ListServiceQuotas": ({"ServiceCode": "ses"}, {"ServiceCode": "ec2"}),
        "RequestServiceQuotaIncrease": (
            {"ServiceCode": "ses", "QuotaCode": "L-CDEF9B6B", "DesiredValue": 50},
            DAILY | {"DesiredValue": 90_000},
        ),
    },
    "lambda": {
        "AddPermission": ({"FunctionName": "f", "StatementId": "s", **PERMISSION},
                          {"FunctionName": "f", "StatementId": "there", **PERMISSION}),
        "CreateFunction": ({"FunctionName": "new", **NEW_FUNCTION},
                           {"FunctionName": "f", **NEW_FUNCTION}),
        "DeleteFunction": ({"FunctionName": "f"}, NO_FUNCTION),
        "GetFunctionConfiguration": ({"FunctionName": "f"}, NO_FUNCTION),
        "GetPolicy": ({"FunctionName": "f"}, NO_FUNCTION),
        "ListFunctions": ({}, {"Marker": "x"}),
        "ListTags": ({"Resource": FUNCTION}, {"Resource": f"{FUNCTION}-none"}),
        "RemovePermission": ({"FunctionName": "f", "StatementId": "there"},
                             {"FunctionName": "f", "StatementId": "none"}),
        "TagResource": ({"Resource": FUNCTION, "Tags": {"a": "b"}},
                        {"Resource": FUNCTION, "Tags": {"aws:a": "b"}}),
        "UntagResource": ({"Resource": FUNCTION, "TagKeys": ["a"]},
                          {"Resource": f"{FUNCTION}-none", "TagKeys": ["a"]}),
        "UpdateFunctionCode": ({"FunctionName": "f", "ZipFile": functions.zipped("x = 2")},
                               {"FunctionName": "f", "ZipFile": b"no zip"}),
        "UpdateFunctionConfiguration": ({"FunctionName": "f", "Timeout": 9},
                                        {"FunctionName": "f", "Runtime": "python2.7"}),
    },
    "logs": {
        "CreateLogGroup": ({"logGroupName": "new", "tags": {"a": "b"}}, {"logGroupName": "g"}),
        "CreateLogStream": ({"logGroupName": "g", "logStreamName": "new"},
                            {"logGroupName": "g", "logStreamName": "s"}),
        "DeleteLogGroup": ({"logGroupName": "g"}, NO_GROUP),
        "DeleteRetentionPolicy": ({"logGroupName": "g"}, NO_GROUP),
        "DescribeLogGroups": ({"logGroupNamePrefix": "g"}, {"nextToken": "x"}),
        "DescribeLogStreams": ({"logGroupName": "g"}, NO_GROUP),
        "FilterLogEvents": ({"logGroupName": "g"}, NO_GROUP),
        "ListTagsForResource": ({"resourceArn": GROUP}, {"resourceArn": f"{GROUP}:*"}),
        "PutLogEvents": (
            {"logGroupName": "g", "logStreamName": "s",
             "logEvents": [{"timestamp": 1, "message": "m"}]},
            {"logGroupName": "g", "logStreamName": "none", "logEvents": []},
        ),
        "PutRetentionPolicy": ({"logGroupName": "g", "retentionInDays": 30},
                               {"logGroupName": "g", "retentionInDays": 31}),
        "TagResource": ({"resourceArn": GROUP, "tags": {"a": "b"}},
                        {"resourceArn": GROUP, "tags": {str(n): "" for n in range(51)}}),
        "UntagResource": ({"resourceArn": GROUP, "tagKeys": ["a"]},
                          {"resourceArn": f"{GROUP}-none", "tagKeys": ["a"]}),
    },
    "sts": {
        "GetCallerIdentity": ({}, None),
        "AssumeRole": (
            {"RoleArn": f"arn:aws:iam::{PROD}:role/path/to/r", "RoleSessionName": "s"},
            {"RoleArn": f"arn:aws:iam::{PROD}:user/r", "RoleSessionName": "s"},
        ),
        "GetSessionToken": ({"DurationSeconds": 900}, None),
        "GetAccessKeyInfo": ({"AccessKeyId": f"LOCAL000{PROD}"}, {"AccessKeyId": "AKIAXXXXXXXX"}),
    },
}  # fmt: skip
# Errors that any operation of a service may have; botocore's models list only special ones.
COMMON = {
    "lambda": set(),
    "logs": set(),
    "sns": {"InvalidParameter", "NotFound"},
    "route53": {"InvalidInput"},
    "sts": {"ValidationError"},
    "service-quotas": set(),
}
EACH = [(service, name) for service, table in TABLE.items() for name in table]


@pytest.fixture
def ask(aws):
    sns = aws.session(PROD, HOME).client("sns")
    sns.create_topic(Name="events", Tags=TAGS)
    made = sns.subscribe(
        TopicArn=TOPIC, Protocol="email", Endpoint="a@example.org", ReturnSubscriptionArn=True
    )
    change = aws.call(PROD, HOME, "route53", "ChangeResourceRecordSets", {
        "HostedZoneId": ZONE, "ChangeBatch": {"Changes": [
            {"Action": "UPSERT", "ResourceRecordSet": record(f"z.{DOMAIN}", "TXT", '"x"')}]},
    })  # fmt: skip
    aws.allow_production(PROD, HOME)
    raised = aws.call(
        PROD,
        HOME,
        "service-quotas",
        "RequestServiceQuotaIncrease",
        DAILY | {"DesiredValue": 90_000},
    )
    known = {
        SUBSCRIPTION: made["SubscriptionArn"],
        CHANGE: change["ChangeInfo"]["Id"],
        RAISE: raised["RequestedQuota"]["Id"],
    }
    aws.call(PROD, HOME, "lambda", "CreateFunction", {"FunctionName": "f", **NEW_FUNCTION})
    there = {"FunctionName": "f", "StatementId": "there", **PERMISSION}
    aws.call(PROD, HOME, "lambda", "AddPermission", there)
    aws.call(PROD, HOME, "logs", "CreateLogGroup", {"logGroupName": "g"})
    stream = {"logGroupName": "g", "logStreamName": "s"}
    aws.call(PROD, HOME, "logs", "CreateLogStream", stream)
    aws.call(PROD, HOME, "logs", "PutLogEvents",
             stream | {"logEvents": [{"timestamp": 5, "message": "m"}]})  # fmt: skip
    token = aws.outbox[0].token

    def call(service, operation, params):
        filled = {
            key: known.get(value, value) if isinstance(value, str) else value
            for key, value in params.items()
        }
        if params.get("Token") == SUBSCRIPTION:
            filled["Token"] = token
        if operation == "DeleteHostedZone" and params["Id"] == ZONE:
            entry = record(f"z.{DOMAIN}", "TXT", '"x"')
            delete = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": entry}]}
            batch = {"HostedZoneId": ZONE, "ChangeBatch": delete}
            aws.call(PROD, HOME, "route53", "ChangeResourceRecordSets", batch)
        return aws.call(PROD, HOME, service, operation, filled)

    return call


@pytest.mark.parametrize("service", TABLE)
def test_the_table_knows_every_operation_served(aws, service):
    assert set(TABLE[service]) == set(aws.operations(service))


@pytest.mark.parametrize(("service", "operation"), EACH)
def test_a_reply_is_what_the_model_says(ask, service, operation):
    shape = codec_for(service).model.operation_model(operation).output_shape
    reply = ask(service, operation, TABLE[service][operation][0])
    assert list(misfits(shape, reply)) == [] if shape else reply == {}


@pytest.mark.parametrize(("service", "operation"), EACH)
def test_a_refusal_has_a_code_and_status_of_the_model(ask, service, operation):
    asked = TABLE[service][operation][1]
    if asked is None:
        return
    with pytest.raises(AwsError) as caught:
        ask(service, operation, asked)
    modelled = {
        shape.metadata.get("error", {}).get("code", shape.name): shape.metadata.get("error", {})
        for shape in codec_for(service).model.operation_model(operation).error_shapes
    }
    code, status = caught.value.code, caught.value.status
    assert code in modelled.keys() | COMMON[service]
    assert status == modelled.get(code, {}).get("httpStatusCode", status)
