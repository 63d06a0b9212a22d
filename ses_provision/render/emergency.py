"""How the switches stand that let mail through, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ses_provision.render.message import safe
from ses_provision.resources.ses.tenancy import REINSTATED

if TYPE_CHECKING:
    from ses_provision.operations.emergency import Stop
    from ses_provision.operations.tenant_stop import TenantStop


def standing(stop: Stop | TenantStop) -> Text:
    """The switch that was asked for, and the other one where it stops the mail as well."""
    from ses_provision.operations.tenant_stop import TenantStop

    if isinstance(stop, TenantStop):
        return of_a_tenant(stop)
    found = stop.seen.sending
    text = Text(f"{stop.env.name}: {stop.name} ")
    text.append("sends" if stop.sends else "is paused", style="green" if stop.sends else "red")
    if not stop.sends and not stop.whole_account and found.paused:
        text.append(f" since {safe(found.paused)}")
    other = other_stop(stop)
    if stop.sends and other:
        text.append(f"\n{stop.env.name}: but {other}", style="yellow")
    return text


def of_a_tenant(stop: TenantStop) -> Text:
    """Whether a tenant sends, and who stopped it."""
    text = Text(f"{stop.env.name}: {stop.name} ")
    if not stop.sends:
        return text.append("is paused", style="red").append(f" {safe(stop.why)}")
    text.append("sends", style="green")
    if stop.seen.standing.by_owner == REINSTATED:
        text.append(", in spite of what SES found in its mail", style="yellow")
    return text


def other_stop(stop: Stop) -> str:
    """What stops the mail although the switch that was asked for is on."""
    env, found = stop.env, stop.seen.sending
    resume = f"ses-provision resume --env {env.name}"
    if found.stopped_by_aws:
        return f"AWS has stopped the account in {env.region}; only AWS resumes it"
    if not stop.whole_account and not found.account_sends:
        return f"the account is paused in {env.region}: {resume} --account"
    if stop.whole_account and found.set_sends is False:
        return f"configuration set {env.configuration_set.name} is paused: {resume}"
    return ""
