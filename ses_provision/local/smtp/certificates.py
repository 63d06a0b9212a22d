"""What TLS needs: an authority of this process, and a certificate for every SMTP endpoint."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# TLS libraries go by the clock of the machine, not by that of the local AWS.
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)
_LOOPBACK = ("127.0.0.1", "::1")


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _certificate(
    name: str, serial: int, *extensions: tuple[x509.ExtensionType, bool], issuer: str
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(_key().public_key())
        .serial_number(serial)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(_key().public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(_key().public_key()), False
        )
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    made = builder.sign(_key(), hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


_AUTHORITY = "local AWS"


@cache
def authority() -> str:
    """The certificate that a client has to trust, as PEM."""
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    bounds = x509.BasicConstraints(ca=True, path_length=0)
    return _certificate(_AUTHORITY, 1, (bounds, True), (usage, True), issuer=_AUTHORITY).decode()


@cache
def _of_endpoints(regions: tuple[str, ...]) -> bytes:
    names = ["localhost", *(f"email-smtp.{region}.amazonaws.com" for region in regions)]
    alternatives = x509.SubjectAlternativeName(
        [
            *(x509.DNSName(name) for name in names),
            *(x509.IPAddress(ipaddress.ip_address(address)) for address in _LOOPBACK),
        ]
    )
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return _certificate("email-smtp", 2, (alternatives, False), (server, False), issuer=_AUTHORITY)


def context(regions: tuple[str, ...]) -> ssl.SSLContext:
    """The server's side of TLS for the endpoints of all regions."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    key = _key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    # Python's ssl reads a key from files alone; this one is of no use outside of this process.
    with tempfile.TemporaryDirectory() as folder:
        chain = Path(folder, "chain.pem")
        chain.touch(mode=0o600)
        chain.write_bytes(key + _of_endpoints(regions) + authority().encode())
        made.load_cert_chain(chain)
    return made
