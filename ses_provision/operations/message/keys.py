"""What the record of a DKIM key says (RFC 6376 section 3.6.1). Pure."""

from __future__ import annotations

import base64
import binascii
import re

from ses_provision.dataclass import dataclass

INTEGER, SEQUENCE, BIT_STRING = 0x02, 0x30, 0x03
ED25519_BITS = 256


@dataclass(frozen=True)
class DkimKey:
    """A public key: its kind and length in bits; `flaw` is why receivers do not use it."""

    kind: str = "rsa"
    bits: int = 0
    is_test: bool = False
    flaw: str = ""

    def __str__(self) -> str:
        return self.flaw or (self.kind if self.kind != "rsa" else f"RSA, {self.bits} bits")


def tags(text: str) -> dict[str, str]:
    """A list of tags (RFC 6376 section 3.2). The first of two with one name counts here."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip(), re.sub(r"\s+", " ", value.strip()))
    return found


def is_key(text: str) -> bool:
    """Whether a TXT string is meant to be a DKIM key."""
    return "p" in tags(text) and tags(text).get("v", "DKIM1") == "DKIM1"


def parse(text: str) -> DkimKey:
    """A key by its record."""
    found = tags(text)
    kind, encoded = found.get("k", "rsa"), found.get("p", "").replace(" ", "")
    testing = "y" in found.get("t", "").split(":")
    if found.get("v", "DKIM1") != "DKIM1" or "p" not in found:
        return DkimKey(kind, flaw="the record is no DKIM key")
    if not encoded:
        return DkimKey(kind, flaw="the key is revoked (p is empty)")
    if kind == "ed25519":
        return DkimKey(kind, ED25519_BITS, testing)
    if kind != "rsa":
        return DkimKey(kind, flaw=f"nobody knows keys of kind {kind[:20]}")
    bits = rsa_bits(encoded)
    return DkimKey(kind, bits, testing, "" if bits else "the key is no RSA key in base64")


def rsa_bits(encoded: str) -> int:
    """The length of an RSA key; 0 where it is none. Both forms are met: SubjectPublicKeyInfo (RFC
    5280) and RSAPublicKey (RFC 8017)."""
    try:
        der = base64.b64decode(encoded, validate=True)
        tag, inner, _ = element(der)
        first, _, rest = element(inner)
        if first == SEQUENCE:
            kind, bits, _ = element(rest)
            if kind != BIT_STRING:
                return 0
            tag, inner, _ = element(bits[1:])
        number, modulus, _ = element(inner)
        is_rsa = (tag, number) == (SEQUENCE, INTEGER)
        return int.from_bytes(modulus, "big").bit_length() if is_rsa else 0
    except (binascii.Error, IndexError, ValueError):
        return 0


def element(der: bytes) -> tuple[int, bytes, bytes]:
    """The first element of DER: its tag, its content, and what follows."""
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    if start + length > len(der):
        raise ValueError("cut short")
    return der[0], der[start : start + length], der[start + length :]
