"""What is to be said of a mail, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.checks.finding import Severity
from ses_provision.engine.values import plain
from ses_provision.render.checklist import counted, finding
from ses_provision.render.layout import Folded, prose
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.checks.finding import Finding
    from ses_provision.operations.message import Mail


def judged(file: str, mail: Mail, found: Sequence[Finding]) -> Folded:
    """Everything, the severest first."""
    subject = safe(mail.first("subject"), 100) or "(no subject)"
    head = Text(safe(file), style="bold").append(f"  {subject}", style="default")
    return Folded(Text("\n").join([head, Text(), *listed(found), Text()]))


def listed(found: Sequence[Finding]) -> list[Text]:
    """Findings, the open ones first with what to do, and the line that counts."""
    ordered = sorted(found, key=lambda one: (not one.is_open, list(Severity).index(one.severity)))
    lines: list[Text] = []
    for one in ordered:
        lines += finding(one, says_severity=one.is_open)
        if one.is_open and one.next_step:
            lines.append(Text("    → ", style="bold") + prose(one.next_step))
    still = [one for one in found if one.is_open]
    numbers = [(sum(o.severity is one for o in still), one) for one in Severity]
    told = ", ".join(counted(number, one) for number, one in numbers if number)
    lines += [Text(), Text(f"{len(found)} looked at: {told or 'nothing open'}.", style="bold")]
    return lines


def data(mail: Mail, found: Sequence[Finding]) -> dict[str, Any]:
    """The same for a document."""
    return {
        "subject": mail.first("subject") or None,
        "from": mail.addresses("from"),
        "octets": mail.octets,
        "open": sum(one.is_open for one in found),
        "findings": [entry(one) for one in found],
    }


def entry(one: Finding) -> dict[str, Any]:
    """One finding."""
    told = plain(one)
    return {
        name: told[name] for name in ("id", "title", "status", "severity", "evidence", "next_step")
    } | {"open": one.is_open}
