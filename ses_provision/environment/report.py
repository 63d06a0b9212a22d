"""[report]: who gets the page that `ses-provision report --send` mails."""

from __future__ import annotations

from pydantic import Field, field_validator

from ses_provision.environment.sections import Section
from ses_provision.environment.shapes import Addresses

MOST = 50
"""Recipients of one mail (SES Developer Guide, service quotas)."""
SIMULATOR = "simulator.amazonses.com"


class ReportSettings(Section):
    """[report]: who gets the report; it is mailed through the environment itself."""

    to: Addresses = Field(
        min_length=1, max_length=MOST, description="Who gets it; in the sandbox, only if verified."
    )

    @field_validator("to")
    @classmethod
    def somebody_reads(cls, value: Addresses) -> Addresses:
        """What goes to the mailbox simulator is read by nobody, and may count as a bounce."""
        for address in value:
            if address.rpartition("@")[2] == SIMULATOR:
                raise ValueError(f"{address} is the mailbox simulator, which nobody reads")
        return value
