"""The configuration set."""

from collections.abc import Mapping

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.ses import EventDestination
from ses_provision.resources.ses.configuration_set import ConfigurationSet
from ses_provision.steps import arns, memories
from ses_provision.steps.memories import FORMER


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """One set, sending, with the rules of the environment."""
    tags = {**env.all_tags, **memories.tags(env, facts.of(FORMER) or {})}
    return [with_rules(env, arns.configuration_set(env, facts.account), tags)]


def with_rules(env: Environment, arn: str, tags: Mapping[str, str]) -> ConfigurationSet:
    """A set with the rules of the environment."""
    settings = env.configuration_set
    return ConfigurationSet(
        arn=arn,
        suppressed_reasons=frozenset(settings.suppressed_reasons),
        tls_policy=settings.tls_policy,
        reputation_metrics=settings.reputation_metrics,
        max_delivery_seconds=settings.max_delivery_seconds,
        tags=tags,
    )


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """A set that no setting names, with the destination that it has from us."""
    del account
    if ":configuration-set/" not in arn:
        return []
    return [
        EventDestination(arn, env.events.destination, frozenset(env.events.types), {}),
        ConfigurationSet(arn, frozenset(), "", reputation_metrics=False, tags=env.all_tags),
    ]
