"""What an environment made and its file no longer names: found by its tags, and in DNS by what the
identity still says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Skipped, Waiting
from ses_provision.engine.needs import rehearsed
from ses_provision.engine.ownership import OURS
from ses_provision.engine.plan import StepPlan
from ses_provision.environment import Environment
from ses_provision.errors import ProvisionError
from ses_provision.outside.reading import Reading, both, together
from ses_provision.resources import hosted_zones
from ses_provision.resources.ses.configuration_set import configuration_set
from ses_provision.resources.tagging import tagged
from ses_provision.steps import STEPS, arns, mail_from, needs
from ses_provision.steps.configuration_set import REGIONS


@dataclass(frozen=True)
class Beginning:
    """What is known before the plan: what else carries our tags in the sending region, where
    alarms once stood, and the records of a MAIL FROM domain that is about to go."""

    here: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    records: tuple[Resource, ...] = ()


def begin(env: Environment, account: Account) -> Reading[Beginning]:
    """Ask what does not depend on the plan, so that it is asked beside it."""
    here, (once, records) = yield from both(
        in_region(env, account, env.region),
        both(regions_once(env, account), old_records(env, account)),
    )
    return Beginning(tuple(here), tuple(once), tuple(records))


def strays(
    env: Environment,
    account: Account,
    planned: Sequence[StepPlan],
    known: Beginning,
    *,
    everywhere: bool = False,
) -> Reading[list[Resource]]:
    """What is left over, last step's things first.

    The sending region is always looked through; the other alarm regions, a call each, only where
    something changes or is left over, or where alarms once stood that no setting names.
    """
    changing = everywhere or bool(known.here) or any(step.pending for step in planned)
    regions = {*known.once, *(env.alarm_regions if changing else ())} - {env.region}
    there = yield from together(in_region(env, account, region) for region in sorted(regions))
    found = [arn for each in (known.here, *there) for arn in each]
    return [*known.records, *(stray for arn in found for stray in stray_at(env, account, arn))]


def named(env: Environment, account: Account) -> frozenset[str]:
    """The ARNs of all that the file names."""
    wanted = [step.wanted(env, rehearsed(step.needs, env, account)) for step in STEPS]
    return frozenset(
        str(getattr(resource, "arn", ""))
        for resources in wanted
        if not isinstance(resources, Skipped | Waiting)
        for resource in resources
    )


def in_region(env: Environment, account: Account, region: str) -> Reading[list[str]]:
    """The ARNs in a region that carry the environment's tags and that the file does not name."""
    found = yield from tagged(region, {name: env.all_tags[name] for name in OURS})
    return sorted(set(found) - named(env, account))


def regions_once(env: Environment, account: Account) -> Reading[list[str]]:
    """The regions that alarms were once made in."""
    live = yield from configuration_set(arns.configuration_set(env, account))
    once = live.tags.get(REGIONS, "").split() if live else []
    return [region for region in once if region not in env.alarm_regions]


def old_records(env: Environment, account: Account) -> Reading[list[Resource]]:
    """The records of a MAIL FROM domain that the identity still has and the file does not want.

    Once the identity has the new one, nobody can tell any more which they were.
    """
    live = yield from needs.domain(env, account)
    old = live.mail_from_domain if live else ""
    if old in {"", env.mail_from_domain} or env.dns.is_external:
        return []
    try:
        zone = yield from hosted_zones.zone(env, account)
    except ProvisionError:
        return []
    return [] if zone is None else mail_from.records_at(env, account, zone, old)


def stray_at(env: Environment, account: Account, arn: str) -> list[Resource]:
    """What something is that carries our tags, by its ARN."""
    found = (step.strays(env, account, arn) for step in reversed(STEPS) if step.strays)
    return next((list(resources) for resources in found if resources), [])
