"""Where a record that is not where it should be stands instead, and what answers in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ses_provision.checks import mistakes
from ses_provision.checks.views import State, state_of
from ses_provision.dataclass import dataclass
from ses_provision.names import is_within, parents
from ses_provision.outside.reading import Ask, Outcome, Reading
from ses_provision.outside.voices import alias, ask_dns, values
from ses_provision.steps.records import PublishedRecord

WILD_ADDRESS = "address of a wildcard"
"""Asked to tell a proxied name from one that only a wildcard answers for."""

Key = tuple[str, str]
Instead = tuple[str, str]
"""How it came there, and the name."""


@dataclass(frozen=True)
class Lacking:
    """A record that is not right, with what its own name answers; `in_zone` where the hosted zone
    holds something at that name."""

    record: PublishedRecord
    values: tuple[str, ...] = ()
    alias: str = ""
    in_zone: bool = False


@dataclass(frozen=True)
class Probe:
    """One question about a record, and what an answer would mean."""

    lacking: Lacking
    how: str
    kind: str
    name: str

    def is_met(self, outcome: Outcome) -> bool:
        """Whether the answer shows it."""
        found = values(outcome)
        match self.how:
            case mistakes.WILDCARD:
                return self.answers_instead(found)
            case how if how == WILD_ADDRESS:
                return False
            case mistakes.PROXIED:
                return bool(found) and not alias(outcome)
            case mistakes.FLATTENED:
                return any("p=" in value for value in found) and not alias(outcome)
        return bool(found) and state_of(self.lacking.record, found) is State.RIGHT

    def answers_instead(self, found: Iterable[str]) -> bool:
        """Whether the name's own answer is that of the wildcard: it speaks for names that do not
        exist, and for no others (RFC 4592 section 2.2)."""
        if self.kind == "CNAME" and self.lacking.record.type != "CNAME":
            return self.lacking.alias in set(found)
        return bool(self.lacking.values) and set(self.lacking.values) == set(found)


def probes(lacking: Lacking, domain: str, apex: str) -> Iterator[Probe]:
    """What to ask about one record, the most telling first."""
    record, silent = lacking.record, not (lacking.values or lacking.alias)
    if record.type == "CNAME" and silent:
        for parent in parents(record.name):
            yield Probe(lacking, WILD_ADDRESS, "A", f"*.{parent}")
        yield Probe(lacking, mistakes.FLATTENED, "TXT", record.name)
        yield Probe(lacking, mistakes.PROXIED, "A", record.name)
    for name, how in mistakes.places(record, domain, apex).items():
        yield Probe(lacking, how, record.type, name)
    if silent or lacking.in_zone:
        return
    for parent in parents(record.name):
        for kind in sorted({record.type, "CNAME"}):
            yield Probe(lacking, mistakes.WILDCARD, kind, f"*.{parent}")


def look(
    lacking: Sequence[Lacking], domain: str, apex: str, server: Callable[[str], str]
) -> Reading[dict[Key, Instead]]:
    """Where records stand instead: by name and type, how and at which name. `server` says whom to
    ask about a name."""
    asked = [probe for one in lacking for probe in probes(one, domain, apex)]
    asks = [ask_dns(probe.kind, probe.name, server(probe.name)) for probe in asked]
    outcomes: dict[Ask, Outcome] = {}
    if asks:
        once = list(dict.fromkeys(asks))
        outcomes = dict(zip(once, (yield once), strict=True))
    found: dict[Key, Instead] = {}
    wild = {
        address
        for probe, ask in zip(asked, asks, strict=True)
        if probe.how == WILD_ADDRESS
        for address in values(outcomes[ask])
    }
    for probe, ask in zip(asked, asks, strict=True):
        by_wildcard = probe.how == mistakes.PROXIED and wild & set(values(outcomes[ask]))
        if probe.is_met(outcomes[ask]) and not by_wildcard:
            key = probe.lacking.record.name, probe.lacking.record.type
            found.setdefault(key, (probe.how, probe.name))
    return found


def within(apex: str, theirs: str, others: str) -> Callable[[str], str]:
    """Ask the zone's own name server about names in the zone, and a resolver about others."""
    return lambda name: theirs if theirs and is_within(name, apex) else others
