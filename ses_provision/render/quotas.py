"""What an account may send, and what was asked for, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.checks.account import NEARLY, UNLIMITED
from ses_provision.render.message import safe
from ses_provision.render.numbers import amount, percent
from ses_provision.resources.service_quotas import DAILY, RATE
from ses_provision.resources.ses.account import Access

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.quotas import Quotas
    from ses_provision.resources.service_quotas import Quota, Requested

NAMES = {DAILY: "daily", RATE: "rate"}


def quotas(env: Environment, found: Quotas) -> Text:
    """The quotas, how much is used, and every request that is open."""
    access, used = found.access, found.used
    text = Text(f"{safe(env.name)}: account {env.account_id} in {env.region}, ")
    text.append("out of the sandbox" if access.state is Access.GRANTED else "in the sandbox")
    text.append(f"\n  {'in 24 hours':<13}  {limit(access.daily)} mails, {access.sent:,.0f} used")
    if used is not None:
        text.append(f" ({percent(used)})", style="red" if used >= NEARLY else "green")
    text.append(f"\n  {'a second':<13}  {limit(access.rate)}")
    for request in found.requests:
        if request.is_open:
            text.append("\n  ").append(opened(request))
    return text.append("\n")


def limit(value: float) -> str:
    """A quota."""
    return "no limit" if value == UNLIMITED else amount(value)


def opened(request: Requested) -> Text:
    """A request on which AWS has not decided."""
    case = f", case {safe(request.case_id)}" if request.case_id else ""
    since = f" since {safe(request.created)}" if request.created else ""
    return Text(
        f"asked for: {amount(request.desired)} {request.quota.unit}{since}, "
        f"{safe(request.status)}{case}",
        style="yellow",
    )


def enough(env: Environment, found: Quotas, quota: Quota) -> str:
    """That nothing has to be asked for."""
    return f"{env.name}: {quota.title}: {limit(found.live(quota))} already; nothing is asked for"


def waits(env: Environment, request: Requested) -> str:
    """That a request is open, so that no second one is made."""
    return (
        f"{env.name}: {request.quota.title}: a request for {amount(request.desired)} is open "
        f"({request.status}); AWS takes no second one"
    )


def data(env: Environment, found: Quotas) -> dict[str, Any]:
    """Quotas as JSON has them."""
    access = found.access
    return {
        "account_id": env.account_id,
        "region": env.region,
        "access": access.state.name,
        "daily": access.daily,
        "rate": access.rate,
        "sent": access.sent,
        "requests": [
            {
                "quota": NAMES[request.quota],
                "code": request.quota.code,
                "desired": request.desired,
                "status": request.status,
                "open": request.is_open,
                "created": request.created or None,
                "case_id": request.case_id,
            }
            for request in found.requests
        ],
    }
