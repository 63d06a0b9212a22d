"""The configuration set."""

from ses_provision.engine.account import Account
from ses_provision.engine.facts import Facts
from ses_provision.engine.model import Resource
from ses_provision.environment import Environment
from ses_provision.resources.ses import ConfigurationSet


def arn(env: Environment, account: Account) -> str:
    """The ARN of the environment's configuration set."""
    return account.arn("ses", f"configuration-set/{env.configuration_set.name}")


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """One set, sending, with the rules of the environment."""
    settings = env.configuration_set
    return [
        ConfigurationSet(
            arn=arn(env, facts.account),
            sending_enabled=True,
            suppressed_reasons=frozenset(settings.suppressed_reasons),
            tls_policy=settings.tls_policy,
            reputation_metrics=settings.reputation_metrics,
            tags=env.all_tags,
        )
    ]
