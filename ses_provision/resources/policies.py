"""Policy documents, compared by what they mean and not by how they are written.

AWS gives policies back rewritten: single values become lists or the other way round, an account id
becomes its root ARN, actions change case (IAM User Guide, policy grammar; IAM JSON elements:
Principal).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from ses_provision.dataclass import dataclass

VERSION = "2012-10-17"


@dataclass(frozen=True)
class Statement:
    """One statement: equal to every other that means the same, sent as it was written."""

    meaning: str
    written: str = field(compare=False, repr=False)

    @classmethod
    def of(cls, statement: Mapping[str, Any]) -> Statement:
        """A statement from its parsed JSON."""
        return cls(json.dumps(normalised(statement), sort_keys=True), json.dumps(statement))

    @property
    def parsed(self) -> dict[str, Any]:
        """The statement as it was written, parsed."""
        parsed: dict[str, Any] = json.loads(self.written)
        return parsed

    def __str__(self) -> str:
        return self.meaning


Statements = Mapping[str, Statement]
"""Statements by Sid; one without a Sid is named by its meaning."""


def statements(document: str | Mapping[str, Any]) -> dict[str, Statement]:
    """The statements of a policy, given as text or parsed."""
    parsed = json.loads(document) if isinstance(document, str) else document
    found = parsed.get("Statement", [])
    return named([found] if isinstance(found, dict) else found)


def named(found: Iterable[Mapping[str, Any]]) -> dict[str, Statement]:
    """Statements by Sid."""
    result = {}
    for one in found:
        statement = Statement.of(one)
        result[one.get("Sid") or statement.meaning] = statement
    return result


def document(found: Iterable[Statement]) -> str:
    """A policy document as AWS takes it."""
    return json.dumps({"Version": VERSION, "Statement": [one.parsed for one in found]})


def normalised(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A statement with lists sorted, single values unwrapped, actions and accounts in one form."""
    result: dict[str, Any] = {}
    for key, value in statement.items():
        if key in {"Action", "NotAction"}:
            result[key] = scalar_or_list([action.lower() for action in as_list(value)])
        elif key in {"Principal", "NotPrincipal"}:
            result[key] = principal(value)
        elif key == "Condition":
            result[key] = {
                operator: {name.lower(): scalar_or_list(texts(v)) for name, v in keys.items()}
                for operator, keys in value.items()
            }
        else:
            result[key] = scalar_or_list(texts(value))
    return result


def principal(value: Any) -> Any:
    """A principal with account ids for root ARNs, and "*" for everybody."""
    if value in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
        return "*"
    return {
        kind: scalar_or_list(
            [re.sub(r"^arn:[\w-]+:iam::(\d{12}):root$", r"\1", n) for n in texts(names)]
        )
        for kind, names in value.items()
    }


def texts(value: Any) -> list[str]:
    """Values as text: AWS writes true as "true"."""
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in as_list(value)]


def as_list(value: Any) -> list[Any]:
    """A single value as a list of one."""
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def scalar_or_list(values: list[str]) -> str | list[str]:
    """A list of one as its value; longer ones sorted, for their order means nothing."""
    unique = sorted(set(values))
    return unique[0] if len(unique) == 1 else unique
