"""Amazon SES: what an account may do in one region."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.outside.reading import Ask, Reading, ask, question
from ses_provision.outside.rights import EVERYTHING


class Access(StrEnum):
    """Where the account stands in one region."""

    SANDBOX = "in the sandbox"
    PENDING = "under review"
    GRANTED = "granted"
    DENIED = "denied"
    FAILED = "review failed"


@dataclass(frozen=True)
class AccountAccess:
    """What GetAccount says of access and quota. Quotas in mails."""

    state: Access
    case_id: str = ""
    daily: float = 0
    rate: float = 0
    sent: float = 0
    described: bool = False


@dataclass(frozen=True)
class SendingAccount:
    """GetAccount in our words; all of it holds for one region alone. None where it says nothing.

    `plan` is what AWS charges by, `next_plan` from next month on; empty where it says nothing.
    """

    access: AccountAccess
    sending_enabled: bool | None = None
    enforcement: str | None = None
    suppressed_reasons: frozenset[str] = frozenset()
    vdm_enabled: bool = False
    engagement: str = ""
    plan: str = ""
    next_plan: str = ""
    auto_warmup: bool | None = None


def account_question(region: str) -> Ask:
    """The question for what the account may do in a region."""
    return question(
        "sesv2",
        region,
        "GetAccount",
        on=EVERYTHING,
        something={"VdmAttributes": {"VdmEnabled": "ENABLED"}},
    )


def sending_account(region: str) -> Reading[SendingAccount]:
    """What the account may do in a region."""
    [answer] = yield from ask(account_question(region))
    return described(answer or {})


def described(answer: Mapping[str, Any]) -> SendingAccount:
    """An answer of GetAccount in our words."""
    vdm = answer.get("VdmAttributes") or {}
    suppression = answer.get("SuppressionAttributes") or {}
    pricing = answer.get("PricingAttributes") or {}
    return SendingAccount(
        access=access_of(answer),
        sending_enabled=answer.get("SendingEnabled"),
        enforcement=answer.get("EnforcementStatus"),
        suppressed_reasons=frozenset(suppression.get("SuppressedReasons") or ()),
        vdm_enabled=vdm.get("VdmEnabled") == "ENABLED",
        engagement=(vdm.get("DashboardAttributes") or {}).get("EngagementMetrics", ""),
        plan=pricing.get("CurrentPlan") or "",
        next_plan=pricing.get("NextPlan") or "",
        auto_warmup=answer.get("DedicatedIpAutoWarmupEnabled"),
    )


def access_of(answer: Mapping[str, Any]) -> AccountAccess:
    """Where the account stands, from an answer of GetAccount.

    A review that was granted lifts the sandbox a moment later: until then it counts as pending.
    """
    details = answer.get("Details") or {}
    review = details.get("ReviewDetails") or {}
    quota = answer.get("SendQuota") or {}
    return AccountAccess(
        Access.GRANTED if answer.get("ProductionAccessEnabled") else reviewed(review),
        review.get("CaseId", ""),
        quota.get("Max24HourSend", 0),
        quota.get("MaxSendRate", 0),
        quota.get("SentLast24Hours", 0),
        bool(details),
    )


def reviewed(review: Mapping[str, Any]) -> Access:
    """What a review says."""
    match review.get("Status"):
        case "PENDING" | "GRANTED":
            return Access.PENDING
        case "DENIED":
            return Access.DENIED
        case "FAILED":
            return Access.FAILED
    return Access.SANDBOX


def console(region: str, page: str) -> str:
    """A place in the SES console."""
    return f"SES console, region {region}, {page}"
