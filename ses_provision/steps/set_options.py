"""What the configuration set does beside its rules, each part only where the file says it: track
opens and clicks by a domain of one's own, keep a copy of each mail, send through a pool.

They come after the chain by which mail may be sent, which they must not hold up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Unasked
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.record_sets import RecordSet
from ses_provision.resources.ses.pools import Pool, PoolMember
from ses_provision.resources.ses.set_options import Archiving, SendingPool, Tracking
from ses_provision.steps import arns, records
from ses_provision.steps.needs import REDIRECTS, ZONE

OF_AWS = r"r\.[a-z0-9-]+\.awstrack\.me"
"""What somebody has set up for SES before, in whatever region."""


def tracking(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """The record of the redirect domain; and the domain, once SES takes it."""
    record = records.redirect(env)
    if record is None:
        return Unasked("no configuration_set.tracking_domain in the environment file")
    set_arn = arns.configuration_set(env, facts.account)
    takes = facts.of(REDIRECTS) is True
    later = "" if takes else (
        f"{env.configuration_set.name} uses it once SES has verified {env.domain}: apply again then"
    )  # fmt: skip
    wanted: list[Resource] = []
    if not env.dns.is_by_hand:
        zone, values = facts.sure(ZONE), frozenset({record.value})
        wanted.append(
            RecordSet(
                zone,
                record.name,
                record.type,
                values,
                record.ttl,
                ours=f"{OF_AWS}|{re.escape(record.value)}",
                serves=set_arn,
                later=later,
            )
        )
    if takes:
        wanted.append(redirect_domain(env, set_arn, record))
    return wanted or Unasked(later)


def redirect_domain(env: Environment, set_arn: str, record: records.PublishedRecord) -> Tracking:
    """The redirect domain of the set."""
    seen_by = env.dns.resolvers if env.dns.is_by_hand else None
    policy = env.configuration_set.tracking_https
    return Tracking(set_arn, record.name, policy, record.value, seen_by)


def archiving(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """The archive of the set."""
    archive = env.configuration_set.archive_arn
    if archive is None:
        return Unasked("no configuration_set.archive_arn in the environment file")
    return [Archiving(arns.configuration_set(env, facts.account), archive)]


def pools(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """The pools of the file with their addresses, then the one that the set sends through."""
    account, name = facts.account, env.configuration_set.pool_name
    if not (env.pools or name):
        return Unasked("no [[pools]] in the environment file")
    names = frozenset(pool.name for pool in env.pools)
    made: list[Resource] = [
        Pool(arns.pool(pool.name, account), pool.scaling.upper(), env.all_tags)
        for pool in env.pools
    ]
    members = [PoolMember(ip, pool.name, account, names) for pool in env.pools for ip in pool.ips]
    set_arn = arns.configuration_set(env, account)
    return [*made, *members, *([SendingPool(set_arn, name, name in names)] if name else ())]


def strays(env: Environment, account: Account, arn: str) -> Sequence[Resource]:
    """A pool that no setting names any more."""
    del account
    return [Pool(arn, "STANDARD", env.all_tags)] if ":dedicated-ip-pool/" in arn else []
