"""What an item of the checklist is, how items make topics, and how all are looked at together."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, TypeVar

from ses_provision.checks.finding import Finding, Severity, Status
from ses_provision.checks.whom import Whom
from ses_provision.dataclass import dataclass
from ses_provision.errors import ProvisionError
from ses_provision.outside.reading import Ask, Outcome, Reading, together

if TYPE_CHECKING:
    from datetime import datetime

    from ses_provision.checks.dmarc_reports import Reported
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment

T = TypeVar("T")


@dataclass(frozen=True)
class Scene:
    """What is looked at: an environment, its account, whom to ask in DNS, and when; what reports on
    DMARC say, where somebody gave some."""

    env: Environment
    account: Account
    whom: Whom = field(default_factory=lambda: Whom(dns=False))
    now: datetime | None = None
    reported: Reported | None = None

    @property
    def on(self) -> str:
        """The option that names the environment in a command."""
        return f"--env {self.env.name}"

    @property
    def apply(self) -> str:
        """The command that mends most things."""
        return f"ses-provision apply {self.on}"


@dataclass(frozen=True)
class Judgement:
    """What one look at an item says."""

    status: Status
    evidence: str
    next_step: str = ""
    needs_person: bool = False


def done(evidence: str) -> Judgement:
    """It is as it should be."""
    return Judgement(Status.DONE, evidence)


def action(evidence: str, next_step: str) -> Judgement:
    """Somebody has to do something."""
    return Judgement(Status.ACTION, evidence, next_step)


def waiting(evidence: str, next_step: str) -> Judgement:
    """It will settle by itself, or depends on something else."""
    return Judgement(Status.WAITING, evidence, next_step)


def unknown(evidence: str, next_step: str) -> Judgement:
    """It could not be found out, which is not "done"."""
    return Judgement(Status.UNKNOWN, evidence, next_step)


def not_applicable(evidence: str) -> Judgement:
    """It does not concern this environment."""
    return Judgement(Status.NOT_APPLICABLE, evidence)


def for_a_person(evidence: str, next_step: str, status: Status = Status.ACTION) -> Judgement:
    """Only a person can know or decide it; `attest` records their word."""
    return Judgement(status, evidence, next_step, needs_person=True)


CLOSED = (Status.DONE, Status.NOT_APPLICABLE)
WORST = (Status.ACTION, Status.UNKNOWN, Status.WAITING, *CLOSED)


def all_of(judged: Sequence[Judgement]) -> Judgement:
    """Several independent looks at one item: all that is open; where nothing is, all that is right.

    A person's word closes it only where nothing else is to be done.
    """
    still = [one for one in judged if one.status not in CLOSED]
    told = still or judged
    return Judgement(
        min((one.status for one in told), key=WORST.index),
        "; ".join(dict.fromkeys(one.evidence for one in told)),
        "; ".join(dict.fromkeys(one.next_step for one in still if one.next_step)),
        needs_person=all(one.needs_person for one in told),
    )


Look = Callable[[Scene], Reading[Judgement]]


@dataclass(frozen=True)
class Item:
    """One question that the checklist answers, under a stable id.

    `attests` says what a person states who attests it; empty where no word is taken for it.
    """

    id: str
    title: str
    look: Look
    severity: Severity = Severity.BLOCKER
    attests: str = ""


@dataclass(frozen=True)
class Topic:
    """Items about one thing, and what has to be said about all of them.

    Where it does not matter to an environment, nothing of it is looked at.
    """

    id: str
    title: str
    items: tuple[Item, ...]
    note: str = ""
    matters: Callable[[Environment], bool] = field(default=lambda _: True, compare=False)


@dataclass(frozen=True)
class Looked:
    """What was found about a topic."""

    topic: str
    title: str
    findings: tuple[Finding, ...]
    note: str = ""


def look(topics: Iterable[Topic], scene: Scene) -> Reading[list[Looked]]:
    """Look at all items at once. What AWS refuses to tell makes only its item unknown."""
    asked = [topic for topic in topics if topic.matters(scene.env)]
    found = iter(
        (yield from together(look_at(item, scene) for topic in asked for item in topic.items))
    )
    return [
        Looked(topic.id, topic.title, tuple(next(found) for _ in topic.items), topic.note)
        for topic in asked
    ]


def look_at(item: Item, scene: Scene) -> Reading[Finding]:
    """Look at one item, and note what was asked for it."""
    asked: list[Ask] = []
    try:
        seen = yield from recorded(item.look(scene), asked)
    except ProvisionError as error:
        seen = unknown(error.message, error.hint)
    return Finding(
        item.id,
        item.title,
        seen.status,
        seen.evidence,
        seen.next_step,
        item.severity,
        sources(asked),
        seen.needs_person and bool(item.attests),
    )


def recorded(reading: Reading[T], asked: list[Ask]) -> Reading[T]:
    """The same reading, with its questions written down."""
    return (yield from tapped(reading, asked))


def tapped(
    reading: Generator[list[Ask], list[Outcome], T], asked: list[Ask]
) -> Generator[list[Ask], list[Outcome], T]:
    """Pass questions and answers through."""
    try:
        asks = next(reading)
        while True:
            asked += asks
            asks = reading.send((yield asks))
    except StopIteration as stop:
        result: T = stop.value
        return result


def sources(asked: Sequence[Ask]) -> tuple[str, ...]:
    """What was read, in few words: the actions with their regions, and DNS."""
    names = (
        f"DNS {one.operation}" if one.service == "dns" else f"{one.action} ({one.region})"
        for one in asked
    )
    return tuple(dict.fromkeys(names))


def selected(topics: Iterable[Topic], names: Sequence[str]) -> list[Topic]:
    """The topics with only the items named, by their id or their topic's; all without names."""
    wanted = {name.upper() for name in names}
    if not wanted:
        return list(topics)
    found = []
    for topic in topics:
        whole = topic.id.upper() in wanted
        items = tuple(item for item in topic.items if whole or item.id in wanted)
        if items:
            found.append(replace(topic, items=items))
    return found
