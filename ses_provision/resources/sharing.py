"""Strings of ours among strings of others, at a provider that does not change one alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from ses_provision.engine.model import Found, Obstacle
from ses_provision.names import txt_value
from ses_provision.resources.dns_zone import ADD, REMOVE, DnsZone, Raw

F = TypeVar("F", bound=Found[Any])


class Text(Protocol):
    """A string of ours at a name."""

    @property
    def zone(self) -> DnsZone:
        """The zone that has it."""

    @property
    def name(self) -> str:
        """Where it stands."""

    @property
    def value(self) -> str:
        """The string; empty where it is not there."""


def with_limits(want: Text, found: F, others: Sequence[str]) -> F:
    """What was found, with what only a person can do where the set has strings of others."""
    live = found.live
    if live is None or live == want or not others:
        return found
    needed = {ADD} if live.value == "" else {ADD, REMOVE}
    if needed <= want.zone.alone:
        return found
    way_out = f'add "{want.value}" there by hand'
    if live.value:
        way_out = f'make "{live.value}" there "{want.value}" by hand'
    limit = Obstacle(
        f"TXT {want.name} holds strings of others ({' + '.join(map(txt_value, others))}), and "
        f"zone {want.zone.id} changes a set only as a whole",
        f"{way_out}: then it counts as ours",
    )
    return replace(found, obstacles=(*found.obstacles, limit))


def among_others(live: Text, others: Sequence[str]) -> tuple[str, ...]:
    """Why a string stays where it is not taken away alone."""
    if not others or REMOVE in live.zone.alone:
        return ()
    why = (
        f"it stands among strings of others, and zone {live.zone.id} removes a set only as a whole"
    )
    return (f'{why}: remove "{live.value}" there by hand',)


def written(live: Raw) -> list[str]:
    """The values of a set, as they are written there."""
    return [record["Value"] for record in live.get("ResourceRecords", ())]
