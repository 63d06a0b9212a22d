"""What of an agreed change stands already, or is on its way: a run that ended early goes on.

Somebody else's change is neither. Something that was to be created is on its way where what remains
to be sent is the end of what its creation sends; something that was to be changed, where each of
its fields is as it was or as it should be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ses_provision.engine.model import Action, Found

if TYPE_CHECKING:
    from ses_provision.engine.model import Change

Seen = Mapping[str, Any]
"""A change or a left-over as a file has it."""

TO_MAKE = (Action.CREATE.value, Action.UPDATE.value)


def goes_on(before: Seen, after: Seen, change: Change) -> bool:
    """Whether what is found now comes of carrying out what was agreed to, as far as it went."""
    if before["action"] not in TO_MAKE or before["want"] != after["want"]:
        return False
    if change.action is Action.KEEP:
        return True
    if change.action is not Action.UPDATE or not set_aside(before, after):
        return False
    if before["action"] == Action.CREATE.value:
        return is_half_created(change)
    return all(
        lies_between(old, before["want"].get(name), after["live"].get(name))
        for name, old in before["live"].items()
    )


def set_aside(before: Seen, after: Seen) -> bool:
    """Whether nothing is in the way now that was not then."""
    return all(obstacle in before["obstacles"] for obstacle in after["obstacles"])


def is_half_created(change: Change) -> bool:
    """Whether the last of the calls that create a thing are what remains to be sent."""
    remaining, whole = list(change.calls()), list(change.want.writes(Found(None)))
    return 0 < len(remaining) < len(whole) and whole[-len(remaining) :] == remaining


def lies_between(old: Any, new: Any, now: Any) -> bool:
    """Whether a value is as it was or as it should be; a mapping, key by key."""
    if isinstance(old, Mapping) and isinstance(new, Mapping) and isinstance(now, Mapping):
        return all(
            lies_between(old.get(key), new.get(key), now.get(key)) for key in {*old, *new, *now}
        )
    return now in (old, new)
