"""Copies of a local AWS, with which many tests begin: alike at first, and apart from then on."""

from __future__ import annotations

import gc
import types

from ses_provision.local import Clock, LocalAws
from tests.conftest import NOON
from tests.local.conftest import HOME, PROD, record
from tests.prepared import become

ZONE = "Z0PREPARED"
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def something_of_everything(aws: LocalAws, name: str) -> None:
    """Make something in each service, ours and moto's."""
    for service, operation, params in (
        ("sesv2", "CreateConfigurationSet", {"ConfigurationSetName": name}),
        ("sns", "CreateTopic", {"Name": name}),
        ("sqs", "CreateQueue", {"QueueName": name}),
        ("iam", "CreateRole", {"RoleName": name, "AssumeRolePolicyDocument": TRUST}),
        ("kms", "CreateKey", {}),
        ("cloudwatch", "PutMetricAlarm", alarm(name)),
        ("route53", "ChangeResourceRecordSets", at(f"{name}.example.com")),
    ):
        aws.call(PROD, HOME, service, operation, params)


def alarm(name: str) -> dict[str, object]:
    """An alarm."""
    return {
        "AlarmName": name, "Namespace": "AWS/SES", "MetricName": "Send", "Statistic": "Sum",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip


def at(name: str) -> dict[str, object]:
    """A new record at a name of the zone."""
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record(name, "A", "192.0.2.1")}]}
    return {"HostedZoneId": ZONE, "ChangeBatch": batch}


def made() -> LocalAws:
    """A local AWS with a zone."""
    aws = LocalAws(Clock(frozen_at=NOON))
    aws.seed(PROD, zones=[(ZONE, "example.com")])
    return aws


def test_a_copy_holds_the_same_and_shares_nothing():
    original, copied = made(), LocalAws(Clock(frozen_at=NOON))
    something_of_everything(original, "before")
    original.clock.advance(60)

    become(copied, original)

    before = original.snapshot(PROD)
    assert copied.snapshot(PROD) == before
    assert copied.clock.now() == original.clock.now()
    something_of_everything(copied, "after")
    copied.clock.advance(60)
    assert original.snapshot(PROD) == before
    after = copied.snapshot(PROD)
    assert [service for service in before if after[service] == before[service]] == []
    assert copied.clock.now() > original.clock.now()


def test_two_copies_of_one_go_ways_of_their_own():
    original = made()
    something_of_everything(original, "before")
    first, second = (LocalAws(Clock(frozen_at=NOON)) for _ in range(2))
    become(first, original)
    become(second, original)

    something_of_everything(first, "first")
    something_of_everything(second, "second")

    names = [
        {role["RoleName"] for role in aws.call(PROD, HOME, "iam", "ListRoles")["Roles"]}
        for aws in (original, first, second)
    ]
    assert names == [{"before"}, {"before", "first"}, {"before", "second"}]


def test_a_fault_set_in_a_copy_strikes_it_alone():
    original, copied = made(), LocalAws(Clock(frozen_at=NOON))
    become(copied, original)

    copied.fault("deny", "CreateTopic", times=None)

    assert original.session(PROD, HOME).client("sns").create_topic(Name="t")["TopicArn"]
    assert original.knobs.faults == ()


def test_no_part_holds_a_function_that_a_copy_would_share_with_its_original():
    found: list[str] = []
    seen: set[int] = set()
    left: list[object] = [vars(made())]
    while left:
        held = left.pop()
        if id(held) in seen or isinstance(held, type | types.ModuleType):
            continue
        seen.add(id(held))
        if isinstance(held, types.FunctionType):
            if held.__closure__ and held.__module__.startswith("ses_provision.local."):
                found.append(f"{held.__module__}: {held.__qualname__}")
            continue
        left += gc.get_referents(held)

    assert found == []
