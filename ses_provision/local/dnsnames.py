"""Domain names as Route 53 keeps them: lower case, trailing dot, odd characters in octal."""

from __future__ import annotations

import re

# Route 53 Developer Guide, DomainNameFormat.md: stored in lower case; characters other than
# a-z, 0-9, - and _ are written as \ooo; the asterisk of a wildcard comes back as \052.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
# RFC 1035, 2.3.4.
_LONGEST_LABEL, _LONGEST_NAME = 63, 255
OCTAL = re.compile(r"\\([0-7]{3})")


class BadNameError(ValueError):
    """Not a domain name."""


def canonical(name: str) -> str:
    """A name as Route 53 stores and returns it."""
    plain = decoded(name)
    labels = plain[:-1].split(".")
    if len(plain) > _LONGEST_NAME or not all(0 < len(each) <= _LONGEST_LABEL for each in labels):
        raise BadNameError(name)
    return "".join(char if char in _PLAIN else f"\\{ord(char):03o}" for char in plain)


def decoded(name: str) -> str:
    """A name in lower case with a trailing dot, its octal escapes resolved: a character a byte."""
    parts = OCTAL.split(name)
    raw = b"".join(
        bytes([int(part, 8) & 0xFF]) if number % 2 else part.encode()
        for number, part in enumerate(parts)
    )
    plain = raw.lower().decode("latin-1")
    return plain if plain.endswith(".") else f"{plain}."


def bare(name: str) -> str:
    """A name without trailing dot, in lower case, as DNS answers have it here."""
    return decoded(name)[:-1]


def within(name: str, zone: str) -> bool:
    """Whether a name is the zone's or below it, by whole labels."""
    return name == zone or name.endswith(f".{zone}")


def sort_key(name: str) -> str:
    """Orders names as Route 53 lists them: labels reversed, with the trailing dot.

    API Reference, ListResourceRecordSets: by ASCII order of the reversed labels, where the
    trailing dot can change the order.
    """
    return ".".join(reversed(name.rstrip(".").split("."))) + "."
