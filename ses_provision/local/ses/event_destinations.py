"""Event destinations of a configuration set, and what SES checks before it accepts one."""

import copy
import re
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.configuration_sets import find
from ses_provision.local.ses.errors import already_exists, bad_request, limit_exceeded, not_found
from ses_provision.local.ses.names import arn, resource_name
from ses_provision.local.ses.world import Handler, World

# aws-facts 10.
MAX_DESTINATIONS = 10
MAX_DIMENSIONS = 10
# aws-facts 3: SES publishes this plain text, not JSON, when an SNS destination is made.
VALIDATION_MESSAGE = "Successfully validated SNS topic for Amazon SES event publishing."
_DIMENSION = re.compile(r"[A-Za-z0-9_:-]{1,256}")
_DIMENSION_VALUE = re.compile(r"[A-Za-z0-9_.@:-]{1,256}")
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
        name = resource_name(params["EventDestinationName"], "Event destination")
        if name in held:
            raise already_exists(f"Event destination <{name}> already exists.")
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
        kinds = [kind for kind in KINDS if kind in given]
        if len(kinds) != 1:
            raise bad_request("Exactly one destination must be specified for an event destination.")
        if not given.get("MatchingEventTypes"):
            raise bad_request("At least one matching event type must be specified.")
        kind = kinds[0]
        destination = given[kind]
        if kind == "SnsDestination":
            self._check_topic(caller, params["ConfigurationSetName"], destination["TopicArn"])
        elif kind == "CloudWatchDestination":
            _check_dimensions(destination["DimensionConfigurations"])
        elif kind == "KinesisFirehoseDestination":
            _check_stream(caller, destination)
        elif kind == "EventBridgeDestination":
            _check_bus(caller, destination["EventBusArn"])
        return {
            # aws-facts 11: an omitted Enabled means false.
            "Enabled": given.get("Enabled", False),
            "MatchingEventTypes": list(given["MatchingEventTypes"]),
            kind: copy.deepcopy(destination),
        }

    def _check_topic(self, caller: Caller, set_name: str, topic: str) -> None:
        """aws-facts 3: the topic must exist in this region and let SES publish."""
        expected = f"arn:{caller.partition}:sns:{caller.region}:"
        if not topic.startswith(expected):
            raise bad_request(f"SNS topic <{topic}> must be in region {caller.region}.")
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
        raise not_found(f"Event destination <{name}> does not exist.")
    return name


def _check_dimensions(dimensions: list[dict[str, str]]) -> None:
    if not 1 <= len(dimensions) <= MAX_DIMENSIONS:
        raise bad_request(f"Between 1 and {MAX_DIMENSIONS} dimensions must be specified.")
    for each in dimensions:
        if not _DIMENSION.fullmatch(each["DimensionName"]):
            raise bad_request(f"Invalid dimension name <{each['DimensionName']}>.")
        if not _DIMENSION_VALUE.fullmatch(each["DefaultDimensionValue"]):
            raise bad_request(f"Invalid default dimension value <{each['DefaultDimensionValue']}>.")


def _check_stream(caller: Caller, destination: dict[str, str]) -> None:
    stream, role = destination["DeliveryStreamArn"], destination["IamRoleArn"]
    prefix = f"arn:{caller.partition}:firehose:{caller.region}:{caller.account}:deliverystream/"
    if not stream.startswith(prefix):
        raise bad_request(f"Invalid Kinesis Firehose delivery stream ARN <{stream}>.")
    if not role.startswith(f"arn:{caller.partition}:iam::{caller.account}:role/"):
        raise bad_request(f"Invalid IAM role ARN <{role}>.")


def _check_bus(caller: Caller, bus: str) -> None:
    """aws-facts 11: only the default bus is supported."""
    if bus != f"arn:{caller.partition}:events:{caller.region}:{caller.account}:event-bus/default":
        raise bad_request(f"Event bus <{bus}> is not the default bus of this account and region.")
