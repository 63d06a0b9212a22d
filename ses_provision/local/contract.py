"""What the parts of the local AWS agree on: callers, errors, services, the clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from ses_provision.dataclass import dataclass

Params = dict[str, Any]
Reply = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """Who asks, in which account and region, and under which address the local AWS was reached."""

    account: str
    region: str
    access_key: str = ""
    origin: str = ""

    @property
    def partition(self) -> str:
        """The AWS partition the region lies in."""
        if self.region.startswith("us-gov-"):
            return "aws-us-gov"
        return "aws-cn" if self.region.startswith("cn-") else "aws"


class AwsError(Exception):
    """A refusal, with the code and HTTP status that AWS models for it."""

    def __init__(self, code: str, message: str, status: int = 400, **extra: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.extra = extra


def not_served(service: str, operation: str) -> AwsError:
    """The refusal for an operation that the local AWS does not have."""
    return AwsError(
        "NotImplementedByLocalAws", f"The local AWS does not serve {service}:{operation}.", 501
    )


# Services add days and years to the time; beyond these bounds that could leave the calendar.
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """The time of the local AWS. It stands still in tests until it is moved."""

    offset: timedelta = timedelta()
    frozen_at: datetime | None = field(default=None)

    @staticmethod
    def of_clients() -> datetime:
        """The time now by the clock of this machine, which clients go by, in UTC.

        For what a client holds against its own clock, such as the end of its credentials: clients
        are on this machine, and no request tells them where the time of the local AWS stands.
        """
        return datetime.now(UTC)

    def now(self) -> datetime:
        """The time now, in UTC."""
        return (self.frozen_at or self.of_clients()) + self.offset

    def advance(self, seconds: float) -> None:
        """Move the time forward; a ValueError where that leaves the years that are served."""
        try:
            self.set(self.now() + timedelta(seconds=seconds))
        except (OverflowError, ValueError):
            raise ValueError(_OUT_OF_BOUNDS) from None

    def set(self, moment: datetime) -> None:
        """Let it be a moment; a ValueError where that is outside the years that are served."""
        if not EARLIEST <= moment < LATEST:
            raise ValueError(_OUT_OF_BOUNDS)
        self.offset += moment - self.now()


_OUT_OF_BOUNDS = f"the clock goes from {EARLIEST.year} to {LATEST.year - 1}"


class Service(Protocol):
    """One AWS service: takes parsed parameters, answers with the modelled output or AwsError."""

    @property
    def operations(self) -> Collection[str]:
        """All that it serves."""

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply: ...


class Neighbours(Protocol):
    """What SES needs of the services beside it."""

    def dns(self, account: str, name: str, record_type: str) -> list[str] | None:
        """What public DNS answers, from the account's public hosted zones and declared
        external records: the values, or None where there is no such record.
        Names without trailing dot and in lower case; TXT unquoted."""

    def sns_topic_refusal(self, caller: Caller, topic_arn: str, source_arn: str) -> str | None:
        """Why SES may not publish to the topic, or None when it may."""

    def publish(self, caller: Caller, topic_arn: str, message: str, subject: str | None) -> None:
        """Deliver a message to a topic's subscribers."""

    def put_metric(
        self, caller: Caller, name: str, value: float, dimensions: dict[str, str]
    ) -> None:
        """Record a data point in CloudWatch namespace AWS/SES in the caller's region."""

    def put_event(
        self, caller: Caller, detail_type: str, detail: dict[str, Any], source_arn: str
    ) -> None:
        """Put an event on the default EventBridge bus."""

    def stream_refusal(
        self, caller: Caller, stream_arn: str, role_arn: str, source_arn: str
    ) -> str | None:
        """Why SES may not put records on a stream in a role, or None when it may."""

    def put_firehose_record(self, caller: Caller, stream_arn: str, data: bytes) -> None:
        """Put a record on a delivery stream."""
