"""A world for sweeps: made new before each run, with clients that are made once."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from datetime import timedelta

import botocore.endpoint
import pytest

from ses_provision.environment import Environment
from ses_provision.local import Clock, LocalAws
from ses_provision.outside.aws import Connections
from ses_provision.worlds.in_process import InProcess, seed
from ses_provision.worlds.real import Trace
from tests.conftest import NOON


class Sweep(InProcess):
    """A local AWS that is as new after `again`. Opening clients is what takes longest in a run."""

    def __init__(self, environments: Iterable[Environment]) -> None:
        super().__init__(LocalAws(Clock(frozen_at=NOON)))
        seed(self.local, environments)
        self._opened: dict[str, Connections] = {}

    def again(self) -> LocalAws:
        """Everything as it was at first."""
        self.local.clear_faults()
        self.local.reset()
        self.local.clock.offset = timedelta()
        return self.local

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> Connections:
        """The connections to the environment's account."""
        if env.account_id not in self._opened:
            self._opened[env.account_id] = super().connect(env, profile, trace)
        return self._opened[env.account_id]


def no_backoff(monkeypatch: pytest.MonkeyPatch, sleep: Callable[[float], None]) -> None:
    """Let botocore wait with another sleep: `botocore.endpoint` is where it sleeps, and alone."""
    monkeypatch.setattr(botocore.endpoint, "time", types.SimpleNamespace(sleep=sleep))
