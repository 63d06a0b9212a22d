"""Whether the world asks the hosted zone: where the domain is delegated, and what to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from ses_provision.checks.whom import Whom
from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.environment import Environment
from ses_provision.errors import BrokenDns, ProvisionError
from ses_provision.names import is_within, parents
from ses_provision.outside.reading import Outcome, Reading, both
from ses_provision.outside.voices import alias, publicly, values
from ses_provision.resources import hosted_zones, record_sets, zones
from ses_provision.resources.dns_zone import DnsZone
from ses_provision.resources.organisation import organisational_domain
from ses_provision.resources.route53 import Zone

HOSTED = "hosted zone"
"""What Route 53 calls a zone."""


class Place(StrEnum):
    """Where the delegation leads, seen from the hosted zone."""

    UNKNOWN = "not known"
    HERE = "to the hosted zone"
    MIXED = "to the hosted zone and to others"
    ELSEWHERE = "to others"
    MISSING = "not delegated"
    AWAY = "a part of the zone is delegated away"
    BROKEN = "resolvers fail"


@dataclass(frozen=True)
class Delegation:
    """Which name servers DNS shows for the domain, and which the hosted zone has.

    `apex` is the nearest name, from the domain upwards, that has name servers. `white_label` are
    those among them that are the zone's under another name. `parent_zone_id` is the hosted zone of
    the apex above, where the same credentials see it.
    """

    apex: str = ""
    servers: tuple[str, ...] = ()
    zone_id: str = ""
    zone_name: str = ""
    zone_servers: tuple[str, ...] = ()
    zone_problem: str = ""
    zone_hint: str = ""
    dns_problem: str = ""
    white_label: tuple[str, ...] = ()
    broken: bool = False
    nobody: bool = False
    parent_zone_id: str = ""
    zone_kind: str = HOSTED

    @property
    def place(self) -> Place:
        """Where the delegation leads."""
        if self.broken:
            return Place.BROKEN
        if not self.zone_servers or not (self.servers or self.nobody):
            return Place.UNKNOWN
        if self.apex != self.zone_name:
            below = self.apex and is_within(self.apex, self.zone_name)
            return Place.AWAY if below else Place.MISSING
        if not self.strangers:
            return Place.HERE
        return Place.MIXED if len(self.strangers) < len(self.servers) else Place.ELSEWHERE

    @property
    def zone_fix(self) -> str:
        """What to do where the hosted zone could not be read."""
        return self.zone_hint or "look again with credentials that may read the hosted zone"

    @property
    def is_elsewhere(self) -> bool:
        """DNS shows that nobody asks the hosted zone for the domain."""
        return self.place in {Place.ELSEWHERE, Place.MISSING, Place.AWAY}

    @property
    def strangers(self) -> tuple[str, ...]:
        """Name servers of the domain that are not the hosted zone's."""
        if not self.zone_servers:
            return ()
        ours = {*self.zone_servers, *self.white_label}
        return tuple(one for one in self.servers if one not in ours)


@dataclass(frozen=True)
class Remedy:
    """What is wrong with a delegation, and what to change: the name servers of one domain.

    That domain is never above the hosted zone: what hangs there is not this environment's.
    """

    code: str
    cause: str
    fix: str
    name_servers_of: str


def remedy(env: Environment, found: Delegation) -> Remedy | None:
    """What to change so that the world asks the hosted zone; None where nothing is known to be
    wrong."""
    match found.place:
        case Place.ELSEWHERE:
            return elsewhere(env, found)
        case Place.MISSING:
            return not_delegated(env, found)
        case Place.AWAY:
            return delegated_away(env, found)
        case Place.MIXED:
            return mixed(found)
        case Place.BROKEN:
            return broken(found)
    return None


def elsewhere(env: Environment, found: Delegation) -> Remedy:
    """The zone is delegated, to somebody else."""
    return Remedy(
        "delegated-elsewhere",
        f"{found.zone_name} is delegated to {', '.join(found.servers)}, not to {the_zone(found)}: "
        "nobody sees its records",
        f"{where_to_set(found)} set the name servers of {found.zone_name} to "
        f"{', '.join(found.zone_servers)}; or {in_use(env)}",
        found.zone_name,
    )


def not_delegated(env: Environment, found: Delegation) -> Remedy:
    """The zone above answers for the domain, and does not know the hosted zone."""
    zone = found.zone_name
    owner = organisational_domain(zone)
    if not found.apex and owner in {zone, ""}:
        return Remedy(
            "not-delegated",
            f"{zone} has no name servers in DNS: it is not delegated to {the_zone(found)}",
            f"at the registrar set the name servers of {zone} to {', '.join(found.zone_servers)}",
            zone,
        )
    above = found.apex or owner
    own = f" (hosted zone {found.parent_zone_id})" if found.parent_zone_id else ""
    return Remedy(
        "not-delegated",
        f"{zone} is not delegated to {the_zone(found)}: the world asks the zone above it, {above}"
        f"{own}, which has no NS record for it",
        f"add to the zone {above}{own}: {ns_record(found)}; or {in_use(env)}",
        zone,
    )


def delegated_away(env: Environment, found: Delegation) -> Remedy:
    """A name inside the zone, at or above the domain, is delegated to another zone."""
    return Remedy(
        "delegated-away",
        f"{found.apex} is delegated to {', '.join(found.servers)}, which takes {env.domain} out of "
        f"{the_zone(found)}",
        f"name the {found.zone_kind} of {found.apex} in "
        f"{'dns.zone_id' if env.dns.in_route53 else 'dns.zone'}, where that is the one to use; or "
        f"remove NS {found.apex} from {found.zone_kind} {found.zone_id}",
        found.apex,
    )


