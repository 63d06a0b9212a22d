"""The domain identity."""

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.ses.email_identity import EmailIdentity
from ses_provision.resources.ses.identity import Dkim
from ses_provision.resources.ses.own_key import EXTERNAL, first_selector
from ses_provision.steps import arns


def origin(env: Environment) -> str:
    """Where the key comes from: SES itself, the same identity in another region, or ourselves
    (SESv2 API reference, DkimSigningAttributes)."""
    if env.dkim.is_own_key:
        return EXTERNAL
    parent = env.dkim.replica_of
    return f"AWS_SES_{parent.upper().replace('-', '_')}" if parent else "AWS_SES"


def will_renew_key(env: Environment, dkim: Dkim) -> bool:
    """Whether the identity step changes the key, and with it perhaps the tokens. A key of one's own
    is changed by no step."""
    if env.dkim.is_own_key:
        return False
    length = dkim.key_length if env.dkim.replica_of else env.dkim.key_length
    return dkim.origin not in {"", origin(env)} or dkim.key_length not in {"", length}


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """The domain, signed as the file says, with the configuration set as its default."""
    easy = not (env.dkim.replica_of or env.dkim.is_own_key)
    return [
        EmailIdentity(
            arn=arns.identity(env, facts.account),
            configuration_set=env.configuration_set.name,
            dkim_origin=origin(env),
            dkim_key_length=env.dkim.key_length if easy else None,
            dkim_signing=True,
            feedback_forwarding=env.sender.feedback_forwarding,
            tags=env.all_tags,
            parent_arn=arns.parent_identity(env, facts.account),
            first_selector=first_selector(env.selector_prefix) if env.dkim.is_own_key else "",
            rotation=f"ses-provision dkim rotate --env {env.name}",
        )
    ]


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """An identity that no setting names."""
    del account
    if ":identity/" not in arn:
        return []
    return [EmailIdentity(arn, "", None, None, None, feedback_forwarding=False, tags=env.all_tags)]
