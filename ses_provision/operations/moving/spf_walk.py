"""An SPF record with all that it includes, and how often receivers have to ask DNS for it.

They stop at the term that matches; counted here is the way to the end, which mail goes that matches
none of it (RFC 7208 section 4.6.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ses_provision.dataclass import dataclass
from ses_provision.outside.reading import Outcome, Reading, together
from ses_provision.outside.voices import publicly, values
from ses_provision.resources.spf_record import LOOKUPS, Term, is_spf, parse

DEEPEST = 8
MOST_PLACES = 60
"""Records that are looked at: more than enough to say that there are too many."""
ASKS = {"a": "A", "mx": "MX"}


@dataclass(frozen=True)
class Place:
    """One record on the way: at which domain, by which term of the record above, and its own
    look-ups. `problem` is why receivers end there with an error; `unknown`, that nobody knows."""

    domain: str
    term: str = ""
    depth: int = 0
    text: str = ""
    lookups: int = 0
    void: int = 0
    below: tuple[Place, ...] = ()
    problem: str = ""
    unknown: str = ""

    def every(self) -> Iterator[Place]:
        """This one, and all below it."""
        yield self
        for place in self.below:
            yield from place.every()

    @property
    def all_lookups(self) -> int:
        """The look-ups of the whole."""
        return sum(place.lookups for place in self.every())

    @property
    def all_void(self) -> int:
        """The look-ups that find nothing."""
        return sum(place.void for place in self.every())


def walked(domain: str, text: str, resolvers: Sequence[str]) -> Reading[Place]:
    """The record of a domain with all below it."""
    return (yield from at(Place(domain, text=text), resolvers, frozenset({domain}), [0]))


def at(
    place: Place, resolvers: Sequence[str], above: frozenset[str], seen: list[int]
) -> Reading[Place]:
    """A record whose text is known, with what stands below it."""
    record = parse(place.text)
    if record.flaw:
        return replace(place, problem=record.flaw)
    asking = [term for term in record.terms if term.name in LOOKUPS]
    further = [(str(term), term.target) for term in asking if term.name == "include"]
    if record.redirect and not any(term.name == "all" for term in record.terms):
        further.append((f"redirect={record.redirect}", record.redirect))
    redirects = len(further) - sum(term.name == "include" for term in asking)
    void = yield from unanswered(place, [t for t in asking if t.name in ASKS], resolvers)
    below = yield from together(
        included(Place(target, term, place.depth + 1), resolvers, above, seen)
        for term, target in further
    )
    return replace(place, lookups=len(asking) + redirects, void=void, below=tuple(below))


def included(
    place: Place, resolvers: Sequence[str], above: frozenset[str], seen: list[int]
) -> Reading[Place]:
    """A record that another one includes."""
    seen[0] += 1
    if place.domain in above:
        return replace(place, problem="it includes itself")
    if "%" in place.domain:
        return replace(place, unknown="it depends on the mail (a macro)")
    if place.depth > DEEPEST or seen[0] > MOST_PLACES:
        return replace(place, problem="there is no end to it")
    [outcome] = yield from publicly([("TXT", place.domain)], resolvers)
    if isinstance(outcome, Exception):
        return replace(place, unknown=str(outcome))
    texts = [text for text in values(outcome) if is_spf(text)]
    if len(texts) != 1:
        many = f"{len(texts)} SPF records" if texts else "no SPF record"
        return replace(place, problem=f"there is {many}", void=int(outcome is None))
    return (yield from at(replace(place, text=texts[0]), resolvers, above | {place.domain}, seen))


def unanswered(place: Place, terms: Sequence[Term], resolvers: Sequence[str]) -> Reading[int]:
    """How many of the terms that name hosts find none."""
    asked = [
        (ASKS[term.name], term.target or place.domain) for term in terms if "%" not in term.target
    ]
    if not asked:
        return 0
    outcomes: list[Outcome] = yield from publicly(asked, resolvers)
    return sum(outcome is None for outcome in outcomes)
