"""Production access as text: where the account stands, the request, the way through the console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.operations.access_request import settings
from ses_provision.render import checklist
from ses_provision.render.message import safe
from ses_provision.render.plan import heading
from ses_provision.resources.ses.account import Access, AccountAccess

if TYPE_CHECKING:
    from ses_provision.checks.finding import Finding
    from ses_provision.environment import Environment

LONGEST_FIELD = 6000
"""What is submitted is shown word for word: 5000 letters and the name of the field."""

STYLES = {Access.GRANTED: "green", Access.DENIED: "red", Access.FAILED: "red"}


def standing(value: AccountAccess, env: Environment) -> Text:
    """Where the account stands."""
    text = Text(f"Production access in {env.region}: ")
    text.append(value.state.value, style=STYLES.get(value.state, "yellow"))
    if value.case_id:
        text.append(f", case {safe(value.case_id)}")
    text.append(
        f" ({value.daily:g} mails a day, {value.rate:g} a second; {value.sent:g} sent in 24 hours)"
    )
    return text


def preflight(value: AccountAccess, findings: Sequence[Finding], env: Environment) -> Text:
    """Where the account stands and what reviewers would see."""
    rows = checklist.preflight(findings)
    return Text("\n").join([heading(env), Text(), standing(value, env), Text(), rows, Text()])


def request(params: Mapping[str, Any]) -> Text:
    """What is submitted, word for word."""
    lines = [Text("The request:", style="bold")]
    for name, value in params.items():
        shown = ", ".join(value) if isinstance(value, list) else str(value)
        lines.append(Text(f"  {name}: {safe(shown, LONGEST_FIELD)}"))
    return Text("\n").join([*lines, Text()])


def by_hand(env: Environment) -> Text:
    """The same through the console, with the fields filled in (the plan, task 2)."""
    asked = settings(env)
    contacts = ", ".join(asked.contacts) or "(leave empty)"
    language = {"EN": "English", "JA": "Japanese"}[asked.language]
    steps = [
        (
            f"Sign in to account {env.account_id} with the right to ses:PutAccountDetails, region "
            f"{env.region}."
        ),
        "Amazon SES > Account dashboard > Request production access.",
        f"Mail type: {asked.mail_type.capitalize()}",
        f"Website URL: {asked.website}",
        f"Use case description: {asked.use_case.strip()}",
        f"Additional contacts: {contacts}",
        f"Preferred contact language: {language}",
        "Acknowledge the terms and submit; AWS answers within about 24 hours.",
    ]
    lines = [
        Text(f"  {number}. {safe(step, LONGEST_FIELD)}")
        for number, step in enumerate(steps, start=1)
    ]
    return Text("\n").join([Text("In the console:", style="bold"), *lines, Text()])
