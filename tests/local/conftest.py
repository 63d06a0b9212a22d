"""A local AWS with two accounts, a zone in each, and a clock that only tests move."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ses_provision.local import Clock, LocalAws
from ses_provision.local.codec import codec_for
from ses_provision.local.contract import Caller, Params, Reply
from tests.local.shapes import misfits

PROD, STAGING = "524471258033", "421807902331"
HOME, AWAY = "us-east-2", "us-east-1"
ZONE, STAGING_ZONE = "Z03036173FL99T10J98KK", "Z028466637NTWD1K6UX8Z"
DOMAIN = "starlightpractice.com"


@pytest.fixture(autouse=True)
def clients_made_once() -> None:
    """Not here: sessions and their clients are what is tested."""


@pytest.fixture
def aws() -> LocalAws:
    made = LocalAws(Clock(frozen_at=datetime(2026, 4, 3, 12, 0, tzinfo=UTC)))
    made.seed(PROD, zones=[(ZONE, DOMAIN)], roles=["app"])
    made.seed(STAGING, zones=[(STAGING_ZONE, f"dev.{DOMAIN}")])
    hold_replies_to_the_models(made)
    return made


# Where the real AWS departs from its own model: an identity without MAIL FROM shows only its
# behaviour, and only those topics it has; a tenant's resources are told by the kinds of their
# ARNs; a private zone has no delegation set, and the policy simulator names every policy by one
# type.
REAL_MISFITS = (
    r"MailFromAttributes\.MailFromDomain(Status)? is missing",
    r"NotificationAttributes\[.+\]\.(Bounce|Complaint|Delivery)Topic is missing",
    r"TenantResources\[\d+\]\.ResourceType is '(identity|configuration-set|template)'",
    r"DelegationSet is missing",
    r".+\.SourcePolicyType is 'IAM Policy'",
)


def hold_replies_to_the_models(aws: LocalAws) -> None:
    """Let no reply pass in any test that botocore's model of the service does not allow."""
    serve = aws._dispatcher.serve

    def checked(caller: Caller, service: str, operation: str, params: Params) -> Reply:
        reply = serve(caller, service, operation, params)
        shape = codec_for(service).model.operation_model(operation).output_shape
        found = list(misfits(shape, reply) if shape else reply)
        real = re.compile(rf"reply\.({'|'.join(REAL_MISFITS)})")
        assert [each for each in found if not real.match(each)] == []
        return reply

    aws._dispatcher.serve = checked  # type: ignore[method-assign]


@pytest.fixture
def client(aws: LocalAws) -> Callable[..., Any]:
    """Clients of prod in us-east-2, unless another account or region is named."""

    def make(service: str, account: str = PROD, region: str = HOME) -> Any:
        return aws.session(account, region).client(service)

    return make


class Refused:
    """The error of a call that must fail."""

    def __init__(self, error: ClientError) -> None:
        self.code = error.response["Error"]["Code"]
        self.message = error.response["Error"]["Message"]
        self.status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        self.kind = type(error).__name__


def refused(call: Callable[..., Any], **params: Any) -> Refused:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return Refused(caught.value)


def record(name: str, kind: str, *values: str, ttl: int = 300, **more: Any) -> dict[str, Any]:
    plain = {"TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]}
    return {"Name": name, "Type": kind} | (plain if values else {}) | more


def change(client: Any, action: str, *records: dict[str, Any], zone: str = ZONE) -> Any:
    changes = [{"Action": action, "ResourceRecordSet": each} for each in records]
    return client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})[
        "ChangeInfo"
    ]


def refused_change(client: Any, action: str, *records: dict[str, Any]) -> Refused:
    return refused(lambda: change(client, action, *records))
