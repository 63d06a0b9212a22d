"""Publishing events to a configuration set's destinations, and keeping the reputation."""

import json
from typing import Any

from ses_provision.local.contract import Caller
from ses_provision.local.ses.names import arn
from ses_provision.local.ses.outcomes import is_simulator
from ses_provision.local.ses.state import ConfigurationSet, Place, Reputation
from ses_provision.local.ses.world import World

SNS_SUBJECT = "Amazon SES Email Event Notification"
# EventBridge detail types, from the EventBridge and SES guides.
_DETAIL_TYPES = {
    "Send": "Email Sent",
    "Reject": "Email Rejected",
    "Bounce": "Email Bounced",
    "Complaint": "Email Complaint Received",
    "Delivery": "Email Delivered",
    "Rendering Failure": "Email Rendering Failed",
    "Subscription": "Email Subscribed",
    "Open": "Email Opened",
    "Click": "Email Clicked",
    "DeliveryDelay": "Email Delivery Delayed",
}
_API_NAMES = {"DeliveryDelay": "DELIVERY_DELAY"}
_METRIC_NAMES = {"Rendering Failure": "RenderingFailure"}


class Events:
    """Where the events of a message go."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.simulator_moves_reputation = False

    def publish(
        self, caller: Caller, place: Place, used: ConfigurationSet | None, event: dict[str, Any]
    ) -> None:
        """Tell an event to everyone who asked for it, and to CloudWatch."""
        event_type = event["eventType"]
        metric = _METRIC_NAMES.get(event_type, event_type)
        self._world.neighbours.put_metric(caller, metric, 1.0, {})
        if used is not None:
            wanted = _API_NAMES.get(event_type) or event_type.upper().replace(" ", "_")
            for destination in used.destinations.values():
                if destination["Enabled"] and wanted in destination["MatchingEventTypes"]:
                    self._deliver(caller, used, destination, event)
        self._keep_reputation(caller, place, used, event)

    def _deliver(
        self,
        caller: Caller,
        used: ConfigurationSet,
        destination: dict[str, Any],
        event: dict[str, Any],
    ) -> None:
        neighbours, source = self._world.neighbours, arn(caller, "configuration-set", used.name)
        # Real events reach SNS and Firehose as one line with its end.
        line = json.dumps(event, separators=(",", ":")) + "\n"
        if "SnsDestination" in destination:
            topic = destination["SnsDestination"]["TopicArn"]
            if neighbours.sns_topic_refusal(caller, topic, source) is None:
                neighbours.publish(caller, topic, line, SNS_SUBJECT)
        elif "KinesisFirehoseDestination" in destination:
            target = destination["KinesisFirehoseDestination"]
            stream = target["DeliveryStreamArn"]
            if not neighbours.stream_refusal(caller, stream, target["IamRoleArn"], source):
                neighbours.put_firehose_record(caller, stream, line.encode())
        elif "EventBridgeDestination" in destination:
            neighbours.put_event(caller, _DETAIL_TYPES[event["eventType"]], event, source)
        elif "CloudWatchDestination" in destination:
            given = destination["CloudWatchDestination"]["DimensionConfigurations"]
            name = _METRIC_NAMES.get(event["eventType"], event["eventType"])
            dimensions = {each["DimensionName"]: _dimension(each, event["mail"]) for each in given}
            neighbours.put_metric(caller, name, 1.0, dimensions)

    def _keep_reputation(
        self, caller: Caller, place: Place, used: ConfigurationSet | None, event: dict[str, Any]
    ) -> None:
        """aws-facts 1: account-wide without dimensions, per set where metrics are enabled.

        [D23] send-an-email-from-console.md and five more pages: mail to the simulator does not
        move the rates; it makes them exist, at nought.
        """
        if not {"send", "bounce", "complaint"} & set(event):
            return
        sent, bounced, complained = self._counted(event)
        kept: list[tuple[Reputation, dict[str, str]]] = [(place.account.reputation, {})]
        if used is not None and used.reputation_metrics:
            kept.append((used.reputation, {"ses:configuration-set": used.name}))
        for reputation, dimensions in kept:
            reputation.sent += sent
            reputation.bounced += bounced
            reputation.complained += complained
            base = max(reputation.sent, 1)
            put = self._world.neighbours.put_metric
            put(caller, "Reputation.BounceRate", reputation.bounced / base, dimensions)
            put(caller, "Reputation.ComplaintRate", reputation.complained / base, dimensions)

    def _counted(self, event: dict[str, Any]) -> tuple[int, int, int]:
        bounce, complaint = event.get("bounce"), event.get("complaint")
        if bounce is not None:
            # [D23] faqs-enforcement.md: hard bounces count; mail held back was never sent.
            hard = bounce["bounceSubType"] == "General"
            return 0, len(self._counting(bounce["bouncedRecipients"])) if hard else 0, 0
        if complaint is not None:
            return 0, 0, len(self._counting(complaint["complainedRecipients"]))
        if "send" in event:
            addresses = [{"emailAddress": each} for each in event["mail"]["destination"]]
            return len(self._counting(addresses)), 0, 0
        return 0, 0, 0

    def _counting(self, recipients: list[dict[str, str]]) -> list[dict[str, str]]:
        if self.simulator_moves_reputation:
            return recipients
        return [each for each in recipients if not is_simulator(each["emailAddress"])]


def _dimension(asked: dict[str, str], mail: dict[str, Any]) -> str:
    name, source = asked["DimensionName"], asked["DimensionValueSource"]
    if source == "MESSAGE_TAG" and name in mail["tags"]:
        return str(mail["tags"][name][0])
    if source == "EMAIL_HEADER":
        for header in mail["headers"]:
            if header["name"].lower() == name.lower():
                return str(header["value"])
    return asked["DefaultDimensionValue"]
