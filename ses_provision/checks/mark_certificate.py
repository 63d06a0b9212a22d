"""A mark certificate: whose mark it is, for which domains, until when, and for which logo.

Its form is that of the Minimum Security Requirements for Issuance of Mark Certificates. Whether its
root is one that mailbox providers trust is not looked at: only they know their list.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib.util
import re
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.names import dns_name

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MARK_CERTIFICATE = "1.3.6.1.5.5.7.3.31"  # extended key usage, RFC 9495 section 1
LOGOTYPE = "1.3.6.1.5.5.7.1.12"  # RFC 9399
MARK_TYPE = "1.3.6.1.4.1.53087.1.13"  # in the subject of a mark certificate
COMMON_MARKS = ("prior use", "modified")
"""Kinds of marks that common mark certificates (CMC) are issued for."""
DATA_URI = rb"data:image/svg\+xml;base64,([A-Za-z0-9+/=\s]+)"
LARGEST_LOGO = 1_000_000
SOON = timedelta(days=30)
EXTRA = "pip install 'ses-provision[mail]'"


@dataclass(frozen=True)
class MarkCertificate:
    """A certificate, as far as it can be read; `unreadable` says why it cannot."""

    names: frozenset[str] = frozenset()
    mark: str = ""
    until: datetime | None = None
    begins: datetime | None = None
    logo_sha256: str = ""
    is_for_marks: bool = False
    chain: int = 0
    is_chained: bool = True
    unreadable: str = ""
    not_installed: bool = False

    @property
    def is_verified_mark(self) -> bool:
        """A VMC, for a registered trademark or a government's mark; else a CMC."""
        return bool(self.mark) and not self.mark.lower().startswith(COMMON_MARKS)

    @property
    def kind(self) -> str:
        """What it is called."""
        return "VMC" if self.is_verified_mark else "CMC"


def read(content: bytes) -> MarkCertificate:
    """A certificate with its chain, in PEM."""
    if importlib.util.find_spec("cryptography") is None:
        return MarkCertificate(unreadable="cryptography is not installed", not_installed=True)
    from cryptography import x509

    try:
        chain = x509.load_pem_x509_certificates(content)
        return described(chain)
    except (ValueError, TypeError) as error:
        return MarkCertificate(unreadable=f"it is no certificate in PEM: {str(error)[:200]}")


def described(chain: Sequence[Certificate]) -> MarkCertificate:
    """The first certificate, in our words."""
    from cryptography import x509

    leaf = chain[0]
    marks = leaf.subject.get_attributes_for_oid(x509.ObjectIdentifier(MARK_TYPE))
    return MarkCertificate(
        names=names(leaf),
        mark=str(marks[0].value) if marks else "",
        until=leaf.not_valid_after_utc,
        begins=leaf.not_valid_before_utc,
        logo_sha256=logo(extension(leaf, LOGOTYPE)),
        is_for_marks=is_for_marks(leaf),
        chain=len(chain),
        is_chained=all(map(signed, chain, chain[1:])),
    )


def names(leaf: Certificate) -> frozenset[str]:
    """The domains that it is for."""
    from cryptography import x509

    try:
        held = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(dns_name(name) for name in held.get_values_for_type(x509.DNSName))


def is_for_marks(leaf: Certificate) -> bool:
    """Whether it may be used for marks."""
    from cryptography import x509

    try:
        held = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return MARK_CERTIFICATE in {one.dotted_string for one in held}


def extension(leaf: Certificate, oid: str) -> bytes:
    """The octets of an extension that no library takes apart."""
    from cryptography import x509

    try:
        value = leaf.extensions.get_extension_for_oid(x509.ObjectIdentifier(oid)).value
    except x509.ExtensionNotFound:
        return b""
    return value.value if isinstance(value, x509.UnrecognizedExtension) else b""


def signed(one: Certificate, issuer: Certificate) -> bool:
    """Whether one certificate of a chain is signed by the next."""
    from cryptography.exceptions import InvalidSignature

    try:
        one.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def logo(logotype: bytes) -> str:
    """The SHA-256 of the logo in it, unpacked; empty where there is none."""
    found = re.search(DATA_URI, logotype)
    if found is None:
        return ""
    try:
        packed = base64.b64decode(found[1])
        unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, LARGEST_LOGO)
    except (binascii.Error, ValueError, zlib.error):
        return ""
    return hashlib.sha256(unpacked).hexdigest()


def faults(
    found: MarkCertificate, domain: str, selector: str, now: datetime, content: bytes | None
) -> tuple[str, ...]:
    """What is wrong with a certificate, for a domain and a logo."""
    if found.unreadable:
        return (found.unreadable,)
    wanted = {domain, f"{selector}._bimi.{domain}"}
    names_ = ", ".join(sorted(found.names)) or "nothing"
    told = [
        "" if found.is_for_marks else "it is no mark certificate (extended key usage)",
        "" if covers(found.names, wanted) else f"it is for {names_}, not for {domain}",
        expired(found, now),
        "" if found.chain > 1 else "its chain is missing: append the issuer's certificate",
        "" if found.is_chained else "its chain does not fit: each is signed by the next",
        "" if found.logo_sha256 else "it holds no logo that can be read",
    ]
    if content is not None and found.logo_sha256:
        same = hashlib.sha256(content).hexdigest() == found.logo_sha256
        told.append("" if same else "it is for another logo than the one at the URL")
    return tuple(filter(None, told))


def covers(names_: frozenset[str], wanted: set[str]) -> bool:
    """Whether it is for the domain, or for a domain above it."""
    exact = bool(names_ & wanted)
    domain = min(wanted, key=len)
    return exact or any(domain.endswith(f".{name}") for name in names_)


def expired(found: MarkCertificate, now: datetime) -> str:
    """Whether it is valid now, and for a while."""
    if found.until is None or found.begins is None:
        return ""
    if now < found.begins:
        return f"it is valid from {found.begins:%Y-%m-%d}"
    if now > found.until:
        return f"it expired on {found.until:%Y-%m-%d}: have it renewed"
    if found.until - now < SOON:
        return f"it expires on {found.until:%Y-%m-%d}: have it renewed"
    return ""
