"""Sending in the API v1: a request put into SESv2's words, its refusals put into v1's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses import message as messages
from ses_provision.local.ses import templates
from ses_provision.local.ses.message import Message
from ses_provision.local.ses.sending import MAX_ENTRIES, check_account
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.state import Place
from ses_provision.local.ses.v1.refusals import invalid, worded
from ses_provision.local.ses.world import Handler

# [M] SendEmail: 10 MB with attachments.
MAX_SIZE = 10 * 1024 * 1024
# [M] BulkEmailStatus.
_STATUSES = {
    "MessageRejected": "MessageRejected",
    "MailFromDomainNotVerifiedException": "MailFromDomainNotVerified",
    "ConfigurationSetDoesNotExist": "ConfigurationSetDoesNotExist",
    "ConfigurationSetSendingPausedException": "ConfigurationSetSendingPaused",
    "TemplateDoesNotExist": "TemplateDoesNotExist",
    "Throttling": "AccountDailyQuotaExceeded",
    "InvalidParameterValue": "InvalidParameterValue",
}


class SendingV1:
    """The operations that send mail."""

    def __init__(self, v2: SesV2) -> None:
        self._v2 = v2
        self._world = v2.world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "SendEmail": self.send,
            "SendRawEmail": self.send_raw,
            "SendTemplatedEmail": self.send_templated,
            "SendBulkTemplatedEmail": self.send_bulk,
        }

    def send(self, caller: Caller, params: Params) -> Reply:
        """Send a message of subject and body."""
        given = {**_common(params), "Content": {"Simple": params["Message"]}}
        return self._send(caller, given, "SendEmail")

    def send_raw(self, caller: Caller, params: Params) -> Reply:
        """Send a message as it is."""
        raw = params["RawMessage"]["Data"]
        if len(raw) > MAX_SIZE:
            raise invalid(f"Message length is more than {MAX_SIZE} bytes long: '{len(raw)}'.")
        destinations = params.get("Destinations")
        given = {**_common(params), "Content": {"Raw": {"Data": raw}}}
        if destinations:
            given["Destination"] = {"ToAddresses": destinations}
        return self._send(caller, given, "SendRawEmail")

    def send_templated(self, caller: Caller, params: Params) -> Reply:
        """Send what a stored template makes of data."""
        template = {"TemplateName": params["Template"], "TemplateData": params["TemplateData"]}
        given = {**_common(params), "Content": {"Template": template}}
        return self._send(caller, given, "SendTemplatedEmail")

    def send_bulk(self, caller: Caller, params: Params) -> Reply:
        """Send to several destinations, each with data and a result of its own."""
        place, destinations = self._world.of(caller), params["Destinations"]
        with _as_sent():
            check_account(place)
            templates.find(place, params["Template"])
        if not 1 <= len(destinations) <= MAX_ENTRIES:
            raise invalid(f"Between 1 and {MAX_ENTRIES} destinations must be specified.")
        common = {
            **_common(params),
            "DefaultEmailTags": params.get("DefaultTags", []),
            "DefaultContent": {
                "Template": {
                    "TemplateName": params["Template"],
                    "TemplateData": params["DefaultTemplateData"],
                }
            },
        }
        return {"Status": [self._entry(caller, place, common, each) for each in destinations]}

    def _entry(self, caller: Caller, place: Place, common: Params, each: Params) -> dict[str, Any]:
        replaced = {"ReplacementTemplateData": each.get("ReplacementTemplateData", "{}")}
        entry = {
            "Destination": each["Destination"],
            "ReplacementTags": each.get("ReplacementTags", []),
            "ReplacementEmailContent": {"ReplacementTemplate": replaced},
        }
        try:
            with _as_sent():
                message = messages.entry(place, common, entry, "SendBulkTemplatedEmail")
                message_id = self._v2.send(caller, place, message)
        except AwsError as refusal:
            return {"Status": _STATUSES.get(refusal.code, "Failed"), "Error": refusal.message}
        return {"Status": "Success", "MessageId": message_id}

    def _send(self, caller: Caller, given: Params, operation: str) -> Reply:
        place = self._world.of(caller)
        with _as_sent():
            check_account(place)
            message: Message = messages.composed(place, given, operation)
            return {"MessageId": self._v2.send(caller, place, message)}


@contextmanager
def _as_sent() -> Iterator[None]:
    """Refusals of sending in v1's words; what is not there is a set or a template."""
    try:
        with worded(limit="Throttling", gone="NotFoundException"):
            yield
    except AwsError as refusal:
        raise AwsError(_code(refusal), refusal.message, refusal.status) from None


def _code(refusal: AwsError) -> str:
    if refusal.code == "NotFoundException":
        about_template = refusal.message.startswith("Template")
        return "TemplateDoesNotExist" if about_template else "ConfigurationSetDoesNotExist"
    if refusal.code == "SendingPausedException":
        of_set = "configuration set" in refusal.message
        return f"{'ConfigurationSet' if of_set else 'Account'}SendingPausedException"
    return refusal.code


def _common(params: Params) -> Params:
    renamed = {
        "Source": "FromEmailAddress",
        "Destination": "Destination",
        "ReplyToAddresses": "ReplyToAddresses",
        "Tags": "EmailTags",
        "ConfigurationSetName": "ConfigurationSetName",
    }
    return {theirs: params[ours] for ours, theirs in renamed.items() if ours in params}
