"""Accounts that many tests begin with: made once in a process by the commands, then copied."""

from __future__ import annotations

import copy
import copyreg
import threading
from collections.abc import Callable, Hashable
from typing import Any
from uuid import uuid4

from moto.core.base_backend import AccountSpecificBackend, BackendDict

from ses_provision.local import Clock, LocalAws

KEPT: dict[Hashable, LocalAws] = {}
"""The local AWSs as they were when they had been prepared."""

# A copy has locks of its own. moto's registers are the same for all (see `local/motobridge.py`);
# copyreg takes a name, as here, for something that is not copied.
copyreg.pickle(type(threading.Lock()), lambda _: (threading.Lock, ()))
copyreg.pickle(type(threading.RLock()), lambda _: (threading.RLock, ()))
copyreg.pickle(threading.Condition, lambda held: (threading.Condition, (held._lock,)))  # type: ignore[attr-defined]
copyreg.pickle(BackendDict, lambda _: "moto's")


def prepared(local: LocalAws, what: Hashable, prepare: Callable[[], object]) -> None:
    """Let a new local AWS be as it is when it has been prepared.

    The commands do it the first time; `what` says all that they depend on besides what was seeded.
    """
    assert not list(local.journal), "only a local AWS that nobody has used can be another one"
    name = (what, repr(local._seeds), repr(local.knobs), local.clock.now())
    if name in KEPT:
        become(local, KEPT[name])
    else:
        prepare()
        KEPT[name] = LocalAws(Clock(frozen_at=local.clock.frozen_at))
        become(KEPT[name], local)


def prepared_by(cli: Callable[..., Any], local: LocalAws, *line: str) -> None:
    """Let a new local AWS be as a command line on the shipped environments leaves it."""

    def run() -> None:
        assert cli(*line).status == 0

    prepared(local, line, run)


def become(local: LocalAws, kept: LocalAws) -> None:
    """Have a local AWS hold all that another one holds, in its place: nothing is shared."""
    memo: dict[int, Any] = {id(kept): local, id(kept.clock): local.clock}
    vars(local.clock).update(vars(kept.clock))
    vars(local).update(copy.deepcopy(vars(kept), memo))
    for copied in memo.values():
        if isinstance(copied, AccountSpecificBackend):
            # By this moto's caches know them; the copy is another one.
            copied._id = str(uuid4())
