"""The policy that lets the application's role send."""

from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Skipped
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources import policies
from ses_provision.resources.iam import RolePolicy
from ses_provision.steps import arns, tenants


def statements(env: Environment, account: Account) -> list[dict[str, Any]]:
    """Send as the from address, with this configuration set, and nothing else.

    IAM checks every resource a mail touches: the identity it is sent as (the address where it is an
    identity, else the domain) and the configuration set, even where that is only the identity's
    default. SendEmail with raw content is checked as SendRawEmail. GetSendQuota and GetAccount know
    no resource (Service Authorization Reference, Amazon SES v2).
    """
    return [
        {
            "Sid": "SendAsTheFromAddress",
            "Effect": "Allow",
            "Action": ["ses:SendEmail", "ses:SendRawEmail"],
            "Resource": [
                arns.identity(env, account),
                arns.sender(env, account),
                arns.configuration_set(env, account),
            ],
            "Condition": {"StringEquals": {"ses:FromAddress": env.from_address}},
        },
        {
            "Sid": "SeeTheQuota",
            "Effect": "Allow",
            "Action": ["ses:GetAccount", "ses:GetSendQuota"],
            "Resource": "*",
        },
        *tenants.statements(env, account),
    ]


NO_ROLE = "no role sends (sender.role = false); keys are kept elsewhere"


def desired(env: Environment, facts: Facts) -> list[Resource] | Skipped:
    """The policy on the role, once its name is known."""
    if env.sends_without_role:
        return Skipped(NO_ROLE)
    if not env.sender.role:
        return Skipped(
            f"no role name yet: ses-provision set sender.role NAME --env {env.name} (false: no "
            "role sends)"
        )
    return [
        RolePolicy(
            env.sender.role,
            env.policy_name,
            policies.named(statements(env, facts.account)),
            env.region,
            facts.account,
        )
    ]
