"""botocore's waits between two tries, without the waiting."""

from __future__ import annotations

import types
from collections.abc import Callable

import botocore.endpoint
import pytest


def replaced(monkeypatch: pytest.MonkeyPatch, sleep: Callable[[float], None]) -> None:
    """Let botocore wait with another sleep: `botocore.endpoint` is where it sleeps, and alone."""
    monkeypatch.setattr(botocore.endpoint, "time", types.SimpleNamespace(sleep=sleep))
