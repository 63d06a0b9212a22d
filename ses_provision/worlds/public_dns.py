"""The DNS around a local AWS in this process: its hosted zones' name servers, others, resolvers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from dns.message import Message, from_wire

from ses_provision.local import answers, dnsnames, dnsvalues
from ses_provision.names import dns_name, parents
from ses_provision.outside.dns import can_exist, could_not_ask

if TYPE_CHECKING:
    from ses_provision.local import LocalAws
    from ses_provision.local.zones import Zone
    from ses_provision.outside.reading import Ask, Outcome


def answer(local: LocalAws, asked: Ask, silent: Collection[str] = ()) -> Outcome:
    """Answer one question. A name server of a hosted zone knows that zone; one that somebody
    declared knows what was declared; a resolver goes where the delegation leads."""
    name, kind = dns_name(str(dict(asked.params)["name"])), asked.operation
    if not can_exist(name):
        return None
    if asked.region in silent:
        return could_not_ask(name, kind, "LifetimeTimeout", asked.region)
    outside = outside_aws(local, name, kind)
    if outside is not NOT_THEIRS:
        return outside
    served = [zone for zone in zones(local) if asked.region in servers(zone)]
    if served:
        return from_zones(served, name, kind)
    elsewhere = any(local.declared_dns(one, "NS") for one in [name, *parents(name)])
    declared_server = asked.region and not asked.region[0].isdigit()
    if not (elsewhere or declared_server):
        found = from_zones(zones(local), name, kind)
        if isinstance(found, dict):
            return found if found["values"] else beyond(local, found, kind)
    values = local.declared_dns(name, kind)
    return {"values": sorted(values)} if values else None


NOT_THEIRS: dict[str, Any] = {}
"""Said of a name that no zone outside AWS holds."""


def outside_aws(local: LocalAws, name: str, kind: str) -> Outcome:
    """What a name server outside AWS answers that takes updates."""
    zone = local.primaries.holding(name)
    if zone is None:
        return NOT_THEIRS
    values = local.primaries.lookup(name, kind)
    alias = local.primaries.lookup(name, "CNAME") if kind != "CNAME" else None
    if alias:
        return {"values": sorted(values or ()), "alias": dns_name(alias[0])}
    if values is None:
        return None
    return {"values": sorted(v if kind == "TXT" else dns_name(v) for v in values)}


def exchange(local: LocalAws, query: Message) -> Message:
    """What such a name server answers to one message; silence is a time-out."""
    wire = query.to_wire()
    with local.lock:
        reply = local.primaries.respond(wire)
    if reply is None:
        raise TimeoutError("no answer")
    return from_wire(reply, keyring=query.keyring, request_mac=query.mac or b"")


def beyond(local: LocalAws, found: dict[str, Any], kind: str) -> dict[str, Any]:
    """What stands where a CNAME leads out of the hosted zones."""
    values = local.declared_dns(str(found.get("alias", "")), kind) or []
    return {**found, "values": sorted(values)}


def zones(local: LocalAws) -> list[Zone]:
    """The public hosted zones of all accounts."""
    every: Iterator[Zone] = (
        zone for account in local.route53.accounts() for zone in local.route53.zones(account)
    )
    return [zone for zone in every if not zone.private]


def servers(zone: Zone) -> set[str]:
    """The host names of a zone's name servers."""
    return {dns_name(one) for one in zone.name_servers}


def from_zones(served: list[Zone], name: str, kind: str) -> Outcome:
    """What the zone that is closest to a name answers, with the end of a CNAME in it."""
    wanted = dnsnames.canonical(name)
    zone = answers.closest(served, wanted)
    if zone is None:
        return None
    found = answers.ask(zone, wanted, kind)
    if found.outcome is not answers.Outcome.FOUND:
        return None
    if found.records[0]["Type"] != kind:
        target = dns_name(found.values[0])
        beyond = from_zones(served, target, kind) if target != name else None
        further = beyond if isinstance(beyond, dict) else {"values": []}
        return {"values": further["values"], "alias": target}
    return {"values": sorted(dns_name(dnsvalues.answer(kind, v)) if kind != "TXT"
                             else dnsvalues.answer(kind, v) for v in found.values)}  # fmt: skip
