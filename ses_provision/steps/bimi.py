"""The BIMI record."""

from __future__ import annotations

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Skipped, Unasked, Waiting
from ses_provision.engine.needs import Facts, Need
from ses_provision.environment import Environment
from ses_provision.outside.reading import Reading
from ses_provision.resources import zones
from ses_provision.resources.bimi import BimiRecord, Enforcement, enforcement
from ses_provision.resources.dmarc_record import STRENGTH
from ses_provision.steps import records
from ses_provision.steps.needs import ZONE

STRONG = STRENGTH["quarantine"]


def look(env: Environment, account: Account) -> Reading[Enforcement | None]:
    """Whether DMARC enforces; nobody is asked without the section."""
    if env.bimi is None:
        return None
    zone = yield from zones.zone(env, account)
    return (yield from enforcement(env.domain, zone, env.dns.resolvers))


def enforced(env: Environment, account: Account) -> Enforcement:
    """As if it did."""
    del env, account
    return Enforcement()


ENFORCEMENT = Need("whether DMARC enforces", look, enforced)


def desired(env: Environment, facts: Facts) -> list[Resource] | Skipped | Waiting:
    """The record, once DMARC enforces; receivers do not look at it before."""
    if env.bimi is None:
        return Unasked("no [bimi] in the environment file")
    if env.dns.is_by_hand:
        return Skipped(f"external DNS; the record to publish: ses-provision dns --env {env.name}")
    found = facts.sure(ENFORCEMENT)
    if found.holds:
        return record(env, facts)
    if found.unknown:
        return Waiting(f"not known whether DMARC enforces: {found.unknown}")
    if comes(env, found):
        return record(env, facts, after="dmarc")
    return Skipped(f"{found.why}; `ses-provision bimi check --env {env.name}` says what it takes")


def comes(env: Environment, found: Enforcement) -> bool:
    """Whether the step before makes it so: the domain's own policy alone lacks, and is wanted."""
    wanted = env.dmarc is not None and STRENGTH[env.dmarc.policy] >= STRONG
    return wanted and found.own_policy


def standing(env: Environment, facts: Facts) -> list[Resource] | Skipped | Waiting:
    """The record, whatever has become of DMARC."""
    if env.bimi is None or env.dns.is_by_hand:
        return desired(env, facts)
    return record(env, facts)


def record(env: Environment, facts: Facts, after: str = "") -> list[Resource]:
    """The one record."""
    wanted = records.bimi_record(env)
    if wanted is None:
        return []
    zone = facts.sure(ZONE)
    return [BimiRecord(zone, wanted.name, wanted.value, wanted.tag, wanted.ttl, after=after)]
