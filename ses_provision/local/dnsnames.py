"""Domain names as Route 53 keeps them: lower case, trailing dot, odd characters in octal."""

from __future__ import annotations

import re

# Route 53 Developer Guide, DomainNameFormat.md: stored in lower case; characters other than
# a-z, 0-9, - and _ are written as \ooo; the asterisk of a wildcard comes back as \052.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
OCTAL = re.compile(r"\\([0-7]{3})")


class BadNameError(ValueError):
    """Not a domain name."""


def canonical(name: str) -> str:
    """A name as Route 53 stores and returns it."""
    plain = decoded(name)
    for label in plain[:-1].split("."):
        if not label or len(label.encode()) > 63:
            raise BadNameError(name)
    if len(plain) > 255:
        raise BadNameError(name)
    return "".join(
        char if char in _PLAIN else "".join(f"\\{byte:03o}" for byte in char.encode())
        for char in plain
    )


def decoded(name: str) -> str:
    """A name in lower case with a trailing dot, its octal escapes resolved."""
    plain = OCTAL.sub(lambda found: chr(int(found[1], 8)), name).lower()
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
