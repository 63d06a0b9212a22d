"""Wildcards in random zones: blamed where they answer, and said to be hidden where they are."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from ses_provision.checks import mistakes, probes
from ses_provision.outside.reading import Reading
from ses_provision.resources.record_sets import RecordSet
from ses_provision.resources.route53 import Zone
from ses_provision.steps.records import PublishedRecord

ZONE = "example.com"
NAMES = [
    "mail.dev.example.com",
    "dev.example.com",
    "x.mail.dev.example.com",
    "*.example.com",
    "*.dev.example.com",
    "*.mail.dev.example.com",
    "other.example.com",
]
Held = dict[tuple[str, str], str]
ZONES = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["A", "MX", "TXT", "CNAME"])),
    st.sampled_from(["one", "two"]),
    max_size=5,
).map(lambda held: {(ZONE, "NS"): "ns", **alone(held)})


def alone(held: Held) -> Held:
    """The zone without what cannot stand beside a CNAME."""
    aliases = {name for name, kind in held if kind == "CNAME"}
    return {key: value for key, value in held.items() if key[0] not in aliases or key[1] == "CNAME"}


def source(held: Held, name: str) -> str:
    """The name whose records answer for a name (RFC 4592 section 3.3.1); empty where none do."""
    existing = {one for other, _ in held for one in ancestors(other)}
    if name in existing:
        return name
    closest = next(one for one in ancestors(name) if one in existing)
    wild = f"*.{closest}"
    return wild if any(one == wild for one, _ in held) else ""


def ancestors(name: str) -> list[str]:
    """A name and all above it."""
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def answer(held: Held, name: str, kind: str) -> dict[str, Any] | None:
    """What a name server answers."""
    found = source(held, name)
    if (found, kind) in held:
        return {"values": [held[found, kind]]}
    if (found, "CNAME") in held:
        return {"values": [], "alias": held[found, "CNAME"]}
    return None


def run(reading: Reading[Any], held: Held) -> Any:
    """What a reading makes of the zone, asked in DNS and at Route 53."""
    sets = [
        {"Name": f"{name}.", "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value}]}
        for (name, kind), value in held.items()
    ]
    listed = {"IsTruncated": False, "ResourceRecordSets": sets}
    try:
        asks = next(reading)
        while True:
            asks = reading.send(
                [
                    answer(held, str(dict(one.params)["name"]), one.operation)
                    if one.service == "dns"
                    else listed
                    for one in asks
                ]
            )
    except StopIteration as stop:
        return stop.value


@given(ZONES, st.sampled_from(["mail.dev.example.com", "dev.example.com"]))
@example({(ZONE, "NS"): "ns", ("*.example.com", "A"): "one"}, "mail.dev.example.com")
@example({(ZONE, "NS"): "ns", ("*.dev.example.com", "A"): "one"}, "mail.dev.example.com")
def test_a_new_record_says_that_it_hides_a_wildcard_where_that_one_answered(
    held: Held, name: str
) -> None:
    want = RecordSet(Zone("Z1", ZONE), name, "MX", frozenset({"10 x"}), 300)

    found = run(want.read(), held)

    wild = source(held, name)
    expected = wild.startswith("*.")
    assert bool(found.notes) == expected
    assert not expected or f"hides the wildcard {wild} at {name}" in found.notes[0]


@given(ZONES, st.sampled_from(["TXT", "MX"]))
def test_a_wildcard_is_the_cause_only_where_the_names_own_answer_is_its(
    held: Held, kind: str
) -> None:
    name = "mail.dev.example.com"
    record = PublishedRecord(name, kind, "wanted", 300, "", "")
    seen = answer(held, name, kind) or {"values": []}
    lacking = probes.Lacking(record, tuple(seen["values"]), seen.get("alias", ""))

    found = run(probes.look([lacking], "dev.example.com", ZONE, lambda _: ""), held)

    how, where = found.get((name, kind), ("", ""))
    if how == mistakes.WILDCARD:
        assert answer(held, where, kind) == answer(held, name, kind)
    if source(held, name).startswith("*.") and (seen["values"] or seen.get("alias")):
        assert how == mistakes.WILDCARD
