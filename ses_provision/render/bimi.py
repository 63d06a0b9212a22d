"""What mailbox providers will show of a logo, as text and as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.checks.mailboxes import Showing
from ses_provision.engine.values import plain
from ses_provision.render.layout import Folded, whole
from ses_provision.render.message import safe
from ses_provision.render.plan import heading

if TYPE_CHECKING:
    from ses_provision.checks.bimi_sight import Sight
    from ses_provision.environment import Environment


def line(name: str, faults: Sequence[str], well: str, unknown: str = "") -> Iterator[Text]:
    """One thing that was looked at: a sign, and each fault in a line of its own."""
    sign, style = ("?", "yellow") if unknown else ("✘", "red") if faults else ("✔", "green")
    told = [unknown] if unknown else list(faults) or [well]
    yield Text(f" {sign} {name:<12} ", style=style) + Text(safe(told[0]), style="default")
    for fault in told[1:]:
        yield Text(" " * 16) + Text(safe(fault))


def of_logo(file: str, content: bytes, faults: Sequence[str]) -> Folded:
    """A logo by itself."""
    well = f"SVG Tiny PS, square, with a title; {len(content)} octets"
    return Folded(Text("\n").join([whole(file), *line("logo", faults, well), Text()]))


def checked(env: Environment, sight: Sight, shown: Sequence[Showing]) -> Folded:
    """All that receivers find, and who will show it."""
    wrong = [f"at {domain}: {why}" for domain, why in sight.enforced.lacking]
    lines = [
        heading(env),
        Text(),
        *line("DMARC", wrong, "enforces", sight.enforced.unknown),
        *line("record", record_faults(sight), sight.wanted, sight.unseen),
        *line(
            "logo",
            (*sight.logo.faults, *sight.logo_faults),
            f"{sight.logo.url}: SVG Tiny PS, square, with a title",
            sight.logo.unknown,
        ),
        *certificate(sight),
        Text(),
        Text("What is shown, if the provider trusts the sender", style="bold"),
        *map(provider, shown),
    ]
    return Folded(Text("\n").join([*lines, Text()]))


def record_faults(sight: Sight) -> list[str]:
    """What is wrong with the record in DNS."""
    if sight.is_published:
        return []
    return [f"TXT {sight.name} is {' + '.join(sight.seen) or 'not there'}", f"not {sight.wanted}"]


def certificate(sight: Sight) -> Iterator[Text]:
    """What is said of the certificate."""
    at, found = sight.certificate_at, sight.certificate
    if at is None:
        yield Text(" · certificate  none: some show no logo without one", style="dim")
        return
    until = f"until {found.until:%Y-%m-%d}" if found and found.until else ""
    well = f"{found.kind} ({found.mark}), for this logo, {until}" if found else ""
    unknown = at.unknown or (found.unreadable if found and found.not_installed else "")
    yield from line("certificate", (*at.faults, *sight.certificate_faults), well, unknown)


def provider(one: Showing) -> Text:
    """What one provider does."""
    word, style = ("yes", "green") if one.shows else ("no", "dim")
    return Text(f"  {one.name:<24} ") + Text(f"{word:<4}", style=style) + Text(safe(one.why))


def logo_data(file: str, content: bytes, faults: Sequence[str]) -> dict[str, Any]:
    """A logo for a document."""
    return {
        "file": file,
        "octets": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "faults": list(faults),
    }


def data(sight: Sight, shown: Sequence[Showing]) -> dict[str, Any]:
    """The same for a document."""
    at, found = sight.certificate_at, sight.certificate
    return {
        "domain": sight.domain,
        "dmarc": {
            "enforces": sight.enforced.holds,
            "lacking": [{"domain": domain, "why": why} for domain, why in sight.enforced.lacking],
            "unknown": sight.enforced.unknown or None,
        },
        "record": {
            "name": sight.name,
            "wanted": sight.wanted,
            "seen": list(sight.seen),
            "right": sight.is_published,
            "unknown": sight.unseen or None,
        },
        "logo": {
            "url": sight.logo.url,
            "faults": [*sight.logo.faults, *sight.logo_faults],
            "unknown": sight.logo.unknown or None,
        },
        "certificate": None
        if at is None
        else {
            "url": at.url,
            "kind": found.kind if found and not found.unreadable else None,
            "until": plain(found.until) if found else None,
            "faults": [*at.faults, *sight.certificate_faults],
            "unknown": at.unknown or None,
        },
        "shown": [plain(one) for one in shown],
    }
