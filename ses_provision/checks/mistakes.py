"""What went wrong where a person entered a record into a panel. Pure.

Where a record may stand instead of its own name, and what a value shows of how it was entered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ses_provision.dataclass import dataclass
from ses_provision.names import is_within, parents
from ses_provision.resources.organisation import organisational_domain
from ses_provision.resources.record_sets import is_kind
from ses_provision.steps.records import PublishedRecord

DOUBLED, LEVEL, WILDCARD, PROXIED, FLATTENED = (
    "doubled",
    "level",
    "wildcard",
    "proxied",
    "flattened",
)


@dataclass(frozen=True)
class Mistake:
    """What happened, and what to do about it."""

    code: str
    what: str
    way_out: str


def places(record: PublishedRecord, domain: str, apex: str) -> dict[str, str]:
    """The names at which a record that is not where it should be may stand, and how it came there.

    A panel that appends the zone makes `x.a.com.a.com` of a full name, and `x.dev.dev.a.com` of one
    that was cut at the wrong level; one entered without that level stands a level too high.
    """
    owner = organisational_domain(domain) or domain
    zones = [one for one in [domain, *parents(domain)] if is_within(one, owner)]
    zones += [apex] if apex and apex not in zones else []
    within = record.name.removesuffix(f".{domain}")
    found = {f"{record.name}.{zone}": DOUBLED for zone in zones}
    for zone in zones:
        cut = record.name.removesuffix(f".{zone}")
        for other in zones:
            if other != zone:
                found.setdefault(f"{cut}.{other}", LEVEL)
                found.setdefault(f"{within}.{other}", LEVEL)
    found.pop(record.name, None)
    return found


def in_value(
    record: PublishedRecord, values: Iterable[str], zones: Sequence[str]
) -> Mistake | None:
    """What the values at a record's own name show of how they were entered."""
    for value in values:
        if record.type == "TXT" and quoted(value) and is_kind(value.strip('"'), record.tag):
            return Mistake(
                "quotes-typed-in",
                f"TXT {record.name} holds quotation marks that were typed in: {value}",
                f"enter the value without them: {record.value}",
            )
        for zone in zones:
            if value.lower() == f"{record.value}.{zone}".lower():
                return Mistake(
                    "value-doubled",
                    f"{record.type} {record.name} is {value}: the panel appended {zone} to the "
                    "value",
                    f"enter the value with a dot at its end ({record.value}.), or as the panel "
                    "takes whole names",
                )
    return None


def quoted(value: str) -> bool:
    """Whether quotation marks are a part of the text itself."""
    return len(value) > 1 and value[0] == value[-1] == '"'


def at_another_name(record: PublishedRecord, how: str, name: str) -> Mistake | None:
    """A record that stands at another name than its own."""
    if how == DOUBLED:
        return Mistake(
            "name-doubled",
            f"{record.type} {name} stands in DNS: the domain was written twice, because the panel "
            "appends it",
            f"rename it to {record.name} (enter the name without the domain at its end)",
        )
    if how == LEVEL:
        return Mistake(
            "wrong-level",
            f"{record.type} {name} stands in DNS: it was entered at another level than "
            f"{record.name}",
            f"rename it to {record.name} (the panel appends its zone to what is entered)",
        )
    return None


def hidden(record: PublishedRecord, how: str) -> Mistake | None:
    """A CNAME that stands in the panel and does not show in DNS (Cloudflare documentation, proxy
    status and CNAME flattening)."""
    if how == PROXIED:
        return Mistake(
            "proxied",
            f"CNAME {record.name} does not show, and the name has addresses: it is proxied, and "
            "nobody finds the key behind it",
            f"switch the proxy off for {record.name} (at Cloudflare: DNS only, the grey cloud)",
        )
    if how == FLATTENED:
        return Mistake(
            "flattened",
            f"CNAME {record.name} does not show, and the key stands there as TXT: the provider "
            "flattens CNAMEs, and SES looks for the CNAME itself",
            f"switch CNAME flattening off for {record.name} (at Cloudflare: Flatten at the apex "
            "only)",
        )
    return None
