"""DMARC strings as receivers meet them: well formed in every way the grammar allows, and not."""

from __future__ import annotations

from hypothesis import strategies as st

from ses_provision.resources.dmarc_record import STRENGTH, DmarcRecord, Tag

WHITE = st.sampled_from(["", " ", "  ", "\t"])
POLICY = st.sampled_from(["none", "quarantine", "reject", "Reject", "NONE"])
NO_POLICY = st.sampled_from(["maybe", "rejekt", "0"])
URI = st.sampled_from(
    [
        "mailto:ops@example.com",
        "MAILTO:ops@Example.com",
        "mailto:ops@example.com!10m",
        "mailto:x@example.net",
        "https://example.net/report",
    ]
)
VALUES = {
    "p": POLICY,
    "sp": POLICY,
    "np": POLICY,
    "t": st.sampled_from(["y", "n", "Y"]),
    "pct": st.sampled_from(["0", "25", "100", "x"]),
    "rua": st.lists(URI, min_size=1, max_size=3).map(",".join),
    "ruf": URI,
    "adkim": st.sampled_from(["r", "s", "S"]),
    "aspf": st.sampled_from(["r", "s"]),
    "fo": st.sampled_from(["0", "1:d:s"]),
    "psd": st.sampled_from(["y", "n", "u"]),
    "ri": st.just("86400"),
    "future": st.just("yes = really"),
}


def tags(names: list[str]) -> st.SearchStrategy[tuple[Tag, ...]]:
    """Tags of these names, each with a value it may have."""
    return st.tuples(*(st.builds(Tag, st.just(name), VALUES[name]) for name in names))


NAMES = st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=6)
JUNK = st.sampled_from(["", "junk", "p2=x", "=x", "p="]).map(lambda text: Tag("", text))
WELL_FORMED = (
    NAMES.map(lambda names: ["p", *(name for name in names if name != "p")])
    .flatmap(tags)
    .flatmap(st.permutations)
    .map(lambda found: DmarcRecord(tuple(found)))
)


@st.composite
def records(draw: st.DrawFn) -> DmarcRecord:
    """Any record with a version: tags in any order, twice, with wrong policies, among junk."""
    found = list(draw(NAMES.flatmap(tags)))
    found += draw(st.lists(JUNK.filter(lambda tag: tag.value), max_size=2))
    found += [Tag("sp", value) for value in draw(st.lists(NO_POLICY, max_size=1))]
    return DmarcRecord(tuple(draw(st.permutations(found))))


@st.composite
def written(draw: st.DrawFn, record: DmarcRecord) -> str:
    """One of the ways in which a record may be written."""
    parts = [draw(spaced("v", "DMARC1", names=st.sampled_from(["v", "V"])))]
    parts += [
        draw(spaced(tag.name, tag.value)) if tag.name else draw(WHITE) + tag.value
        for tag in record.tags
    ]
    end = draw(st.sampled_from(["", ";", " ; "]))
    return f"{draw(WHITE)};".join(parts) + end


@st.composite
def spaced(
    draw: st.DrawFn, name: str, value: str, names: st.SearchStrategy[str] | None = None
) -> str:
    """A tag with white space where the grammar has it, its name in any case."""
    before = "" if names is not None else draw(WHITE)
    shown = draw(names) if names is not None else draw(st.sampled_from([name, name.upper()]))
    return f"{before}{shown}{draw(WHITE)}={draw(WHITE)}{value}"


STRINGS = st.one_of(
    records().flatmap(written),
    WELL_FORMED.flatmap(written),
    st.sampled_from(
        ["v=DMARC1", "v=dmarc1; p=none", " v=DMARC1; p=reject", "v=DMARC1 p=none", "v = DMARC1;p=x"]
    ),
)


def strengths(record: DmarcRecord) -> dict[str, int]:
    """How strict a record is, tag by tag; what a tag's absence means counts as said."""
    return {
        "p": STRENGTH.get(record.policy, -1),
        "sp": STRENGTH.get(record.subdomain_policy, -1),
        "np": STRENGTH.get(record.nonexistent_policy, -1),
        "t": 0 if record.is_test else 1,
        "pct": record.percent,
        "adkim": int(record.get("adkim").lower() == "s"),
        "aspf": int(record.get("aspf").lower() == "s"),
    }
