"""The records to publish, in the forms that people, panels and name servers take."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision import __version__
from ses_provision.checks.published import Lookup, Published, Verdict
from ses_provision.dataclass import dataclass
from ses_provision.names import TXT_STRING_LIMIT
from ses_provision.outside.dns import DNS_PORT, host_port
from ses_provision.render.layout import whole
from ses_provision.render.markdown import code, plain
from ses_provision.render.message import safe
from ses_provision.render.plan import heading
from ses_provision.steps.records import PublishedRecord, relative

if TYPE_CHECKING:
    from ses_provision.environment import Environment


@dataclass(frozen=True)
class Sheet:
    """The records of one environment, with the zone they go into."""

    env: Environment
    zone: str
    records: tuple[PublishedRecord, ...]

    def within(self, record: PublishedRecord) -> str:
        """The name as panels take it that append the zone."""
        return relative(record.name, self.zone)


COLUMNS = (
    "environment",
    "name",
    "name_in_zone",
    "type",
    "ttl",
    "value",
    "purpose",
    "priority",
    "content",
)


def rows(sheet: Sheet) -> list[dict[str, str | int | None]]:
    """The records as rows of a table, or as JSON: `value` as DNS has it, and its parts."""
    return [
        {
            "environment": sheet.env.name,
            "name": one.name,
            "name_in_zone": sheet.within(one),
            "type": one.type,
            "ttl": one.ttl,
            "value": one.value,
            "purpose": one.purpose,
            "priority": one.priority,
            "content": one.content,
        }
        for one in sheet.records
    ]


def table(sheet: Sheet) -> Text:
    """For people: what is copied stands alone at the end of a line, and is never wrapped."""
    lines = [heading(sheet.env), Text(f"zone {safe(sheet.zone)}"), Text()]
    for one in sheet.records:
        lines += [
            Text(f"{one.type:<6}{one.purpose}", style="bold"),
            Text("  name     ") + whole(one.name),
            Text(f"  in zone  {safe(sheet.within(one))}", style="dim"),
            *([] if one.priority is None else [Text(f"  priority {one.priority}")]),
            Text("  value    ") + whole(one.content),
            Text(f"  TTL      {one.ttl}", style="dim"),
        ]
    lines += [
        Text(),
        Text(f'"in zone" is the name for panels that append {safe(sheet.zone)} to what you enter.'),
    ]
    return Text("\n").join(lines)


def comma_separated(sheets: Sequence[Sheet]) -> Text:
    """For spreadsheets and scripts (RFC 4180, with plain line ends)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for sheet in sheets:
        for row in rows(sheet):
            writer.writerow({key: cell(value) for key, value in row.items()})
    return Text(out.getvalue().rstrip("\n"))


def cell(value: str | int | None) -> str | int | None:
    """A cell in one line, which no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    shown = safe(value)
    return f"'{shown}" if shown.startswith(FORMULA) else shown


FORMULA = ("=", "+", "-", "@")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV injection)."""


def bind(sheets: Sequence[Sheet]) -> Text:
    """A part of a master file (RFC 1035 section 5): names are whole, so any origin will do."""
    return zone_text(sheets, lambda _: "")


def cloudflare(sheets: Sequence[Sheet]) -> Text:
    """What Cloudflare imports. A proxied CNAME would answer with Cloudflare's own addresses, and
    SES and receivers would find no key; the attribute at the end of the line keeps it DNS only
    (Cloudflare documentation, import and export records)."""
    return zone_text(
        sheets, lambda one: " ; cf_tags=cf-proxied:false" if one.type == "CNAME" else ""
    )


def nsupdate(sheets: Sequence[Sheet]) -> Text:
    """A script for nsupdate (BIND 9 reference, nsupdate): for each environment one update that adds
    the records where nothing of their type stands yet, and is refused as a whole elsewhere."""
    lines: list[str] = []
    for sheet in sheets:
        lines.append(safe(f"; {sheet.env.name}: {sheet.env.domain}, ses-provision {__version__}"))
        if sheet.env.dns.server:
            lines.append(server_line(sheet.env.dns.server))
        lines.append(f"zone {master_name(sheet.zone)}.")
        for one in sheet.records:
            name = f"{master_name(one.name)}."
            if one.type == "CNAME":
                lines.append(f"prereq nxdomain {name}")
            else:
                lines += [f"prereq nxrrset {name} CNAME", f"prereq nxrrset {name} {one.type}"]
        lines += [
            f"update add {master_name(one.name)}. {one.ttl} {one.type} {master_value(one)}"
            for one in sheet.records
        ]
        lines.append("send")
    return Text("\n".join(lines))


