"""The records as other tools for DNS take them: octoDNS, dnscontrol, Terraform for Cloudflare."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision import __version__
from ses_provision.export import hcl
from ses_provision.render.message import safe
from ses_provision.render.records import master_text

if TYPE_CHECKING:
    from ses_provision.render.records import Sheet
    from ses_provision.steps.records import PublishedRecord

Held = tuple["Sheet", "PublishedRecord"]


def by_zone(sheets: Sequence[Sheet]) -> dict[str, list[Held]]:
    """The records of all sheets by zone; what several share stands once."""
    zones: dict[str, dict[tuple[str, str, str], Held]] = defaultdict(dict)
    for sheet in sheets:
        for one in sheet.records:
            zones[sheet.zone].setdefault((one.name, one.type, one.value), (sheet, one))
    return {zone: list(held.values()) for zone, held in zones.items()}


def whom(held: Iterable[Held]) -> str:
    """For which environments records are, and who made this."""
    names = dict.fromkeys(f"{sheet.env.name}: {sheet.env.domain}" for sheet, _ in held)
    return safe(f"{', '.join(names)}, ses-provision {__version__}")


def octodns(sheets: Sequence[Sheet]) -> Text:
    """For the YAML of a zone (octoDNS, records): its names in order, each with its types.

    octoDNS keeps whole zones: what the file of a zone does not name, it deletes.
    """
    lines: list[str] = []
    for zone, held in by_zone(sheets).items():
        lines += [
            "---",
            f"# {whom(held)}",
            f"# To be put into {safe(zone)}.yaml among the other records of that zone:",
            "# octodns-sync deletes what the file of a zone does not name.",
        ]
        named = sorted(held, key=lambda each: (natural(within(each)), each[1].type))
        for name, group in groupby(named, key=within):
            lines += [f"{quoted(name)}:", *octodns_name([one for _, one in group])]
    return Text("\n".join(lines))


def within(held: Held) -> str:
    """A name as it is called in its zone; nothing for the zone itself."""
    sheet, one = held
    name = sheet.within(one)
    return "" if name == "@" else name


def natural(name: str) -> list[tuple[bool, int, str]]:
    """The order that octoDNS insists on: numbers in names by their size."""
    parts = [part for part in re.split(r"(\d+)", name) if part]
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def octodns_name(records: Sequence[PublishedRecord]) -> Iterator[str]:
    """The types at a name, and the values of each."""
    for kind, group in groupby(records, key=lambda one: one.type):
        values = list(group)
        first, rest = "  - ", "    "
        if kind == "CNAME":
            yield f"{first}octodns:"
            yield f"{rest}  cloudflare:"
            yield f"{rest}    proxied: false"
            first = rest
        yield f"{first}ttl: {values[0].ttl}"
        yield f"{rest}type: {kind}"
        if kind == "CNAME":
            yield f"{rest}value: {quoted(f'{values[0].value}.')}"
            continue
        yield f"{rest}values:"
        for one in values:
            if kind == "MX":
                yield f"{rest}  - exchange: {quoted(f'{one.content}.')}"
                yield f"{rest}    preference: {one.priority}"
            else:
                yield f"{rest}  - {quoted(one.value.replace(';', chr(92) + ';'))}"


def quoted(text: str) -> str:
    """A text as JSON has it, which YAML and JavaScript have as well."""
    return json.dumps(text)


def dnscontrol(sheets: Sequence[Sheet]) -> Text:
    """For dnsconfig.js (dnscontrol, D_EXTEND): added to a zone that stands there already."""
    lines: list[str] = []
    for zone, held in by_zone(sheets).items():
        lines += [
            f"// {whom(held)}",
            f"// To be put below the D() of {safe(zone)}, which has to say NO_PURGE where",
            "// dnscontrol is not to delete what it does not know.",
            f"D_EXTEND({quoted(zone)},",
            *(f"  {dnscontrol_record(one)}," for one in held),
            "END);",
        ]
    return Text("\n".join(lines))


def dnscontrol_record(held: Held) -> str:
    """One record as a call."""
    sheet, one = held
    name, ttl = quoted(sheet.within(one)), f"TTL({one.ttl})"
    if one.type == "TXT":
        return f"TXT({name}, {quoted(one.value)}, {ttl})"
    if one.type == "MX":
        return f"MX({name}, {one.priority}, {quoted(f'{one.content}.')}, {ttl})"
    unproxied = ", CF_PROXY_OFF" if sheet.env.dns.provider == "cloudflare" else ""
    return f"CNAME({name}, {quoted(f'{one.value}.')}, {ttl}{unproxied})"


def terraform_cloudflare(sheets: Sequence[Sheet]) -> Text:
    """Resources of Terraform's provider for Cloudflare, in its version 5 (cloudflare_dns_record).

    Text is quoted within the string, as the API wants it; a key that is proxied is none.
    """
    blocks: list[str] = []
    for zone, held in by_zone(sheets).items():
        variable = f"cloudflare_zone_id_{label(zone)}"
        described = {"type": hcl.Reference("string"), "description": f"The id of zone {zone}."}
        blocks += [
            hcl.comment(f"{whom(held)}; cloudflare/cloudflare ~> 5.0"),
            hcl.block("variable", (variable,), described),
        ]
        taken: dict[str, int] = defaultdict(int)
        for _, one in held:
            base = label(f"{one.type}_{one.name}")
            taken[base] += 1
            name = base if taken[base] == 1 else f"{base}_{taken[base]}"
            arguments: dict[str, Any] = {
                "zone_id": hcl.Reference(f"var.{variable}"),
                "name": one.name,
                "type": one.type,
                "content": master_text(one.value) if one.type == "TXT" else one.content,
                "priority": one.priority,
                "ttl": one.ttl,
                "proxied": False if one.type == "CNAME" else None,
            }
            blocks.append(hcl.block("resource", ("cloudflare_dns_record", name), arguments))
    return Text("\n\n".join(blocks))


def label(text: str) -> str:
    """A name in Terraform's language."""
    return re.sub(r"[^a-z0-9_]", "_", text.lower())
