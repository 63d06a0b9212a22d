"""Signing keys: made by the library `cryptography`, handed to AWS, and kept nowhere.

The library is the extra `own-key`; nothing else of ses-provision needs it.
"""

from __future__ import annotations

import base64
from dataclasses import field
from importlib.util import find_spec

from ses_provision.dataclass import dataclass
from ses_provision.errors import NotReady
from ses_provision.outside.secrets import SECRETS

BITS = 2048
"""SES takes 1024 to 2048 bits (SES Developer Guide, BYODKIM); RFC 8301 asks for 2048."""

EXPONENT = 65537
LACKS = "the library cryptography, which makes keys, is not installed here"
INSTALL = "pip install 'ses-provision[own-key]'"


@dataclass(frozen=True)
class Pair:
    """A key pair: the private key as SES takes it, the public key as a DKIM record has it."""

    private: str = field(repr=False)
    public: str


def can_make() -> bool:
    """Whether keys can be made here."""
    return find_spec("cryptography") is not None


def make() -> Pair:
    """Make a key pair. The private key is hidden from here on, wherever it might be quoted.

    SES takes PKCS#1 in base64 without header and line ends; it took PKCS#8 without a word, and
    never verified it (awsdocs/amazon-ses-developer-guide#71).
    """
    if not can_make():
        raise NotReady(f"No key can be made: {LACKS}.", INSTALL)
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(EXPONENT, BITS)
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    pair = Pair(base64.b64encode(private).decode(), base64.b64encode(public).decode())
    SECRETS.learn(pair.private)
    return pair
