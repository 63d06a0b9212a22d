"""What SES sees of the services around it: DNS, topics, metrics, event buses, streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ses_provision.local import dnsnames, topic_access
from ses_provision.local.contract import Caller, Clock
from ses_provision.local.topic_access import SES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.local.cloudwatch import CloudWatch
    from ses_provision.local.event_bus import EventBus
    from ses_provision.local.firehose import Firehose
    from ses_provision.local.route53 import Route53
    from ses_provision.local.service_access import ServiceAccess
    from ses_provision.local.sns import Sns
    from ses_provision.local.topic_access import TopicAccess


class ExternalDns:
    """DNS records that live outside the account's hosted zones, at another provider."""

    def __init__(self) -> None:
        self._records: dict[tuple[str | None, str, str], list[str]] = {}
        self.beside: Callable[[str, str], list[str] | None] = lambda _name, _kind: None
        """What the zones of name servers outside AWS answer."""

    def declare(
        self, name: str, record_type: str, values: list[str], account: str | None = None
    ) -> None:
        """Say what public DNS answers, to all accounts or to one. No values: no such record."""
        key = (account, dnsnames.bare(name), record_type.upper())
        if values:
            self._records[key] = list(values)
        else:
            self._records.pop(key, None)

    def lookup(self, account: str, name: str, record_type: str) -> list[str] | None:
        """The declared values, None where nothing was declared."""
        bare = dnsnames.bare(name)
        return (
            self._records.get((account, bare, record_type))
            or self._records.get((None, bare, record_type))
            or self.beside(bare, record_type)
        )

    def has(self, name: str) -> bool:
        """Whether something was declared at a name, or below it, for all accounts."""
        bare = dnsnames.bare(name)
        return any(
            account is None and (known == bare or known.endswith(f".{bare}"))
            for account, known, _ in self._records
        )


class Surroundings:
    """The services beside SES in one local AWS."""

    def __init__(
        self,
        route53: Route53,
        sns: Sns,
        access: TopicAccess,
        cloudwatch: CloudWatch,
        bus: EventBus,
        clock: Clock,
        firehose: Firehose,
        roles: ServiceAccess,
    ) -> None:
        self.external_dns = ExternalDns()
        self.stream_records: list[tuple[str, bytes]] = []
        self._route53 = route53
        self._sns = sns
        self._access = access
        self._cloudwatch = cloudwatch
        self._bus = bus
        self._clock = clock
        self._firehose = firehose
        self._roles = roles

    def dns(self, account: str, name: str, record_type: str) -> list[str] | None:
        """What public DNS answers, which is one for all accounts: from the account's zones, from
        what was declared, from the zones of others."""
        found = self._route53.lookup(account, name, record_type)
        found = found or self.external_dns.lookup(account, name, record_type)
        others = (one for one in self._route53.accounts() if one != account)
        elsewhere = (self._route53.lookup(one, name, record_type) for one in others)
        return found or next(filter(None, elsewhere), None)

    def sns_topic_refusal(self, caller: Caller, topic_arn: str, source_arn: str) -> str | None:
        """Why SES may not publish to the topic, None when it may."""
        parts = topic_arn.split(":")
        if len(parts) != 6 or parts[2] != "sns":
            return f"Invalid SNS topic ARN: {topic_arn}."
        if parts[3] != caller.region:
            # SES Developer Guide, regions.md: the topic lies in the region of the sender.
            return f"SNS topic {topic_arn} is not in region {caller.region}."
        if parts[5].endswith(".fifo"):
            # SES Developer Guide, event-publishing-add-event-destination-sns.md.
            return f"SNS topic {topic_arn} is a FIFO topic; SES publishes to standard topics only."
        topic = self._sns.find(topic_arn)
        if topic is None:
            return f"SNS topic <{topic_arn}> not found."
        asked = (caller, topic, topic_access.SES, source_arn)
        if not self._access.policy_admits(*asked) or not self._access.key_admits(*asked):
            return f"Could not publish to SNS topic: {topic_arn}"
        return None

    def publish(self, caller: Caller, topic_arn: str, message: str, subject: str | None) -> None:
        """Deliver a message to a topic's subscribers."""
        del caller
        topic = self._sns.find(topic_arn)
        if topic is not None:
            self._sns.publish(topic, message, subject)

    def put_metric(
        self, caller: Caller, name: str, value: float, dimensions: dict[str, str]
    ) -> None:
        """Record a data point in namespace AWS/SES in the caller's region."""
        point = {
            "MetricName": name,
            "Value": value,
            "Timestamp": self._clock.now(),
            "Dimensions": [{"Name": key, "Value": held} for key, held in dimensions.items()],
        }
        self._cloudwatch.put_own_metric(caller, "AWS/SES", point)

    def put_event(
        self, caller: Caller, detail_type: str, detail: dict[str, Any], source_arn: str
    ) -> None:
        """Put an event on the default EventBridge bus, as AWS alone can."""
        self._bus.put_of_service(caller, "aws.ses", detail_type, detail, [source_arn])

    def stream_refusal(
        self, caller: Caller, stream_arn: str, role_arn: str, source_arn: str
    ) -> str | None:
        """Why SES may not put records on a stream in a role, None when it may.

        What it says was not recorded, nor whether it looks at a stream that is not ready; the local
        AWS is strict (SES Developer Guide, event destination for Firehose).
        """
        stream = self._firehose.find(stream_arn)
        if stream is None or self._firehose.status(stream) != "ACTIVE":
            return f"Delivery stream <{stream_arn}> is not found, or not active."
        context = {"aws:SourceAccount": (caller.account,), "aws:SourceArn": (source_arn,)}
        if not self._roles.may_assume(caller, role_arn, SES, context):
            return f"Could not assume IAM role <{role_arn}>."
        if not self._roles.lets(caller, role_arn, "firehose:PutRecordBatch", stream_arn):
            return f"IAM role <{role_arn}> may not put records on <{stream_arn}>."
        return None

    def put_firehose_record(self, caller: Caller, stream_arn: str, data: bytes) -> None:
        """Put a record on a delivery stream; `stream_records` has them all."""
        name = {"DeliveryStreamName": stream_arn.rpartition("/")[2]}
        self._firehose.handle(caller, "PutRecord", {**name, "Record": {"Data": data}})
        self.stream_records.append((stream_arn, data))
