"""Tags: we manage ours and leave the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most services take them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def ours(tags: Iterable[Mapping[str, str]], wanted: Mapping[str, str]) -> dict[str, str]:
    """The live tags, projected on the keys we manage."""
    return {tag["Key"]: tag["Value"] for tag in tags if tag["Key"] in wanted}


def missing(wanted: Mapping[str, str], live: Mapping[str, str]) -> dict[str, str]:
    """The tags to set so that the live ones are as wanted."""
    return {key: value for key, value in wanted.items() if live.get(key) != value}
