"""Dataclasses whose methods are written when the first instance is made.

`dataclasses.dataclass` writes the methods of a class as source and compiles it when the class is
declared: 0.4 ms each. There are some hundreds here, and a command makes instances of some sixty.
"""

from __future__ import annotations

import dataclasses
import functools
import threading
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
        if options.get("slots") or not is_made_plainly(cls):
            return dataclasses.dataclass(cls, **options)
        return put_off(cls, lambda: dataclasses.dataclass(cls, **options))


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


def put_off(cls: type, write: Callable[[], object]) -> type:
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
