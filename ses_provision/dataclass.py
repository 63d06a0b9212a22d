"""Dataclasses whose methods are written when the first instance is made.

`dataclasses.dataclass` writes the methods of a class as source and compiles it when the class is
declared: some 0.4 ms each. There are hundreds here, and a command makes instances of some sixty.
What can do without source does: how an instance is compared and shown.
"""

from __future__ import annotations

import dataclasses
import functools
import reprlib
import threading
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """What `dataclasses.dataclass` is, with the same options."""
        if cls is None:
            return functools.partial(dataclass, **options)
        if options.keys() - {"frozen"} or not is_made_plainly(cls):
            return dataclasses.dataclass(cls, **options)
        return put_off(cls, lambda: write(cls, **options))


FIELDS = "__dataclass_fields__"
"""Where the fields of a dataclass are. Whoever asks for them takes the class for one
(dataclasses, `fields`)."""

WRITING = threading.RLock()
"""A class is written once, whichever thread needs it first, and after its bases."""


class Fields:
    """The fields of a class that is not written yet: to ask for them writes it."""

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write

    def __get__(self, _: object, owner: type) -> Any:
        self._write()
        return getattr(owner, FIELDS)


def is_made_plainly(cls: Any) -> bool:
    """Whether instances come from `object.__new__`, or as they do here."""
    if "__new__" in cls.__dict__:
        return False
    return cls.__new__ is object.__new__ or any(FIELDS in one.__dict__ for one in cls.__mro__)


def put_off(cls: type, write: Callable[[], None]) -> type:
    """Have a class written when it is first needed.

    Its `__new__` does that: `__init__` must be free for what is written, and another thread must
    not come between. Afterwards it stays, and does nothing else: a class that had a `__new__` and
    has none any more refuses the arguments of its `__init__` (CPython, issue 5322).
    """
    new = "__new__"

    def once() -> None:
        with WRITING:
            if cls.__dict__[new] is not plainly:
                write()
                setattr(cls, new, plainly)

    def first(made: type, *_: Any, **__: Any) -> Any:
        once()
        return object.__new__(made)

    setattr(cls, new, first)
    setattr(cls, FIELDS, Fields(once))
    return cls


def plainly(made: type, *_: Any, **__: Any) -> Any:
    """An instance, for its `__init__` to fill."""
    return object.__new__(made)


def write(cls: type, *, frozen: bool = False) -> None:
    """Make a dataclass of a class. What it says of itself stays."""
    # A class with an __eq__ alone has None for its __hash__ (Python, data model).
    own = {name for name, said in cls.__dict__.items() if said is not None}
    dataclasses.dataclass(cls, frozen=frozen, eq=False, repr=False)
    every = dataclasses.fields(cls)
    value = values_of([one.name for one in every if one.compare])
    methods = {
        "__repr__": shown([one.name for one in every if one.repr]),
        "__eq__": compared(value),
        "__hash__": (lambda one: hash(value(one))) if frozen else None,
    }
    for name, method in methods.items():
        if name not in own:
            setattr(cls, name, method)


def values_of(names: list[str]) -> Callable[[Any], Any]:
    """What instances are compared by."""
    return attrgetter(*names) if names else lambda _: ()


def compared(value: Callable[[Any], Any]) -> Callable[[Any, object], Any]:
    """How instances of the same class are compared."""

    def equals(one: Any, other: object) -> Any:
        return value(one) == value(other) if one.__class__ is other.__class__ else NotImplemented

    return equals


def shown(names: list[str]) -> Callable[[Any], str]:
    """How an instance is shown, also where it holds itself."""

    @reprlib.recursive_repr()
    def text(one: Any) -> str:
        held = (f"{name}={getattr(one, name)!r}" for name in names)
        return f"{one.__class__.__qualname__}({', '.join(held)})"

    return text
