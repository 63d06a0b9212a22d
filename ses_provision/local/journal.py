"""The record of every call that reached the local AWS."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ_VERBS = ("Get", "List", "Describe", "Test", "Simulate", "BatchGet", "Receive")


@dataclass(frozen=True)
class Entry:
    """One call and how it ended. Parameters are not kept: they may hold secrets.

    `status` is None where the client never got a reply (a fault dropped the connection).
    """

    number: int
    service: str
    region: str
    account: str
    operation: str
    status: int | None
    error: str | None = None

    @property
    def is_write(self) -> bool:
        """Whether the operation can change anything."""
        return not self.operation.startswith(_READ_VERBS)

    def to_dict(self) -> dict[str, Any]:
        """The entry as JSON has it."""
        return asdict(self) | {"write": self.is_write}


class Journal:
    """All calls in the order in which they were answered."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Write a call down."""
        self._entries.append(entry)

    def clear(self) -> None:
        """Forget the calls so far; numbers go on counting."""
        self._entries.clear()

    def writes(self) -> list[Entry]:
        """The calls that could change something."""
        return [entry for entry in self._entries if entry.is_write]

    def of(self, service: str) -> list[Entry]:
        """The calls to one service, by botocore's name for it."""
        return [entry for entry in self._entries if entry.service == service]

    def operations(self) -> list[str]:
        """`service:Operation` of each call."""
        return [f"{entry.service}:{entry.operation}" for entry in self._entries]

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> Entry:
        return self._entries[index]
