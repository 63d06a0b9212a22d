"""Just enough ASN.1 to turn an RSA private key into the public key of a DKIM record."""

import base64
import binascii

_SEQUENCE = 0x30
_INTEGER = 0x02
# AlgorithmIdentifier of rsaEncryption, RFC 8017 appendix A.1.
_RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")


def public_key(private_key: str) -> str | None:
    """The p= value that belongs to a base64 PKCS#1 key of 1024 to 2048 bits, else None."""
    try:
        fields = _integers(base64.b64decode(private_key, validate=True))
    except (binascii.Error, IndexError, ValueError):
        return None
    modulus, exponent = fields[1], fields[2]
    if not 1024 <= int.from_bytes(modulus, "big").bit_length() <= 2048:
        return None
    key = _wrap(_SEQUENCE, _wrap(_INTEGER, modulus) + _wrap(_INTEGER, exponent))
    info = _wrap(_SEQUENCE, _RSA_ENCRYPTION + _wrap(0x03, b"\0" + key))
    return base64.b64encode(info).decode()


def is_wrapped(private_key: str) -> bool:
    """Whether a base64 key has the form of PKCS#8 (RFC 5208): a number, then an algorithm."""
    try:
        tag, body, _ = _read(base64.b64decode(private_key, validate=True))
        number, _, rest = _read(body)
        return (tag, number, rest[:1]) == (_SEQUENCE, _INTEGER, bytes([_SEQUENCE]))
    except (binascii.Error, IndexError, ValueError):
        return False


def _integers(der: bytes) -> list[bytes]:
    tag, body, _ = _read(der)
    if tag != _SEQUENCE:
        raise ValueError("not a sequence")
    found = []
    for _ in range(3):
        tag, value, body = _read(body)
        if tag != _INTEGER:
            raise ValueError("not an integer")
        found.append(value)
    return found


def _read(der: bytes) -> tuple[int, bytes, bytes]:
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    if start + length > len(der):
        raise ValueError("cut short")
    return der[0], der[start : start + length], der[start + length :]


def _wrap(tag: int, body: bytes) -> bytes:
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body