def server_line(server: str) -> str:
    """The server that takes the update, with its port where it has one of its own."""
    host, port = host_port(server)
    return f"server {host} {port}" if port != DNS_PORT else f"server {host}"


def zone_text(sheets: Sequence[Sheet], attributes: Callable[[PublishedRecord], str]) -> Text:
    """The records of all sheets in the form of master files; what several share stands once."""
    lines: list[str] = []
    for sheet in sheets:
        lines.append(safe(f"; {sheet.env.name}: {sheet.env.domain}, ses-provision {__version__}"))
        for one in sheet.records:
            line = (
                f"{master_name(one.name)}. {one.ttl} IN {one.type} {master_value(one)}"
                f"{attributes(one)}"
            )
            if line not in lines:
                lines.append(line)
    return Text("\n".join(lines))


def master_value(record: PublishedRecord) -> str:
    """A value as master files have it: host names end in a dot, text is quoted."""
    if record.type == "TXT":
        return master_text(record.value)
    preference = "" if record.priority is None else f"{record.priority} "
    return f"{preference}{master_name(record.content)}."


def master_name(name: str) -> str:
    """A name none of whose octets is syntax of master files; `\\DDD` is decimal (RFC 1035, 5.1)."""
    return re.sub(
        rb"[^A-Za-z0-9._*-]",
        lambda match: b"\\%03d" % ord(match[0]),
        name.encode(errors="surrogatepass"),
    ).decode()


def master_text(value: str) -> str:
    """A text as quoted strings of at most 255 octets each."""
    octets = [master_octet(chr(octet)) for octet in value.encode(errors="surrogatepass")]
    strings = [
        "".join(octets[start : start + TXT_STRING_LIMIT])
        for start in range(0, len(octets), TXT_STRING_LIMIT)
    ]
    return " ".join(f'"{string}"' for string in strings or [""])


def master_octet(octet: str) -> str:
    """One octet of a quoted string."""
    if octet in {'"', "\\"}:
        return f"\\{octet}"
    return octet if " " <= octet <= "~" else f"\\{ord(octet):03}"


def markdown(sheet: Sheet) -> Text:
    """For tickets and wikis."""
    lines = [
        f"### DNS records for {plain(sheet.env.domain)} (zone {plain(sheet.zone)})",
        "",
        "| Type | Name | Name in zone | Priority | Value | TTL | Purpose |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(markdown_cells(sheet, one))} |" for one in sheet.records]
    return Text("\n".join([*lines, ""]))


def markdown_cells(sheet: Sheet, record: PublishedRecord) -> list[str]:
    """The cells of one record."""
    return [
        record.type,
        code(record.name),
        code(sheet.within(record)),
        "" if record.priority is None else str(record.priority),
        code(record.content),
        str(record.ttl),
        plain(record.purpose),
    ]


def check_data(value: Lookup) -> dict[str, Any]:
    """What DNS shows of each record, for JSON."""
    return {
        "right": sum(one.is_right for one in value.records),
        "records": [
            {
                "name": one.record.name,
                "type": one.record.type,
                "verdict": one.verdict.value,
                "wanted": one.record.value,
                "found": list(one.found),
                "note": one.note,
            }
            for one in value.records
        ],
        "legacy": list(value.legacy),
    }


STYLES = {Verdict.RIGHT: ("=", "green"), Verdict.NOT_ASKED: ("?", "yellow")}


def checked(sheet: Sheet, value: Lookup, legacy: str) -> Text:
    """What DNS shows of each record, and a last line that counts."""
    lines = [heading(sheet.env), Text(f"zone {safe(sheet.zone)}"), Text()]
    for one in value.records:
        lines += verdict(sheet, one)
    if value.legacy:
        lines += [Text(), Text(f"TXT {legacy} is there from the first SES API; it is left alone.")]
    right = sum(one.is_right for one in value.records)
    count = len(value.records)
    style = "bold green" if value.is_right else "bold"
    summary = f"DNS: all {count} records are right." if value.is_right else ""
    lines += [Text(), Text(summary or f"DNS: {right} of {count} records are right.", style=style)]
    return Text("\n").join(lines)


def verdict(sheet: Sheet, one: Published) -> list[Text]:
    """One record: right in a line; else what was wanted, and what was found."""
    mark, style = STYLES.get(one.verdict, ("!", "red"))
    record = one.record
    lines = [Text(f"{mark} {one.verdict:<14} {record.type:<5} {safe(record.name)}", style=style)]
    if not one.is_right:
        lines.append(Text(f"    in zone  {safe(sheet.within(record))}", style="dim"))
        lines.append(Text("    wanted   ") + whole(record.value))
        lines += [Text("    found    ", style=style) + whole(found) for found in one.found]
    if one.note:
        lines.append(Text(f"    note     {safe(one.note)}"))
    return lines
