"""The DKIM signatures of a mail: whose they are, whether they hold, what they cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ses_provision.checks.finding import Finding, Severity, Status
from ses_provision.dataclass import dataclass
from ses_provision.names import dns_name
from ses_provision.operations.message import keys
from ses_provision.operations.message.keys import DkimKey
from ses_provision.operations.message.mail import Mail
from ses_provision.operations.message.saying import advised, fine, not_known, wrong
from ses_provision.operations.message.verifying import verified
from ses_provision.outside.reading import Outcome, Reading
from ses_provision.outside.voices import publicly, values

MOST = 10  # signatures that are looked at; real mails have up to three
SHORTEST, USUAL = 1024, 2048  # bits (RFC 8301 section 3.2)
EXTRA = "pip install 'ses-provision[mail]'"
COVERED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
"""What should be signed where it is there (RFC 6376 section 5.4.1, RFC 8058 section 4)."""


@dataclass(frozen=True)
class Signature:
    """One signature, with its key, and whether it holds: None where nobody verified it."""

    domain: str
    selector: str
    algorithm: str = ""
    covered: tuple[str, ...] = ()
    has_length: bool = False
    key: DkimKey | None = None
    unknown: str = ""
    holds: bool | None = None
    why: str = ""

    @property
    def name(self) -> str:
        """Where its key stands (RFC 6376 section 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"


def read(value: str) -> Signature:
    """A signature by its field."""
    found = keys.tags(value)
    covered = tuple(name.strip().lower() for name in found.get("h", "").split(":") if name.strip())
    return Signature(
        dns_name(found.get("d", "").replace(" ", "")),
        dns_name(found.get("s", "").replace(" ", "")),
        found.get("a", "").lower(),
        covered,
        "l" in found,
    )


def looked_at(mail: Mail, resolvers: Sequence[str]) -> Reading[tuple[Signature, ...]]:
    """The signatures of a mail, with their keys, each verified where that can be done."""
    found = [read(value) for value in mail.all("dkim-signature")[:MOST]]
    outcomes = yield from publicly([("TXT", one.name) for one in found], resolvers)
    return tuple(
        judged(mail, number, signature, outcome)
        for number, (signature, outcome) in enumerate(zip(found, outcomes, strict=True))
    )


def judged(mail: Mail, number: int, signature: Signature, outcome: Outcome) -> Signature:
    """One signature with what DNS says of its key."""
    if isinstance(outcome, Exception):
        return replace(signature, unknown=str(outcome))
    texts = [text for text in values(outcome) if keys.is_key(text)]
    if not texts:
        return replace(signature, holds=False, why=f"there is no key at {signature.name}")
    key = keys.parse(texts[0])
    if key.flaw:
        return replace(signature, key=key, holds=False, why=key.flaw)
    holds, why = verified(mail.raw, number, texts[0])
    return replace(signature, key=key, holds=holds, why=why)


def findings(mail: Mail, found: Sequence[Signature]) -> Iterator[Finding]:
    """What is to be said of the signatures."""
    if not found:
        yield unsigned(mail)
        return
    for signature in found:
        yield validity(signature)
        yield strength(signature)
        yield coverage(mail, signature)


def unsigned(mail: Mail) -> Finding:
    """No signature at all."""
    if mail.was_received:
        return wrong(
            "MAIL-DKIM-001",
            "DKIM signature",
            "it was received without one",
            "turn DKIM on for the domain: `ses-provision dkim-status` says where it stands",
        )
    return not_known(
        "MAIL-DKIM-001",
        "DKIM signature",
        "there is none yet: SES signs on the way",
        "send it with `ses-provision send-test` or the application, and check the copy that "
        "arrived (in Gmail: Show original, Download)",
        Severity.ADVICE,
    )


def validity(signature: Signature) -> Finding:
    """Whether it holds (RFC 6376 section 6.1)."""
    id_, title = "MAIL-DKIM-001", "DKIM signature"
    who = f"d={signature.domain}, s={signature.selector}"
    if signature.unknown:
        return not_known(id_, title, f"{who}: {signature.unknown}", "try again where DNS answers")
    if signature.holds:
        return fine(id_, title, f"{who}: it holds")
    if signature.holds is None:
        return not_known(
            id_, title, f"{who}: not verified, for {signature.why}", EXTRA, Severity.ADVICE
        )
    return wrong(
        id_,
        title,
        f"{who}: {signature.why}",
        "check the file as it was received: saved from a mail program, it may be changed; then "
        "look at the record of the key",
    )


def strength(signature: Signature) -> Finding:
    """Key and algorithm (RFC 8301)."""
    id_, title, key = "MAIL-DKIM-002", "DKIM key", signature.key
    if key is None or key.flaw:
        return Finding(id_, title, Status.NOT_APPLICABLE, f"{signature.name}: no key to look at")
    told = f"{signature.name}: {key}"
    if signature.algorithm == "rsa-sha1":
        return wrong(
            id_,
            title,
            f"{told}, signed with SHA-1, which receivers ignore",
            "sign with rsa-sha256 (RFC 8301 section 3.1)",
        )
    if key.kind == "rsa" and key.bits < SHORTEST:
        return wrong(
            id_, title, f"{told}; below {SHORTEST} none counts", f"publish a key of {USUAL} bits"
        )
    if key.is_test:
        return advised(
            id_,
            title,
            f"{told}, marked as a test (t=y)",
            "take t=y out of its record",
            Severity.WARNING,
        )
    if key.kind == "rsa" and key.bits < USUAL:
        return advised(id_, title, told, f"a key of {USUAL} bits is usual: dkim.key_length")
    return fine(id_, title, told)


def coverage(mail: Mail, signature: Signature) -> Finding:
    """What it covers, and whether more could be added (RFC 6376 sections 5.4 and 8.15)."""
    id_, title = "MAIL-DKIM-003", "Signed headers"
    signed, there = Counter(signature.covered), Counter(name for name, _ in mail.fields)
    if "from" not in signed:
        return wrong(
            id_,
            title,
            f"d={signature.domain}: From is not signed, so that it counts for nothing",
            "sign From (RFC 6376 section 5.4)",
        )
    bare = [name for name in COVERED if there[name] and not signed[name]]
    if bare:
        return advised(
            id_,
            title,
            f"d={signature.domain}: not signed: {', '.join(bare)}",
            "whoever passes the mail on may change them; have them signed",
            Severity.WARNING if {"subject", "to"} & set(bare) else Severity.ADVICE,
        )
    if signature.has_length:
        return advised(
            id_,
            title,
            f"d={signature.domain}: l= lets others add to the body",
            "sign the whole body (RFC 6376 section 8.2)",
            Severity.WARNING,
        )
    doubled = [name for name in ("from", "subject", "to") if signed[name] > there[name]]
    more = f"; {', '.join(doubled)} cannot be added again" if doubled else ""
    return fine(id_, title, f"d={signature.domain}: {len(signed)} headers{more}")


def covers(found: Sequence[Signature], *names: str) -> bool:
    """Whether one signature that is not known to be wrong covers all of some headers."""
    return any(set(names) <= set(one.covered) for one in found if one.holds is not False)
