"""Configuration sets in the API v1, with their event destinations and options."""

from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses import configuration_sets
from ses_provision.local.ses.paging import Paging, page
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.state import ConfigurationSet
from ses_provision.local.ses.v1 import spelling
from ses_provision.local.ses.v1.refusals import worded
from ses_provision.local.ses.world import Handler

GONE = "ConfigurationSetDoesNotExist"
PAGES = Paging(50, 1000, None, "", code="InvalidParameterValue", size="MaxItems",
               out_of_range=50)  # fmt: skip


class ConfigurationSetsV1:
    """The operations on configuration sets and their options."""

    def __init__(self, v2: SesV2) -> None:
        self._v2 = v2
        self._world = v2.world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateConfigurationSet": self.create,
            "DescribeConfigurationSet": self.describe,
            "ListConfigurationSets": self.list,
            "DeleteConfigurationSet": self.delete,
            "CreateConfigurationSetTrackingOptions": self.create_tracking,
            "UpdateConfigurationSetTrackingOptions": self.update_tracking,
            "DeleteConfigurationSetTrackingOptions": self.delete_tracking,
            "PutConfigurationSetDeliveryOptions": self.put_delivery,
            "UpdateConfigurationSetReputationMetricsEnabled": self.put_reputation,
            "UpdateConfigurationSetSendingEnabled": self.put_sending,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Make a configuration set."""
        given = {"ConfigurationSetName": params["ConfigurationSet"]["Name"]}
        with worded(taken="ConfigurationSetAlreadyExists", bad="InvalidConfigurationSet"):
            return self._v2.handle(caller, "CreateConfigurationSet", given)

    def describe(self, caller: Caller, params: Params) -> Reply:
        """A configuration set, with the attributes asked for."""
        found, asked = self._found(caller, params), params.get("ConfigurationSetAttributeNames", [])
        reply: dict[str, Any] = {"ConfigurationSet": {"Name": found.name}}
        if "eventDestinations" in asked:
            reply["EventDestinations"] = [
                shown_destination(name, each) for name, each in sorted(found.destinations.items())
            ]
        if "trackingOptions" in asked and found.tracking is not None:
            domain = found.tracking["CustomRedirectDomain"]
            reply["TrackingOptions"] = {"CustomRedirectDomain": domain}
        if "deliveryOptions" in asked and found.delivery is not None:
            policy = spelling.tls_policy(found.delivery["TlsPolicy"])
            reply["DeliveryOptions"] = {"TlsPolicy": policy}
        if "reputationOptions" in asked:
            reply["ReputationOptions"] = _reputation(found)
        return reply

    def list(self, caller: Caller, params: Params) -> Reply:
        """The names of all configuration sets."""
        names = sorted(self._world.of(caller).configuration_sets)
        shown, more = page(params, names, PAGES)
        return {"ConfigurationSets": [{"Name": name} for name in shown], **more}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a set."""
        with worded(gone=GONE):
            return self._v2.handle(caller, "DeleteConfigurationSet", dict(params))

    def create_tracking(self, caller: Caller, params: Params) -> Reply:
        """Set the redirect domain where there is none."""
        if self._found(caller, params).tracking is not None:
            raise AwsError(
                "TrackingOptionsAlreadyExistsException",
                f"Configuration set <{params['ConfigurationSetName']}> already has tracking"
                " options.",
                400,
            )
        return self._put_tracking(caller, params)

    def update_tracking(self, caller: Caller, params: Params) -> Reply:
        """Change the redirect domain where there is one."""
        self._tracked(caller, params)
        return self._put_tracking(caller, params)

    def delete_tracking(self, caller: Caller, params: Params) -> Reply:
        """Take the redirect domain away."""
        self._tracked(caller, params).tracking = None
        return {}

    def put_delivery(self, caller: Caller, params: Params) -> Reply:
        """Require TLS or not; a pool that SESv2 was told stays."""
        found, given = self._found(caller, params), params.get("DeliveryOptions", {})
        policy = spelling.to_tls_policy(given.get("TlsPolicy", "Optional"))
        found.delivery = {**(found.delivery or {}), "TlsPolicy": policy}
        return {}

    def put_reputation(self, caller: Caller, params: Params) -> Reply:
        """Publish reputation metrics or not."""
        given = {"ReputationMetricsEnabled": params["Enabled"]}
        return self._put(caller, "PutConfigurationSetReputationOptions", params, given)

    def put_sending(self, caller: Caller, params: Params) -> Reply:
        """Allow sending or not."""
        given = {"SendingEnabled": params["Enabled"]}
        return self._put(caller, "PutConfigurationSetSendingOptions", params, given)

    def _put(self, caller: Caller, operation: str, params: Params, given: Params) -> Reply:
        name = {"ConfigurationSetName": params["ConfigurationSetName"]}
        with worded(gone=GONE):
            return self._v2.handle(caller, operation, name | given)

    def _put_tracking(self, caller: Caller, params: Params) -> Reply:
        domain = params["TrackingOptions"].get("CustomRedirectDomain", "")
        if not domain.strip():
            raise AwsError(
                "InvalidTrackingOptions",
                "At least one field of TrackingOptions must contain a value.",
                400,
            )
        given = {
            "ConfigurationSetName": params["ConfigurationSetName"],
            "CustomRedirectDomain": domain,
        }
        with worded(gone=GONE, bad="InvalidTrackingOptions"):
            return self._v2.handle(caller, "PutConfigurationSetTrackingOptions", given)

    def _found(self, caller: Caller, params: Params) -> ConfigurationSet:
        with worded(gone=GONE):
            return configuration_sets.find(self._world.of(caller), params["ConfigurationSetName"])

    def _tracked(self, caller: Caller, params: Params) -> ConfigurationSet:
        found = self._found(caller, params)
        if found.tracking is None:
            raise AwsError(
                "TrackingOptionsDoesNotExistException",
                f"There are no tracking options for configuration set <{found.name}>",
                400,
            )
        return found


def _reputation(found: ConfigurationSet) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "SendingEnabled": found.sending_enabled,
        "ReputationMetricsEnabled": found.reputation_metrics,
    }
    if found.reputation.fresh_start is not None:
        shown["LastFreshStart"] = found.reputation.fresh_start
    return shown


def shown_destination(name: str, destination: dict[str, Any]) -> dict[str, Any]:
    """An event destination as v1 shows it: without what v1 does not know.

    Types in order of the alphabet: recorded 2025-08-20 (localstack, test_ses.snapshot.json).
    """
    types = (spelling.event_type(each) for each in destination["MatchingEventTypes"])
    shown: dict[str, Any] = {
        "Name": name,
        "Enabled": destination["Enabled"],
        "MatchingEventTypes": sorted(each for each in types if each is not None),
    }
    if "SnsDestination" in destination:
        shown["SNSDestination"] = {"TopicARN": destination["SnsDestination"]["TopicArn"]}
    if "KinesisFirehoseDestination" in destination:
        stream = destination["KinesisFirehoseDestination"]
        shown["KinesisFirehoseDestination"] = {
            "IAMRoleARN": stream["IamRoleArn"],
            "DeliveryStreamARN": stream["DeliveryStreamArn"],
        }
    if "CloudWatchDestination" in destination:
        given = destination["CloudWatchDestination"]["DimensionConfigurations"]
        shown["CloudWatchDestination"] = {
            "DimensionConfigurations": [
                {**each, "DimensionValueSource": spelling.source(each["DimensionValueSource"])}
                for each in given
            ]
        }
    return shown
