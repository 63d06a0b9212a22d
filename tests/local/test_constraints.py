"""What its model says of values holds for every service, whatever the client checked."""

from __future__ import annotations

import pytest
from botocore.config import Config

from tests.local.conftest import HOME, PROD, ZONE, refused

LAX = Config(parameter_validation=False)


@pytest.mark.parametrize(
    ("service", "call", "params", "code", "says"),
    [
        (
            "route53",
            "change_resource_record_sets",
            {
                "HostedZoneId": ZONE,
                "ChangeBatch": {
                    "Changes": [
                        {"Action": "INSERT", "ResourceRecordSet": {"Name": "a", "Type": "NONSENSE"}}
                    ]
                },
            },
            "InvalidInput",
            "'changeBatch.changes.1.member.action' failed to satisfy constraint: Member must",
        ),
        (
            "cloudwatch",
            "put_metric_alarm",
            {"AlarmName": "a" * 256, "ComparisonOperator": "Greater", "EvaluationPeriods": 1},
            "ValidationError",
            "2 validation errors detected",
        ),
        ("sns", "create_topic", {}, "InvalidParameter", "Name Reason: no value"),
        ("iam", "get_role", {"RoleName": "a b"}, "ValidationError", "regular expression"),
        ("sts", "get_access_key_info", {"AccessKeyId": "x"}, "ValidationError", "length"),
        ("artifact", "list_customer_agreements", {"maxResults": 0}, "ValidationException", "value"),
    ],
)  # fmt: skip
def test_a_value_outside_its_model_is_refused(aws, service, call, params, code, says):
    client = aws.session(PROD, HOME).client(service, config=LAX)
    found = refused(getattr(client, call), **params)
    assert (found.code, found.status) == (code, 400)
    assert says in found.message
