"""What mailbox providers show of a BIMI record, as of 2026; none of them promises to. Data."""

from __future__ import annotations

from enum import StrEnum

from ses_provision.dataclass import dataclass


class Needs(StrEnum):
    """What a provider wants beside record, logo and DMARC."""

    NOTHING = "no certificate"
    ANY = "a certificate, VMC or CMC"
    VERIFIED = "a verified mark certificate (VMC)"
    NEVER = "it shows no BIMI logos"


@dataclass(frozen=True)
class Mailbox:
    """One provider."""

    name: str
    needs: Needs
    note: str = ""


MAILBOXES = (
    Mailbox("Gmail", Needs.ANY, "the blue tick only with a VMC"),
    Mailbox("Apple Mail", Needs.VERIFIED, "where the receiving server checks BIMI"),
    Mailbox("Yahoo, AOL", Needs.NOTHING, "for senders with enough mail and a good name"),
    Mailbox("Fastmail", Needs.NOTHING),
    Mailbox("Outlook, Microsoft 365", Needs.NEVER),
    Mailbox("Proton Mail", Needs.NEVER),
)


@dataclass(frozen=True)
class Showing:
    """What a provider will do, and why."""

    name: str
    shows: bool
    why: str


def showing(in_the_way: str, certificate: str) -> tuple[Showing, ...]:
    """What each shows: `in_the_way` keeps all of them from it; `certificate` is VMC, CMC, or empty
    where there is none that holds."""
    return tuple(shown(one, in_the_way, certificate) for one in MAILBOXES)


def shown(one: Mailbox, in_the_way: str, certificate: str) -> Showing:
    """What one of them shows."""
    if one.needs is Needs.NEVER:
        return Showing(one.name, False, str(one.needs))
    if in_the_way:
        return Showing(one.name, False, in_the_way)
    enough = {
        Needs.NOTHING: True,
        Needs.ANY: bool(certificate),
        Needs.VERIFIED: certificate == "VMC",
    }[one.needs]
    if not enough:
        return Showing(one.name, False, f"it wants {one.needs}")
    return Showing(one.name, True, one.note or "as it stands")
