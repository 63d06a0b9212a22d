"""Event destinations of a configuration set, and what SES checks before it accepts one."""

import copy
import re
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.configuration_sets import find
from ses_provision.local.ses.errors import already_exists, bad_request, limit_exceeded, not_found
from ses_provision.local.ses.names import MAX_RESOURCE_NAME, arn
from ses_provision.local.ses.world import Handler, World

# aws-facts 10.
MAX_DESTINATIONS = 10
MAX_DIMENSIONS = 10
# aws-facts 3: SES publishes this plain text, not JSON, when an SNS destination is made.
VALIDATION_MESSAGE = "Successfully validated SNS topic for Amazon SES event publishing."
_DIMENSION = re.compile(r"[A-Za-z0-9_:-]{1,256}")
_DIMENSION_VALUE = re.compile(r"[A-Za-z0-9_.@:-]{1,256}")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_STREAM = re.compile(r"arn:[a-z-]+:firehose:([a-z0-9-]+):(\d{12}):deliverystream/[\w.-]+")
_BUS = re.compile(r"arn:[a-z-]+:events:([a-z0-9-]+):(\d{12}):event-bus/(.+)")
TYPES = (
    "SEND",
    "REJECT",
    "BOUNCE",
    "COMPLAINT",
    "DELIVERY",
    "OPEN",
    "CLICK",
    "RENDERING_FAILURE",
    "DELIVERY_DELAY",
    "SUBSCRIPTION",
)
KINDS = (
    "SnsDestination",
    "CloudWatchDestination",
    "KinesisFirehoseDestination",
    "EventBridgeDestination",
    "PinpointDestination",
)


