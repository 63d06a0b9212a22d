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
TENANT = "Tenant not associated with resources"
"""What SES says where a tenant may not use something (PostHog/posthog#75863)."""
BODY = (
    "This is a test by ses-provision: it shows that mail from {sender} leaves through the "
    "configuration set {name} in {region}. Nothing has to be done."
)


def mail(env: Environment, account: Account, to: str, tenant: str = "") -> Call:
    """The mail, on behalf of a tenant where one is named. It says nothing about anybody."""
    name, sender = set_of(env, tenant), sender_of(env, tenant)
    body = BODY.format(sender=sender, name=name, region=env.region)
    return through(env, account, (to,), SUBJECT, {"Text": body}, tenant)


def through(
    env: Environment,
    account: Account,
    to: Sequence[str],
    subject: str,
    body: Mapping[str, str],
    tenant: str = "",
) -> Call:
    """A mail through the identity and the configuration set of an environment, or those of a
    tenant; several bodies are the same in several forms."""
    name, sender = set_of(env, tenant), sender_of(env, tenant)
    return Call(
        "sesv2",
        env.region,
        "SendEmail",
        {
            "FromEmailAddress": sender,
            "Destination": {"ToAddresses": list(to)},
            "ConfigurationSetName": name,
            **({"TenantName": tenant} if tenant else {}),
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
            account.arn("ses", f"identity/{sender.rpartition('@')[2]}")
            if sender != env.from_address
            else arns.identity(env, account),
            account.arn("ses", f"identity/{sender}"),
            account.arn("ses", f"configuration-set/{name}"),
        ),
        conditions=(Condition("StringEquals", "ses:FromAddress", (sender,)),),
    )


def set_of(env: Environment, tenant: str) -> str:
    """The set that mail leaves with: the tenant's own, where it has one."""
    own = {each.name: each.configuration_set for each in env.tenants}
    return own.get(tenant) or env.configuration_set.name


def sender_of(env: Environment, tenant: str) -> str:
    """The address that mail comes from: of an identity of the tenant's, where it has others."""
    named = next((each.identities for each in env.tenants if each.name == tenant), None)
    if named is None or {env.domain, env.from_address} & set(named):
        return env.from_address
    return named[0] if "@" in named[0] else f"{env.from_address.rpartition('@')[0]}@{named[0]}"


def translated(env: Environment, to: str, error: ProvisionError, *, known: bool) -> ProvisionError:
    """A refusal of SES with its cause and the way out.

    `known`: whether SES knows the domain identity in the environment's region.
    """
    if not isinstance(error, AwsRefused):
        return error
    if TENANT in error.said:
        return without_the_tenant(env, error)
    found = denied(env, to, error) if isinstance(error, AccessDenied) else None
    cause, fix = found or by_code(env, to, error, known=known)
    return AwsRefused(
        f"SES did not take the mail: {cause}. It said: {error.message}",
        fix,
        code=error.code,
        operation="SendEmail",
    )


def without_the_tenant(env: Environment, error: AwsRefused) -> AwsRefused:
    """What the tenant lacks: everything that a mail touches has to be given to it."""
    named = re.search(r"\[(.+)\]", error.said)
    lacks = f"may not use {named[1]}" if named else "may not use all that the mail touches"
    return AwsRefused(
        f"SES did not take the mail: the tenant {lacks}.",
        f"name it in [[tenants]] of config/{env.name}.toml where it is not named; then: "
        f"ses-provision apply --env {env.name}",
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
        case "NotFoundException" if error.said.startswith("Tenant "):
            return (
                f"there is no such tenant in {env.region}",
                f"who there is: ses-provision tenants status --env {env.name}",
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
    tenant = re.search(r"tenant ([A-Za-z0-9_-]+)", error.said)
    if tenant:
        return (
            f"tenant {tenant[1]} is paused",
            (
                f"find out why: ses-provision tenants status --env {env.name}; to go on: "
                f"ses-provision resume --env {env.name} --tenant {tenant[1]}"
            ),
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
