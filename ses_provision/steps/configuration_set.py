"""The configuration set."""

from collections.abc import Sequence

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.names import LONGEST_TAG
from ses_provision.resources.ses import EventDestination
from ses_provision.resources.ses.configuration_set import ConfigurationSet
from ses_provision.steps import arns
from ses_provision.steps.needs import (
    DASHBOARDS,
    FORMER_DASHBOARDS,
    FORMER_REGIONS,
    FORMER_USERS,
    REGIONS,
    SMTP_USERS,
)


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """One set, sending, with the rules of the environment."""
    settings, regions = env.configuration_set, facts.of(FORMER_REGIONS) or ()
    users, boards = facts.of(FORMER_USERS) or (), facts.of(FORMER_DASHBOARDS) or ()
    return [
        ConfigurationSet(
            arn=arns.configuration_set(env, facts.account),
            suppressed_reasons=frozenset(settings.suppressed_reasons),
            tls_policy=settings.tls_policy,
            reputation_metrics=settings.reputation_metrics,
            max_delivery_seconds=settings.max_delivery_seconds,
            tags={
                **env.all_tags,
                **alarm_regions(env, regions),
                **smtp_users(env, users),
                **dashboards(env, boards),
            },
        )
    ]


def alarm_regions(env: Environment, former: Sequence[str]) -> dict[str, str]:
    """The tag that remembers where alarms stand, and stood as far as it can hold them."""
    regions = remembered(env.alarm_regions, former)
    return {REGIONS: " ".join(regions)} if set(regions) - {env.region} else {}


def smtp_users(env: Environment, former: Sequence[str]) -> dict[str, str]:
    """The tag that remembers which SMTP users there are, and were as far as it can hold them."""
    users = remembered([user.name for user in env.smtp_users], former)
    return {SMTP_USERS: " ".join(users)} if users else {}


def dashboards(env: Environment, former: Sequence[str]) -> dict[str, str]:
    """The tag that remembers which dashboards there are, and were as far as it can hold them."""
    names = remembered([env.dashboard_name] if env.dashboard else [], former)
    return {DASHBOARDS: " ".join(names)} if names else {}


def remembered(present: Sequence[str], former: Sequence[str]) -> list[str]:
    """What is there, and of what was there as much as a tag can hold."""
    found = list(present)
    for one in former:
        if len(" ".join([*found, one])) <= LONGEST_TAG:
            found.append(one)
    return sorted(found)


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """A set that no setting names, with the destination that it has from us."""
    del account
    if ":configuration-set/" not in arn:
        return []
    return [
        EventDestination(arn, env.events.destination, frozenset(env.events.types), {}),
        ConfigurationSet(arn, frozenset(), "", reputation_metrics=False, tags=env.all_tags),
    ]