class EventDestinations:
    """The operations on event destinations."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateConfigurationSetEventDestination": self.create,
            "GetConfigurationSetEventDestinations": self.get,
            "UpdateConfigurationSetEventDestination": self.update,
            "DeleteConfigurationSetEventDestination": self.delete,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Add a destination, once SES has seen that it can use it."""
        held = self._held(caller, params)
        name = _name(params["EventDestinationName"])
        if name in held:
            raise already_exists(
                f"An event destination with name <{name}> already exists for configuration set"
                f" <{params['ConfigurationSetName']}>."
            )
        if len(held) >= MAX_DESTINATIONS:
            raise limit_exceeded(
                f"A configuration set can have at most {MAX_DESTINATIONS} event destinations."
            )
        held[name] = self._checked(caller, params)
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """All destinations of a configuration set."""
        held = self._held(caller, params)
        shown = [{"Name": name, **copy.deepcopy(each)} for name, each in sorted(held.items())]
        return {"EventDestinations": shown}

    def update(self, caller: Caller, params: Params) -> Reply:
        """Replace a destination as a whole (aws-facts 11)."""
        held = self._held(caller, params)
        name = _existing(held, params)
        held[name] = self._checked(caller, params)
        return {}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Remove a destination."""
        held = self._held(caller, params)
        del held[_existing(held, params)]
        return {}

    def _held(self, caller: Caller, params: Params) -> dict[str, dict[str, Any]]:
        return find(self._world.of(caller), params["ConfigurationSetName"]).destinations

    def _checked(self, caller: Caller, params: Params) -> dict[str, Any]:
        given = params["EventDestination"]
        _check_types(given.get("MatchingEventTypes", []))
        kind = _kind(given)
        destination = given[kind]
        if kind == "SnsDestination":
            self._check_topic(caller, params["ConfigurationSetName"], destination["TopicArn"])
        elif kind == "CloudWatchDestination":
            _check_dimensions(destination["DimensionConfigurations"])
        elif kind == "KinesisFirehoseDestination":
            _check_stream(caller, destination)
            self._check_role(caller, params["ConfigurationSetName"], destination)
        elif kind == "EventBridgeDestination":
            _check_bus(caller, destination["EventBusArn"])
        return {
            # aws-facts 11: an omitted Enabled means false.
            "Enabled": given.get("Enabled", False),
            "MatchingEventTypes": list(given["MatchingEventTypes"]),
            kind: copy.deepcopy(destination),
        }

    def _check_role(self, caller: Caller, set_name: str, destination: dict[str, str]) -> None:
        source = arn(caller, "configuration-set", set_name)
        stream, role = destination["DeliveryStreamArn"], destination["IamRoleArn"]
        refusal = self._world.neighbours.stream_refusal(caller, stream, role, source)
        if refusal is not None:
            raise bad_request(refusal)

    def _check_topic(self, caller: Caller, set_name: str, topic: str) -> None:
        """aws-facts 3: the topic must exist in this region and let SES publish.

        Account before region before existence: recorded 2026-09-24 (cdk-preflight) and 2023-08-26
        (localstack, test_ses.snapshot.json).
        """
        parts = topic.split(":")
        if len(parts) != 6 or parts[2] != "sns":
            raise bad_request(f"Invalid SNS topic <{topic}>.")
        if parts[4] != caller.account:
            raise bad_request(f"No account can be found for SNS topic <{topic}>")
        if parts[3] != caller.region:
            raise bad_request(f"SNS topic must be located in same region as SES <{caller.region}>")
        if topic.endswith(".fifo"):
            raise bad_request(f"SNS topic <{topic}> is a FIFO topic, which is not supported.")
        source = arn(caller, "configuration-set", set_name)
        refusal = self._world.neighbours.sns_topic_refusal(caller, topic, source)
        if refusal is not None:
            raise bad_request(refusal)
        self._world.neighbours.publish(caller, topic, VALIDATION_MESSAGE, None)


def _existing(held: dict[str, dict[str, Any]], params: Params) -> str:
    name: str = params["EventDestinationName"]
    if name not in held:
        # Recorded of the v1 API 2023-08-26 (localstack); the API v2 is taken to say the same.
        raise not_found(f"No EventDestination found for {params['ConfigurationSetName']}")
    return name


def _name(given: str) -> str:
    if not _NAME.fullmatch(given):
        raise bad_request(
            f"Invalid event destination name <{given}>: only alphanumeric ASCII characters, '_',"
            " and '-' are allowed."
        )
    if len(given) > MAX_RESOURCE_NAME:
        raise bad_request(f"Event destination name cannot exceed {MAX_RESOURCE_NAME} characters.")
    return given


def _check_types(types: list[Any]) -> None:
    # Recorded 2026-09-24 (cdk-preflight), as the sentences of `_kind` are.
    if not types:
        raise bad_request("At least one event type must be specified.")
    if any(each not in TYPES for each in types):
        raise bad_request("The event destination contains an invalid event type.")


def _kind(given: Params) -> str:
    kinds = [kind for kind in KINDS if kind in given]
    if not kinds:
        raise bad_request("Event destination is not provided.")
    if len(kinds) > 1:
        raise bad_request(
            "Please provide only one destination with each request. Either a Firehose Destination"
            " or a Cloudwatch Destination or an SNS Destination or an EventBridge Destination."
        )
    return kinds[0]


def _check_dimensions(dimensions: list[dict[str, str]]) -> None:
    if not dimensions:
        raise bad_request("CloudWatch metrics dimension configuration list cannot be empty.")
    if len(dimensions) > MAX_DIMENSIONS:
        raise bad_request(f"Between 1 and {MAX_DIMENSIONS} dimensions must be specified.")
    for each in dimensions:
        if not _DIMENSION.fullmatch(each["DimensionName"]):
            raise bad_request(f"Invalid dimension name <{each['DimensionName']}>.")
        if not _DIMENSION_VALUE.fullmatch(each["DefaultDimensionValue"]):
            raise bad_request(f"Invalid default dimension value <{each['DefaultDimensionValue']}>.")


def _check_stream(caller: Caller, destination: dict[str, str]) -> None:
    stream, role = destination["DeliveryStreamArn"], destination["IamRoleArn"]
    matched = _STREAM.fullmatch(stream)
    if matched is None:
        # Recorded 2026-09-24 (cdk-preflight), with this order: form, region, account.
        raise bad_request(
            f"Invalid delivery stream ARN {stream} should have the form"
            " <arn:aws:firehose:region:[account-id]:deliverystream/[stream-name]>"
        )
    if matched[1] != caller.region:
        raise bad_request(
            f"Delivery stream <{stream}> must be located in same region as SES <{caller.region}>"
        )
    if matched[2] != caller.account:
        raise bad_request("Cross-account pass role is not allowed.")
    if not role.startswith(f"arn:{caller.partition}:iam::{caller.account}:role/"):
        raise bad_request(f"Invalid IAM role ARN <{role}>.")


def _check_bus(caller: Caller, bus: str) -> None:
    """aws-facts 11: only the default bus; the order was recorded 2026-09-24 (cdk-preflight)."""
    matched = _BUS.fullmatch(bus)
    said = "Invalid Event Bridge destination,"
    if matched is None:
        raise bad_request(f"{said} {bus} is not the ARN of an event bus.")
    if matched[1] != caller.region:
        raise bad_request(f"{said} must be in region <{caller.region}>.")
    if matched[2] != caller.account:
        raise bad_request(f"{said} cross account is not supported.")
    if matched[3] != "default":
        raise bad_request(f"{said} must be default bus.")
