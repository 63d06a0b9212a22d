"""The domain identity."""

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.ses.email_identity import EmailIdentity
from ses_provision.resources.ses.identity import Dkim
from ses_provision.steps import arns


def origin(env: Environment) -> str:
    """Where the key comes from: SES itself, or the same identity in another region (SESv2 API
    reference, DkimSigningAttributes)."""
    parent = env.dkim.replica_of
    return f"AWS_SES_{parent.upper().replace('-', '_')}" if parent else "AWS_SES"


def will_renew_key(env: Environment, dkim: Dkim) -> bool:
    """Whether the identity step changes the key, and with it perhaps the tokens."""
    length = dkim.key_length if env.dkim.replica_of else env.dkim.key_length
    return dkim.origin not in {"", origin(env)} or dkim.key_length not in {"", length}


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """The domain, signed with Easy DKIM, with the configuration set as its default."""
    return [
        EmailIdentity(
            arn=arns.identity(env, facts.account),
            configuration_set=env.configuration_set.name,
            dkim_origin=origin(env),
            dkim_key_length=None if env.dkim.replica_of else env.dkim.key_length,
            dkim_signing=True,
            feedback_forwarding=env.sender.feedback_forwarding,
            tags=env.all_tags,
            parent_arn=arns.parent_identity(env, facts.account),
        )
    ]


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """An identity that no setting names."""
    del account
    if ":identity/" not in arn:
        return []
    return [EmailIdentity(arn, "", None, None, None, feedback_forwarding=False, tags=env.all_tags)]
