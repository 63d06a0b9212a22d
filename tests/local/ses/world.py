"""A small world around SES: records, topics and metrics in plain dictionaries."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.ses.service import SesV2

ACCOUNT, OTHER_ACCOUNT = "524471258033", "421807902331"
REGION = "us-east-2"
DOMAIN = "example.com"
ADDRESS = f"notifications@{DOMAIN}"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:ses-events"


@dataclass
class FakeNeighbours:
    """What SES sees of the world; tests write it, and read what SES wrote."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    published: list[tuple[str, str, str | None]] = field(default_factory=list)
    metrics: list[tuple[str, str, float, dict[str, str]]] = field(default_factory=list)
    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    streamed: list[tuple[str, bytes]] = field(default_factory=list)

    def dns(self, account: str, name: str, record_type: str) -> list[str] | None:
        assert account.isdigit()
        return self.records.get((name, record_type))

    def sns_topic_refusal(self, caller: Caller, topic_arn: str, source_arn: str) -> str | None:
        assert topic_arn.split(":")[3] == caller.region
        self.sources.append(source_arn)
        return self.refusals.get(topic_arn)

    def publish(self, caller: Caller, topic_arn: str, message: str, subject: str | None) -> None:
        assert topic_arn.split(":")[3] == caller.region
        self.published.append((topic_arn, message, subject))

    def put_metric(
        self, caller: Caller, name: str, value: float, dimensions: dict[str, str]
    ) -> None:
        self.metrics.append((caller.region, name, value, dimensions))

    def put_event(
        self, caller: Caller, detail_type: str, detail: dict[str, Any], source_arn: str
    ) -> None:
        self.sources.append(source_arn)
        self.events.append((caller.region, detail_type, detail))

    def stream_refusal(
        self, caller: Caller, stream_arn: str, role_arn: str, source_arn: str
    ) -> str | None:
        del caller, stream_arn, role_arn, source_arn
        return None

    def put_firehose_record(self, caller: Caller, stream_arn: str, data: bytes) -> None:
        assert stream_arn.split(":")[3] == caller.region
        self.streamed.append((stream_arn, data))


class Ses:
    """SES as one account sees it in one region, with the world around it at hand."""

    def __init__(self, account: str = ACCOUNT, region: str = REGION, of: "Ses | None" = None):
        self.caller = Caller(account, region)
        start = datetime(2026, 10, 1, 12, tzinfo=UTC)
        self.clock: Clock = of.clock if of else Clock(frozen_at=start)
        self.world: FakeNeighbours = of.world if of else FakeNeighbours()
        self.service: SesV2 = of.service if of else SesV2(self.world, self.clock)

    def __call__(self, operation: str, **params: Any) -> Reply:
        given: Params = params
        return self.service.handle(self.caller, operation, given)

    def there(self, account: str | None = None, region: str | None = None) -> "Ses":
        """The same SES, from another account or region."""
        return Ses(account or self.caller.account, region or self.caller.region, of=self)

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:ses:{self.caller.region}:{self.caller.account}:{kind}/{name}"

    def identity(self, name: str = DOMAIN) -> Reply:
        return self("GetEmailIdentity", EmailIdentity=name)

    def refused(self, operation: str, **params: Any) -> AwsError:
        """The refusal of a request that must not succeed."""
        with pytest.raises(AwsError) as refused:
            self(operation, **params)
        return refused.value

    def identity_count(self) -> int:
        return len(self("ListEmailIdentities")["EmailIdentities"])

    def status(self, name: str = DOMAIN) -> str:
        status: str = self.identity(name)["VerificationStatus"]
        return status

    def write_dkim(self, name: str = DOMAIN) -> list[str]:
        """Put the right CNAMEs into DNS; their names."""
        dkim = self.identity(name)["DkimAttributes"]
        names = [f"{token}._domainkey.{name}" for token in dkim["Tokens"]]
        for owner, token in zip(names, dkim["Tokens"], strict=True):
            self.world.records[owner, "CNAME"] = [f"{token}.{dkim['SigningHostedZone']}"]
        return names

    def write_mail_from(self, name: str) -> None:
        """Put the right MX and SPF into DNS."""
        host = f"feedback-smtp.{self.caller.region}.amazonses.com"
        self.world.records[name, "MX"] = [f"10 {host}"]
        self.world.records[name, "TXT"] = ["v=spf1 include:amazonses.com ~all"]

    def verified_domain(self, name: str = DOMAIN, **params: Any) -> None:
        """A domain identity that has come to SUCCESS."""
        self("CreateEmailIdentity", EmailIdentity=name, **params)
        self.write_dkim(name)
        self.clock.advance(60)
        assert self.status(name) == "SUCCESS"
