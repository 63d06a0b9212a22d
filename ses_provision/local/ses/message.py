"""A message as the caller gave it: simple, raw or from a template, in one form."""

import re
import zlib
from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, getaddresses, parseaddr
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import Params
from ses_provision.local.ses import templates
from ses_provision.local.ses.addresses import violation
from ses_provision.local.ses.errors import bad_request
from ses_provision.local.ses.names import as_kept
from ses_provision.local.ses.state import Place

# aws-facts 10: 40 MB in API v2, 50 recipients a message.
MAX_SIZE = 40 * 1024 * 1024
MAX_RECIPIENTS = 50
_TAG_NAME = re.compile(r"[A-Za-z0-9_-]+")
_TAG_VALUE = re.compile(r"[A-Za-z0-9_.@-]+")
# Recorded 2024-07-30 (localstack, test_ses.snapshot.json), as the sentences on tags are.
MAX_TAG = 255
_CONTENTS = ("Simple", "Raw", "Template")
# [D23] testing Reject events: SES recognises the EICAR test file as a virus.
_EICAR = "EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


@dataclass
class Message:
    """What is to be sent, by whom and to whom."""

    source: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    operation: str
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    tags: list[tuple[str, str]] = field(default_factory=list)
    configuration_set: str | None = None
    tenant: str | None = None
    template: str | None = None
    rendering_error: str | None = None
    rendered_late: bool = False
    raw: bytes | None = None
    contact_list: str | None = None
    topic: str | None = None
    endpoint: str | None = None

    @property
    def sender(self) -> str:
        """The bare address mail is from, its domain in lower case."""
        return as_kept(parseaddr(self.source)[1])

    @property
    def recipients(self) -> tuple[str, ...]:
        """The bare addresses mail goes to."""
        return tuple(bare(each) for each in self.to + self.cc + self.bcc)

    def headers_in(self, event_type: str, at: datetime) -> list[tuple[str, str]]:
        """The headers as an event tells them.

        Recorded 2023-08-25 (localstack): when a templated message is accepted it has no subject
        and no body yet, afterwards it has, and a date.
        """
        if self.raw is not None:
            return self.headers
        if self.rendered_late and event_type in ("Send", "Rendering Failure"):
            return [pair for pair in self.headers if pair[0] != "Subject"]
        dated = [("Date", format_datetime(at))] if self.rendered_late else []
        return [*dated, *self.headers, *self._content_headers(at)]

    def _content_headers(self, at: datetime) -> list[tuple[str, str]]:
        if self.text and self.html:
            number = zlib.crc32(f"{self.source}{self.recipients}{self.subject}".encode())
            boundary = f"----=_Part_{number}.{int(at.timestamp() * 1000)}"
            return [("Content-Type", f'multipart/alternative;  boundary="{boundary}"')]
        kind = "html" if self.html else "plain"
        return [
            ("Content-Type", f"text/{kind}; charset=UTF-8"),
            ("Content-Transfer-Encoding", "7bit"),
        ]

    @property
    def infected(self) -> bool:
        """Whether the virus scan of SES will find something."""
        return _EICAR in f"{self.text}{self.html}{(self.raw or b'').decode(errors='replace')}"


def bare(address: str) -> str:
    """The address within a name and address."""
    return parseaddr(address)[1] or address


def composed(place: Place, params: Params, operation: str = "SendEmail") -> Message:
    """The message of a SendEmail request, or of one of the API v1 put into its words."""
    content = params["Content"]
    kinds = [kind for kind in _CONTENTS if kind in content]
    if len(kinds) != 1:
        raise bad_request("Exactly one of Simple, Raw and Template must be specified.")
    if kinds[0] == "Raw":
        message = _raw(params, content["Raw"]["Data"])
    else:
        message = _addressed(params, params.get("Destination", {}), operation)
        if kinds[0] == "Simple":
            _fill_simple(message, content["Simple"])
        else:
            fill_template(place, message, content["Template"])
        _add_common_headers(message, params.get("ReplyToAddresses", []))
    message.tags += checked_tags(params.get("EmailTags", []))
    message.configuration_set = params.get("ConfigurationSetName") or message.configuration_set
    message.tenant = params.get("TenantName") or message.tenant
    message.endpoint = params.get("EndpointId")
    managed = params.get("ListManagementOptions")
    if managed:
        message.contact_list = managed["ContactListName"]
        message.topic = managed.get("TopicName")
    return _checked(message)


def entry(place: Place, params: Params, each: Params, operation: str = "SendBulkEmail") -> Message:
    """The message of one entry of a SendBulkEmail request."""
    template = dict(params["DefaultContent"]["Template"])
    replaced = each.get("ReplacementEmailContent", {}).get("ReplacementTemplate", {})
    data = templates.parsed_data(template.get("TemplateData", "{}"))
    data |= templates.parsed_data(replaced.get("ReplacementTemplateData", "{}"))
    message = _addressed(params, each["Destination"], operation)
    fill_template(place, message, template, data)
    _add_common_headers(message, params.get("ReplyToAddresses", []))
    message.headers += [
        (header["Name"], header["Value"]) for header in each.get("ReplacementHeaders", [])
    ]
    replaced_tags = each.get("ReplacementTags", [])
    names = {tag["Name"] for tag in replaced_tags}
    defaults = [tag for tag in params.get("DefaultEmailTags", []) if tag["Name"] not in names]
    message.tags = checked_tags(defaults + replaced_tags)
    message.configuration_set = params.get("ConfigurationSetName")
    message.tenant = params.get("TenantName")
    return _checked(message)


