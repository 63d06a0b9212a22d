"""What is never printed: the secrets of this process, and whatever has the shape of one.

The environment and the credentials in use are known; others are told by their shape: keys of AWS,
what signs a request, passwords in URLs, private keys. Both streams and the JSON documents pass
here, and so does what AWS and botocore say before it becomes an error of ours.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote, unquote, urlsplit

HIDDEN = "[hidden]"
SHORTEST = 6
"""A shorter secret would hide parts of ordinary words; no key or token of AWS is as short."""

NAMED = re.compile(
    r"secret|token|passw|passphrase|credential|private_?key|api_?key|access_?key|authorization",
    re.IGNORECASE,
)
NO_SECRET = re.compile(r"_(file|path|dir|uri|url|id|name|expiration|expires|arn)$", re.IGNORECASE)
"""What variables end in that only say where a secret is, or whose."""

WORDS = (
    r"aws_secret_access_key|secret_?access_?key|aws_session_token|session_?token|security_?token|"
    r"x-amz-security-token|x-amz-signature|x-amz-credential|client_?secret|api_?key|private_?key|"
    r"passw(?:or)?d|passphrase"
)
NOT_YET = r"(?!\[hidden\]|local(?![^\s\"'&,;<\\]))"
"""Neither what is hidden already, nor the word that the local AWS takes for a key: it is public."""

SAYS = r"\\?[\"']?+\s*+[:=]\s*+\\?[\"']?+"
"""What stands between the name of a secret and the secret: in headers, files, JSON, and quoted."""

WHOLE = (
    r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{12,}",
    r"(?s:-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*KEY-----|\Z))",
    r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?",
    r"\b(?:gh[pousr]_|github_pat_|xox[abp]-)[\w-]{16,}",
)
"""Shapes that are secrets as a whole: keys of AWS, private keys, JSON web tokens, and the like."""

BEHIND = (
    rf"(?i:\bauthorization{SAYS}){NOT_YET}[^\n\\]+",
    rf"(?i:\bbearer\s++){NOT_YET}[\w.~+/=-]{{8,}}",
    rf"\bSignature={NOT_YET}[0-9A-Za-z%+/=-]+",
    rf"(?i:(?:{WORDS}){SAYS}){NOT_YET}[^\s\"'&,;<\\]+",
    rf"(?i:<(?:{WORDS})>){NOT_YET}[^<]+",
    rf"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:{NOT_YET}[^\s/]*(?=@)",
)
"""Shapes whose beginning says that a secret comes; up to there they are shown."""

SHAPES = (
    *((re.compile(shape), HIDDEN) for shape in WHOLE),
    *(
        (re.compile(f"({before}{NOT_YET}){secret}"), rf"\1{HIDDEN}")
        for before, secret in (shape.split(NOT_YET) for shape in BEHIND)
    ),
)


class Secrets:
    """The secrets that are known, and the filter that hides them and their like."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, *secrets: str | None) -> None:
        """From here on hide these, in every form in which they might be quoted."""
        new = {
            form
            for secret in secrets
            if secret and len(secret) >= SHORTEST
            for form in forms(secret)
        }
        if not new <= self._known:
            self._known |= new
            longest_first = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def learn_environment(self, environment: Mapping[str, str]) -> None:
        """From here on hide what variables hold: secrets by their name, passwords in URLs."""
        for name, value in environment.items():
            if NAMED.search(name) and not NO_SECRET.search(name):
                self.learn(value)
            self.learn(*passwords(value))

    def hide(self, text: str) -> str:
        """A text without secrets."""
        for shape, instead in SHAPES:
            text = shape.sub(instead, text)
        return self._pattern.sub(HIDDEN, text) if self._pattern else text

    def hide_in(self, value: Any) -> Any:
        """A JSON value without secrets."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, Mapping):
            return {self.hide(str(key)): self.hide_in(one) for key, one in value.items()}
        return [self.hide_in(one) for one in value] if isinstance(value, list | tuple) else value


def forms(secret: str) -> set[str]:
    """A secret as it is, and as Python, JSON, URLs and XML quote it; its lines one by one."""
    whole = {
        secret,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        quote(secret),
        quote(secret, safe=""),
        escape(secret),
    }
    lines = [line.strip() for line in secret.splitlines()]
    return whole | {line for line in lines if len(line) >= SHORTEST}


def passwords(value: str) -> list[str]:
    """The password in a URL, together with what encloses it there, however short it is."""
    if "://" not in value or "@" not in value:
        return []
    try:
        password = urlsplit(value).password
    except ValueError:
        password = None
    found = [password] if password else []
    marked = re.search(r"://[^:@/]*:(.*)@", value, re.DOTALL)
    found += [marked[1]] if marked else []
    return [form for one in found for word in {one, unquote(one)} for form in (word, f":{word}@")]


SECRETS = Secrets()
"""The secrets of this process. What one run has learned, the next may hide as well."""


def hide(text: str) -> str:
    """A text without the secrets of this process."""
    return SECRETS.hide(text)


def learn_environment() -> None:
    """Learn the secrets in the variables of this process."""
    SECRETS.learn_environment(os.environ)
