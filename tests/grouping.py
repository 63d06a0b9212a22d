"""Which tests share a worker: those that look at one life, and those that install one program.

xdist groups by what it appends to the ids of tests, which pytest 9.2 does not let it do any more
(xdist 3.8, remote.py; pytest 9.2, Node.nodeid). Without groups each worker lives every life anew.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

if TYPE_CHECKING:
    import pytest
    from xdist.remote import Producer  # type: ignore[import-untyped]
    from xdist.scheduler import Scheduling

A_LIFE = re.compile(r"tests/laws/test_(?:laws|policy_laws|advice)\.py::\w+\[(.*)\]")
ONE_PROGRAM = re.compile(r"(tests/local/test_aws_cli\.py)::")


def group(nodeid: str) -> str:
    """What tests are kept together by: the row of a life, a module, or nothing."""
    shared = A_LIFE.fullmatch(nodeid) or ONE_PROGRAM.match(nodeid)
    return shared[1] if shared else nodeid


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out groups of tests, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Group tests, however xdist was told to distribute them."""
    return ByGroup(config, log)
