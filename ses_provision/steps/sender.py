"""The sending identity: the from address."""

from ses_provision.engine.account import Account
from ses_provision.engine.facts import Facts
from ses_provision.engine.model import Resource
from ses_provision.environment import Environment
from ses_provision.resources.ses import EmailIdentity
from ses_provision.steps import mail_from


def arn(env: Environment, account: Account) -> str:
    """The ARN of the address identity."""
    return account.arn("ses", f"identity/{env.from_address}")


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """The address with the configuration set and MAIL FROM of its domain.

    An address identity's settings override its domain's, so without them mail from it would leave
    without the custom MAIL FROM (SES Developer Guide, creating and verifying identities).
    """
    identity = EmailIdentity(
        arn=arn(env, facts.account),
        configuration_set=env.configuration_set.name,
        dkim_origin=None,
        dkim_key_length=None,
        dkim_signing=None,
        feedback_forwarding=env.sender.feedback_forwarding,
        tags=env.all_tags,
    )
    return [identity, mail_from.on(identity.arn, env)]
