"""A zone at a name server that takes dynamic updates (RFC 2136): how it is found, read, changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment
from ses_provision.errors import HostedZoneProblem
from ses_provision.names import dns_name
from ses_provision.outside.call import Call, Doubt
from ses_provision.outside.providers import NO_REPLY, PREREQUISITES, RFC2136
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.resources.dns_zone import EVERY_WAY, Raw, above, at_name, change_of

ALREADY = tuple(Refusal(code) for code in (*PREREQUISITES, NO_REPLY))
"""A prerequisite does not hold, or nobody knows whether an update was made."""

DOUBT = Doubt(
    "The name server",
    "look whether another record stands at the name (a name server passes over what cannot stand "
    "beside it, RFC 2136 section 3.4.2), and whether it keeps a TTL of its own (then set dns.ttl "
    "to that)",
)


@dataclass(frozen=True)
class UpdatedZone:
    """A zone, and the server that takes its updates."""

    name: str
    server: str
    name_servers: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The zone and where it is kept."""
        return f"{self.name} at {self.server}"

    @property
    def kind(self) -> str:
        """It is just a zone."""
        return "zone"

    @property
    def alone(self) -> frozenset[str]:
        """Values of others stay as they are, whatever is done to ours."""
        return EVERY_WAY

    def at(self, names: Sequence[str]) -> Reading[dict[str, list[Raw]]]:
        """The record sets at each name; what all want to know at once is one question."""
        [answer] = yield from ask(self.question(names))
        sets = (answer or {}).get("ResourceRecordSets", ())
        return {name: at_name(sets, name) for name in names}

    def seen_anyway(self) -> Reading[Sequence[Raw]]:
        """Nothing: only what is asked for is told."""
        yield from ()
        return ()

    def question(self, names: Sequence[str]) -> Ask:
        """The question for the record sets at some names."""
        return question(
            RFC2136,
            self.server,
            "ListRecordSets",
            on=(),
            nothing={"ResourceRecordSets": []},
            merge="Names",
            Zone=self.name,
            Names=tuple(names),
        )

    def change(self, changes: Iterable[tuple[str, Raw]]) -> Call:
        """One update, applied as a whole or not at all."""
        return change_of(
            RFC2136, self.server, "UpdateRecordSets", {"Zone": self.name}, changes, ALREADY, DOUBT
        )

    def holding(self, *sets: Raw) -> Answers:
        """The answers where these sets stand."""
        return {
            self.question([name, *above(name, self.name)]): {
                "ResourceRecordSets": at_name(sets, name)
            }
            for name in dict.fromkeys(dns_name(str(found["Name"])) for found in sets)
        }


def zone_question(name: str, server: str) -> Ask:
    """The question whether a server is in charge of a zone, and for its name servers."""
    return question(
        RFC2136,
        server,
        "GetZone",
        on=(),
        something={"Zone": name, "NameServers": ["<name server>"]},
        Zone=name,
    )


def zone(env: Environment) -> Reading[UpdatedZone]:
    """The zone that the environment names, at the server that it names."""
    asked = rehearsed(env)
    [found] = yield from ask(zone_question(asked.name, asked.server))
    if found is None:
        raise HostedZoneProblem(
            f"{asked.server} is not in charge of a zone {asked.name}.",
            "Name the zone in dns.zone where the domain is a part of a larger one, and its primary "
            "server in dns.server; a resolver or a firewall in between answers like this, too.",
        )
    return UpdatedZone(asked.name, asked.server, tuple(found["NameServers"]))


def rehearsed(env: Environment) -> UpdatedZone:
    """The zone as far as the environment says."""
    return UpdatedZone(env.dns.zone or env.domain, env.dns.server or "")
