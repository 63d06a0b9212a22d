"""Tags: we manage ours, leave the others, and mark what we made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ses_provision.engine.ownership import MARK
from ses_provision.names import LONGEST_TAG


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most services take them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def marked(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that a creating call sets."""
    return dict(sorted({**tags, **MARK}.items()))


def at_creation(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The same as most services take them."""
    return as_list(marked(tags))


def as_mapping(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Tags as services give them."""
    return {tag["Key"]: tag["Value"] for tag in tags or ()}


def ours(found: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The live tags, projected on the keys we manage."""
    return {key: value for key, value in found.items() if key in wanted}


def missing(wanted: Mapping[str, str], live: Mapping[str, str]) -> dict[str, str]:
    """The tags to set so that the live ones are as wanted."""
    return {key: value for key, value in wanted.items() if live.get(key) != value}


def fitting(text: str) -> str:
    """A text with only what the value of a tag may hold, and no more of it (Tagging AWS Resources
    User Guide)."""
    return re.sub(r"[^\w\s+\-=.:/@]", "_", text)[:LONGEST_TAG]
