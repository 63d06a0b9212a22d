"""What stand-ins for web APIs share: the journal has their requests, and faults strike them, like
those to AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local.knobs import FaultKind
from ses_provision.local.wire import ConnectionLostError

if TYPE_CHECKING:
    from ses_provision.local.dispatch import Dispatcher
    from ses_provision.local.disturb import Disturbances
    from ses_provision.local.knobs import Fault

Answered = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""
Served = tuple[int, dict[str, str], Any]
"""Status, further headers, and the document; None where there is none."""


class RefusedError(Exception):
    """Why a request is refused: a status, a code, words, and the seconds to wait, if any."""

    def __init__(self, status: int, code: int, words: str, seconds: int = 0) -> None:
        super().__init__(words)
        self.status, self.code, self.words, self.seconds = status, code, words, seconds


@dataclass(frozen=True)
class StandIn:
    """How requests to one API are answered. `faults` are the refusals that faults make."""

    service: str
    dispatcher: Dispatcher
    disturbances: Disturbances
    faults: Mapping[FaultKind, tuple[Any, ...]]
    error: Callable[..., RefusedError]

    def answer(
        self, operation: str, serve: Callable[[], Served], refuse: Callable[[RefusedError], Any]
    ) -> Answered:
        """The response to a request; ConnectionLostError where a fault drops the connection."""
        fault = self.disturbances.strike(self.service, operation)
        code, more = None, dict[str, str]()
        try:
            self._before(fault)
            status, more, document = serve()
        except RefusedError as error:
            status, code, document = error.status, str(error.code), refuse(error)
            more = {"retry-after": str(error.seconds)} if error.seconds else {}
        except ConnectionLostError:
            self._note(operation, None, "ConnectionLost")
            raise
        except BaseException:
            # A mistake of ours, or a fault's own `action`: shown as what it is.
            self._note(operation, None, "InternalFailure")
            raise
        if fault is not None and fault.kind is FaultKind.LOSE_REPLY:
            self._note(operation, None, "ConnectionLost")
            raise ConnectionLostError
        self._note(operation, status, code)
        if fault and fault.kind is FaultKind.KILL_AFTER and fault.action:
            fault.action()
        body = b"" if document is None else json.dumps(document).encode()
        return status, {"content-type": "application/json", **more}, body

    def _before(self, fault: Fault | None) -> None:
        if fault is None:
            return
        if fault.kind is FaultKind.KILL_BEFORE and fault.action:
            fault.action()
        if fault.kind is FaultKind.DROP:
            raise ConnectionLostError
        if fault.kind in self.faults:
            raise self.error(*self.faults[fault.kind])

    def _note(self, operation: str, status: int | None, error: str | None) -> None:
        self.dispatcher.note(self.service, operation, status, error)
