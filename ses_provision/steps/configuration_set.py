"""The configuration set."""

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.ses.configuration_set import ConfigurationSet
from ses_provision.steps import arns


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """One set, sending, with the rules of the environment."""
    settings = env.configuration_set
    return [
        ConfigurationSet(
            arn=arns.configuration_set(env, facts.account),
            suppressed_reasons=frozenset(settings.suppressed_reasons),
            tls_policy=settings.tls_policy,
            reputation_metrics=settings.reputation_metrics,
            tags={**env.all_tags, **alarm_regions(env)},
        )
    ]


REGIONS = "AlarmRegions"
"""A tag that says in which regions alarms were made: AWS cannot be asked for all regions at once,
and a region that the file no longer names would be forgotten."""


def alarm_regions(env: Environment) -> dict[str, str]:
    """The tag, where alarms stand elsewhere than in the sending region."""
    elsewhere = set(env.alarm_regions) - {env.region}
    return {REGIONS: " ".join(sorted(env.alarm_regions))} if elsewhere else {}


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """A set that no setting names."""
    del account
    if ":configuration-set/" not in arn:
        return []
    return [ConfigurationSet(arn, frozenset(), "", reputation_metrics=False, tags=env.all_tags)]
