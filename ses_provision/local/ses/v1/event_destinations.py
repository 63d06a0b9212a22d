"""Event destinations in the API v1."""

from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.v1 import spelling
from ses_provision.local.ses.v1.refusals import worded
from ses_provision.local.ses.world import Handler

_BAD = {
    "SnsDestination": "InvalidSNSDestination",
    "KinesisFirehoseDestination": "InvalidFirehoseDestination",
    "CloudWatchDestination": "InvalidCloudWatchDestination",
}


class EventDestinationsV1:
    """The operations on event destinations."""

    def __init__(self, v2: SesV2) -> None:
        self._v2 = v2
        self._world = v2.world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateConfigurationSetEventDestination": self.create,
            "UpdateConfigurationSetEventDestination": self.update,
            "DeleteConfigurationSetEventDestination": self.delete,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Add a destination."""
        return self._put(caller, "CreateConfigurationSetEventDestination", params)

    def update(self, caller: Caller, params: Params) -> Reply:
        """Replace a destination."""
        return self._put(caller, "UpdateConfigurationSetEventDestination", params)

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Remove a destination."""
        self._check_set(caller, params)
        with worded(gone="EventDestinationDoesNotExist"):
            return self._v2.handle(caller, "DeleteConfigurationSetEventDestination", dict(params))

    def _put(self, caller: Caller, operation: str, params: Params) -> Reply:
        self._check_set(caller, params)
        given, kind = _renamed(params["EventDestination"])
        request = {
            "ConfigurationSetName": params["ConfigurationSetName"],
            "EventDestinationName": params["EventDestination"]["Name"],
            "EventDestination": given,
        }
        with worded(
            gone="EventDestinationDoesNotExist",
            taken="EventDestinationAlreadyExists",
            bad=_BAD.get(kind, "InvalidParameterValue"),
        ):
            return self._v2.handle(caller, operation, request)

    def _check_set(self, caller: Caller, params: Params) -> None:
        name = params["ConfigurationSetName"]
        if name not in self._world.of(caller).configuration_sets:
            raise AwsError(
                "ConfigurationSetDoesNotExist", f"Configuration set <{name}> does not exist.", 400
            )


def _renamed(destination: Params) -> tuple[dict[str, Any], str]:
    given: dict[str, Any] = {
        "Enabled": destination.get("Enabled", False),
        "MatchingEventTypes": [
            spelling.to_event_type(each) for each in destination.get("MatchingEventTypes", [])
        ],
    }
    if "SNSDestination" in destination:
        given["SnsDestination"] = {"TopicArn": destination["SNSDestination"]["TopicARN"]}
    if "KinesisFirehoseDestination" in destination:
        stream = destination["KinesisFirehoseDestination"]
        given["KinesisFirehoseDestination"] = {
            "IamRoleArn": stream["IAMRoleARN"],
            "DeliveryStreamArn": stream["DeliveryStreamARN"],
        }
    if "CloudWatchDestination" in destination:
        dimensions = destination["CloudWatchDestination"].get("DimensionConfigurations", [])
        given["CloudWatchDestination"] = {
            "DimensionConfigurations": [
                {**each, "DimensionValueSource": spelling.to_source(each["DimensionValueSource"])}
                for each in dimensions
            ]
        }
    kinds = [kind for kind in _BAD if kind in given]
    return given, kinds[0] if len(kinds) == 1 else ""
