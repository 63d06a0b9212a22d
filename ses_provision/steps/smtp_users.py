"""The users that send by SMTP, each with a policy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Unasked
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.environment.smtp import SmtpUserSettings
from ses_provision.resources import policies
from ses_provision.resources.iam_asking import user_arn
from ses_provision.resources.iam_users import SmtpUser, UserPolicy
from ses_provision.steps import arns

SENDS = "ses:SendRawEmail"
"""What SES checks of mail that comes by SMTP (SES Developer Guide, SMTP credentials)."""


def statements(env: Environment, account: Account, user: SmtpUserSettings) -> list[dict[str, Any]]:
    """Send as its addresses, with this configuration set, from its networks, and nothing else.

    IAM checks every resource that a mail touches, as it does for the role of an application; an
    address that is an identity itself is checked instead of its domain.
    """
    addresses = env.smtp_addresses(user)
    where = {"IpAddress": {"aws:SourceIp": list(user.source_ips)}} if user.source_ips else {}
    return [
        {
            "Sid": "SendBySmtp",
            "Effect": "Allow",
            "Action": SENDS,
            "Resource": [
                arns.identity(env, account),
                *(account.arn("ses", f"identity/{address}") for address in addresses),
                arns.configuration_set(env, account),
            ],
            "Condition": {"StringEquals": {"ses:FromAddress": list(addresses)}, **where},
        }
    ]


def policy_name(env: Environment) -> str:
    """What the policy of each user is called."""
    return f"ses-smtp-{env.ending}"


def desired(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """Each user, then its policy."""
    if not env.smtp_users:
        return Unasked("no [[smtp_users]] in the environment file")
    return [each for user in env.smtp_users for each in resources(env, facts.account, user)]


def resources(env: Environment, account: Account, user: SmtpUserSettings) -> Iterator[Resource]:
    """A user and its policy."""
    named = policies.named(statements(env, account, user))
    yield SmtpUser(
        user_arn(account, user.name),
        user.permissions_boundary,
        env.all_tags,
        account,
        policy_name(env),
    )
    uses = (arns.identity(env, account), arns.configuration_set(env, account))
    yield UserPolicy(user.name, policy_name(env), named, account, uses)


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """A user that no setting names any more; it takes along the policy that it has from us."""
    if ":user/" not in arn:
        return []
    return [SmtpUser(arn, None, env.all_tags, account, policy_name(env))]
