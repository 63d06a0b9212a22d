"""SQL text compared by what it says, and looked at for what it does. Pure, and no full parser.

Athena rewrites the text of a view that is made by its own DDL: parentheses around each comparison,
keywords in capitals, `AS` left out, numbers in another form (hashicorp/terraform-provider-aws,
issue 49731). None of that changes what a text of ours means; two texts that differ only in how
parentheses group are taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

from ses_provision.dataclass import dataclass

TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d][\w$]*)
    |(?P<sign><>|!=|<=|>=|\|\||->|.)
    """,
    re.VERBOSE | re.DOTALL,
)
UNSAID = frozenset({"(", ")", "as", "asc", "decimal"})
"""What Athena puts in, or leaves out, without a change of meaning in texts of ours."""
READS = frozenset({"select", "with"})
"""What a statement begins with that only reads: none that writes begins so (Trino documentation,
SQL statement syntax)."""


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """The kinds and texts of what a statement is made of; white space and comments left out."""
    for match in TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind != "space":
            yield kind, match[0]


def meaning(text: str) -> str:
    """A text in the form in which two that say the same are equal."""
    return " ".join(said for kind, token in tokens(text) if (said := canonical(kind, token)))


def canonical(kind: str, token: str) -> str:
    """A token in one form; empty where it says nothing."""
    match kind:
        case "number":
            return repr(float(token))
        case "text":
            inner = token[1:-1]
            return repr(float(inner)) if re.fullmatch(r"\d+\.\d+", inner) else token
        case "quoted":
            return token[1:-1].lower()
    plain = token.lower()
    return "" if plain in UNSAID or plain == ";" else "<>" if plain == "!=" else plain


@dataclass(frozen=True)
class SqlText:
    """The text of a query: equal to every other that says the same, sent as it was written."""

    meaning: str
    written: str = field(compare=False, repr=False)

    @classmethod
    def of(cls, text: str) -> SqlText:
        """A text as it was written."""
        return cls(meaning(text), text)

    @property
    def parsed(self) -> str:
        """The text, for JSON."""
        return self.written

    def __str__(self) -> str:
        return self.meaning


def why_not_read_only(text: str) -> str:
    """Why a text may do more than read, or is no single statement; nothing where it only reads."""
    found = [token.lower() for _, token in tokens(text)]
    while found and found[-1] == ";":
        found.pop()
    if not found:
        return "it holds no statement"
    if ";" in found:
        return "it holds more than one statement"
    first = next((each for each in found if each != "("), "")
    if first not in READS:
        return f"it begins with {first.upper()}; only SELECT, or WITH before it, is run"
    return ""
