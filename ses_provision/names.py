"""Names: those of DNS and its values in one form, lower case, no trailing dot, TXT without quotes;
which name was meant by one that is not known; and what no text that we print may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

DnsProviderName = Literal[
    "route53", "external", "rfc2136", "cloudflare", "octodns:digitalocean", "octodns:dnsimple",
    "octodns:gandi", "octodns:hetzner", "octodns:powerdns",
]  # fmt: skip
"""Who may keep the zone of an environment (dns.provider)."""

LONGEST_NAME = 253
"""Characters of a name in DNS (RFC 1035 section 3.1): nothing can stand at a longer one."""

RUNNER_COMMAND = r"##(?=\w*\[)"
"""A pattern for what the runners of GitHub Actions and Azure Pipelines obey wherever it stands in a
line of their log: `##[name]`, `##vso[name]` (actions/runner, ActionCommand)."""

SHARED_POOL, DEFAULT_POOL = "ses-shared-pool", "ses-default-dedicated-pool"
BUILT_IN_POOLS = (SHARED_POOL, DEFAULT_POOL)
"""Pools of IP addresses that nobody makes: the one that all customers share, and the one of leased
addresses that are in no other (SES Developer Guide, assigning IP pools)."""
SHARED = "shared"
"""What a file may call the pool that all customers share."""

LONGEST_TAG = 256  # characters of a tag's value (Tagging AWS Resources User Guide)
TXT_STRING_LIMIT = 255  # octets in one character-string, RFC 1035 section 3.3


def dns_name(text: str) -> str:
    """A name as we compare it. Route 53 answers in lower case, with a trailing dot, and writes
    other octets as `\\ooo` (Route 53 Developer Guide, DNS domain name format)."""
    plain = re.sub(r"\\([0-3][0-7]{2})", lambda match: chr(int(match[1], 8)), text)
    return plain.rstrip(".").lower()


def is_within(name: str, ancestor: str) -> bool:
    """Whether a name is the ancestor or lies under it, by whole labels."""
    return name == ancestor or name.endswith(f".{ancestor}")


def txt_value(text: str) -> str:
    """The content of a TXT value: quoted strings joined, escapes undone, octets read as UTF-8."""
    strings = txt_strings(text)
    return b"".join(strings).decode(errors="backslashreplace") if strings else text


def txt_strings(text: str) -> list[bytes]:
    """The octets of each quoted string of a TXT value, escapes undone."""
    return [
        re.sub(
            rb"(?s)\\([0-7]{3}|.)",
            lambda match: bytes([int(match[1], 8) & 0xFF]) if len(match[1]) == 3 else match[1],
            string.encode(),
        )
        for string in re.findall(r'(?s)"((?:[^"\\]|\\.)*)"', text)
    ]


def txt_record(value: str) -> str:
    """A TXT value as Route 53 takes it: quoted strings of at most 255 octets, ASCII escaped."""
    escaped = [txt_octet(octet) for octet in value.encode()]
    strings = [
        escaped[start : start + TXT_STRING_LIMIT]
        for start in range(0, len(escaped), TXT_STRING_LIMIT)
    ]
    return " ".join('"' + "".join(string) + '"' for string in strings or [[]])


def txt_octet(octet: int) -> str:
    """One octet of a TXT string (Route 53 Developer Guide, TXT record type)."""
    character = chr(octet)
    if character in {'"', "\\"}:
        return f"\\{character}"
    return character if " " <= character <= "~" else f"\\{octet:03o}"


def parents(name: str) -> list[str]:
    """The names above a name, nearest first, down to two labels."""
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels) - 1)]


def closest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like another; empty where none is."""
    import difflib

    return next(iter(difflib.get_close_matches(name[:LONGEST_NAME], list(known), n=1)), "")


def meant(name: str, known: Iterable[str]) -> str:
    """The sentence that follows where a name is not known; empty where none is like it."""
    found = closest(name, known)
    return f" Did you mean {found}?" if found else ""


def region_of(arn: str) -> str:
    """The region in an ARN."""
    return arn.split(":")[3]
