"""SendEmail and SendBulkEmail: who may send what to whom."""

import hashlib
from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses import (
    configuration_sets,
    list_management,
    suppression,
    tenants,
    timelines,
)
from ses_provision.local.ses import message as messages
from ses_provision.local.ses.account import quota, sent_last_day
from ses_provision.local.ses.errors import (
    bad_request,
    limit_exceeded,
    rejected,
    sending_paused,
)
from ses_provision.local.ses.events import Events
from ses_provision.local.ses.inbound import Inbound
from ses_provision.local.ses.lifecycle import Lifecycle
from ses_provision.local.ses.message import Message
from ses_provision.local.ses.names import arn, domains_above
from ses_provision.local.ses.notifications import Notifications
from ses_provision.local.ses.outcomes import Accepted, is_simulator
from ses_provision.local.ses.state import (
    SUCCESS,
    ConfigurationSet,
    Identity,
    Place,
    SentMessage,
    Tenant,
    UnsubscribeLink,
)
from ses_provision.local.ses.world import Handler, World

# [M] SendBulkEmail.
MAX_ENTRIES = 50
_SHUT_DOWN = (
    "Sending paused for this account. For more information, please check the inbox of the email"
    " address associated with your AWS account."
)
_BULK_STATUSES = {
    "MessageRejected": "MESSAGE_REJECTED",
    "MailFromDomainNotVerifiedException": "MAIL_FROM_DOMAIN_NOT_VERIFIED",
    "LimitExceededException": "ACCOUNT_DAILY_QUOTA_EXCEEDED",
    "BadRequestException": "INVALID_PARAMETER",
}
# Identities of other accounts, which need their owner's policy, are not served.
IDENTITY_ARNS = ("FromEmailAddressIdentityArn", "FeedbackForwardingEmailAddressIdentityArn")
# How message ids begin in each region; elsewhere as in us-east-1.
_REGION_MARKS = {"us-east-2": "010f", "us-west-2": "0101", "eu-west-1": "0102"}


class Sending:
    """The operations that send mail, of both APIs."""

    def __init__(
        self, world: World, lifecycle: Lifecycle, events: Events, notifications: Notifications
    ) -> None:
        self._world = world
        self._lifecycle = lifecycle
        self._events = events
        self._notifications = notifications
        self._inbound = Inbound(world, lifecycle)

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {"SendEmail": self.send, "SendBulkEmail": self.send_bulk}

    def send(self, caller: Caller, params: Params) -> Reply:
        """Send one message."""
        place = self._world.of(caller)
        check_account(place)
        return {"MessageId": self.sent(caller, place, messages.composed(place, params))}

    def send_bulk(self, caller: Caller, params: Params) -> Reply:
        """Send one message for each entry, each with a result of its own."""
        place, entries = self._world.of(caller), params["BulkEmailEntries"]
        check_account(place)
        if not 1 <= len(entries) <= MAX_ENTRIES:
            raise bad_request(f"Between 1 and {MAX_ENTRIES} entries must be specified.")
        if "Template" not in params["DefaultContent"]:
            raise bad_request("DefaultContent.Template must be specified.")
        messages.template_content(place, params["DefaultContent"]["Template"])
        if "ConfigurationSetName" in params:
            configuration_sets.find(place, params["ConfigurationSetName"])
        return {"BulkEmailEntryResults": [self._entry(caller, place, params, e) for e in entries]}

    def _entry(self, caller: Caller, place: Place, params: Params, each: Params) -> dict[str, Any]:
        try:
            message_id = self.sent(caller, place, messages.entry(place, params, each))
        except AwsError as refusal:
            paused = {"SendingPausedException": "CONFIGURATION_SET_SENDING_PAUSED"}
            statuses = _BULK_STATUSES | paused
            return {"Status": statuses.get(refusal.code, "FAILED"), "Error": refusal.message}
        return {"Status": "SUCCESS", "MessageId": message_id}

    def sent(self, caller: Caller, place: Place, message: Message) -> str:
        """Accept a message, or refuse it; its id."""
        _check_endpoint(place, message)
        self._check_verified(caller, place, message)
        identity = _identity(place, message.sender)
        used = _configuration_set(place, message, identity)
        tenant = _tenant(caller, place, message, identity, used)
        mail_from = self._mail_from(place, identity)
        _check_quota(place, message, sent_last_day(self._world, place))
        held_back = tuple(
            each for each in message.recipients if suppression.holds_back(place, used, tenant, each)
        )
        left = list_management.left(self._world, place, message)
        message_id = self._message_id(place)
        token = list_management.add_link(self._world, place, message, message_id)
        accepted = Accepted(
            caller,
            message,
            identity.name,
            message_id,
            self._world.now(),
            used.name if used is not None else None,
            held_back,
            left,
            self._inbound.turned_away(caller, message),
        )
        if token is not None and message.contact_list is not None:
            place.links[token] = UnsubscribeLink(
                message.recipients[0], message.contact_list, message.topic, accepted
            )
        if message.rendering_error is None:
            place.sent.append(_record(accepted, mail_from))
            place.accepted[message_id] = accepted
        for event in accepted.events():
            self._events.publish(caller, place, used, event)
            self._notifications.publish(caller, identity, event)
        if message.rendering_error is None:
            self._inbound.deliver(accepted, mail_from)
        return message_id

    def unsubscribe(self, token: str) -> bool:
        """Follow the link of a message to a contact; whether there is such a link."""
        for place in self._world.places.values():
            link = place.links.get(token)
            if link is not None:
                self._tell(place, link, list_management.follow(self._world, place, link))
                return True
        return False

    def _tell(
        self, place: Place, link: UnsubscribeLink, subscription: dict[str, Any] | None
    ) -> None:
        accepted: Accepted = link.message
        used = place.configuration_sets.get(accepted.configuration_set or "")
        if subscription is not None and used is not None:
            event = accepted.event("Subscription", "subscription", subscription)
            self._events.publish(accepted.caller, place, used, event)

    def _check_verified(self, caller: Caller, place: Place, message: Message) -> None:
        """aws-facts 6: in the sandbox recipients have to be verified as the sender always has."""
        asked = [message.sender]
        if not place.account.production:
            asked += [each for each in message.recipients if not is_simulator(each)]
        failed = [
            each for each in dict.fromkeys(asked) if not self._lifecycle.may_send(place, each)
        ]
        if failed:
            raise rejected(
                "Email address is not verified. The following identities failed the check in"
                f" region {caller.region.upper()}: {', '.join(failed)}"
            )

    def _mail_from(self, place: Place, identity: Identity) -> str:
        """aws-facts 9: without a working MAIL FROM, SES's own domain or no sending at all."""
        if identity.mail_from is not None:
            self._lifecycle.refresh(place, identity)
            if identity.mail_from.watch.status == SUCCESS:
                return identity.mail_from.domain
            if identity.on_mx_failure == "REJECT_MESSAGE":
                raise AwsError(
                    "MailFromDomainNotVerifiedException",
                    f"MAIL FROM domain <{identity.mail_from.domain}> is not verified.",
                )
        return "amazonses.com" if place.region == "us-east-1" else f"{place.region}.amazonses.com"

    def _message_id(self, place: Place) -> str:
        now = self._world.now()
        place.message_number += 1
        seed = f"{place.account_id}/{place.region}/{place.message_number}/{now}"
        digest = hashlib.sha256(seed.encode()).hexdigest()
        mark, millis = _REGION_MARKS.get(place.region, "0100"), int(now.timestamp() * 1000)
        parts = (digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])
        return f"{mark}{millis:012x}-{'-'.join(parts)}-000000"


