"""RSA keys of the right form for BYODKIM, made without cryptography."""

import base64


def der(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes(2, "big")
    return bytes([tag, 0x82]) + length + body


def private_key(bits: int) -> tuple[str, str]:
    """A PKCS#1 structure of that many bits, and the public key that belongs to it."""
    modulus = der(2, b"\0" + (1 << (bits - 1) | 1).to_bytes(bits // 8, "big"))
    exponent = der(2, b"\1\0\1")
    private = der(0x30, der(2, b"\0") + modulus + exponent + der(2, b"\1"))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    public = der(0x30, algorithm + der(3, b"\0" + der(0x30, modulus + exponent)))
    return base64.b64encode(private).decode(), base64.b64encode(public).decode()


def wrapped_key(bits: int) -> tuple[str, str]:
    """The same key in a PKCS#8 structure, and the public key."""
    private, public = private_key(bits)
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    wrapped = der(0x30, der(2, b"\0") + algorithm + der(4, base64.b64decode(private)))
    return base64.b64encode(wrapped).decode(), public
