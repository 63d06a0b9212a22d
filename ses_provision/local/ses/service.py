"""SESv2 as a service of the local AWS: its operations, and the knobs of who runs it."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from ses_provision.local.contract import Caller, Clock, Neighbours, Params, Reply, not_served
from ses_provision.local.ses import constraints
from ses_provision.local.ses.account import DECISIONS, ENFORCEMENTS, AccountSettings
from ses_provision.local.ses.address_insights import AddressInsights
from ses_provision.local.ses.configuration_sets import ConfigurationSets
from ses_provision.local.ses.contact_lists import ContactLists
from ses_provision.local.ses.contacts import Contacts
from ses_provision.local.ses.dedicated_ips import DedicatedIps
from ses_provision.local.ses.endpoints import MultiRegionEndpoints
from ses_provision.local.ses.event_destinations import EventDestinations
from ses_provision.local.ses.events import Events
from ses_provision.local.ses.export_jobs import ExportJobs
from ses_provision.local.ses.happenings import Happenings
from ses_provision.local.ses.identities import Identities
from ses_provision.local.ses.insights import Insights
from ses_provision.local.ses.lifecycle import Lifecycle
from ses_provision.local.ses.message import Message
from ses_provision.local.ses.notifications import Notifications
from ses_provision.local.ses.policies import Policies
from ses_provision.local.ses.recommendations import Recommendations
from ses_provision.local.ses.reputation import ReputationEntities
from ses_provision.local.ses.sending import Sending, check_served
from ses_provision.local.ses.state import (
    Identity,
    Place,
    SentMessage,
    VerificationMail,
    Watch,
)
from ses_provision.local.ses.suppression import SuppressionList
from ses_provision.local.ses.tags import Tags
from ses_provision.local.ses.templates import Templates
from ses_provision.local.ses.tenants import Tenants, tags_of_all
from ses_provision.local.ses.verification_templates import VerificationTemplates
from ses_provision.local.ses.world import Handler, World


class SesV2:
    """SES API v2 of all accounts and regions."""

    def __init__(self, neighbours: Neighbours, clock: Clock) -> None:
        self.world = World(neighbours, clock)
        self.lock = threading.RLock()
        self._lifecycle = Lifecycle(self.world)
        self._identities = Identities(self.world, self._lifecycle)
        self._events = Events(self.world)
        self._happenings = Happenings(self.world, self._events)
        self._sending = Sending(
            self.world, self._lifecycle, self._events, Notifications(self.world)
        )
        self._exports = ExportJobs(self.world)
        self._reputation = ReputationEntities(self.world)
        self._dedicated_ips = DedicatedIps(self.world)
        subjects = (
            self._identities,
            Policies(self.world),
            ConfigurationSets(self.world, self._lifecycle),
            EventDestinations(self.world),
            AccountSettings(self.world),
            Tags(self.world),
            SuppressionList(self.world),
            self._dedicated_ips,
            Tenants(self.world),
            Templates(self.world),
            Recommendations(self.world, self._lifecycle),
            self._sending,
            ContactLists(self.world),
            Contacts(self.world),
            Insights(self.world),
            self._exports,
            self._reputation,
            AddressInsights(self.world),
            MultiRegionEndpoints(self.world),
            VerificationTemplates(self.world, self._lifecycle),
        )
        self._handlers: dict[str, Handler] = {}
        for subject in subjects:
            self._handlers |= subject.handlers()

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer one request."""
        handler = self._handlers.get(operation)
        if handler is None:
            raise not_served("sesv2", operation)
        if operation.startswith("Send"):
            check_served(caller, params)
        constraints.check(operation, params)
        with self.lock:
            return handler(caller, params)

    def send(self, caller: Caller, place: Place, message: Message) -> str:
        """Accept a message, or refuse it; its id. For the API v1."""
        return self._sending.sent(caller, place, message)

    def may_send(self, caller: Caller, address: str) -> bool:
        """Whether mail may be sent from an address."""
        return self._lifecycle.may_send(self.world.of(caller), address)

    def mail_link(self, place: Place, identity: Identity) -> None:
        """Mail an address the link that verifies it, once more."""
        self._lifecycle.mail_link(place, identity)

    @property
    def operations(self) -> frozenset[str]:
        """The operations served."""
        return frozenset(self._handlers)

    @property
    def verification_delay(self) -> timedelta:
        """How long the right records must stand before SES has seen them."""
        return self.world.verification_delay

    @verification_delay.setter
    def verification_delay(self, delay: timedelta) -> None:
        self.world.verification_delay = delay

    @property
    def refuses_same_key_length(self) -> bool:
        """Whether a DKIM key length that is set already may not be set again."""
        return self.world.refuses_same_key_length

    @refuses_same_key_length.setter
    def refuses_same_key_length(self, refuses: bool) -> None:
        self.world.refuses_same_key_length = refuses

    @property
    def hides_own_selector(self) -> bool:
        """Whether no selector is shown of a key that somebody brought."""
        return self.world.hides_own_selector

    @hides_own_selector.setter
    def hides_own_selector(self, hides: bool) -> None:
        self.world.hides_own_selector = hides

    def happens(self, account: str, region: str, message_id: str, event: str, **said: str) -> None:
        """Let something happen to a message that was sent (see `Happenings`)."""
        with self.lock:
            self._happenings.tell(account, region, message_id, event, **said)

    def unsubscribe(self, token: str) -> bool:
        """Follow the unsubscribe link of a message; whether there is such a link."""
        with self.lock:
            return self._sending.unsubscribe(token)

    def exported(self, job: str) -> str | None:
        """The file that an export job has written."""
        with self.lock:
            return self._exports.file(job)

    def lease(self, account: str, region: str, ips: Iterable[str]) -> None:
        """Lease dedicated IP addresses to an account."""
        with self.lock:
            self._dedicated_ips.lease(self.world.place(account, region), ips)

    def tagged(self, caller: Caller) -> dict[str, dict[str, str]]:
        """The tags of all tenants, of which there may be thousands, by ARN."""
        return tags_of_all(caller, self.world.of(caller))

    def find_fault(self, account: str, region: str, tenant: str, impact: str | None) -> None:
        """Let SES find something in a tenant's mail: LOW, HIGH, or None for nothing any more."""
        if impact not in (None, "LOW", "HIGH"):
            raise ValueError(f"An impact is LOW, HIGH or none, not {impact}.")
        with self.lock:
            place = self.world.place(account, region)
            if tenant not in place.tenants:
                raise ValueError(f"There is no tenant {tenant} in {account} and {region}.")
            self._reputation.find_fault(place, tenant, impact)

    @property
    def signing_hosted_zone(self) -> Callable[[str, str], str]:
        """Which SigningHostedZone an identity gets, by region and name."""
        return self.world.signing_hosted_zone

    @signing_hosted_zone.setter
    def signing_hosted_zone(self, choose: Callable[[str, str], str]) -> None:
        self.world.signing_hosted_zone = choose

    @property
    def simulator_moves_reputation(self) -> bool:
        """Whether mail to the mailbox simulator counts in Reputation.*, as it does not on AWS."""
        return self._events.simulator_moves_reputation

    @simulator_moves_reputation.setter
    def simulator_moves_reputation(self, moves: bool) -> None:
        self._events.simulator_moves_reputation = moves

    def look(self, account: str) -> None:
        """Look at DNS now; called around changes of records, times become exact."""
        with self.lock:
            self._lifecycle.refresh_account(account)

    def decide_review(self, account: str, region: str, decision: str) -> None:
        """End the pending review of a request for production access."""
        decision = decision.upper()
        if decision not in DECISIONS:
            raise ValueError(f"A review ends {', '.join(DECISIONS)}, not {decision}.")
        with self.lock:
            settings = self.world.place(account, region).account
            if settings.review is None or settings.review["Status"] != "PENDING":
                raise ValueError(f"No review is pending for account {account} in {region}.")
            settings.review["Status"] = decision
            settings.production = decision == "GRANTED"

    def set_enforcement(self, account: str, region: str, status: str) -> None:
        """Put the account under review, shut it down, or declare it healthy."""
        status = status.upper()
        if status not in ENFORCEMENTS:
            raise ValueError(f"An enforcement status is {', '.join(ENFORCEMENTS)}, not {status}.")
        with self.lock:
            self.world.place(account, region).account.enforcement = status

    def allow_production(self, account: str, region: str) -> None:
        """Let the account out of the sandbox without a review."""
        with self.lock:
            self.world.place(account, region).account.production = True

    def pause(self, account: str, region: str) -> None:
        """Pause the account's sending."""
        with self.lock:
            self.world.place(account, region).account.sending_enabled = False

    def resume(self, account: str, region: str) -> None:
        """Resume the account's sending."""
        with self.lock:
            self.world.place(account, region).account.sending_enabled = True

    def sent(self, account: str, region: str) -> list[SentMessage]:
        """The messages SES accepted."""
        with self.lock:
            return list(self.world.place(account, region).sent)

    def verification_mails(self, account: str, region: str) -> list[VerificationMail]:
        """The mails SES sent to addresses to be verified."""
        with self.lock:
            return list(self.world.place(account, region).verification_mails)

    def click_verification(self, account: str, region: str, address: str) -> bool:
        """Follow the link in an address's verification mail; whether it was still valid."""
        with self.lock:
            return self._identities.click(self.world.place(account, region), address)

    def snapshot(self, account: str) -> dict[str, Any]:
        """All that an account has in SES, by region, without the traces that reading leaves."""
        with self.lock:
            return {
                place.region: _plain(asdict(place, dict_factory=_without_traces))
                for place in self.world.places.values()
                if place.account_id == account
            }


_TRACES = frozenset({"checked_at", "succeeded_at", "absent_at", "error"})
_READ_TRACES = frozenset({"recommended_since", "accepted"})


def _without_traces(items: list[tuple[str, Any]]) -> dict[str, Any]:
    is_watch = {name for name, _ in items} >= set(Watch.__dataclass_fields__)
    dropped = _TRACES if is_watch else _READ_TRACES
    return {name: value for name, value in items if name not in dropped}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
