"""A zone at a provider that is reached by its octoDNS class: how it is found, read and changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment
from ses_provision.errors import HostedZoneProblem
from ses_provision.outside.call import Call, Doubt
from ses_provision.outside.providers import MOVED, NO_REPLY, OCTODNS
from ses_provision.outside.providers.octodns_allowed import ALLOWED, PREFIX, Allowed
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.resources.dns_zone import ADD, Raw, Reach, at_name, change_of
from ses_provision.resources.record_sets import values_of

ALREADY = (Refusal(MOVED), Refusal(NO_REPLY))
"""Something is there already, or is not as it was read; or nobody knows whether it was made."""


@dataclass(frozen=True)
class OctodnsZone:
    """A zone, and the provider that keeps it, by octoDNS's name for it."""

    name: str
    provider: str
    name_servers: tuple[str, ...] = field(default=(), compare=False)

    @property
    def allowed(self) -> Allowed:
        """What is known of the provider."""
        return ALLOWED[self.provider]

    @property
    def id(self) -> str:
        """The zone and where it is kept."""
        return f"{self.name} at {self.allowed.title}"

    @property
    def kind(self) -> str:
        """It is just a zone."""
        return "zone"

    @property
    def alone(self) -> frozenset[str]:
        """A value may be added to those of others at some providers, and taken away at none."""
        return frozenset({ADD}) if self.allowed.adds_alone else frozenset()

    def at(self, names: Sequence[str]) -> Reading[dict[str, list[Raw]]]:
        """The record sets at each name: a class reads the whole zone."""
        sets = yield from self.seen_anyway()
        return {name: at_name(sets, name) for name in names}

    def seen_anyway(self) -> Reading[Sequence[Raw]]:
        """All of the zone."""
        [found] = yield from ask(self.question())
        return tuple((found or {}).get("ResourceRecordSets", ()))

    def question(self) -> Ask:
        """The question for the zone, which is the same for all that is to be known of it."""
        nameservers = {"Name": self.name, "Type": "NS", "TTL": 3600, "ResourceRecords": []}
        return question(
            OCTODNS,
            self.provider,
            "ListRecordSets",
            on=(),
            something={"ResourceRecordSets": [nameservers]},
            Zone=self.name,
        )

    def change(self, changes: Iterable[tuple[str, Raw]]) -> Call:
        """Changes that the class makes one by one, in most cases."""
        doubt = Doubt(
            self.allowed.title,
            "look whether it keeps a TTL of its own (then set dns.ttl to that), or writes a value "
            "in another way",
        )
        zone = {"Zone": self.name}
        return change_of(OCTODNS, self.provider, "WriteRecordSets", zone, changes, ALREADY, doubt)

    def holding(self, *sets: Raw) -> Answers:
        """The answer of a zone in which these sets stand."""
        return {self.question(): {"ResourceRecordSets": list(sets)}}


def zone(env: Environment) -> Reading[OctodnsZone]:
    """The zone that the environment names."""
    wanted = rehearsed(env)
    [found] = yield from ask(wanted.question())
    title = wanted.allowed.title
    if found is None:
        raise HostedZoneProblem(
            f"The token sees no zone {wanted.name} at {title}.",
            "Name the zone in dns.zone where the domain is a part of a larger one; ses-provision "
            "makes no zone. A token for something else at the same provider answers like this, "
            "too.",
        )
    apex = at_name(found["ResourceRecordSets"], wanted.name)
    servers = sorted(host for held in apex if held["Type"] == "NS" for host in values_of(held))
    return OctodnsZone(wanted.name, wanted.provider, tuple(servers))


def zones_question(provider: str) -> Ask:
    """The question which zones the token sees."""
    return question(
        OCTODNS,
        provider,
        "ListZones",
        on=(),
        nothing={"Zones": []},
        something={"Zones": ["<zone>"]},
    )


def reach(env: Environment) -> Reading[Reach]:
    """How many other zones the token sees; what else it may do, none of them tells."""
    wanted = rehearsed(env)
    [found] = yield from ask(zones_question(wanted.provider))
    others = [name for name in (found or {}).get("Zones", ()) if name != wanted.name]
    return Reach(len(others), tells_rights=False)


def rehearsed(env: Environment) -> OctodnsZone:
    """The zone as far as the environment says."""
    return OctodnsZone(env.dns.zone or env.domain, env.dns.provider.removeprefix(PREFIX))
