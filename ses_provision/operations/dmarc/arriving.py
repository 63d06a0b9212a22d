"""Reports among the mails that [receiving] stored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ses_provision.errors import ProvisionError
from ses_provision.operations import inbox
from ses_provision.operations.dmarc.aggregate import NotReadable
from ses_provision.operations.dmarc.unpacking import LARGEST
from ses_provision.outside.reading import Reading, together

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.operations.dmarc.gathering import Given
    from ses_provision.operations.inbox import Letter

MOST_MAILS = 5_000
TOGETHER = 50
"""Mails that are read at once: their heads, then those that may hold a report whole."""
SUBJECT = re.compile(r"report\s+domain\s*:", re.IGNORECASE)
"""How subjects begin (RFC 7489 section 7.2.1.1); some put a word of their own before."""


def arrived(env: Environment, account: Account, since: datetime) -> Reading[list[Given]]:
    """The mails with reports that came since then, the oldest first."""
    there = yield from inbox.stored(env, account)
    if there is None:
        raise ProvisionError(
            f"There is no bucket {inbox.insist_on_receiving(env).bucket} yet.",
            f"ses-provision apply --env {env.name}",
        )
    fresh = sorted((one for one in there if one.arrived >= since), key=lambda one: one.arrived)
    some = fresh[-MOST_MAILS:]
    found: list[Given] = []
    if len(some) < len(fresh):
        why = f"has {len(fresh):,} mails; the newest {MOST_MAILS:,} were looked at"
        found.append((f"inbox of {env.name}:", NotReadable(why)))
    for start in range(0, len(some), TOGETHER):
        letters = yield from inbox.letters(env, account, some[start : start + TOGETHER])
        meant = [one for one in letters if may_report(one, env)]
        found += yield from together(whole(env, account, one) for one in meant)
    return found


def may_report(letter: Letter, env: Environment) -> bool:
    """Whether a mail came for the address of the reports, or says that it is one."""
    wanted = env.dmarc.reports_to if env.dmarc else ()
    recipients = letter.recipients.lower()
    return bool(SUBJECT.search(letter.subject)) or any(one.lower() in recipients for one in wanted)


def whole(env: Environment, account: Account, letter: Letter) -> Reading[Given]:
    """A mail with its attachments, where it is of whom it says it is."""
    name = f"inbox of {env.name}: {letter.stored.key}"
    if letter.verdicts.dmarc == "FAIL":
        return name, NotReadable(f"fails DMARC itself, as mail from {sender(letter)}: not counted")
    if letter.stored.size > LARGEST:
        return name, NotReadable("cannot be read: it is too large")
    content = yield from inbox.content(env, account, letter.stored.key)
    return name, content if content is not None else NotReadable("has gone meanwhile")


def sender(letter: Letter) -> str:
    """Whom a mail claims to be from, short."""
    return letter.sender[:100] or "nobody"


def receiving(envs: Sequence[Environment]) -> list[Environment]:
    """Those that have an inbox."""
    return [env for env in envs if env.receiving is not None]
