"""One mail through the real identity and configuration set, and what a refusal means. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ses_provision.engine.account import Account
from ses_provision.errors import AccessDenied, AwsRefused, ProvisionError
from ses_provision.outside.call import Call
from ses_provision.outside.rights import Condition
from ses_provision.steps import arns

if TYPE_CHECKING:
    from ses_provision.environment import Environment

SIMULATOR = "simulator.amazonses.com"
"""Mail to it is delivered to nobody and counts for nothing (SES Developer Guide, simulator)."""
SUCCESS, BOUNCE, COMPLAINT = (f"{what}@{SIMULATOR}" for what in ("success", "bounce", "complaint"))
SUBJECT = "ses-provision test"
BODY = (
    "This is a test by ses-provision: it shows that mail from {sender} leaves through the "
    "configuration set {name} in {region}. Nothing has to be done."
)


def mail(env: Environment, account: Account, to: str) -> Call:
    """The mail. It says nothing about anybody."""
    name = env.configuration_set.name
    body = BODY.format(sender=env.from_address, name=name, region=env.region)
    return through(env, account, (to,), SUBJECT, {"Text": body})


def through(
    env: Environment, account: Account, to: Sequence[str], subject: str, body: Mapping[str, str]
) -> Call:
    """A mail through the identity and the configuration set of an environment; several bodies are
    the same in several forms."""
    return Call(
        "sesv2",
        env.region,
        "SendEmail",
        {
            "FromEmailAddress": env.from_address,
            "Destination": {"ToAddresses": list(to)},
            "ConfigurationSetName": env.configuration_set.name,
            "Content": {
                "Simple": {
                    "Subject": {"Data": subject, "Charset": "UTF-8"},
                    "Body": {
                        form: {"Data": text, "Charset": "UTF-8"} for form, text in body.items()
                    },
                }
            },
        },
        on=(
            arns.identity(env, account),
            arns.sender(env, account),
            arns.configuration_set(env, account),
        ),
        conditions=(Condition("StringEquals", "ses:FromAddress", (env.from_address,)),),
    )


def translated(env: Environment, to: str, error: ProvisionError, *, known: bool) -> ProvisionError:
    """A refusal of SES with its cause and the way out.

    `known`: whether SES knows the domain identity in the environment's region.
    """
    if not isinstance(error, AwsRefused):
        return error
    found = denied(env, to, error) if isinstance(error, AccessDenied) else None
    cause, fix = found or by_code(env, to, error, known=known)
    return AwsRefused(
        f"SES did not take the mail: {cause}. It said: {error.message}",
        fix,
        code=error.code,
        operation="SendEmail",
    )


def denied(env: Environment, to: str, error: AccessDenied) -> tuple[str, str]:
    """Which ARN the caller lacks: IAM checks every resource that the mail touches."""
    if ":configuration-set/" in error.resource:
        return (
            f"the caller may send, but not with configuration set {error.resource}",
            (
                f"allow ses:SendEmail on {error.resource}: it is checked even where it is only the "
                "identity's default"
            ),
        )
    if to.lower() in error.resource.lower() and to != env.from_address:
        return (
            f"in the sandbox IAM also checks the recipient's identity {error.resource}",
            f"send to {SUCCESS}, or allow it on that identity while in the sandbox",
        )
    return (
        f"the caller may not {error.action} on {error.resource}",
        f"allow {error.action} on {error.resource}; the sender's role has policy {env.policy_name}",
    )


def by_code(env: Environment, to: str, error: AwsRefused, *, known: bool) -> tuple[str, str]:
    """What an error code means for a mail."""
    status = f"ses-provision dkim-status --env {env.name}"
    match error.code:
        case "MessageRejected" if "not verified" in error.message:
            return unverified(env, to, error, known=known)
        case "MailFromDomainNotVerifiedException":
            return (
                (
                    f"MAIL FROM {env.mail_from_domain} is not verified, and "
                    "mail_from.on_mx_failure is REJECT_MESSAGE"
                ),
                f"{status}; USE_DEFAULT_VALUE sends meanwhile",
            )
        case "SendingPausedException":
            return paused(env, error)
        case "AccountSuspendedException":
            return (
                "AWS has suspended the account's sending for good",
                f"answer AWS's notice: SES console, region {env.region}, Account dashboard",
            )
        case "LimitExceededException" | "TooManyRequestsException":
            return (
                "a sending quota is used up",
                f"ses-provision checklist --env {env.name} --only SES-QUOTA-001",
            )
        case "NotFoundException" | "BadRequestException" if "onfiguration set" in error.message:
            return (
                f"there is no configuration set {env.configuration_set.name} in {env.region}",
                f"ses-provision apply --env {env.name} --only configuration-set",
            )
    return "for a reason that ses-provision does not know", f"{status}, and checklist"


def paused(env: Environment, error: AwsRefused) -> tuple[str, str]:
    """Who stopped sending: somebody for the set, or somebody or AWS for the account."""
    if "onfiguration set" in error.message:
        return (
            f"sending is switched off for configuration set {env.configuration_set.name}",
            f"find out why; to go on: ses-provision resume --env {env.name}",
        )
    return (
        f"sending is paused for the account in {env.region}",
        (
            f"SES console, region {env.region}, Account dashboard: read why; "
            f"ses-provision checklist --env {env.name} --only account"
        ),
    )


def unverified(env: Environment, to: str, error: AwsRefused, *, known: bool) -> tuple[str, str]:
    """Which address failed the check, and in which region."""
    region = re.search(r"in region ([A-Z0-9-]+)", error.message)
    where = region[1].lower() if region else env.region
    named = error.message.partition(where.upper())[2].lower()
    if to.lower() in named and env.from_address.lower() not in named:
        return (
            f"{to} is not verified, and {where} is in the sandbox",
            (
                f"ses-provision request-access --env {env.name}; until then send to {SUCCESS} or "
                "to a verified address"
            ),
        )
    if not known:
        return (
            f"SES in {where} knows no identity {env.domain}; another region may",
            f"correct `region` in config/{env.name}.toml, or ses-provision apply --env {env.name}",
        )
    return (
        f"{env.from_address} is not verified in {where} yet",
        f"ses-provision dkim-status --env {env.name}",
    )
