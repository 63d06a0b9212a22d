"""Turns knobs into what happens to a call: the rate limit, and the fault that hits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.local import traits
from ses_provision.local.contract import AwsError, Caller, Params
from ses_provision.local.knobs import Fault, FaultKind, Knobs

if TYPE_CHECKING:
    from datetime import datetime

    from ses_provision.local.contract import Clock
    from ses_provision.local.keyring import Keyring


class Disturbances:
    """Counts calls against the faults and the rate limit of the knobs in force."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.knobs = Knobs()
        self._seen: list[int] = []
        self._tokens: dict[tuple[str, str], tuple[float, datetime]] = {}

    def turn(self, knobs: Knobs) -> None:
        """Put other knobs in force; the counting of faults that stay goes on."""
        counts = dict(zip(map(id, self.knobs.faults), self._seen, strict=True))
        self._seen = [counts.get(id(fault), 0) for fault in knobs.faults]
        if knobs.rate != self.knobs.rate:
            self._tokens.clear()
        self.knobs = knobs

    def strike(self, service: str, operation: str) -> Fault | None:
        """Count a call and say which fault hits it, if any: the first that does."""
        struck = None
        for index, fault in enumerate(self.knobs.faults):
            if fault.matches(service, operation):
                self._seen[index] += 1
                if struck is None and fault.hits(self._seen[index]):
                    struck = fault
        return struck

    def refuse_expired(self, keyring: Keyring, service: str, access_key: str) -> None:
        """Refuse a temporary key whose time is over, where the knob says that sessions expire."""
        if self.knobs.sessions_expire and keyring.has_expired(access_key, self._clock.now()):
            raise expired(service)

    def admit(self, caller: Caller, service: str, operation: str) -> None:
        """Refuse a call of the SES control plane that comes too soon after the last.

        SES Developer Guide, quotas.md: all actions but the sending ones share about one call a
        second in each account and region.
        """
        rate = self.knobs.rate
        if rate is None or not traits.of(service).is_paced or operation.startswith("Send"):
            return
        now = self._clock.now()
        key = (caller.account, caller.region)
        tokens, last = self._tokens.get(key, (max(rate, 1.0), now))
        tokens = min(max(rate, 1.0), tokens + (now - last).total_seconds() * rate)
        self._tokens[key] = (tokens - 1 if tokens >= 1 else tokens, now)
        if tokens < 1:
            raise throttled(service)


def expired(service: str) -> AwsError:
    """The refusal of credentials whose time is over."""
    code = "ExpiredTokenException" if traits.of(service).is_json else "ExpiredToken"
    return AwsError(code, "The security token included in the request is expired", 403)


def throttled(service: str) -> AwsError:
    """The refusal of a call that comes too fast."""
    code, status = traits.of(service).throttle
    return AwsError(code, "Rate exceeded", status)


def refusal(fault: Fault, caller: Caller, who: str, call: tuple[str, str, Params]) -> AwsError:
    """The error that a fault answers with."""
    service, operation, params = call
    if fault.kind is FaultKind.THROTTLE:
        return throttled(service)
    if fault.kind is FaultKind.PENDING:
        return AwsError(
            "PriorRequestNotComplete",
            "The request was rejected because Route 53 was still processing a prior request.",
        )
    if fault.kind is FaultKind.EXPIRED:
        return expired(service)
    if fault.kind is FaultKind.ERROR:
        return AwsError("InternalFailure", "The request processing has failed.", 500)
    code, status = traits.of(service).denial
    action = traits.of(service).action(operation)
    return AwsError(
        code,
        f"User: {who} is not authorized to perform: {action} on resource: "
        f"{resource_of(caller, service, params)} because no identity-based policy allows the "
        f"{action} action",
        status,
    )


def resource_of(caller: Caller, service: str, params: Params) -> str:
    """The ARN of what a call acts on, as far as its parameters name it."""
    place = {
        "partition": caller.partition,
        "region": caller.region,
        "account": caller.account,
    }
    for name, arn in traits.of(service).arns.items():
        if isinstance(params.get(name), str):
            return arn.format(value=params[name], **place)
    return "*"
