"""What a program that sends by SMTP has to be told, as its form asks for it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ses_provision.operations.smtp_keys import PORT
from ses_provision.outside.smtp import host

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.environment.smtp import SmtpUserSettings

Fields = list[tuple[str, str]]
HEADER = "X-SES-Configuration-Set"
PASSWORD = "(the SMTP password: from its store, or as `smtp create` showed it)"  # noqa: S105


def plain(env: Environment, user: SmtpUserSettings, username: str) -> Fields:
    """What any program asks for."""
    return [
        ("Host", host(env.region)),
        ("Port", f"{PORT} (STARTTLS); 465 for TLS from the start"),
        ("User name", username),
        ("Password", PASSWORD),
        ("From", ", ".join(env.smtp_addresses(user))),
        ("Header", f"{HEADER}: {env.configuration_set.name} (without it, the identity's default)"),
    ]


def auth0(env: Environment, user: SmtpUserSettings, username: str) -> Fields:
    """Auth0: Branding > Email Provider > SMTP Provider.

    Of headers it takes this one alone (auth0/terraform-provider-auth0#384), so that no tenant can
    be named; its API calls the fields smtp_host, smtp_port, smtp_user and smtp_pass.
    """
    return [
        ("Use my own email provider", "on"),
        ("Email Provider", "SMTP Provider"),
        ("From", env.smtp_addresses(user)[0]),
        ("Host (smtp_host)", host(env.region)),
        ("Port (smtp_port)", str(PORT)),
        ("Username (smtp_user)", username),
        ("Password (smtp_pass)", PASSWORD),
        ("Header (settings.headers)", f"{HEADER}: {env.configuration_set.name}"),
    ]


FORMS: dict[str, Callable[[Environment, SmtpUserSettings, str], Fields]] = {
    "any": plain,
    "auth0": auth0,
}
