"""What of a plan in a file counts as made or on its way, and what is somebody else's change."""

from __future__ import annotations

from ses_provision.engine.model import Change, Found, Obstacle
from ses_provision.engine.resuming import goes_on
from ses_provision.engine.saved_plan import as_json, seen
from tests.unit.toys import Toy

WANTED = Toy("one", "red", 2)
AS_IT_WAS, HALF_WAY = Toy("one", "blue", 1), Toy("one", "red", 1)
MUD = Obstacle("mud", "wash it off", removal={})


def goes(before: Change, after: Change) -> bool:
    """Whether a plan that was put into a file goes on where this is found."""
    return goes_on(as_json(seen(before)), as_json(seen(after)), after)


def taken_over(live: Toy, *obstacles: Obstacle, want: Toy = WANTED) -> Change:
    """A change that goes over what is in the way."""
    return Change(want, Found(live, obstacles), taken_over=True)


def test_what_is_half_way_goes_on() -> None:
    assert goes(taken_over(AS_IT_WAS), taken_over(HALF_WAY))
    assert goes(taken_over(AS_IT_WAS, MUD), taken_over(HALF_WAY, MUD))
    assert goes(taken_over(AS_IT_WAS, MUD), taken_over(WANTED))


def test_what_came_into_the_way_was_not_agreed_to_be_taken_over() -> None:
    assert not goes(taken_over(AS_IT_WAS), taken_over(HALF_WAY, MUD))


def test_what_stands_as_something_else_is_wanted_by_now_was_not_agreed_to() -> None:
    other = Toy("one", "green", 2)

    assert not goes(taken_over(AS_IT_WAS), taken_over(other, want=other))
