"""What AWS's reviewers look at before they lift the sandbox: the set-up, and what is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_provision.checks import ITEMS
from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import Item, Judgement, Scene, Topic, action, done

if TYPE_CHECKING:
    from ses_provision.outside.reading import Reading

LOOKED_AT = (
    "SES-IDENTITY-001",
    "SES-DKIM-001",
    "SES-MAILFROM-001",
    "SES-DMARC-001",
    "SES-CONFIGSET-001",
    "SES-ACCOUNT-001",
    "SES-ACCOUNT-002",
    "SES-EVENTS-001",
    "SES-EVENTS-004",
)
# SES Developer Guide, request production access: how recipients are obtained, how bounces and
# complaints are handled, how recipients opt out, how much is sent.
SUBJECTS = {
    "who receives mail and how they agreed": r"opt(ed)?[ -]?in|consent|subscrib|sign(ed)?[ -]?up"
    r"|regist|customer|patient|famil",
    "bounces and complaints": r"bounce",
    "how recipients opt out": r"opt[ -]?out|unsubscrib",
    "how much is sent": r"\d[\d,. ]*(e-?mails?|messages?|mails?)?\s*(a|per|every) (day|week|month)"
    r"|volume|daily",
}


def described(scene: Scene) -> Reading[Judgement]:
    """Is there something to submit?"""
    yield from ()
    env, asked = scene.env, scene.env.production_access
    if asked is None:
        return action(
            f"{env.name} has no [production_access]",
            f"add website, mail_type and use_case under [production_access] in "
            f"config/{env.name}.toml; ses-provision guide settings shows them",
        )
    length = len(asked.use_case.strip())
    return done(f"{asked.mail_type}, {asked.website}, use case of {length} characters")


def convincing(scene: Scene) -> Reading[Judgement]:
    """Does the use case answer what reviewers ask?"""
    yield from ()
    asked = scene.env.production_access
    text = asked.use_case if asked else ""
    silent = [what for what, words in SUBJECTS.items() if not re.search(words, text, re.IGNORECASE)]
    if silent:
        return action(
            f"the use case does not say: {'; '.join(silent)}",
            f"add it to production_access.use_case in config/{scene.env.name}.toml",
        )
    return done(f"it speaks of {', '.join(SUBJECTS)}")


PREFLIGHT = Topic(
    "access",
    "What reviewers look at",
    (
        *(ITEMS[name] for name in LOOKED_AT),
        Item("SES-ACCESS-001", "Request is written", described),
        Item("SES-ACCESS-002", "Use case answers the questions", convincing, Severity.ADVICE),
    ),
)