def check_served(caller: Caller, params: Params, names: tuple[str, ...] = IDENTITY_ARNS) -> None:
    """Say that sending for another account is not served, whatever else is wrong."""
    own = arn(caller, "identity", "")
    for name in names:
        if params.get(name) and not str(params[name]).startswith(own):
            raise AwsError(
                "NotImplementedByLocalAws",
                f"The local AWS does not serve sending with {name} of another account or region.",
                501,
            )


def _check_endpoint(place: Place, message: Message) -> None:
    known = {each.id for each in place.endpoints.values()}
    if message.endpoint is not None and message.endpoint not in known:
        raise bad_request(f"Multi-region endpoint <{message.endpoint}> does not exist.")


def check_account(place: Place) -> None:
    """Refuse where the account may not send at all."""
    # [M] GetAccount.EnforcementStatus SHUTDOWN: the ability to send is paused.
    if place.account.enforcement == "SHUTDOWN":
        raise sending_paused(_SHUT_DOWN)
    if not place.account.sending_enabled:
        raise sending_paused("Email sending is disabled for your account.")


def _check_quota(place: Place, message: Message, sent: int) -> None:
    counted = sum(not is_simulator(each) for each in message.recipients)
    if counted and sent + counted > quota(place)[0]:
        raise limit_exceeded("Daily message quota exceeded.")


def _identity(place: Place, sender: str) -> Identity:
    """aws-facts 4 and 5: the most specific identity counts, with all its settings."""
    candidates = (sender, *domains_above(sender))
    return next(place.identities[name] for name in candidates if name in place.identities)


def _configuration_set(
    place: Place, message: Message, identity: Identity
) -> ConfigurationSet | None:
    if message.configuration_set:
        used = configuration_sets.find(place, message.configuration_set)
    elif identity.configuration_set is not None:
        name = identity.configuration_set
        if name not in place.configuration_sets:
            # D2 row 8: a default set that was deleted makes the send a bad request.
            raise bad_request(f"Configuration set <{name}> does not exist.")
        used = place.configuration_sets[name]
    else:
        return None
    if not used.sending_enabled:
        raise sending_paused(f"Sending is paused for configuration set {used.name}")
    return used


def _tenant(
    caller: Caller,
    place: Place,
    message: Message,
    identity: Identity,
    used: ConfigurationSet | None,
) -> Tenant | None:
    if not message.tenant:
        return None
    tenant = tenants.for_sending(caller, place, message.tenant)
    resources = [arn(caller, "identity", identity.name)]
    if used is not None:
        resources.append(arn(caller, "configuration-set", used.name))
    if message.template is not None:
        resources.append(arn(caller, "template", message.template))
    tenants.check_may_use(tenant, resources)
    if tenants.sending_status(tenant) == "DISABLED":
        # Not recorded (facts-sending A2): said as of a paused configuration set.
        raise sending_paused(f"Sending is paused for tenant {tenant.name}")
    return tenant


def _record(accepted: Accepted, mail_from: str) -> SentMessage:
    message = accepted.message
    return SentMessage(
        message_id=accepted.message_id,
        sent_at=accepted.at,
        source=message.source,
        identity=accepted.identity,
        to=message.to,
        cc=message.cc,
        bcc=message.bcc,
        subject=message.subject,
        text=message.text,
        html=message.html,
        configuration_set=accepted.configuration_set,
        mail_from=mail_from,
        tags=tuple(message.tags),
        suppressed=accepted.suppressed,
        counted=sum(not is_simulator(each) for each in message.recipients),
        raw=message.raw,
        headers=tuple(message.headers),
        tenant=message.tenant,
        timelines=timelines.of(accepted),
    )
