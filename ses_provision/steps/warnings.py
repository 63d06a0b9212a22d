"""What an operator has to know before an environment is taken down."""

from __future__ import annotations

from ses_provision.engine.account import Account
from ses_provision.environment import Environment
from ses_provision.outside.reading import Reading, both
from ses_provision.resources.ses.account import sending_account
from ses_provision.resources.ses.identity import identity
from ses_provision.steps import arns

LOST = (
    "a suppression list of its own is lost with a tenant; to keep it, before: "
    "ses-provision suppression export --env {env} --tenant NAME"
)


def in_use(env: Environment, account: Account) -> Reading[tuple[str, ...]]:
    """Whether mail stops, and what is lost for good."""
    of_tenants = (LOST.format(env=env.name),) if env.tenants else ()
    domain, sending = yield from both(
        identity(arns.identity(env, account)), sending_account(env.region)
    )
    if domain is None or not domain.verified_for_sending:
        return of_tenants
    sent = sending.access.sent
    mails = f"{sent:,.0f} mail{'' if sent == 1 else 's'}"
    lately = f"; {mails} left {env.region} in the last 24 hours" if sent else ""
    return (f"{env.domain} is verified and can send: its mail stops{lately}.", *of_tenants)