def mixed(found: Delegation) -> Remedy:
    """Some of the name servers are not the zone's."""
    return Remedy(
        "mixed-delegation",
        f"{found.apex} is delegated to {', '.join(found.strangers)}, too, which "
        f"{the_zone(found)} does not have",
        f"{where_to_set(found)} leave only {', '.join(found.zone_servers)} as the name servers of "
        f"{found.zone_name}",
        found.zone_name,
    )


def broken(found: Delegation) -> Remedy:
    """Every resolver that answers says SERVFAIL: a name server that does not know the zone, or a DS
    record that does not fit its key."""
    return Remedy(
        "not-resolvable",
        f"resolvers fail on the domain, so nobody can see it: {found.dns_problem}",
        "look at its DS record (remove one that no key of the zone fits: Route 53 signs only "
        "zones for which that was switched on) and at its NS records (each server named must know "
        "the zone)",
        found.zone_name,
    )


def the_zone(found: Delegation) -> str:
    """The hosted zone with its name servers."""
    return f"{found.zone_kind} {found.zone_id} ({', '.join(found.zone_servers)})"


def where_to_set(found: Delegation) -> str:
    """Who keeps the delegation of the zone: the registrar, or the zone above it."""
    is_registered = organisational_domain(found.zone_name) in {found.zone_name, ""}
    return "at the registrar" if is_registered else "in the zone above it"


def ns_record(found: Delegation) -> str:
    """The record that delegates the hosted zone."""
    return f"{found.zone_name} NS {' '.join(found.zone_servers)}"


def in_use(env: Environment) -> str:
    """The way out where another zone is the right one."""
    return (
        f"name the zone that is in use in {env.dns.kept_by.other_zone}, or say "
        f'dns.provider = "external" in config/{env.name}.toml'
    )


def zone_and_delegation(
    env: Environment, account: Account, whom: Whom
) -> Reading[tuple[Delegation, DnsZone | None]]:
    """The hosted zone and the name servers that DNS shows; errors are part of the answer."""
    zone, outcomes = yield from both(its_zone(env, account), name_servers(env, whom))
    found = nearest(outcomes)
    if isinstance(zone, ProvisionError):
        return replace(found, zone_problem=zone.message, zone_hint=zone.hint), None
    if zone is None:
        return found, None
    known = replace(
        found,
        zone_id=zone.id,
        zone_kind=zone.kind,
        zone_name=zone.name,
        zone_servers=zone.name_servers,
    )
    if known.place in {Place.ELSEWHERE, Place.MIXED}:
        known = yield from with_other_names(known, zone, whom)
    elif known.place is Place.MISSING and known.apex and isinstance(zone, Zone):
        known = yield from with_parent(known, zone)
    return known, zone


def nearest(outcomes: Sequence[tuple[str, Outcome]]) -> Delegation:
    """The nearest name with name servers. What a name above would say holds only where the one
    below has none: an error ends the search."""
    for name, outcome in outcomes:
        if isinstance(outcome, Exception):
            return Delegation(dns_problem=str(outcome), broken=isinstance(outcome, BrokenDns))
        if values(outcome) and not alias(outcome):
            return Delegation(apex=name, servers=values(outcome))
    return Delegation(nobody=bool(outcomes))


def its_zone(env: Environment, account: Account) -> Reading[DnsZone | ProvisionError | None]:
    """The zone with its name servers, or why there is none to look into."""
    try:
        zone = yield from zones.zone(env, account)
        if not isinstance(zone, Zone) or zone.name_servers:
            return zone
        servers = yield from apex_servers(zone)
    except ProvisionError as error:
        return error
    return replace(zone, name_servers=servers)


def apex_servers(zone: DnsZone) -> Reading[tuple[str, ...]]:
    """The name servers in the zone's own NS record."""
    at = yield from zone.at([zone.name])
    sets = [one for one in at[zone.name] if one["Type"] == "NS"]
    return tuple(sorted(value for one in sets for value in record_sets.values_of(one)))


def name_servers(env: Environment, whom: Whom) -> Reading[list[tuple[str, Outcome]]]:
    """The NS records of the domain and of the names above it, nearest first, down to the
    organisational domain."""
    if not whom.dns:
        return []
    owner = organisational_domain(env.domain)
    names = [one for one in [env.domain, *parents(env.domain)] if is_within(one, owner or one)]
    outcomes = yield from publicly([("NS", name) for name in names], whom.resolvers)
    return list(zip(names, outcomes, strict=True))


def with_other_names(found: Delegation, zone: DnsZone, whom: Whom) -> Reading[Delegation]:
    """The same, knowing which strangers are the zone's own servers under names of somebody's own:
    those in the zone's NS record, and those with an address of one of its servers."""
    servers = [*found.strangers, *found.zone_servers]
    named, outcomes = yield from both(
        named_in_zone(zone), publicly([("A", one) for one in servers], whom.resolvers)
    )
    addresses = dict(zip(servers, map(values, outcomes), strict=True))
    ours = {address for one in found.zone_servers for address in addresses[one]}
    same = [one for one in found.strangers if one in named or ours & set(addresses[one])]
    return replace(found, white_label=tuple(same))


def named_in_zone(zone: DnsZone) -> Reading[tuple[str, ...]]:
    """The zone's NS record, as far as it may be read."""
    try:
        return (yield from apex_servers(zone))
    except ProvisionError:
        return ()


def with_parent(found: Delegation, zone: Zone) -> Reading[Delegation]:
    """The same, with the hosted zone of the apex where the same credentials see it."""
    [listed] = yield [hosted_zones.list_question(zone.partition, found.apex)]
    known = hosted_zones.public(listed, zone.partition) if isinstance(listed, dict) else []
    same = [other.id for other in known if other.name == found.apex]
    return replace(found, parent_zone_id=same[0] if len(same) == 1 else "")
