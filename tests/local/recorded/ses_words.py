"""What the tables of SES share: requests, steps before them, and the names of the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.local.conftest import DOMAIN, HOME, PROD
from tests.local.recorded.table import Act, Call, Refusal

if TYPE_CHECKING:
    from ses_provision.local import LocalAws

FLOCI = "floci-io/floci, probes of the real AWS by its author:"
PREFLIGHT = "badmintoncryer/cdk-preflight, real deployments of 2026-09-24:"
LOCALSTACK = "localstack, tests/aws/services/ses/test_ses.snapshot.json"
ADDRESS = f"notifications@{DOMAIN}"
SUCCESS, BOUNCE = "success@simulator.amazonses.com", "bounce@simulator.amazonses.com"
SIMPLE = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hi"}}}}
VDM_GATE = "To use this feature you must enable Virtual Deliverability Manager"


def v2(operation: str, **params: Any) -> Call:
    return Call("sesv2", operation, params)


def v1(operation: str, **params: Any) -> Call:
    return Call("ses", operation, params)


def bad(message: Any, code: str = "BadRequestException") -> Refusal:
    return Refusal(code, message, 400)


def gone(message: Any) -> Refusal:
    return Refusal("NotFoundException", message, 404)


def mistyped(message: Any) -> Refusal:
    return Refusal("SerializationException", message, 400)


def invalid(path: str, constraint: str, code: str = "BadRequestException") -> Refusal:
    """What SES says of a value that its model does not allow."""
    said = f"1 validation error detected: Value at '{path}' failed to satisfy constraint: Member"
    return bad(f"{said} {constraint}", code)


def verify(aws: LocalAws) -> None:
    """The owner of the domain publishes its DKIM records, and SES sees them."""
    shown = aws.call(PROD, HOME, "sesv2", "GetEmailIdentity", {"EmailIdentity": DOMAIN})
    dkim = shown["DkimAttributes"]
    for token in dkim["Tokens"]:
        name = f"{token}._domainkey.{DOMAIN}"
        aws.declare_dns(name, "CNAME", [f"{token}.{dkim['SigningHostedZone']}"])
    aws.clock.advance(61)


IDENTITY = v2("CreateEmailIdentity", EmailIdentity=DOMAIN)
SENDER = (IDENTITY, Act(verify))
SET = v2("CreateConfigurationSet", ConfigurationSetName="set")
TENANT = v2("CreateTenant", TenantName="clinic")
LIST = v2(
    "CreateContactList",
    ContactListName="patients",
    Topics=[
        {"TopicName": "news", "DisplayName": "News", "DefaultSubscriptionStatus": "OPT_IN"},
        {"TopicName": "study", "DisplayName": "Study", "DefaultSubscriptionStatus": "OPT_OUT"},
    ],
)
VDM = v2("PutAccountVdmAttributes", VdmAttributes={"VdmEnabled": "ENABLED"})


def mail(**more: Any) -> Call:
    given = {
        "FromEmailAddress": ADDRESS,
        "Destination": {"ToAddresses": [SUCCESS]},
        "Content": SIMPLE,
    }
    return v2("SendEmail", **{**given, **more})
