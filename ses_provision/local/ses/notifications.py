"""What an identity tells of bounces, complaints and deliveries to topics of its own (API v1).

[D23] notification-contents.md: like an event, but called `notificationType`, without tags, and
with the headers only where the identity was told to include them.
"""

import json
from typing import Any

from ses_provision.local.contract import Caller
from ses_provision.local.ses.names import arn
from ses_provision.local.ses.state import Identity
from ses_provision.local.ses.world import World

TYPES = ("Bounce", "Complaint", "Delivery")
_HEADERS = ("headersTruncated", "headers", "commonHeaders")


class Notifications:
    """Where the notifications of an identity go."""

    def __init__(self, world: World) -> None:
        self._world = world

    def publish(self, caller: Caller, identity: Identity, event: dict[str, Any]) -> None:
        """Tell an event to the topic that the identity has for its type, if any."""
        kind = event["eventType"]
        topic = identity.topics.get(kind)
        if topic is None:
            return
        neighbours, source = self._world.neighbours, arn(caller, "identity", identity.name)
        if neighbours.sns_topic_refusal(caller, topic, source) is not None:
            # [D23] configure-sns-notifications.md: SES drops the topic and forwards by mail again.
            del identity.topics[kind]
            identity.forward_feedback = True
            return
        text = json.dumps(_notification(event, kind in identity.headers_told))
        neighbours.publish(caller, topic, text, None)


def _notification(event: dict[str, Any], with_headers: bool) -> dict[str, Any]:
    dropped = {"tags", *(() if with_headers else _HEADERS)}
    mail = {key: value for key, value in event["mail"].items() if key not in dropped}
    mail["sourceIp"] = event["mail"]["tags"]["ses:source-ip"][0]
    mail["callerIdentity"] = event["mail"]["tags"]["ses:caller-identity"][0]
    content = {key: value for key, value in event.items() if key not in ("eventType", "mail")}
    return {"notificationType": event["eventType"], "mail": mail, **content}
