"""Production access: where the account stands, and the request that leaves the sandbox. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ses_provision.engine.model import Call
from ses_provision.environment import Environment


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


def request(env: Environment) -> Call:
    """The request itself: what the environment says, to AWS."""
    asked = settings(env)
    contacts = {"AdditionalContactEmailAddresses": list(asked.contacts)} if asked.contacts else {}
    return Call(
        "sesv2",
        env.region,
        "PutAccountDetails",
        {
            "MailType": asked.mail_type,
            "WebsiteURL": asked.website,
            "ContactLanguage": asked.language,
            "UseCaseDescription": asked.use_case.strip(),
            "ProductionAccessEnabled": True,
            **contacts,
        },
    )


def settings(env: Environment) -> Any:
    """What the environment says for the request."""
    if env.production_access is None:
        raise ValueError(f"{env.name} has no [production_access]")
    return env.production_access


def may_submit(state: Access) -> bool:
    """Whether a request makes sense: never twice, and not after a denial, which only the support
    case can change (PutAccountDetails then answers ConflictException)."""
    return state in {Access.SANDBOX, Access.FAILED}
