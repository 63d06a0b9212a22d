"""The key that signs updates: from a variable or from a file, and never shown."""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path

import dns.exception
import dns.name
import dns.tsig

from ses_provision.dataclass import dataclass
from ses_provision.errors import CannotReachDns
from ses_provision.outside import files
from ses_provision.outside.secrets import SECRETS

USUAL_ALGORITHM = "hmac-sha256"
KNOWN = frozenset({"hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"})

CLAUSE = re.compile(r'\bkey\s+"?(?P<name>[^\s"{;]+)"?\s*\{(?P<body>[^}]*)\}\s*;?', re.DOTALL)
STATEMENT = re.compile(r'\b(algorithm|secret)\s+"?([^\s";]+)"?\s*;')
COMMENTS = re.compile(r"/\*.*?\*/|(?:^|(?<=[;{}]))[ \t]*(?://|#)[^\n]*", re.DOTALL | re.MULTILINE)
"""A key clause as `tsig-keygen` writes it and named.conf has it (BIND 9 reference, key)."""


@dataclass(frozen=True)
class KeyPlace:
    """Where the key is found. Nothing is read before it is needed."""

    name: str = ""
    algorithm: str = USUAL_ALGORITHM
    variable: str = ""
    file: str = ""

    def key(self) -> dns.tsig.Key:
        """The key. Raises CannotReachDns that says what lacks, and repeats nothing of a secret."""
        if self.file:
            return self._from_file()
        secret = os.environ.get(self.variable, "")
        if not secret.strip():
            raise CannotReachDns(
                f"The variable {self.variable} (dns.key_secret_env) is not set: it has to hold the "
                f"secret of the TSIG key {self.name}.",
                f"export {self.variable}=…, from the password manager or the name server's file.",
            )
        return made(self.name, self.algorithm, secret, f"the variable {self.variable}")

    def _from_file(self) -> dns.tsig.Key:
        path = Path(self.file).expanduser()
        try:
            text = files.content(path).decode("utf-8", "replace")
        except OSError as error:
            raise CannotReachDns(
                f"The key file {path} (dns.key_file) cannot be read: {files.reason(error)}.",
                "Correct dns.key_file, or the rights to read it.",
            ) from error
        found = list(CLAUSE.finditer(COMMENTS.sub(" ", text)))
        wanted = [one for one in found if not self.name or same(one["name"], self.name)]
        if len(wanted) != 1:
            known = ", ".join(one["name"] for one in found) or "none"
            raise CannotReachDns(
                f"The key file {path} holds no key {self.name}; its keys: {known}."
                if self.name
                else f"The key file {path} holds {len(found)} keys ({known}), not one.",
                'It has to look like: key "ses-provision" { algorithm hmac-sha256; secret "…"; };'
                + ("" if self.name or not found else " dns.key_name says which one it is."),
            )
        told = dict(STATEMENT.findall(wanted[0]["body"]))
        algorithm = told.get("algorithm", "").lower().removesuffix(".")
        if algorithm not in KNOWN or "secret" not in told:
            lacks = "secret" if "secret" not in told else "algorithm that is known"
            raise CannotReachDns(
                f"The key {wanted[0]['name']} in {path} has no {lacks}.",
                f"Make one that is usual: tsig-keygen -a {USUAL_ALGORITHM} NAME",
            )
        return made(wanted[0]["name"], algorithm, told["secret"], str(path))


def local_key(name: str) -> dns.tsig.Key:
    """The key of that name at a local AWS; its secret is public."""
    return dns.tsig.Key(name, b"local", USUAL_ALGORITHM)


def same(name: str, other: str) -> bool:
    """Whether two names of keys are one: they are names of DNS."""
    return name.rstrip(".").lower() == other.rstrip(".").lower()


def made(name: str, algorithm: str, secret: str, where: str) -> dns.tsig.Key:
    """A key; its secret is hidden from here on."""
    SECRETS.learn(secret, secret.strip())
    try:
        octets = base64.b64decode(secret.strip(), validate=True)
        owner = dns.name.from_text(name)
    except (binascii.Error, ValueError, dns.exception.DNSException):
        octets, owner = b"", dns.name.root
    if not octets:
        raise CannotReachDns(
            f"What {where} holds is no secret of a TSIG key: it has to be base64.",
            "Take it as tsig-keygen printed it, without the quotes. It is not shown here.",
        )
    return dns.tsig.Key(owner, octets, algorithm)
