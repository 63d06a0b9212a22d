"""Service Quotas: how much SES lets an account send in a region, and requests for more.

Mails of both quotas are counted by recipient. AWS takes one request for a quota at a time, decides
it within a day or so, and raises quotas by itself for senders that come near them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import EVERYTHING

SERVICE = "ses"
OPEN = frozenset({"PENDING", "CASE_OPENED"})
"""Statuses of a request on which AWS has not decided (Service Quotas API reference)."""


@dataclass(frozen=True)
class Quota:
    """One of the two quotas on sending: its code, what it is called, and what it counts."""

    code: str
    title: str
    unit: str


# The codes are in AWS's "Connect Talent quotas", and in use by many (facts-sending G).
DAILY = Quota("L-804C8AE8", "mails in 24 hours", "a day")
RATE = Quota("L-CDEF9B6B", "mails a second", "a second")
QUOTAS = (DAILY, RATE)


@dataclass(frozen=True)
class Requested:
    """A request for more: how much, how it stands, and the support case it has become, if any."""

    quota: Quota
    desired: float
    status: str
    created: str = ""
    case_id: str = ""

    @property
    def is_open(self) -> bool:
        """Whether AWS has still to decide."""
        return self.status in OPEN


def history_question(region: str, quota: Quota) -> Ask:
    """The question for all requests for a quota."""
    return question(
        "service-quotas",
        region,
        "ListRequestedServiceQuotaChangeHistoryByQuota",
        on=EVERYTHING,
        absent=(Refusal("NoSuchResourceException"),),
        nothing={"RequestedQuotas": []},
        pages=True,
        ServiceCode=SERVICE,
        QuotaCode=quota.code,
    )


def requests(region: str) -> Reading[list[Requested]]:
    """The requests for both quotas, those for one beside each other, the newest first."""
    answers = yield from ask(*(history_question(region, quota) for quota in QUOTAS))
    return [
        request
        for quota, answer in zip(QUOTAS, answers, strict=True)
        for request in sorted(
            (requested(quota, said) for said in (answer or {}).get("RequestedQuotas") or ()),
            key=lambda each: each.created,
            reverse=True,
        )
    ]


def requested(quota: Quota, said: Mapping[str, Any]) -> Requested:
    """A request in our words."""
    created = said.get("Created")
    return Requested(
        quota,
        float(said.get("DesiredValue", 0)),
        str(said.get("Status", "")),
        created.isoformat(timespec="seconds") if created else "",
        said.get("CaseId") or "",
    )


def increase(arn: str, region: str, quota: Quota, desired: float) -> Call:
    """Ask for more. Refused as there already while a request is open: somebody was faster."""
    return Call(
        "service-quotas",
        region,
        "RequestServiceQuotaIncrease",
        {"ServiceCode": SERVICE, "QuotaCode": quota.code, "DesiredValue": desired},
        on=(arn,),
        already=(Refusal("ResourceAlreadyExistsException"),),
    )
