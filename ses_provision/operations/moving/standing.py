"""What DNS shows at the domain that mail moves away from."""

from __future__ import annotations

from collections.abc import Sequence

from ses_provision.dataclass import dataclass
from ses_provision.operations.message.keys import DkimKey, is_key, parse
from ses_provision.operations.moving import providers
from ses_provision.operations.moving.providers import Provider
from ses_provision.operations.moving.spf_walk import Place, walked
from ses_provision.outside.reading import Outcome, Reading, both, together
from ses_provision.outside.voices import alias, publicly, values
from ses_provision.resources.dmarc import standing_in_dns
from ses_provision.resources.dmarc_policy import InForce, in_force, places
from ses_provision.resources.spf import Judged, judged
from ses_provision.resources.spf_record import is_spf

NOBODYS = "ses-provision-asks-for-no-such-selector"
"""Where this answers, a wildcard does, and answers say nothing of selectors."""


@dataclass(frozen=True)
class Selector:
    """A DKIM selector that answers, its key, and whose it is where that shows."""

    name: str
    key: DkimKey
    leads_to: str = ""
    provider: str = ""


@dataclass(frozen=True)
class Spf:
    """The SPF records of the domain; of one alone its look-ups, and what it says of SES."""

    texts: tuple[str, ...] = ()
    walked: Place | None = None
    for_ses: Judged | None = None
    unknown: str = ""

    @property
    def found(self) -> list[Provider]:
        """The providers in it, in order."""
        every = self.walked.every() if self.walked else ()
        named = [by for place in every if (by := providers.by_spf(place.domain))]
        return list(dict.fromkeys(named))

    @property
    def unnamed(self) -> list[str]:
        """What it includes itself, and nobody in the table has."""
        below = self.walked.below if self.walked else ()
        return [place.domain for place in below if providers.by_spf(place.domain) is None]


@dataclass(frozen=True)
class MailFrom:
    """What stands already at the name that MAIL FROM is to have."""

    domain: str
    taken_by: tuple[str, ...] = ()
    is_of_ses: bool = False
    unknown: str = ""


@dataclass(frozen=True)
class Standing:
    """All that DNS shows of a domain."""

    domain: str
    spf: Spf
    selectors: tuple[Selector, ...]
    asked_selectors: tuple[str, ...]
    answers_for_any: bool
    dmarc: InForce
    mx: tuple[str, ...]
    mx_unknown: str
    mail_from: MailFrom

    @property
    def providers(self) -> list[Provider]:
        """Everybody that shows: in SPF, behind selectors, behind MX."""
        hosts = [
            *(host.partition(" ")[2] for host in self.mx),
            *(one.leads_to for one in self.selectors),
        ]
        by_hosts = [by for host in hosts if host and (by := providers.by_host(host))]
        return list(dict.fromkeys([*self.spf.found, *by_hosts]))


def look(
    domain: str, mail_from: str, given: Sequence[str], resolvers: Sequence[str]
) -> Reading[Standing]:
    """Ask for all of it, selectors once it is known whose may be there."""
    spf, ((mx, dmarc), taken) = yield from both(
        spf_of(domain, resolvers),
        both(
            both(publicly([("MX", domain)], resolvers), dmarc_of(domain, resolvers)),
            at_mail_from(mail_from, resolvers),
        ),
    )
    hosts = [value.partition(" ")[2] for value in values(mx[0])]
    seen = [*spf.found, *(by for host in hosts if (by := providers.by_host(host)))]
    asked = providers.selectors(dict.fromkeys(seen), given)
    outcomes = yield from publicly(
        [("TXT", f"{one}._domainkey.{domain}") for one in (NOBODYS, *asked)], resolvers
    )
    return Standing(
        domain,
        spf,
        tuple(answering(asked, outcomes[1:])),
        asked,
        bool(values(outcomes[0])),
        dmarc,
        values(mx[0]),
        str(mx[0]) if isinstance(mx[0], Exception) else "",
        taken,
    )


def answering(asked: Sequence[str], outcomes: Sequence[Outcome]) -> list[Selector]:
    """The selectors that have a key."""
    found = []
    for name, outcome in zip(asked, outcomes, strict=True):
        texts = [text for text in values(outcome) if is_key(text)]
        if texts:
            leads = alias(outcome)
            by = providers.by_host(leads) or owner(name)
            found.append(Selector(name, parse(texts[0]), leads, by.name if by else ""))
    return found


def owner(selector: str) -> Provider | None:
    """Whose selector it is, where only one provider uses it and nobody else is likely to."""
    if selector in providers.ANYBODYS and selector not in {"google", "selector1", "selector2"}:
        return None
    using = [one for one in providers.PROVIDERS if selector in one.selectors]
    return using[0] if len(using) == 1 else None


def spf_of(domain: str, resolvers: Sequence[str]) -> Reading[Spf]:
    """The SPF record, all below it, and what receivers make of it when SES sends."""
    [outcome] = yield from publicly([("TXT", domain)], resolvers)
    if isinstance(outcome, Exception):
        return Spf(unknown=str(outcome))
    texts = tuple(text for text in values(outcome) if is_spf(text))
    if len(texts) != 1:
        return Spf(texts)
    place, verdict = yield from both(
        walked(domain, texts[0], resolvers), judged(texts[0], domain, resolvers)
    )
    return Spf(texts, place, verdict)


def dmarc_of(domain: str, resolvers: Sequence[str]) -> Reading[InForce]:
    """The DMARC policy in force."""
    found = yield from together(standing_in_dns(place, resolvers) for place in places(domain))
    return in_force(domain, *found)


def at_mail_from(domain: str, resolvers: Sequence[str]) -> Reading[MailFrom]:
    """Whether something else uses the name that MAIL FROM is to have."""
    kinds = ("MX", "A", "TXT", "CNAME")
    outcomes = yield from publicly([(kind, domain) for kind in kinds], resolvers)
    wrong = next((str(one) for one in outcomes if isinstance(one, Exception)), "")
    if wrong:
        return MailFrom(domain, unknown=wrong)
    mx, addresses, texts, leads = (values(one) for one in outcomes)
    aliases = [alias(one) for one in outcomes if alias(one)]
    if leads or aliases:
        return MailFrom(domain, (f"CNAME {(*leads, *aliases)[0]}",))
    if mx and all(value.endswith(".amazonses.com") for value in mx):
        return MailFrom(domain, is_of_ses=True)
    others = [text for text in texts if is_spf(text) and "amazonses.com" not in text]
    taken = [
        *(f"MX {one}" for one in mx),
        *(f"A {one}" for one in addresses),
        *(f"TXT {one}" for one in others),
    ]
    return MailFrom(domain, tuple(taken))
