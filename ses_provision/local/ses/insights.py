"""What Virtual Deliverability Manager tells of messages: insights and daily metrics.

Gate, sentences and the order of checks were probed 2026-09-21 to 09-24 (floci-io/floci).
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.account import vdm_enabled
from ses_provision.local.ses.errors import bad_request, not_found
from ses_provision.local.ses.state import Happening, Place, SentMessage, Timeline
from ses_provision.local.ses.world import Handler, World

GATE = "To use this feature you must enable Virtual Deliverability Manager"
# SES names the mailbox provider where it knows it; nobody here has one.
ISP = "UNKNOWN_ISP"
_LONGEST = timedelta(days=60)
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_IDENTITY = re.compile(r"([^@\s*]+@)?[^@\s*]+")
_DIMENSIONS = ("EMAIL_IDENTITY", "CONFIGURATION_SET", "ISP", "TENANT_NAME")


class Insights:
    """GetMessageInsights and BatchGetMetricData."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {"GetMessageInsights": self.of_message, "BatchGetMetricData": self.metrics}

    def of_message(self, caller: Caller, params: Params) -> Reply:
        """What became of a message; SES keeps track of those to one recipient alone."""
        place, asked = self._gated(caller), params["MessageId"]
        for message in place.sent:
            if message.message_id == asked and len(message.timelines) == 1:
                return _shown(message)
        raise not_found(f"Message <{asked}> not found for account <{caller.account}>")

    def metrics(self, caller: Caller, params: Params) -> Reply:
        """Counts by day in UTC; days on which nothing happened are not there."""
        place, queries = self._gated(caller), params["Queries"]
        if len({each["Id"] for each in queries}) != len(queries):
            raise bad_request("All queries must have a unique identifier.")
        for each in queries:
            _check_dimensions(each.get("Dimensions", {}))
        for each in queries:
            _check_dates(each)
        return {"Results": [_series(place, each) for each in queries], "Errors": []}

    def _gated(self, caller: Caller) -> Place:
        place = self._world.of(caller)
        if not vdm_enabled(place):
            raise not_found(GATE)
        return place


def _shown(message: SentMessage) -> Reply:
    reply: dict[str, Any] = {
        "MessageId": message.message_id,
        "FromEmailAddress": message.source,
        "EmailTags": [{"Name": name, "Value": value} for name, value in message.tags],
        "Insights": [
            {
                "Destination": each.destination,
                "Isp": ISP,
                "Events": [_happening(one) for one in each.happenings],
            }
            for each in message.timelines
        ],
    }
    if message.subject:
        reply["Subject"] = message.subject
    return reply


def _happening(happening: Happening) -> dict[str, Any]:
    shown: dict[str, Any] = {"Timestamp": happening.at, "Type": happening.type}
    if happening.details:
        shown["Details"] = dict(happening.details)
    return shown


def _check_dimensions(given: dict[str, str]) -> None:
    if set(given) - set(_DIMENSIONS):
        raise bad_request("Unsupported dimension provided.")
    if "EMAIL_IDENTITY" in given and not _IDENTITY.fullmatch(given["EMAIL_IDENTITY"]):
        raise bad_request("Invalid email identity provided.")
    if "ISP" in given and not _NAME.fullmatch(given["ISP"]):
        raise bad_request("Invalid ISP name provided.")
    for key, what, blank in (
        (
            "CONFIGURATION_SET",
            "configuration set name",
            "The configuration set name must be specified.",
        ),
        ("TENANT_NAME", "tenant name", "TenantName cannot be empty"),
    ):
        value = given.get(key)
        if value == "":
            raise bad_request(blank)
        if value is not None and not _NAME.fullmatch(value):
            raise bad_request(
                f"Invalid {what} <{value}>: only alphanumeric ASCII characters, '_', and '-' are"
                " allowed."
            )


def _check_dates(query: Params) -> None:
    if query["StartDate"] >= query["EndDate"]:
        raise bad_request("Expected start date to be before the end date.")
    if query["EndDate"] - query["StartDate"] > _LONGEST:
        raise bad_request(
            "Invalid interval, can request at most 60 days."
            " Please partition your requested interval."
        )


def _series(place: Place, query: Params) -> dict[str, Any]:
    counted: Counter[datetime] = Counter()
    for message, timeline in matching(place, query.get("Dimensions", {})):
        del message
        for at in counting(timeline, query["Metric"]):
            if query["StartDate"] <= at < query["EndDate"]:
                counted[at.replace(hour=0, minute=0, second=0, microsecond=0)] += 1
    days = sorted(counted)
    return {"Id": query["Id"], "Timestamps": days, "Values": [counted[day] for day in days]}


def matching(place: Place, dimensions: dict[str, str]) -> Iterator[tuple[SentMessage, Timeline]]:
    """The messages that dimensions speak of, with the timeline of each recipient."""
    for message in place.sent:
        sender = message.source.rpartition("<")[2].rstrip(">").lower()
        identity = dimensions.get("EMAIL_IDENTITY", sender).lower()
        if (
            identity in (sender, sender.rpartition("@")[2])
            and dimensions.get("CONFIGURATION_SET") in (None, message.configuration_set)
            and dimensions.get("TENANT_NAME") in (None, message.tenant)
            and dimensions.get("ISP") in (None, ISP)
        ):
            for timeline in message.timelines:
                yield message, timeline


def counting(timeline: Timeline, metric: str) -> Iterator[datetime]:
    """When what a metric counts happened on the way to one recipient."""
    delivered = False
    for each in timeline.happenings:
        bounce = each.details.get("Bounce", {}).get("BounceType")
        delivered = delivered or each.type == "DELIVERY"
        after = each.type == "COMPLAINT" and delivered
        names = {each.type, f"{bounce}_BOUNCE", "DELIVERY_COMPLAINT" if after else ""}
        if metric in names:
            yield each.at
