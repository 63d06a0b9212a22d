"""What happens to a message on its way to each recipient, as message insights tell it."""

from collections.abc import Iterator

from ses_provision.local.ses.outcomes import USER_UNKNOWN, Accepted, Fate
from ses_provision.local.ses.state import Happening, Timeline

_ON_LIST = (
    "Amazon SES did not send the message: the address is on the suppression list for your account."
)
# [M] Bounce.BounceType, and the sub-types probed 2026-09-21 (floci-io/floci).
_BOUNCES = {
    Fate.BOUNCED: ("General", USER_UNKNOWN),
    Fate.ON_GLOBAL_LIST: ("SUPPRESSED", "smtp; 550 5.1.1 suppressed"),
    Fate.ON_ACCOUNT_LIST: (
        "ON_ACCOUNT_SUPPRESSION_LIST",
        _ON_LIST,
    ),
    Fate.UNSUBSCRIBED: ("UNSUBSCRIBED_RECIPIENT", "The recipient has unsubscribed."),
}


def of(accepted: Accepted) -> tuple[Timeline, ...]:
    """The timeline of every recipient."""
    return tuple(
        Timeline(each, tuple(_happenings(accepted, each))) for each in accepted.message.recipients
    )


def _happenings(accepted: Accepted, address: str) -> Iterator[Happening]:
    at, fate = accepted.at, accepted.fate(address)
    yield Happening("SEND", at)
    if fate is Fate.REJECTED:
        yield Happening("REJECT", at)
    elif fate in _BOUNCES:
        sub_type, diagnostic = _BOUNCES[fate]
        told = {"BounceSubType": sub_type, "DiagnosticCode": diagnostic}
        yield Happening("BOUNCE", at, {"Bounce": {"BounceType": "PERMANENT", **told}})
    else:
        yield Happening("DELIVERY", at)
    if fate is Fate.COMPLAINED:
        yield Happening("COMPLAINT", at, {"Complaint": {"ComplaintFeedbackType": "abuse"}})
