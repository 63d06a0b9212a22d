"""Refusals of SES in SMTP's words (SES Developer Guide, "SMTP response codes")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ses_provision.local.contract import AwsError

GREETING = "email-smtp.amazonaws.com"
NOT_LOGGED_IN = "530 Authentication required"
WRONG = "535 Authentication Credentials Invalid"
BUSY = "421 Too many concurrent SMTP connections; please try again later."
_REPLIES = {
    "MessageRejected": "554 Message rejected: {said}",
    "MailFromDomainNotVerifiedException": "554 Transaction failed: {said}",
    "SendingPausedException": "554 Message rejected: {said}",
    "LimitExceededException": "454 Throttling failure: Daily message quota exceeded.",
    "TooManyRequestsException": "454 Throttling failure: Maximum sending rate exceeded.",
    "Throttling": "454 Throttling failure: Maximum sending rate exceeded.",
    "AccessDenied": "554 Access denied: {said}",
    "InternalFailure": "451 Temporary service failure",
}
_OTHER = "554 Transaction failed: {said}"


def refusal(error: AwsError) -> str:
    """One line for a refusal."""
    said = " ".join(error.message.split())
    return _REPLIES.get(error.code, _OTHER).format(said=said)


def unauthorised(user: str, resource: str) -> str:
    """What SES says in an "Access denied", with the quotes that it writes."""
    return f"User `{user}' is not authorized to perform `ses:SendRawEmail' on resource `{resource}'"
