"""What aggregate reports say about a stricter DMARC policy, as the checklist takes it."""

from __future__ import annotations

from enum import StrEnum

from ses_provision.checks.topic import Judgement, for_a_person
from ses_provision.dataclass import dataclass


class Answer(StrEnum):
    """Whether the policy may become stricter now."""

    YES = "yes"
    ASK = "only you can tell"
    NOT_YET = "not yet"
    NO = "no"
    STRONGEST = "it is the strongest"


@dataclass(frozen=True)
class Reported:
    """What was seen, in a sentence, whether that is enough, and what comes before if it is not."""

    answer: Answer
    told: str
    first: str = ""


STAY = "to stay for a while, attest it with --until"


def advised(reported: Reported | None, evidence: str, step: str) -> Judgement:
    """A policy that is not the strictest, with the step to the next, and when to take it."""
    if reported is None:
        clean = "after some weeks of clean reports (see `ses-provision guide dmarc`)"
        return for_a_person(evidence, f"{clean} {step}; {STAY}")
    told = f"{evidence}; {reported.told}"
    match reported.answer:
        case Answer.NO:
            return for_a_person(told, f"{reported.first}; {STAY}")
        case Answer.NOT_YET | Answer.ASK:
            return for_a_person(told, f"{reported.first}, then {step}; {STAY}")
        case _:
            return for_a_person(told, f"{step}; {STAY}")
