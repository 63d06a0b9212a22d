"""What an environment made and its file no longer names: found by its tags, and in DNS by what its
identity still has or its set remembers."""

from __future__ import annotations

from collections.abc import Sequence

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource
from ses_provision.engine.ownership import CREATED_BY, OURS, US
from ses_provision.environment import Environment
from ses_provision.errors import ProvisionError
from ses_provision.outside.reading import Reading, both, together
from ses_provision.resources import zones
from ses_provision.resources.dashboard import dashboard_arn
from ses_provision.resources.iam_asking import user_arn
from ses_provision.resources.ses.configuration_set import configuration_set
from ses_provision.resources.ses.event_destination import destinations
from ses_provision.resources.ses.tenancy import name_in, tenant_arn
from ses_provision.resources.tagging import tagged
from ses_provision.steps import STEPS, arns, event_queues, mail_from, memories, receiving


def strays(env: Environment, account: Account) -> Reading[list[Resource]]:
    """What is left over, last step's things first.

    Looked through are the sending region, the alarm regions, and those where alarms once stood.
    """
    known = (yield from memories.former(env, account)) or {}
    bridged, records, received = yield from together(
        [
            old_destination(env, account),
            old_records(env, account, known.get(memories.MAIL_FROM.tag, ())),
            receiving.former(env, account, known.get(memories.RECEIVING.tag, ())),
        ]
    )
    regions = sorted({env.region, *env.alarm_regions, *known.get(memories.REGIONS.tag, ())})
    there = yield from together(in_region(env, account, region) for region in regions)
    found = [arn for each in there for arn in each]
    found += [user_arn(account, name) for name in known.get(memories.SMTP_USERS.tag, ())]
    found += [dashboard_arn(account, name) for name in known.get(memories.DASHBOARDS.tag, ())]
    steps = sorted((stray_at(env, account, arn) for arn in found), key=lambda each: -each[0])
    strayed = [*bridged, *records, *received, *(each for _, strays in steps for each in strays)]
    return list({stray.key: stray for stray in strayed}.values())


def named(env: Environment, account: Account) -> frozenset[str]:
    """The ARNs of all that the file names."""
    return frozenset(
        str(getattr(resource, "arn", ""))
        for step in STEPS
        for resource in step.foreseen(env, account)
    )


def in_region(env: Environment, account: Account, region: str) -> Reading[list[str]]:
    """The ARNs in a region that carry the environment's tags and that the file does not name."""
    found = yield from tagged(region, {name: env.all_tags[name] for name in OURS})
    wanted = named(env, account)
    return sorted(arn for arn in found if not {arn, before_its_id(arn)} & wanted)


def before_its_id(arn: str) -> str:
    """An ARN as the file has it: SES ends that of a tenant in an id that it gives it."""
    return tenant_arn(arn, name_in(arn)) if ":tenant/" in arn else arn


def old_destination(env: Environment, account: Account) -> Reading[list[Resource]]:
    """The destination to EventBridge where the file wants none: it can carry no tags, its name is
    ours. One of a set that was there before us stays."""
    if env.events.bridged:
        return []
    former = event_queues.former_destination(env, account)
    arn = arns.configuration_set(env, account)
    held, there = yield from both(configuration_set(arn), destinations(arn))
    if held is None or held.tags.get(CREATED_BY) != US:
        return []
    return [former] if former.name in {each.name for each in there or ()} else []


def old_records(
    env: Environment, account: Account, domains: Sequence[str]
) -> Reading[list[Resource]]:
    """The records of MAIL FROM domains that the file does not want any more."""
    if not domains or env.dns.is_by_hand:
        return []
    try:
        zone = yield from zones.zone(env, account)
    except ProvisionError:
        return []
    if zone is None:
        return []
    return [one for name in domains for one in mail_from.records_at(env, account, zone, name)]


def stray_at(env: Environment, account: Account, arn: str) -> tuple[int, Sequence[Resource]]:
    """What something is that carries our tags, by its ARN, and the number of its step."""
    for number, step in reversed(list(enumerate(STEPS))):
        found = step.strays(env, account, arn) if step.strays else ()
        if found:
            return number, found
    return 0, ()
