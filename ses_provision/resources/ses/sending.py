"""The switch that lets mail through: a configuration set's, and the account's in a region.

The set remembers in a tag since when, by whom and why it was paused; the account holds no tags.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Reading, both
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources import tags
from ses_provision.resources.ses import asking
from ses_provision.resources.ses.account import sending_account
from ses_provision.resources.ses.configuration_set import PAUSED, configuration_set

if TYPE_CHECKING:
    from ses_provision.resources.ses.account import SendingAccount

HEALTHY = frozenset({"HEALTHY", "PROBATION"})
"""Enforcement statuses in which the account's owner decides whether it sends; in any other AWS
has stopped it (GetAccount, SESv2 API reference)."""


@dataclass(frozen=True)
class Sending:
    """What lets mail through. `set_sends` is None where there is no set; `paused` says of a set
    that is paused since when, by whom and why, as far as somebody noted it."""

    set_arn: str
    set_sends: bool | None
    paused: str
    account: SendingAccount

    @property
    def account_sends(self) -> bool:
        """Whether the account's own switch is on."""
        return bool(self.account.sending_enabled)

    @property
    def stopped_by_aws(self) -> bool:
        """Whether AWS itself has stopped the account."""
        return bool(self.account.enforcement) and self.account.enforcement not in HEALTHY


def sending(set_arn: str, region: str) -> Reading[Sending]:
    """How both switches stand."""
    live, account = yield from both(configuration_set(set_arn), sending_account(region))
    if live is None:
        return Sending(set_arn, None, "", account)
    return Sending(set_arn, live.sending_enabled, live.tags.get(PAUSED, ""), account)


def switch_set(arn: str, *, on: bool) -> Call:
    """Stop the mail that goes through a set, or let it through."""
    params = {"ConfigurationSetName": arn.rpartition("/")[2], "SendingEnabled": on}
    return asking.call_on(arn, "PutConfigurationSetSendingOptions", params)


def switch_account(region: str, *, on: bool) -> Call:
    """Stop all mail of the account in a region, or let it through."""
    params = {"SendingEnabled": on}
    return Call("sesv2", region, "PutAccountSendingAttributes", params, on=EVERYTHING)


def note(arn: str, text: str) -> Call:
    """Note on a set since when, by whom and why it is paused."""
    listed = tags.as_list({PAUSED: text})
    return asking.call_on(arn, "TagResource", {"ResourceArn": arn, "Tags": listed})


def strike_note(arn: str) -> Call:
    """Take the note away again."""
    return asking.call_on(arn, "UntagResource", {"ResourceArn": arn, "TagKeys": [PAUSED]})


def noted(at: datetime, who: str, why: str) -> str:
    """A note as a tag may hold it."""
    when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    by, because = f" by {who}" if who else "", f": {why}" if why else ""
    return tags.fitting(f"{when}{by}{because}")


def calls(arn: str, region: str) -> tuple[Call, ...]:
    """Every call that pausing and resuming may make."""
    return (
        switch_set(arn, on=False),
        switch_account(region, on=False),
        note(arn, ""),
        strike_note(arn),
    )
