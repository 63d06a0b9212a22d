"""What a topic of the checklist is, and how all are looked at together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ses_provision.environment import Environment
from ses_provision.errors import ProvisionError
from ses_provision.facts import Account
from ses_provision.model import Finding, Status
from ses_provision.reading import Reading, together


@dataclass(frozen=True)
class Topic:
    """A group of items that are learned from the same questions."""

    id: str
    title: str
    findings: Callable[[Environment, Account], Reading[list[Finding]]]


@dataclass(frozen=True)
class Looked:
    """What was found about a topic."""

    topic: str
    title: str
    findings: tuple[Finding, ...]


def look(topics: Iterable[Topic], env: Environment, account: Account) -> Reading[list[Looked]]:
    """Look at all topics at once. What AWS refuses to tell is unknown, never done."""
    return (yield from together(look_at(topic, env, account) for topic in topics))


def look_at(topic: Topic, env: Environment, account: Account) -> Reading[Looked]:
    """Look at one topic."""
    try:
        found = yield from topic.findings(env, account)
    except ProvisionError as error:
        number = f"SES-{topic.id.upper()}-000"
        found = [Finding(number, topic.title, Status.UNKNOWN, error.message, error.hint)]
    return Looked(topic.id, topic.title, tuple(found))
