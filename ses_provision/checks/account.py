"""Does AWS let this account send to anybody? Sandbox, review, enforcement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ses_provision.environment import Environment
from ses_provision.facts import Account
from ses_provision.model import Finding, Status
from ses_provision.reading import Reading, ask, question


def findings(env: Environment, account: Account) -> Reading[list[Finding]]:
    """What GetAccount says. All of it holds for this region alone."""
    del account
    [found] = yield from ask(question("sesv2", env.region, "GetAccount"))
    return [sandbox(env, found or {}), sending(env, found or {})]


def sandbox(env: Environment, found: Mapping[str, Any]) -> Finding:
    """May it send to addresses that are not verified?"""
    title = f"Production access in {env.region}"
    quota = found.get("SendQuota", {})
    allowed = (
        f"{quota.get('Max24HourSend', 0):g} mails a day, {quota.get('MaxSendRate', 0):g} a second"
    )
    if found.get("ProductionAccessEnabled"):
        return Finding("SES-SANDBOX-001", title, Status.DONE, f"out of the sandbox: {allowed}")
    review = found.get("Details", {}).get("ReviewDetails", {})
    case = f", case {review['CaseId']}" if review.get("CaseId") else ""
    match review.get("Status"):
        case "PENDING" | "GRANTED":
            return Finding(
                "SES-SANDBOX-001",
                title,
                Status.WAITING,
                f"AWS is reviewing the request{case}; in the sandbox until then ({allowed})",
                "wait for AWS's answer, usually within 24 hours",
            )
        case "DENIED":
            return Finding(
                "SES-SANDBOX-001",
                title,
                Status.ACTION,
                f"AWS denied the request{case}, or waits for an answer to its questions",
                f"answer in the support case{case}: a new request is refused",
            )
    return Finding(
        "SES-SANDBOX-001",
        title,
        Status.ACTION,
        f"in the sandbox: {allowed}, to verified addresses only",
        f"once DKIM is verified: ses-provision request-access --env {env.name}",
    )


def sending(env: Environment, found: Mapping[str, Any]) -> Finding:
    """Has AWS paused it, or put it under review?"""
    title = "Sending allowed"
    status = found.get("EnforcementStatus", "unknown")
    enabled = found.get("SendingEnabled", False)
    evidence = f"enforcement status {status}, sending {'on' if enabled else 'off'}"
    if enabled and status == "HEALTHY":
        return Finding("SES-ACCOUNT-001", title, Status.DONE, evidence)
    return Finding(
        "SES-ACCOUNT-001",
        title,
        Status.ACTION,
        evidence,
        f"SES console, region {env.region}, Account dashboard: what AWS wrote, and how to answer",
    )