def template_content(place: Place, given: Params) -> tuple[str, dict[str, str]]:
    """The name and content of the template a request refers to."""
    ways = [key for key in ("TemplateName", "TemplateArn", "TemplateContent") if given.get(key)]
    if len(ways) != 1:
        raise bad_request(
            "Exactly one of TemplateName, TemplateArn and TemplateContent must be specified."
        )
    if ways[0] == "TemplateContent":
        return "", dict(given["TemplateContent"])
    name = given.get("TemplateName") or given["TemplateArn"].rpartition("/")[2]
    return name, templates.find(place, name).content


def fill_template(
    place: Place, message: Message, given: Params, data: dict[str, Any] | None = None
) -> None:
    """Render a template into a message; what is missing in the data is found out later.

    [M] SendEmail: a template that cannot be rendered is accepted, then reported as an event.
    """
    name, content = template_content(place, given)
    if data is None:
        data = templates.parsed_data(given.get("TemplateData", "{}"))
    message.template, message.rendered_late = name or None, True
    message.headers += [(each["Name"], each["Value"]) for each in given.get("Headers", [])]
    try:
        message.subject = templates.rendered(content.get("Subject", ""), data)
        message.text = templates.rendered(content.get("Text", ""), data)
        message.html = templates.rendered(content.get("Html", ""), data)
    except templates.RenderingError as missing:
        message.rendering_error = str(missing)


def checked_tags(given: Iterable[dict[str, str]]) -> list[tuple[str, str]]:
    """Message tags within their rules ([M] MessageTag)."""
    pairs = [(tag["Name"], tag["Value"]) for tag in given]
    for name, value in pairs:
        for what, part in (("name", name), ("value", value)):
            if not part:
                raise bad_request(f"The tag {what} must be specified.")
            if len(part) > MAX_TAG:
                raise bad_request(f"Tag {what} cannot exceed {MAX_TAG} characters.")
        if not _TAG_NAME.fullmatch(name):
            raise bad_request(
                f"Invalid tag name <{name}>: only alphanumeric ASCII characters, '_',  '-' are"
                " allowed."
            )
        if not _TAG_VALUE.fullmatch(value):
            raise bad_request(
                f"Invalid tag value <{value}>: only alphanumeric ASCII characters, '_',  '-' ,"
                " '.', '@' are allowed."
            )
    return pairs


def _addressed(params: Params, destination: Params, operation: str) -> Message:
    lists = [tuple(destination.get(f"{kind}Addresses", [])) for kind in ("To", "Cc", "Bcc")]
    return Message(params.get("FromEmailAddress", ""), lists[0], lists[1], lists[2], operation)


def _checked(message: Message) -> Message:
    if not parseaddr(message.source)[1]:
        # Recorded of raw messages by floci-io/floci, of both APIs.
        missing_header = message.raw is not None
        raise bad_request(
            "Missing required header 'From'."
            if missing_header
            else "FromEmailAddress must be specified."
        )
    for address in (message.sender, *message.recipients):
        illegal = violation(address)
        if illegal is not None:
            raise bad_request(illegal)
    if not message.recipients:
        raise bad_request("Destination address list is empty.")
    if len(message.recipients) > MAX_RECIPIENTS:
        raise bad_request(f"Recipient count exceeds {MAX_RECIPIENTS}.")
    return message


def _fill_simple(message: Message, simple: Params) -> None:
    body = simple["Body"]
    if "Text" not in body and "Html" not in body:
        raise bad_request("The message body must have a text or an HTML part.")
    message.subject = simple["Subject"]["Data"]
    message.text = body.get("Text", {}).get("Data", "")
    message.html = body.get("Html", {}).get("Data", "")
    message.headers += [(each["Name"], each["Value"]) for each in simple.get("Headers", [])]


def _add_common_headers(message: Message, reply_to: list[str]) -> None:
    common = [("From", message.source)]
    for name, addresses in (("Reply-To", reply_to), ("To", message.to), ("Cc", message.cc)):
        if addresses:
            common.append((name, ", ".join(addresses)))
    message.headers = [
        *common,
        ("Subject", message.subject),
        ("MIME-Version", "1.0"),
        *message.headers,
    ]


def _raw(params: Params, data: bytes) -> Message:
    if len(data) > MAX_SIZE:
        raise bad_request(f"Message length is more than {MAX_SIZE} bytes long.")
    parsed = BytesParser(policy=policy.default).parsebytes(data)
    message = _addressed(params, params.get("Destination", {}), "SendRawEmail")
    message.source = message.source or str(parsed.get("From", ""))
    if not message.recipients:
        message.to, message.cc, message.bcc = (
            tuple(bare(address) for _, address in getaddresses(parsed.get_all(name, [])))
            for name in ("To", "Cc", "Bcc")
        )
    message.subject, message.raw = str(parsed.get("Subject", "")), data
    message.text, message.html = _body(parsed, "plain"), _body(parsed, "html")
    message.headers = [
        (name, str(value))
        for name, value in parsed.items()
        if not name.lower().startswith("x-ses-")
    ]
    # [D23] event-publishing-send-email.md: what SMTP callers say in headers.
    message.configuration_set = parsed.get("X-SES-CONFIGURATION-SET")
    message.tenant = parsed.get("X-SES-TENANT")
    # [D23] sending-email-list-management: "list; topic=name".
    listed, _, topic = str(parsed.get("X-SES-LIST-MANAGEMENT-OPTIONS", "")).partition(";")
    message.contact_list = listed.strip() or None
    message.topic = topic.partition("=")[2].strip() or None
    pairs = (pair.partition("=") for pair in str(parsed.get("X-SES-MESSAGE-TAGS", "")).split(","))
    message.tags = checked_tags(
        {"Name": name.strip(), "Value": value.strip()} for name, sign, value in pairs if sign
    )
    return message


def _body(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
