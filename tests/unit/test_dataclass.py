"""Dataclasses that are written when the first instance is made."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import pickle
import pkgutil
import threading
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from typing import Any

import pytest

import ses_provision
from ses_provision import dataclass as module
from ses_provision.dataclass import dataclass


@dataclass(frozen=True)
class Name:
    """A class that others extend."""

    text: str
    seen: list[str] = field(default_factory=list, compare=False)

    def __post_init__(self) -> None:
        if not self.text:
            raise ValueError("no text")


@dataclass(frozen=True)
class FullName(Name):
    """One with a further field, in a class of its own."""

    of: str = "nobody"


class Alias(FullName):
    """One without a declaration of its own."""


def declared() -> type:
    """A class that nobody has used."""

    @dataclass(frozen=True)
    class Point:
        x: int
        y: int = 0

    return Point


def test_a_class_is_written_when_the_first_instance_is_made() -> None:
    point: Any = declared()

    assert "__init__" not in vars(point)
    assert repr(point(1)).endswith("Point(x=1, y=0)")
    assert "__init__" in vars(point)


def test_to_ask_for_the_fields_of_a_class_writes_it() -> None:
    point = declared()

    assert is_dataclass(point)
    assert [one.name for one in fields(point)] == ["x", "y"]


def test_a_class_does_all_that_a_dataclass_does() -> None:
    one = FullName("a", ["b"], of="c")

    assert one == FullName("a", of="c")
    assert hash(one) == hash(FullName("a", of="c"))
    assert one != Name("a")
    assert replace(one, of="d") == FullName("a", of="d")
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own
    assert dataclasses.asdict(Alias("a", of="c")) == {"text": "a", "seen": [], "of": "c"}
    with pytest.raises(FrozenInstanceError):
        one.of = "e"  # type: ignore[misc]
    with pytest.raises(ValueError, match="no text"):
        Alias("")


def both(**options: Any) -> list[Any]:
    """A class of each kind, declared in the same way."""

    def declare(decorate: Any) -> Any:
        @decorate(**options)
        class Thing:
            name: str
            size: int = 1
            secret: str = field(default="", repr=False)
            seen: tuple[Any, ...] = field(default=(), compare=False)

        return Thing

    return [declare(dataclass), declare(dataclasses.dataclass)]


@pytest.mark.parametrize("options", [{}, {"frozen": True}])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a",), ("a",)),
        (("a",), ("b",)),
        (("a", 1, "x"), ("a", 1, "y")),
        (("a", 1, "x", (1,)), ("a", 1, "x", (2,))),
    ],
)
def test_instances_are_compared_hashed_and_shown_as_those_of_the_standard_library(
    options: dict[str, bool], one: tuple[Any, ...], other: tuple[Any, ...]
) -> None:
    ours, theirs = both(**options)

    assert (ours(*one) == ours(*other)) is (theirs(*one) == theirs(*other))
    assert ours(*one) != theirs(*one)
    assert repr(ours(*one)) == repr(theirs(*one))
    assert (ours.__hash__ is None) is (theirs.__hash__ is None)
    if options:
        assert (hash(ours(*one)) == hash(ours(*other))) is (ours(*one) == ours(*other))


def test_what_a_class_says_of_itself_stays() -> None:
    @dataclass(frozen=True)
    class Loud:
        text: str

        def __repr__(self) -> str:
            return self.text.upper()

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Loud)

        def __hash__(self) -> int:
            return 7

    assert repr(Loud("a")) == "A"
    assert Loud("a") == Loud("b")
    assert hash(Loud("a")) == 7


def test_an_instance_that_holds_itself_can_be_shown() -> None:
    @dataclass
    class Node:
        beside: list[Any] = field(default_factory=list)

    node = Node()
    node.beside.append(node)

    assert repr(node).endswith("Node(beside=[...])")


def test_a_class_without_fields_is_equal_to_itself() -> None:
    @dataclass(frozen=True)
    class Nothing:
        pass

    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())
    assert Nothing().__repr__().endswith("Nothing()")


def test_what_is_missing_is_named() -> None:
    point: Any = declared()

    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        point()


def test_a_pattern_takes_the_fields_in_their_order() -> None:
    match Alias("a", of="c"):
        case FullName(text, _, of):
            assert (text, of) == ("a", "c")
        case _:
            pytest.fail("no match")


def test_a_class_with_a_way_of_its_own_to_make_instances_keeps_it() -> None:
    @dataclass
    class Counted(int):
        pass

    @dataclass
    class Only:
        text: str = "other"

        def __new__(cls, *_: Any) -> Any:
            return "mine"

    made: list[Any] = [Counted(), Only()]
    assert made == [0, "mine"]


def test_a_class_is_written_once_whichever_threads_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[type] = []
    begun, going_on = threading.Event(), threading.Event()
    real = dataclasses.dataclass

    def slowly(cls: type, **options: Any) -> type:
        written.append(cls)
        begun.set()
        assert going_on.wait(30)
        made: type = real(cls, **options)
        return made

    monkeypatch.setattr(dataclasses, "dataclass", slowly)
    point: Any = declared()
    made: list[Any] = []
    threads = [threading.Thread(target=lambda: made.append(point(1).y)) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert begun.wait(30)
    going_on.set()
    for thread in threads:
        thread.join(30)

    assert written == [point]
    assert made == [0, 0, 0, 0]


def everything() -> Iterator[Any]:
    """Each class of ours that is a dataclass, written or not."""
    for found in pkgutil.walk_packages(ses_provision.__path__, "ses_provision."):
        if not found.name.endswith("__main__"):
            for one in vars(importlib.import_module(found.name)).values():
                if isinstance(one, type) and module.FIELDS in vars(one):
                    yield one


def test_every_declaration_can_be_written() -> None:
    written = [fields(one) for one in everything()]

    assert len(written) > 300
