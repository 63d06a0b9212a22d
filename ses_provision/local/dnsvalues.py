"""What Route 53 takes as the value of a record (Developer Guide, ResourceRecordTypes.md)."""

from __future__ import annotations

import ipaddress
import re

_CHARACTER_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_HOST = re.compile(r"(?:[a-z0-9_*\\-]+\.)*[a-z0-9_*\\-]+\.?", re.IGNORECASE)
_FIELDS = {"MX": 2, "SRV": 4}
_LONGEST_STRING = 255
_LONGEST_VALUE = 4000


def fault(record_type: str, value: str) -> str | None:
    """Why a value is refused, None when it is fine.

    The words of TXT faults are quoted from real replies (AWS re:Post, route53-resolve-dkim-text-
    record-error); the others follow their pattern.
    """
    if len(value) > _LONGEST_VALUE:
        return _fatal("ValueTooLong", "Value is too long", value)
    if record_type in ("TXT", "SPF"):
        return _text_fault(value)
    if record_type == "A":
        return _address_fault(value, ipaddress.IPv4Address, "ARRDATAIllegalIPv4Address", "IPv4")
    if record_type == "AAAA":
        return _address_fault(value, ipaddress.IPv6Address, "AAAARRDATAIllegalIPv6Address", "IPv6")
    if record_type in _FIELDS:
        return _fields_fault(record_type, value)
    if record_type in ("CNAME", "NS", "PTR") and not _HOST.fullmatch(value):
        return _fatal(f"{record_type}RRDATAIllegalName", "Value is not a valid domain name", value)
    return None


def _fatal(code: str, reason: str, value: str) -> str:
    return f"Invalid Resource Record: 'FATAL problem: {code} ({reason}) encountered with '{value}''"


def _text_fault(value: str) -> str | None:
    rest = _CHARACTER_STRING.sub("", value)
    if rest.strip() or not value.strip():
        return _fatal(
            "InvalidCharacterString", "Value should be enclosed in quotation marks", value
        )
    for string in _CHARACTER_STRING.findall(value):
        if len(_ESCAPE.sub("x", string).encode()) > _LONGEST_STRING:
            return _fatal("CharacterStringTooLong", "Value is too long", value)
    return None


def _address_fault(
    value: str,
    kind: type[ipaddress.IPv4Address | ipaddress.IPv6Address],
    code: str,
    family: str,
) -> str | None:
    try:
        kind(value)
    except ValueError:
        return _fatal(code, f"Value is not a valid {family} address", value)
    return None


def _fields_fault(record_type: str, value: str) -> str | None:
    fields = value.split()
    wanted = _FIELDS[record_type]
    if len(fields) != wanted:
        return _fatal(f"{record_type}RRDATANot{wanted}Fields", f"Need {wanted} fields", value)
    numbers, host = fields[:-1], fields[-1]
    if not all(number.isdigit() and int(number) < 65536 for number in numbers):
        return _fatal(f"{record_type}RRDATAIllegalNumber", "Not a number of 16 bits", value)
    # RFC 7505 and RFC 2782: the root says that there is no such service.
    if host != "." and not _HOST.fullmatch(host):
        return _fatal(f"{record_type}RRDATAIllegalName", "Value is not a valid domain name", value)
    return None


def text(value: str) -> str:
    """A TXT value as a resolver joins it: quotes and escapes gone, strings put together."""
    return "".join(_ESCAPE.sub(_unescaped, string) for string in _CHARACTER_STRING.findall(value))


def strings(value: str) -> list[str]:
    """The character strings of a TXT value, unquoted."""
    return [_ESCAPE.sub(_unescaped, string) for string in _CHARACTER_STRING.findall(value)]


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 8)) if len(found[1]) == 3 else found[1]


def answer(record_type: str, value: str) -> str:
    """A value as DNS answers have it here: TXT unquoted, names bare and in lower case."""
    if record_type in ("TXT", "SPF"):
        return text(value)
    if record_type in ("CNAME", "NS", "PTR"):
        return value.rstrip(".").lower()
    if record_type == "MX":
        priority, host = value.split()
        return f"{int(priority)} {host.rstrip('.').lower() or '.'}"
    return value
