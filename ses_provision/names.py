"""Names and values of DNS in one form: lower case, no trailing dot, TXT without quotes."""

from __future__ import annotations

import re

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
    """The content of a TXT value: quoted strings joined, escapes undone."""
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    if not strings:
        return text
    return re.sub(
        r"\\([0-7]{3}|.)",
        lambda match: chr(int(match[1], 8)) if len(match[1]) == 3 else match[1],
        "".join(strings),
    )


def txt_record(value: str) -> str:
    """A TXT value as Route 53 takes it: quoted strings of at most 255 octets, ASCII escaped."""
    escaped = [txt_character(character) for character in value]
    strings = [
        escaped[start : start + TXT_STRING_LIMIT]
        for start in range(0, len(escaped), TXT_STRING_LIMIT)
    ]
    return " ".join('"' + "".join(string) + '"' for string in strings or [[]])


def txt_character(character: str) -> str:
    """One character of a TXT string (Route 53 Developer Guide, TXT record type)."""
    if character in {'"', "\\"}:
        return f"\\{character}"
    return character if " " <= character <= "~" else f"\\{ord(character):03o}"


def parents(name: str) -> list[str]:
    """The names above a name, nearest first, down to two labels."""
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels) - 1)]


def region_of(arn: str) -> str:
    """The region in an ARN."""
    return arn.split(":")[3]
