"""Many creations of a kind in few lines: a file may name a thousand tenants."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ses_provision.engine.model import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_provision.engine.model import Change

MOST = 20
"""So many of a kind are all named."""

FIRST = 5
"""Of more, so many are; the others are counted."""


def folded(changes: Sequence[Change]) -> tuple[list[Change], list[str]]:
    """The changes to name, in their order, and a sentence for each kind of which there are more.

    Only what is created and says nothing else of itself is counted instead of named.
    """
    kinds = Counter(one.key.type for one in changes if is_plain(one))
    many = {kind: count - FIRST for kind, count in kinds.items() if count > MOST}
    seen: Counter[str] = Counter()
    named = []
    for one in changes:
        counted = is_plain(one) and one.key.type in many
        seen[one.key.type] += counted
        if not counted or seen[one.key.type] <= FIRST:
            named.append(one)
    return named, [f"and {count:,} more of kind {kind}" for kind, count in many.items()]


def is_plain(change: Change) -> bool:
    """Whether its line says no more than that it is created."""
    return change.action is Action.CREATE and not (change.found.notes or change.found.obstacles)
