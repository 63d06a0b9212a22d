"""The emergency stop: what is switched, and what nobody but AWS may resume."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import caller_question
from ses_provision.errors import AwsRefused, NotReady
from ses_provision.outside.reading import Reading, ask, both
from ses_provision.resources.ses import sending
from ses_provision.resources.ses.account import console
from ses_provision.steps import arns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections, Reader
    from ses_provision.outside.call import Call
    from ses_provision.resources.ses.sending import Sending


@dataclass(frozen=True)
class Seen:
    """How the switches of an environment stand, and whose credentials look."""

    sending: Sending
    caller: str


def look(env: Environment, account: Account) -> Reading[Seen]:
    """How the switches stand."""
    found, [caller] = yield from both(
        sending.sending(arns.configuration_set(env, account), env.region),
        ask(caller_question(env.region)),
    )
    return Seen(found, str((caller or {}).get("Arn", "")).rpartition(":")[2])


@dataclass
class Stop:
    """One switch at work: the set's, or the whole account's in its region."""

    env: Environment
    seen: Seen
    whole_account: bool
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What is switched."""
        if self.whole_account:
            return f"account {self.env.account_id} in {self.env.region}"
        return f"configuration set {self.env.configuration_set.name}"

    @property
    def sends(self) -> bool:
        """Whether the switch is on."""
        found = self.seen.sending
        return found.account_sends if self.whole_account else bool(found.set_sends)

    def insist_on_something(self) -> None:
        """Raise NotReady where there is no such switch, or where it is AWS's."""
        if not self.whole_account and self.seen.sending.set_sends is None:
            raise NotReady(
                f"There is no {self.name} in {self.env.region}: nothing is sent with it.",
                f"ses-provision pause --env {self.env.name} --account stops all mail of the "
                "account in this region.",
            )

    def insist_that_we_may_resume(self) -> None:
        """Raise NotReady where AWS stopped the account: only AWS lets it send again."""
        found = self.seen.sending
        if self.whole_account and found.stopped_by_aws:
            raise NotReady(
                f"AWS itself has stopped {self.name} (enforcement status "
                f"{found.account.enforcement}).",
                f"{console(self.env.region, 'Account dashboard')}: read what AWS wrote and answer "
                "it; nobody else can resume it.",
            )

    def pause(self, connections: Connections, now: datetime, because: str) -> None:
        """Stop the mail first; then note on the set since when, by whom and why."""
        connections.send(self._switch(on=False))
        if not self.whole_account:
            text = sending.noted(now, self.seen.caller, because)
            self._beside(connections, sending.note(self.seen.sending.set_arn, text), "noted")
        elif because:
            self.notes.append(f"why ({because}) is kept nowhere: an account has no tags")

    def resume(self, connections: Connections) -> None:
        """Let the mail through, and take the note away."""
        connections.send(self._switch(on=True))
        if not self.whole_account and self.seen.sending.paused:
            self._beside(connections, sending.strike_note(self.seen.sending.set_arn), "taken away")

    def proved(self, reader: Reader, account: Account) -> Stop:
        """The same switch as AWS says that it stands now."""
        reader.forget()
        return Stop(self.env, reader.run(look(self.env, account)), self.whole_account, self.notes)

    def _switch(self, *, on: bool) -> Call:
        if self.whole_account:
            return sending.switch_account(self.env.region, on=on)
        return sending.switch_set(self.seen.sending.set_arn, on=on)

    def _beside(self, connections: Connections, call: Call, done: str) -> None:
        try:
            connections.send(call)
        except AwsRefused as error:
            self.notes.append(f"when and why could not be {done} on the set: {error.message}")


def calls(env: Environment, account: Account) -> Iterator[Call]:
    """Every call that the emergency stop may make."""
    yield from sending.calls(arns.configuration_set(env, account), env.region)
