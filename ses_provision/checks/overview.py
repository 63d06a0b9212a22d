"""One environment in one line: may it send, how well does it send, what is left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.outside.reading import Ask, Reading, Structure, both, question
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources.ses.account import Access
from ses_provision.resources.ses.identity import Identity, identity
from ses_provision.resources.ses.sending import sending
from ses_provision.steps import arns

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.errors import ProvisionError

BOUNCES, COMPLAINTS = "Reputation.BounceRate", "Reputation.ComplaintRate"
PERIOD = 300  # seconds
LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Overview:
    """What matters of an environment; None where nobody knows. Rates are fractions of 1.

    `sending` is of the account; of the environment's own set `set_sends`, and where that is paused
    `paused`: since when, by whom and why, as far as somebody noted it.
    """

    environment: str
    domain: str
    account_id: str
    region: str
    verified: str = "NOT_STARTED"
    dkim: str = "NOT_STARTED"
    mail_from: str = "NOT_STARTED"
    access: Access | None = None
    sending: bool | None = None
    set_sends: bool | None = None
    paused: str = ""
    enforcement: str | None = None
    bounce_rate: float | None = None
    complaint_rate: float | None = None
    open_items: int | None = None
    blockers: int | None = None
    error: str = ""


def overview(env: Environment, account: Account, now: datetime) -> Reading[Overview]:
    """Ask for the identity, what lets mail through, and the rates at once."""
    asked = sending(arns.configuration_set(env, account), env.region)
    domain, (switches, rates) = yield from both(
        identity(arns.identity(env, account)), both(asked, newest_rates(env.region, now))
    )
    found = domain or Identity()
    bounces, complaints = rates
    return Overview(
        env.name,
        env.domain,
        env.account_id,
        env.region,
        verified=found.verification_status,
        dkim=found.dkim_status,
        mail_from=found.mail_from_status,
        access=switches.account.access.state,
        sending=switches.account.sending_enabled,
        set_sends=switches.set_sends,
        paused=switches.paused if switches.set_sends is False else "",
        enforcement=switches.account.enforcement,
        bounce_rate=bounces,
        complaint_rate=complaints,
    )


def failed(env: Environment, error: ProvisionError) -> Overview:
    """An environment that could not be looked at, and why."""
    return Overview(env.name, env.domain, env.account_id, env.region, error=error.message)


def rates_question(region: str, now: datetime) -> Ask:
    """The rates of the account in its sending region: they have no dimensions (SES Developer
    Guide, creating reputation alarms)."""
    return question(
        "cloudwatch",
        region,
        "GetMetricData",
        on=EVERYTHING,
        nothing={"MetricDataResults": []},
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


def newest_rates(region: str, now: datetime) -> Reading[tuple[float | None, float | None]]:
    """The last bounce and complaint rate; none before the first mail, or without the right."""
    [outcome] = yield [rates_question(region, now)]
    results = outcome.get("MetricDataResults") if isinstance(outcome, dict) else ()
    values = {found["Id"]: found["Values"][0] for found in results or () if found.get("Values")}
    return values.get("bounces"), values.get("complaints")
