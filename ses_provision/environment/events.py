"""[events]: where SES reports what became of each mail."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from ses_provision.environment.complaints import shown
from ses_provision.environment.sections import KMS_KEY, Section
from ses_provision.environment.shapes import Addresses, EventType, SesName, TopicName


class EventSettings(Section):
    """[events]: where SES reports what became of each mail."""

    topic: TopicName | None = Field(None, description="ses-events-<suffix> when left out.")
    destination: SesName = Field("sns-bounce-complaint", description="Name of the destination.")
    types: frozenset[EventType] = Field(
        frozenset({"BOUNCE", "COMPLAINT", "DELIVERY_DELAY"}),
        min_length=1,
        description="What is reported.",
    )
    emails: Addresses = Field((), description="Subscribers; each has to confirm once.")
    kms_key: str | None = Field(
        None, description="Customer managed key (id, ARN or alias) that encrypts the topic."
    )

    @field_validator("kms_key")
    @classmethod
    def usable_by_ses(cls, value: str | None) -> str | None:
        """SES cannot use the AWS managed key: its policy cannot be edited (SNS Developer Guide)."""
        if value is not None and value.endswith("alias/aws/sns"):
            raise ValueError(
                "alias/aws/sns cannot work: its key policy cannot be edited, so SES and CloudWatch "
                "can never publish to the topic; use a customer managed key"
            )
        if value is not None and not re.fullmatch(KMS_KEY, value):
            raise ValueError(
                f"must be the id, the ARN or the alias/NAME of a KMS key, not {shown(value)}"
            )
        return value
