"""The DMARC policy in force for a domain: one question with one answer. Pure.

Receivers look at the domain itself, then at its organisational domain, at no name between and at
no public suffix (RFC 7489 section 6.6.3). Newer ones walk up the tree instead (RFC 9989 section
4.10) and come to the same two names wherever the organisational domain has a record.
"""

from __future__ import annotations

from ses_provision.dataclass import dataclass
from ses_provision.outside import voices
from ses_provision.outside.reading import Outcome
from ses_provision.resources import dmarc_record
from ses_provision.resources.dmarc_record import STRENGTH, DmarcRecord
from ses_provision.resources.organisation import organisational_domain


@dataclass(frozen=True)
class Standing:
    """What stands at the `_dmarc` name of a domain: TXT strings, found at `alias` where a CNAME
    leads there; or why nobody knows."""

    domain: str
    values: tuple[str, ...] = ()
    alias: str = ""
    unknown: str = ""

    @property
    def name(self) -> str:
        """Where the record stands."""
        return f"_dmarc.{self.domain}"

    @classmethod
    def answered(cls, domain: str, outcome: Outcome) -> Standing:
        """What an answer of DNS shows there."""
        if isinstance(outcome, Exception):
            return cls(domain, unknown=str(getattr(outcome, "message", outcome)))
        return cls(domain, voices.values(outcome), voices.alias(outcome))

    @property
    def records(self) -> list[str]:
        """The strings that were meant to be DMARC records."""
        return dmarc_record.kin(self.values)


@dataclass(frozen=True)
class InForce:
    """The record that receivers use for a domain, where it stands and how strict it is there.

    Without one, `why_none` says why; `unknown` says that it could not be found out.
    """

    domain: str
    stands_at: str = ""
    text: str = ""
    record: DmarcRecord | None = None
    alias: str = ""
    why_none: str = ""
    unknown: str = ""

    @property
    def is_inherited(self) -> bool:
        """The record is that of the organisational domain."""
        return bool(self.stands_at) and self.stands_at != self.domain

    @property
    def written(self) -> str:
        """The policy that the record asks for: an inherited one's for subdomains."""
        if self.record is None:
            return ""
        return self.record.subdomain_policy if self.is_inherited else self.record.policy

    def falls_short(self, wanted: DmarcRecord) -> bool:
        """It asks for less than is wanted, as it is written; what keeps it from being applied to
        all mail is `qualified`."""
        return self.record is not None and STRENGTH[self.written] < STRENGTH.get(wanted.policy, -1)

    @property
    def qualified(self) -> str:
        """What keeps the policy from being applied to all mail."""
        if self.record is None:
            return ""
        if self.record.is_test:
            return "t=y asks receivers only to test it"
        if self.record.percent < 100:
            return f"pct={self.record.percent} asks older receivers to apply it to a part"
        return ""


def places(domain: str) -> tuple[str, ...]:
    """The domains at whose `_dmarc` names receivers look, in order."""
    above = organisational_domain(domain)
    return (domain,) if above in {"", domain} else (domain, above)


def in_force(domain: str, *standing: Standing) -> InForce:
    """The policy in force, given what stands at each of the places."""
    for at in standing:
        if at.unknown:
            return InForce(domain, unknown=at.unknown)
        if at.records:
            return used(domain, at)
    names = " nor ".join(at.name for at in standing)
    if len(standing) > 1:
        return InForce(domain, why_none=f"neither {names} has a DMARC record")
    return InForce(domain, why_none=f"{names} has no DMARC record")


def used(domain: str, at: Standing) -> InForce:
    """What receivers make of the records at the first place that has any. They look no further."""
    if len(at.records) > 1:
        return InForce(
            domain,
            why_none=f"{at.name} has {len(at.records)} DMARC records ({' and '.join(at.records)}), "
            "and receivers then use none",
        )
    [text] = at.records
    record = dmarc_record.parse(text)
    if record is None or not record.policy:
        flaw = record.flaw if record else "it must begin with v=DMARC1"
        return InForce(
            domain, why_none=f"{at.name} is {text}, which receivers do not take for one: {flaw}"
        )
    return InForce(domain, at.domain, text, record, at.alias)
