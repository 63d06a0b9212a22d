"""The domain identity."""

from ses_provision.environment import Environment
from ses_provision.facts import Account, Facts
from ses_provision.model import Resource
from ses_provision.resources.ses import EmailIdentity


def arn(env: Environment, account: Account) -> str:
    """The ARN of the domain identity."""
    return account.arn("ses", f"identity/{env.domain}")


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """The domain, signed with Easy DKIM, with the configuration set as its default."""
    return [
        EmailIdentity(
            arn=arn(env, facts.account),
            configuration_set=env.configuration_set.name,
            dkim_key_length=env.dkim.key_length,
            dkim_signing=True,
            feedback_forwarding=env.sender.feedback_forwarding,
            tags=env.all_tags,
        )
    ]
