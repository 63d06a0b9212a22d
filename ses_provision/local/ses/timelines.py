"""What happens to a message on its way to each recipient, as message insights tell it."""

from collections.abc import Iterator
from typing import Any

from ses_provision.local.ses.outcomes import Accepted, scenario
from ses_provision.local.ses.state import Happening, Timeline

# [M] Bounce.BounceType, and the sub-types probed 2026-09-21 (floci-io/floci).
_BOUNCES = {
    "bounce": ("General", "smtp; 550 5.1.1 user unknown"),
    "suppressionlist": ("SUPPRESSED", "smtp; 550 5.1.1 suppressed"),
}
_ON_LIST = (
    "ON_ACCOUNT_SUPPRESSION_LIST",
    "Amazon SES did not send the message: the address is on the suppression list for your account.",
)
_LEFT = ("UNSUBSCRIBED_RECIPIENT", "The recipient has unsubscribed.")


def of(accepted: Accepted) -> tuple[Timeline, ...]:
    """The timeline of every recipient."""
    return tuple(
        Timeline(each, tuple(_happenings(accepted, each))) for each in accepted.message.recipients
    )


def _happenings(accepted: Accepted, address: str) -> Iterator[Happening]:
    at = accepted.at
    yield Happening("SEND", at)
    if accepted.message.infected:
        yield Happening("REJECT", at)
        return
    bounce = _bounce(accepted, address)
    if bounce is not None:
        yield Happening("BOUNCE", at, {"Bounce": bounce})
        return
    yield Happening("DELIVERY", at)
    if scenario(address) == "complaint":
        yield Happening("COMPLAINT", at, {"Complaint": {"ComplaintFeedbackType": "abuse"}})


def _bounce(accepted: Accepted, address: str) -> dict[str, Any] | None:
    told = _BOUNCES.get(scenario(address))
    if address in accepted.suppressed:
        told = _ON_LIST
    if address in accepted.unsubscribed:
        told = _LEFT
    if told is None:
        return None
    return {"BounceType": "PERMANENT", "BounceSubType": told[0], "DiagnosticCode": told[1]}
