"""What an identity tells of bounces, complaints and deliveries: by mail, and to topics."""

from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses.names import arn, identity_name
from ses_provision.local.ses.notifications import TYPES
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.state import Identity
from ses_provision.local.ses.v1.refusals import invalid, worded
from ses_provision.local.ses.world import Handler


class IdentityNotifications:
    """The operations on notifications."""

    def __init__(self, v2: SesV2) -> None:
        self._v2 = v2
        self._world = v2.world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "SetIdentityNotificationTopic": self.set_topic,
            "SetIdentityHeadersInNotificationsEnabled": self.set_headers,
            "SetIdentityFeedbackForwardingEnabled": self.set_forwarding,
            "GetIdentityNotificationAttributes": self.get,
        }

    def set_topic(self, caller: Caller, params: Params) -> Reply:
        """Tell a kind of event to a topic, or to none any more."""
        identity, kind = self._identity(caller, params), params["NotificationType"]
        topic = params.get("SnsTopic")
        if not topic:
            identity.topics.pop(kind, None)
            return {}
        source = arn(caller, "identity", identity.name)
        refusal = self._world.neighbours.sns_topic_refusal(caller, topic, source)
        if refusal is not None:
            raise invalid(refusal)
        identity.topics[kind] = topic
        return {}

    def set_headers(self, caller: Caller, params: Params) -> Reply:
        """Tell the headers too, or not."""
        identity, kind = self._identity(caller, params), params["NotificationType"]
        if params["Enabled"]:
            identity.headers_told.add(kind)
        else:
            identity.headers_told.discard(kind)
        return {}

    def set_forwarding(self, caller: Caller, params: Params) -> Reply:
        """Forward bounces and complaints by mail; without it both need a topic.

        [M] SetIdentityFeedbackForwardingEnabled: otherwise they could not be told at all.
        """
        given = {
            "EmailIdentity": params["Identity"],
            "EmailForwardingEnabled": params["ForwardingEnabled"],
        }
        with worded():
            name = identity_name(params["Identity"])
            identity = self._world.of(caller).identities.get(name)
            if identity is not None and not params["ForwardingEnabled"]:
                _check_topics(identity, params["Identity"])
            self._v2.handle(caller, "PutEmailIdentityFeedbackAttributes", given)
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """What each identity tells; those that are none are left out.

        Topics that are not set are left out too, though the model calls them required.
        """
        held, told = self._world.of(caller).identities, {}
        for given in params["Identities"]:
            with worded():
                identity = held.get(identity_name(given))
            if identity is not None:
                told[given] = _attributes(identity)
        return {"NotificationAttributes": told}

    def _identity(self, caller: Caller, params: Params) -> Identity:
        """Recorded 2025-07-29 (localstack, test_ses.snapshot.json): type first, then identity."""
        kind = params.get("NotificationType", "")
        if kind not in TYPES:
            raise invalid(
                f"Invalid notification type: {kind}. Valid values are: {', '.join(TYPES)}."
            )
        with worded():
            found = self._world.of(caller).identities.get(identity_name(params["Identity"]))
        if found is None:
            raise AwsError(
                "MessageRejected",
                f"Identity {params['Identity']} is not verified or does not exist.",
                400,
            )
        return found


def _check_topics(identity: Identity, given: str) -> None:
    if not {"Bounce", "Complaint"} <= identity.topics.keys():
        raise invalid(
            f"Identity <{given}> does not have both bounce and complaint topics configured."
            " Forwarding cannot be disabled."
        )


def _attributes(identity: Identity) -> dict[str, Any]:
    return {
        **{f"{kind}Topic": topic for kind, topic in identity.topics.items()},
        "ForwardingEnabled": identity.forward_feedback,
        **{f"HeadersIn{kind}NotificationsEnabled": kind in identity.headers_told for kind in TYPES},
    }
