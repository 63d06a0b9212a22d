"""CloudWatch dashboards of the local AWS: refused where CloudWatch refuses them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ses_provision.local import Clock, LocalAws
from ses_provision.local.contract import AwsError
from tests.conftest import NOON

ACCOUNT = "111122223333"
METRIC = {"metrics": [["AWS/SES", "Send"]], "region": "us-east-1"}


@pytest.fixture
def local() -> LocalAws:
    """An empty AWS."""
    return LocalAws(Clock(frozen_at=NOON))


def call(local: LocalAws, operation: str, **params: Any) -> Any:
    """Ask CloudWatch."""
    return local.call(ACCOUNT, "us-east-1", "cloudwatch", operation, params)


def put(local: LocalAws, body: str, name: str = "mail", **params: Any) -> Any:
    """Put a dashboard."""
    return call(local, "PutDashboard", DashboardName=name, DashboardBody=body, **params)


def of(kind: str, properties: Any, **more: Any) -> str:
    """A dashboard of one widget."""
    return json.dumps({"widgets": [{"type": kind, "properties": properties, **more}]})


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("{", "/"),
        ("[" * 100_000, "/"),
        ("[]", "/widgets"),
        ('{"widgets": {}}', "/widgets"),
        ('{"widgets": [3]}', "/widgets/0/type"),
        (of("graph", {}), "/widgets/0/type"),
        (of("text", []), "/widgets/0/properties"),
        (of("text", {}), "/widgets/0/properties"),
        (of("alarm", {"title": "x"}), "/widgets/0/properties"),
        (of("metric", {"metrics": [["AWS/SES", "Send"]]}), "/widgets/0/properties"),
        (of("metric", {**METRIC, "title": 3}), "/widgets/0/properties/title"),
        (of("metric", {**METRIC, "period": 90}), "/widgets/0/properties/period"),
        (of("metric", {**METRIC, "metrics": "Send"}), "/widgets/0/properties/metrics"),
        (of("metric", {**METRIC, "metrics": [["AWS/SES"]]}), "/widgets/0/properties/metrics/0"),
        (of("metric", {**METRIC, "metrics": [[]]}), "/widgets/0/properties/metrics/0"),
        (of("metric", {**METRIC, "metrics": [[{"id": "a"}]]}), "/widgets/0/properties/metrics/0"),
        (of("text", {"markdown": "x"}, x=-1), "/widgets/0/x"),
        (of("text", {"markdown": "x"}, width=25), "/widgets/0/width"),
        (of("text", {"markdown": "x"}, height=True), "/widgets/0/height"),
        (json.dumps({"widgets": [{}] * 501}), "/widgets"),
    ],
)
def test_a_body_that_cannot_be_drawn_is_refused_with_the_path_to_it(
    local: LocalAws, body: str, path: str
) -> None:
    with pytest.raises(AwsError) as refused:
        put(local, body)

    assert refused.value.code == "InvalidParameterInput"
    assert f'"{path}"' in refused.value.message
    assert call(local, "ListDashboards")["DashboardEntries"] == []


def test_a_name_with_a_dot_is_refused(local: LocalAws) -> None:
    with pytest.raises(AwsError, match="DashboardName"):
        put(local, of("text", {"markdown": "x"}), "my.mail")


def test_tags_are_heeded_only_where_it_is_new(local: LocalAws) -> None:
    body = of("text", {"markdown": "x"})
    put(local, body, Tags=[{"Key": "a", "Value": "1"}])
    put(local, body, Tags=[{"Key": "a", "Value": "2"}])
    arn = call(local, "GetDashboard", DashboardName="mail")["DashboardArn"]

    call(local, "TagResource", ResourceARN=arn, Tags=[{"Key": "b", "Value": "3"}])

    assert arn == f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/mail"
    listed = call(local, "ListTagsForResource", ResourceARN=arn)["Tags"]
    assert listed == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "3"}]


def test_of_several_as_many_are_deleted_as_there_are(local: LocalAws) -> None:
    put(local, of("text", {"markdown": "x"}))

    with pytest.raises(AwsError, match="other"):
        call(local, "DeleteDashboards", DashboardNames=["other", "mail"])

    assert call(local, "ListDashboards")["DashboardEntries"] == []
