"""What carries which tags: the search over services that the tagging API has."""

from __future__ import annotations

import pytest

from tests.local.conftest import DOMAIN, HOME, PROD, refused

TAGS = [{"Key": "Project", "Value": "mail"}]
PLACE = f"{HOME}:{PROD}"
TOPIC = f"arn:aws:sns:{PLACE}:events"
SET = f"arn:aws:ses:{PLACE}:configuration-set/s"
IDENTITY = f"arn:aws:ses:{PLACE}:identity/{DOMAIN}"
ALARM = f"arn:aws:cloudwatch:{PLACE}:alarm:high"
COMPOSITE = f"arn:aws:cloudwatch:{PLACE}:alarm:top"


@pytest.fixture
def tagging(client):
    client("sns").create_topic(Name="events", Tags=TAGS)
    ses, cloudwatch = client("sesv2"), client("cloudwatch")
    ses.create_configuration_set(ConfigurationSetName="s", Tags=TAGS)
    ses.create_email_identity(EmailIdentity=DOMAIN)
    cloudwatch.put_metric_alarm(
        AlarmName="high", Namespace="N", MetricName="m", Statistic="Average", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold", Tags=TAGS,
    )  # fmt: skip
    cloudwatch.put_composite_alarm(AlarmName="top", AlarmRule="ALARM(high)", Tags=TAGS)
    return client("resourcegroupstaggingapi")


def found(tagging, **asked):
    pages = tagging.get_paginator("get_resources").paginate(**asked)
    return [each["ResourceARN"] for page in pages for each in page["ResourceTagMappingList"]]


@pytest.mark.parametrize(
    ("kinds", "arns"),
    [
        (["cloudwatch:alarm"], [ALARM, COMPOSITE]),
        (["cloudwatch"], [ALARM, COMPOSITE]),
        (["ses:identity"], [IDENTITY]),
        (["ses"], [SET, IDENTITY]),
        (["sns"], [TOPIC]),
        (["sns:topic", "ses:configuration-set"], [SET, TOPIC]),
        (["s3"], []),
        (["ses:alarm"], []),
    ],
)
def test_resources_are_found_by_their_types(tagging, kinds, arns):
    assert found(tagging, ResourceTypeFilters=kinds) == arns


def test_resources_are_found_by_their_tags_and_by_their_arns(tagging):
    filters = [{"Key": "Project", "Values": ["mail"]}]
    assert found(tagging, TagFilters=filters) == [ALARM, COMPOSITE, SET, TOPIC]
    assert found(tagging, TagFilters=filters, ResourceTypeFilters=["ses"]) == [SET]
    assert found(tagging, ResourceARNList=[TOPIC, f"{TOPIC}-2"]) == [TOPIC]
    assert len(found(tagging)) == 5


def test_pages_have_the_size_that_is_asked_for(tagging):
    page = tagging.get_resources(ResourcesPerPage=2)
    assert len(page["ResourceTagMappingList"]) == 2
    assert len(found(tagging, ResourcesPerPage=2)) == 5


@pytest.mark.parametrize(
    "asked",
    [
        {"ResourcesPerPage": 0},
        {"ResourcesPerPage": -1},
        {"ResourcesPerPage": 101},
        {"PaginationToken": "x"},
        {"PaginationToken": "-1"},
        {"ResourceARNList": [TOPIC], "ResourceTypeFilters": ["sns"]},
        {"ResourceARNList": [TOPIC], "TagFilters": [{"Key": "Project"}]},
        {"ResourceTypeFilters": ["s" * 257]},
        {"TagFilters": [{"Values": ["mail"]}]},
    ],
)
def test_what_the_api_reference_excludes_is_refused(tagging, asked):
    assert refused(tagging.get_resources, **asked).code == "InvalidParameterException"


@pytest.mark.parametrize(
    ("fault", "code"),
    [("deny", "AccessDeniedException"), ("throttle", "ThrottledException")],
)
def test_refusals_have_the_codes_of_its_model(aws, tagging, fault, code):
    """cloud-custodian#5912."""
    aws.fault(fault, times=None)
    error = refused(tagging.get_resources)
    assert (error.code, error.status) == (code, 400)
