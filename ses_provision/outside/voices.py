"""Public facts of DNS, asked of several resolvers at once.

The machine's own resolver may stand in a network with a private zone of the same name and answer
otherwise than the world does: it is one voice, and counts where no public resolver answers.
"""

from __future__ import annotations

from collections.abc import Sequence

from ses_provision.outside.reading import Ask, Outcome, Reading, question

MACHINE = ""  # whom the machine itself would ask


def publicly(
    questions: Sequence[tuple[str, str]], resolvers: Sequence[str]
) -> Reading[list[Outcome]]:
    """The answers to questions (type, name), each from the first resolver that has one."""
    whom = tuple(dict.fromkeys([*resolvers, MACHINE]))
    asks = [ask_dns(kind, name, who) for kind, name in questions for who in whom]
    outcomes = iter((yield asks) if asks else [])
    return [believed([next(outcomes) for _ in whom]) for _ in questions]


def ask_dns(record_type: str, name: str, server: str = MACHINE) -> Ask:
    """A question to DNS; `server` is an address or a host name."""
    return question("dns", server, record_type, on=(), name=name)


def believed(outcomes: Sequence[Outcome]) -> Outcome:
    """The first answer; where nobody answers, the first error. Silence is not absence."""
    answers = [one for one in outcomes if not isinstance(one, Exception)]
    return answers[0] if answers else outcomes[0]


def values(outcome: Outcome) -> tuple[str, ...]:
    """The values in an answer; none where there is none."""
    return tuple(outcome["values"]) if isinstance(outcome, dict) else ()


def alias(outcome: Outcome) -> str:
    """Where a CNAME led; empty where none did."""
    return str(outcome.get("alias", "")) if isinstance(outcome, dict) else ""
