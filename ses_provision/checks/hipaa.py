"""The Business Associate Addendum. This tool cannot declare compliance; it can look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ses_provision.environment import Environment
from ses_provision.errors import AwsRefused
from ses_provision.facts import Account
from ses_provision.model import Finding, Status
from ses_provision.reading import Reading, ask, question

ARTIFACT_REGION = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1"}
BAA = re.compile(r"business associate addendum", re.IGNORECASE)
CONSOLE = "AWS console > Artifact > Agreements: accept the Business Associate Addendum"


def findings(env: Environment, account: Account) -> Reading[list[Finding]]:
    """What AWS Artifact knows."""
    title = "Business Associate Addendum (BAA)"
    if not env.hipaa:
        return [Finding("SES-HIPAA-001", title, Status.NOT_APPLICABLE, "hipaa is false")]
    region = ARTIFACT_REGION.get(account.partition, env.region)
    try:
        [listed] = yield from ask(
            question("artifact", region, "ListCustomerAgreements", pages=True)
        )
    except AwsRefused as refused:
        return [
            Finding(
                "SES-HIPAA-001", title, Status.UNKNOWN, refused.message, f"{refused.hint} {CONSOLE}"
            )
        ]
    active = [one for one in (listed or {}).get("customerAgreements", ()) if is_active_baa(one)]
    if active:
        names = ", ".join(sorted(described(one) for one in active))
        return [Finding("SES-HIPAA-001", title, Status.DONE, f"AWS Artifact: {names}")]
    return [
        Finding(
            "SES-HIPAA-001",
            title,
            Status.UNKNOWN,
            "AWS Artifact lists no active one; one signed on paper would not be listed",
            f"{CONSOLE}, before any patient data is sent",
        )
    ]


def is_active_baa(agreement: Mapping[str, Any]) -> bool:
    """Whether an agreement is a BAA in force. The HCLS addendum is another agreement."""
    return agreement.get("state") == "ACTIVE" and bool(BAA.search(agreement.get("name", "")))


def described(agreement: Mapping[str, Any]) -> str:
    """An agreement in a few words."""
    scope = "organisation" if agreement.get("organizationArn") else "account"
    since = agreement.get("effectiveStart")
    return f"{agreement['name']} ({scope}{f', since {since:%Y-%m-%d}' if since else ''})"
