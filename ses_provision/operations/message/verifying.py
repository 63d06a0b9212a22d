"""Whether a DKIM signature fits a mail and a key (RFC 6376 sections 3.4, 3.7 and 6.1.3, RFC 8463).

The octets are those of the file, with CRLF at the end of each line. Whether the signature has
expired is not asked: a file is looked at long after its mail was delivered.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib.util
import re
from collections.abc import Mapping, Sequence

from ses_provision.operations.message import keys

Field = tuple[bytes, bytes]
"""A header field: its name in lower case, and all of it as it stands, without the last CRLF."""

ALGORITHMS = {"rsa-sha256": "sha256", "rsa-sha1": "sha1", "ed25519-sha256": "sha256"}
MISSING = "cryptography is not installed"


def verified(raw: bytes, number: int, record: str) -> tuple[bool | None, str]:
    """Whether the signature of a number, counted from the top, fits; None where nobody can tell."""
    if importlib.util.find_spec("cryptography") is None:
        return None, MISSING
    block, _, body = raw.partition(b"\r\n\r\n")
    fields = fields_of(block)
    signatures = [one for one in fields if one[0] == b"dkim-signature"]
    if number >= len(signatures):
        return None, "the headers cannot be told apart"
    signing = signatures[number]
    said = keys.tags(signing[1].partition(b":")[2].decode("utf-8", "replace"))
    problem = malformed(said)
    if problem:
        return False, problem
    header_form, _, body_form = said.get("c", "simple").partition("/")
    digest = ALGORITHMS[said["a"].lower()]
    content = body_in(body, body_form or "simple")
    if "l" in said:
        content = content[: int(said["l"])]
    if hashlib.new(digest, content).digest() != octets(said["bh"]):
        return False, "the body is not the one that was signed"
    covered = [name.strip().lower().encode() for name in said["h"].split(":")]
    signed = signed_octets(fields, signing, covered, header_form)
    return fits(said, keys.tags(record), signed)


def malformed(said: Mapping[str, str]) -> str:
    """Why a signature counts for nothing, whatever the mail is (RFC 6376 section 6.1.1)."""
    lacking = [name for name in ("v", "a", "b", "bh", "d", "h", "s") if not said.get(name)]
    if lacking:
        return f"the signature has no {', '.join(lacking)}"
    if said["v"] != "1":
        return "the signature is of another version"
    if said["a"].lower() not in ALGORITHMS:
        return f"nobody knows the algorithm {said['a'][:40]}"
    forms = said.get("c", "simple").split("/")
    if len(forms) > 2 or not set(forms) <= {"simple", "relaxed"}:
        return f"nobody knows the form {said['c'][:40]}"
    if not re.fullmatch(r"[0-9]{1,12}", said.get("l", "0")):
        return "l is no number"
    above = said.get("i", "").rpartition("@")[2].lower().rstrip(".")
    within = above in {"", said["d"].lower()} or above.endswith(f".{said['d'].lower()}")
    return "" if within else "i is not within d"


def fields_of(block: bytes) -> list[Field]:
    """The header fields as they stand."""
    lines = re.split(rb"\r\n(?![ \t])", block)
    return [(line.partition(b":")[0].strip(b" \t").lower(), line) for line in lines if b":" in line]


def signed_octets(
    fields: Sequence[Field], signing: Field, covered: Sequence[bytes], form: str
) -> bytes:
    """What the signature is made over: each name takes the last field that none has taken before
    it, and the signature itself comes last, without its value (section 3.7)."""
    left = list(fields)
    chosen: list[bytes] = []
    for name in covered:
        at = next((i for i in reversed(range(len(left))) if left[i][0] == name), None)
        if at is not None:
            chosen.append(field_in(left.pop(at)[1], form) + b"\r\n")
    name_of_it, _, value = signing[1].partition(b":")
    bare = re.sub(rb"(^|;)(\s*b\s*=)[^;]*", rb"\1\2", value)
    return b"".join([*chosen, field_in(name_of_it + b":" + bare, form)])


def field_in(line: bytes, form: str) -> bytes:
    """A header field in its form (section 3.4.1 and 3.4.2)."""
    if form == "simple":
        return line
    name, _, value = line.partition(b":")
    unfolded = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b""))
    return name.strip(b" \t").lower() + b":" + unfolded.strip(b" ")


def body_in(body: bytes, form: str) -> bytes:
    """The body in its form (section 3.4.3 and 3.4.4)."""
    if form == "relaxed":
        body = re.sub(rb"[ \t]+", b" ", body)
        body = body.replace(b" \r\n", b"\r\n")
        body = body[:-1] if body.endswith(b" ") else body
    while body.endswith(b"\r\n"):
        body = body[:-2]
    if body or form == "simple":
        body += b"\r\n"
    return body


def octets(encoded: str) -> bytes:
    """What base64 with blanks in it holds; nothing where it is none."""
    try:
        return base64.b64decode(re.sub(r"\s", "", encoded), validate=True)
    except (binascii.Error, ValueError):
        return b""


def fits(said: Mapping[str, str], key: Mapping[str, str], signed: bytes) -> tuple[bool | None, str]:
    """Whether the signature is one of the key over these octets."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

    algorithm, held = said["a"].lower(), octets(key.get("p", ""))
    digest = hashes.SHA1() if algorithm == "rsa-sha1" else hashes.SHA256()  # noqa: S303
    try:
        if algorithm == "ed25519-sha256":
            edwards = ed25519.Ed25519PublicKey.from_public_bytes(held)
            edwards.verify(octets(said["b"]), hashlib.sha256(signed).digest())
            return True, ""
        public = serialization.load_der_public_key(held)
        if not isinstance(public, rsa.RSAPublicKey):
            return False, "the key is of another kind than the signature"
        public.verify(octets(said["b"]), signed, padding.PKCS1v15(), digest)
    except InvalidSignature:
        return False, "the signature does not fit headers and key"
    except (ValueError, UnsupportedAlgorithm) as error:
        return None, f"the key cannot be read ({type(error).__name__})"
    return True, ""
