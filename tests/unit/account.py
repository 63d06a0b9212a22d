"""A resource's verbs on an account, the way the engine uses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ses_provision.engine.calling import completed
from ses_provision.engine.model import Action, Change, Found, Resource
from ses_provision.outside.aws import Connections, Reader
from ses_provision.outside.call import Call


class OneAccount:
    """Reads and writes resources in one account."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections

    def read(self, wanted: Resource) -> Found[Any]:
        """What stands where the resource should be."""
        return Reader(self.connections).run(wanted.read())

    def change(self, wanted: Resource) -> Change:
        """The resource as it is and as it should be."""
        return Change(wanted, self.read(wanted))

    def send(self, calls: Sequence[Call]) -> None:
        """Make calls."""
        for call in calls:
            self.connections.send(completed(call, self.connections))

    def write(self, wanted: Resource) -> Sequence[Call]:
        """Turn what stands there into the resource, with the calls that this took."""
        change = self.change(wanted)
        calls = () if change.action is Action.KEEP else change.calls()
        self.send(calls)
        return calls

    def delete(self, wanted: Resource) -> None:
        """Delete the resource."""
        self.send(wanted.deletes(self.read(wanted)))

    def ask(self, service: str, operation: str, region: str = "us-east-2", **params: Any) -> Any:
        """What AWS says, past our own reading."""
        return self.connections.send(Call(service, region, operation, params, on=()))
