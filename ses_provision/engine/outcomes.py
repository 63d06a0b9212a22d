"""What came of a run: changes that AWS accepted, things that are gone, steps that were left."""

from __future__ import annotations

from datetime import datetime

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Change
from ses_provision.engine.plan import StepPlan


@dataclass(frozen=True)
class Applied:
    """A change that AWS has accepted, and when."""

    step: str
    change: Change
    at: datetime


@dataclass(frozen=True)
class NotDone:
    """A step that was left as it is: blocked, or still waiting."""

    step: StepPlan


@dataclass(frozen=True)
class Removed:
    """A resource that is gone, and since when."""

    step: str
    label: str
    at: datetime
