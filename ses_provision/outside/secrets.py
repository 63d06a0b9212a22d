"""What is never printed: the secrets of this process, and whatever has the shape of one.

The credentials in use are known; others are told by their shape: keys of AWS, what signs a request,
passwords in URLs, private keys. These are hidden everywhere. A variable that is none of AWS may
hold a secret by its name, such as APP_PASSWORD; no request of ours carries it, and its value may be
an ordinary word. It is hidden in sentences, where too much hidden does no harm, and left alone in
documents: a policy with a word replaced would be accepted, and be wrong.

Both streams and the JSON documents pass here, and so does what AWS and botocore say before it
becomes an error of ours.
"""

from __future__ import annotations

import functools
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

OURS = re.compile(r"AWS_|(?:https?|all)_proxy$", re.IGNORECASE)
"""How the names of variables begin whose secrets requests to AWS carry."""

WORDS = (
    r"secret_?(?:access_?)?key|(?:session|security|access|refresh)[_-]?token|x-amz-signature|"
    r"x-amz-credential|client_?secret|api_?key|private_?key|passw(?:or)?d|passphrase"
)
NOT_YET = r"(?!\[hidden\])"
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
    rf"(?i:(?:{WORDS}){SAYS}){NOT_YET}[^\s\"'&,;<\\]{{{SHORTEST},}}",
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


class Known:
    """Secrets that are known word for word. Threads learn them at the same time."""

    def __init__(self) -> None:
        self._forms: set[str] = set()

    def learn(self, secret: str | None) -> None:
        """From here on hide this, in every form in which it might be quoted."""
        if secret and len(secret) >= SHORTEST:
            self._forms.update(forms(secret))

    def hide(self, text: str) -> str:
        """A text without them."""
        return any_of(frozenset(self._forms)).sub(HIDDEN, text) if self._forms else text


@functools.lru_cache(maxsize=4)
def any_of(texts: frozenset[str]) -> re.Pattern[str]:
    """What finds each of some texts, the longest first."""
    return re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True))))


class Secrets:
    """The secrets that are known, and the filters that hide them and their like."""

    def __init__(self) -> None:
        self._certain = Known()
        self._likely = Known()

    def learn(self, *secrets: str | None) -> None:
        """From here on hide these everywhere."""
        for secret in secrets:
            self._certain.learn(secret)

    def learn_environment(self, environment: Mapping[str, str]) -> None:
        """From here on hide what variables hold: secrets by their name, passwords in URLs."""
        for name, value in environment.items():
            known = self._certain if OURS.match(name) else self._likely
            by_name = NAMED.search(name) and not NO_SECRET.search(name)
            for secret in [*([value] if by_name else []), *passwords(value)]:
                known.learn(secret)

    def hide(self, text: str) -> str:
        """Sentences without secrets, and without what variables only seem to hold."""
        return self._likely.hide(self.hide_in(text))

    def hide_in(self, value: Any) -> Any:
        """A document without secrets, or a JSON value; its keys are names of ours, and stay."""
        if isinstance(value, str):
            for shape, instead in SHAPES:
                value = shape.sub(instead, value)
            return self._certain.hide(value)
        if isinstance(value, Mapping):
            return {key: self.hide_in(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.hide_in(inner) for inner in value]
        return value


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
