"""One environment in one line: may it send, how well does it send, what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ses_provision.engine.facts import identity_question
from ses_provision.outside.reading import Ask, Outcome, Reading, Structure, question
from ses_provision.resources.sending_account import Access, access_of

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.errors import ProvisionError

BOUNCES, COMPLAINTS = "Reputation.BounceRate", "Reputation.ComplaintRate"
PERIOD = 300  # seconds
LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Overview:
    """What matters of an environment; None where nobody knows. Rates are fractions of 1."""

    environment: str
    domain: str
    account_id: str
    region: str
    verified: str = "NOT_STARTED"
    dkim: str = "NOT_STARTED"
    mail_from: str = "NOT_STARTED"
    access: Access | None = None
    sending: bool | None = None
    enforcement: str | None = None
    bounce_rate: float | None = None
    complaint_rate: float | None = None
    open_items: int | None = None
    error: str = ""


def overview(env: Environment, now: datetime) -> Reading[Overview]:
    """Ask for the identity, the account and the rates at once."""
    identity, account, rates = yield [
        identity_question(env.region, env.domain),
        question("sesv2", env.region, "GetAccount"),
        rates_question(env.region, now),
    ]
    for outcome in (identity, account):
        if isinstance(outcome, Exception):
            raise outcome
    found, state = answered(identity), answered(account)
    bounces, complaints = newest(rates)
    return Overview(
        env.name,
        env.domain,
        env.account_id,
        env.region,
        verified=found.get("VerificationStatus", "NOT_STARTED"),
        dkim=found.get("DkimAttributes", {}).get("Status", "NOT_STARTED"),
        mail_from=(found.get("MailFromAttributes") or {}).get(
            "MailFromDomainStatus", "NOT_STARTED"
        ),
        access=access_of(state).state,
        sending=state.get("SendingEnabled"),
        enforcement=state.get("EnforcementStatus"),
        bounce_rate=bounces,
        complaint_rate=complaints,
    )


def failed(env: Environment, error: ProvisionError) -> Overview:
    """An environment that could not be looked at, and why."""
    return Overview(env.name, env.domain, env.account_id, env.region, error=error.message)


def answered(outcome: Outcome) -> Mapping[str, Any]:
    """What AWS said; nothing where there is no such thing."""
    return outcome if isinstance(outcome, dict) else {}


def rates_question(region: str, now: datetime) -> Ask:
    """The rates of the account in its sending region: they have no dimensions (SES Developer
    Guide, creating reputation alarms)."""
    return question(
        "cloudwatch",
        region,
        "GetMetricData",
        MetricDataQueries=(rate("bounces", BOUNCES), rate("complaints", COMPLAINTS)),
        StartTime=(now - LOOK_BACK).isoformat(),
        EndTime=now.isoformat(),
        ScanBy="TimestampDescending",
    )


def rate(name: str, metric: str) -> Structure:
    """One series."""
    series = Structure((("Namespace", "AWS/SES"), ("MetricName", metric)))
    stat = Structure((("Metric", series), ("Period", PERIOD), ("Stat", "Average")))
    return Structure((("Id", name), ("MetricStat", stat)))


def newest(outcome: Outcome) -> tuple[float | None, float | None]:
    """The last bounce and complaint rate; none before the first mail, or without the right."""
    values = {
        one["Id"]: one["Values"][0]
        for one in answered(outcome).get("MetricDataResults", ())
        if one.get("Values")
    }
    return values.get("bounces"), values.get("complaints")
