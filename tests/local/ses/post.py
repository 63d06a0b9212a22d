"""Mail to send in tests, and what was told about it."""

import json
from typing import Any

from tests.local.ses.world import ACCOUNT, ADDRESS, REGION, Ses

SIMULATOR = "simulator.amazonses.com"
SUCCEEDS = f"success@{SIMULATOR}"
SIMPLE = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hi"}}}}
TYPES = ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "RENDERING_FAILURE"]
UNVERIFIED = (
    "Email address is not verified. The following identities failed the check in region US-EAST-2: "
)


def watch(ses: Ses, where: dict[str, Any], name: str = "all", types: list[str] = TYPES) -> None:
    definition = {"Enabled": True, "MatchingEventTypes": types, **where}
    ses(
        "CreateConfigurationSetEventDestination",
        ConfigurationSetName="set",
        EventDestinationName=name,
        EventDestination=definition,
    )


def mail(*to: str, **params: Any) -> dict[str, Any]:
    given = {"FromEmailAddress": ADDRESS, "Content": SIMPLE, "ConfigurationSetName": "set"}
    return {**given, "Destination": {"ToAddresses": list(to or (SUCCEEDS,))}, **params}


def events(ses: Ses) -> list[dict[str, Any]]:
    return [json.loads(message) for _, message, _ in ses.world.published]


def types(ses: Ses) -> list[str]:
    return [event["eventType"] for event in events(ses)]


def sent(ses: Ses) -> list[Any]:
    return ses.service.sent(ACCOUNT, REGION)


def to(*addresses: str) -> dict[str, Any]:
    return {"Destination": {"ToAddresses": list(addresses)}}


def named(name: str) -> dict[str, str]:
    return {"ConfigurationSetName": name}
