"""DKIM key records: what stands in them (RFC 6376 section 3.6.1), and which key that is."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

OURS = r"(?is)(\s*v\s*=\s*DKIM1\s*;)?(\s*k\s*=\s*rsa\s*;)?\s*p\s*=[A-Za-z0-9+/=\s]*;?\s*"
"""What a key record looks like that holds nothing but a key. At a selector of ours it is ours."""

SHOWN = 16  # characters of a fingerprint


def name(selector: str, domain: str) -> str:
    """Where the record of a selector stands."""
    return f"{selector}._domainkey.{domain}".lower()


def is_key_record(record_name: str, record_type: str) -> bool:
    """Whether a record is one that holds a key."""
    return record_type == "TXT" and "._domainkey." in record_name


def text(public_key: str) -> str:
    """The record of a key. v= and k= may be left out, and SES's own guide leaves them out (SES
    Developer Guide, BYODKIM)."""
    return f"p={public_key}"


def public_key(record: str) -> str | None:
    """The key in a record, without white space; None where it is no key record."""
    fields = [part.partition("=") for part in record.split(";")]
    found = {tag.strip(): re.sub(r"\s", "", value) for tag, _, value in fields}
    if found.get("v", "DKIM1") != "DKIM1" or found.get("k", "rsa") != "rsa":
        return None
    return found.get("p")


def serves(record: str, wanted: str) -> bool:
    """Whether a record holds the key of another one."""
    return public_key(record) is not None and public_key(record) == public_key(wanted)


def fingerprint(key: str) -> str:
    """What tells a public key from others at a glance: the beginning of its SHA-256."""
    try:
        octets = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        octets = key.encode()
    return hashlib.sha256(octets).hexdigest()[:SHOWN]


LENGTHS = {294: "RSA_2048_BIT", 162: "RSA_1024_BIT"}
"""Octets of a public key with the exponent 65537, and what SES calls the length of the key."""


def length(key: str) -> str:
    """How long a public key is, in SES's words; empty where it is of another length."""
    try:
        return LENGTHS.get(len(base64.b64decode(key, validate=True)), "")
    except (binascii.Error, ValueError):
        return ""


def shown(record: str) -> str:
    """A record in a few words: a key of 2048 bits has 392 characters."""
    key = public_key(record)
    return record if key is None else f"key SHA-256 {fingerprint(key)}"
