"""What a person or a test may turn: faults, rate limit, latency, delays. Values only.

The same vocabulary in process (`LocalAws.knobs`) and over HTTP (`/_local/knobs`).
"""

from __future__ import annotations

from dataclasses import asdict, field, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable


_MOST = 10**9


class FaultKind(StrEnum):
    """What happens to a call that a fault hits."""

    THROTTLE = "throttle"  # refused as the service refuses calls that come too fast
    ERROR = "error"  # 500 InternalFailure, not executed
    DROP = "drop"  # the connection drops, not executed
    DENY = "deny"  # access denied, naming the caller, the action and the resource
    LOSE_REPLY = "lose-reply"  # executed, but the connection drops before the reply
    EXPIRED = "expired-token"  # refused as credentials that have expired
    PENDING = "prior-request"  # Route 53: PriorRequestNotComplete
    KILL_BEFORE = "kill-before"  # `action` is called instead of the call (in process only)
    KILL_AFTER = "kill-after"  # executed, then `action` is called (in process only)


@dataclass(frozen=True)
class Fault:
    """One disturbance: which calls it hits, and how.

    `operation`: `CreateEmailIdentity`, `sesv2:CreateEmailIdentity`, `sesv2:*`; None is any call.
    `number`: the first call hit, counted among the calls that match, from when the fault was set
    (1 is the next one). `times`: how many calls in a row are hit; None is all from there on.
    """

    kind: FaultKind
    operation: str | None = None
    number: int = 1
    times: int | None = 1
    action: Callable[[], None] | None = field(default=None, compare=False, repr=False)

    def matches(self, service: str, operation: str) -> bool:
        """Whether the fault is meant for this operation."""
        return self.operation in (None, operation, f"{service}:{operation}", f"{service}:*")

    def hits(self, nth: int) -> bool:
        """Whether the n-th matching call is hit."""
        last = None if self.times is None else self.number + self.times - 1
        return nth >= self.number and (last is None or nth <= last)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Fault:
        """A fault from JSON; a ValueError says what is wrong with it."""
        unknown = set(data) - {"kind", "operation", "number", "times"}
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        kind = FaultKind(data.get("kind", ""))
        if kind in (FaultKind.KILL_BEFORE, FaultKind.KILL_AFTER):
            raise ValueError(f"{kind} works in process only")
        times = data.get("times", 1)
        number = int(data.get("number", 1))
        if number < 1 or (times is not None and int(times) < 1):
            raise ValueError("number and times count from 1")
        return cls(kind, data.get("operation"), number, None if times is None else int(times))

    def to_dict(self) -> dict[str, Any]:
        """The fault as JSON has it."""
        return {
            "kind": self.kind.value,
            "operation": self.operation,
            "number": self.number,
            "times": self.times,
        }


@dataclass(frozen=True)
class Knobs:
    """How the local AWS behaves towards its callers.

    `rate`: calls a second that the SES control plane admits for each account and region
    (None: no limit; the real one admits 1). `latency`: seconds that every call takes.
    `insync_after`: seconds until a Route 53 change is INSYNC. `verify_after`: seconds that right
    records must stand before SES sees them (None: what the SES part has set).

    `lists_after`, `lists_after_reads`: seconds, and number of readings, until a list of SNS shows
    what was written. `effect_after`: seconds until a topic's policy and a subscription work.
    `sessions_expire`: temporary keys end when their time is over. `simulator_moves_reputation`:
    mail to SES's mailbox simulator moves the reputation metrics, so that alarms can ring.
    `refuse_same_key_length`: SES refuses a DKIM key length that is set already, as its guide says.
    `hide_own_selector`: SES shows no selector of a key that somebody brought, as in some answers.
    `keys_after`: seconds until SMTP knows a new access key. `roles_after`: seconds until other
    services may take on a new role. `stream_after`: seconds that Firehose makes, and deletes, a
    stream. `receiving`: SES takes mail in, in the regions where it does; off, in none.
    """

    rate: float | None = None
    latency: float = 0.0
    insync_after: float = 60.0
    verify_after: float | None = None
    faults: tuple[Fault, ...] = ()
    lists_after: float = 0.0
    lists_after_reads: float = 0.0
    effect_after: float = 0.0
    sessions_expire: bool = False
    simulator_moves_reputation: bool = False
    refuse_same_key_length: bool = False
    hide_own_selector: bool = False
    keys_after: float = 0.0
    roles_after: float = 0.0
    stream_after: float = 10.0
    receiving: bool = True

    def changed(self, data: dict[str, Any]) -> Knobs:
        """These knobs with some turned, from JSON; a ValueError says what is wrong."""
        known = {field.name for field in fields(self)}
        if set(data) - known:
            raise ValueError(f"unknown: {', '.join(sorted(set(data) - known))}")
        values: dict[str, Any] = {
            name: _checked(name, getattr(self, name), data[name])
            for name in known & set(data) - {"faults"}
        }
        if "faults" in data:
            values["faults"] = tuple(Fault.from_dict(item) for item in data["faults"])
        return replace(self, **values)

    def to_dict(self) -> dict[str, Any]:
        """The knobs as JSON has them."""
        return asdict(replace(self, faults=())) | {
            "faults": [fault.to_dict() for fault in self.faults]
        }


def _checked(name: str, before: Any, value: Any) -> bool | float | None:
    if value is None and name in ("rate", "verify_after"):
        return None
    is_switch, is_bool = isinstance(before, bool), isinstance(value, bool)
    fits = is_bool if is_switch else not is_bool and isinstance(value, int | float)
    if not fits or not 0 <= value <= _MOST:
        wanted = "true or false" if is_switch else f"a number from 0 to {_MOST}"
        raise ValueError(f"{name} must be {wanted}")
    return bool(value) if is_switch else float(value)
