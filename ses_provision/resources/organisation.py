"""Whose a domain is: the organisational domain, by the public suffix list that receivers go by
(RFC 7489 section 3.2). The list comes with the package; nothing is downloaded."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from ses_provision.names import is_within

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


READING = Lock()


def suffix_list() -> PublicSuffixList:
    """The list, read once, whoever wants it first."""
    with READING:
        return read()


@cache
def read() -> PublicSuffixList:
    """The list as the package has it."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def organisational_domain(domain: str) -> str:
    """The name directly below the public suffix; empty for a public suffix itself."""
    return str(suffix_list().privatesuffix(domain) or "")


def is_same_organisation(one: str, other: str) -> bool:
    """Whether two domains lie below the same organisational domain."""
    mine = organisational_domain(one)
    return bool(mine) and is_within(other, mine)
