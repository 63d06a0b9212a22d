"""The emergency stop of one tenant, and what ends it: what somebody stopped, or SES did."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import caller_question
from ses_provision.errors import AwsRefused, NotReady
from ses_provision.names import meant
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Reading, ask, both
from ses_provision.resources.ses import asking, sending
from ses_provision.resources.ses.configuration_set import PAUSED
from ses_provision.resources.ses.tenancy import (
    DISABLED,
    REINSTATED,
    Listed,
    Reputation,
    detail,
    reputations,
    tenant_arn,
    tenants,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections, Reader


@dataclass(frozen=True)
class Seen:
    """How a tenant stands, by whom it is stopped, and whose credentials look."""

    tenant: Listed
    standing: Reputation
    paused: str
    caller: str


def look(env: Environment, account: Account, name: str) -> Reading[Seen]:
    """How a tenant stands. Raises NotReady where there is none."""
    (listed, standing), [caller] = yield from both(
        both(tenants(env.region), reputations(env.region)), ask(caller_question(env.region))
    )
    if name not in listed:
        raise NotReady(
            f"There is no tenant {name} in {env.region} of account {account.id}."
            f"{meant(name, listed)}",
            f"Who there is: ses-provision tenants status --env {env.name}",
        )
    entry = listed[name]
    told = yield from detail(entry.arn)
    return Seen(
        entry,
        standing.get(entry.arn, Reputation("", "", "", "")),
        (told.tags if told else {}).get(PAUSED, ""),
        str((caller or {}).get("Arn", "")).rpartition(":")[2],
    )


@dataclass
class TenantStop:
    """The switch of one tenant."""

    env: Environment
    seen: Seen
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What is switched."""
        return f"tenant {self.seen.tenant.name}"

    @property
    def sends(self) -> bool:
        """Whether SES takes its mail."""
        return self.seen.tenant.sends

    @property
    def stopped_by_ses(self) -> bool:
        """Whether SES itself stopped it, by its reputation policy or by hand."""
        return self.seen.standing.by_aws == DISABLED

    @property
    def why(self) -> str:
        """Who stopped it, in words; empty where nobody did."""
        if self.sends:
            return ""
        found = self.seen.standing
        if not self.stopped_by_ses:
            return f"since {self.seen.paused}" if self.seen.paused else "by its owner"
        impact = f" with {found.impact} impact" if found.impact else ""
        return f"by SES, for what it found in its mail{impact} (policy {found.policy or 'unknown'})"

    def insist_that_we_may_resume(self) -> None:
        """What SES stopped by its policy may be reinstated; whether it was that, SES alone says."""

    def pause(self, connections: Connections, now: datetime, because: str) -> None:
        """Stop the mail first; then note on the tenant since when, by whom and why."""
        connections.send(switch(self.seen.tenant.arn, DISABLED))
        text = sending.noted(now, self.seen.caller, because)
        self._beside(connections, sending.note(self.seen.tenant.arn, text), "noted")

    def resume(self, connections: Connections) -> None:
        """Let the mail through, and take the note away. What SES stopped by its policy is
        reinstated: it sends in spite of what was found, until that is over."""
        status = REINSTATED if self.stopped_by_ses else "ENABLED"
        try:
            connections.send(switch(self.seen.tenant.arn, status))
        except AwsRefused as error:
            if not self.stopped_by_ses:
                raise
            raise AwsRefused(
                f"SES does not let {self.name} send again: {error.message}",
                "What AWS has stopped by hand, only a support case ends; open one.",
                code=error.code,
                operation=error.operation,
            ) from error
        if self.seen.paused:
            self._beside(connections, sending.strike_note(self.seen.tenant.arn), "taken away")

    def proved(self, reader: Reader, account: Account) -> TenantStop:
        """The same switch as AWS says that it stands now."""
        reader.forget()
        seen = reader.run(look(self.env, account, self.seen.tenant.name))
        return TenantStop(self.env, seen, self.notes)

    def _beside(self, connections: Connections, call: Call, done: str) -> None:
        try:
            connections.send(call)
        except AwsRefused as error:
            self.notes.append(f"when and why could not be {done} on the tenant: {error.message}")


def switch(arn: str, status: str) -> Call:
    """Stop a tenant, let it go on, or let it go on in spite of what was found."""
    params = {
        "ReputationEntityType": "RESOURCE",
        "ReputationEntityReference": arn,
        "SendingStatus": status,
    }
    return asking.call_on(arn, "UpdateReputationEntityCustomerManagedStatus", params)


def calls(env: Environment, account: Account) -> Iterator[Call]:
    """Every call that stopping the tenants of the file may make."""
    for tenant in env.tenants:
        arn = tenant_arn(account.arn("ses", ""), tenant.name)
        yield switch(arn, DISABLED)
        yield sending.note(arn, "")
        yield sending.strike_note(arn)
