"""Amazon SES: what an account may do in one region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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


def access_of(found: Mapping[str, Any]) -> AccountAccess:
    """GetAccount in our words.

    A review that was granted lifts the sandbox a moment later: until then it counts as pending.
    """
    details = found.get("Details") or {}
    review = details.get("ReviewDetails") or {}
    quota = found.get("SendQuota") or {}
    return AccountAccess(
        Access.GRANTED if found.get("ProductionAccessEnabled") else reviewed(review),
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
