"""The API v1 as a service of the local AWS: its operations, on the state of SESv2."""

from ses_provision.local.contract import Caller, Params, Reply, not_served
from ses_provision.local.ses import constraints
from ses_provision.local.ses.sending import check_served
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.v1.account import Account
from ses_provision.local.ses.v1.configuration_sets import ConfigurationSetsV1
from ses_provision.local.ses.v1.event_destinations import EventDestinationsV1
from ses_provision.local.ses.v1.identities import Identities
from ses_provision.local.ses.v1.notifications import IdentityNotifications
from ses_provision.local.ses.v1.policies import IdentityPolicies
from ses_provision.local.ses.v1.receipt_filters import ReceiptFilters
from ses_provision.local.ses.v1.receiving import ReceiptRuleSets
from ses_provision.local.ses.v1.sending import SendingV1
from ses_provision.local.ses.v1.templates import TemplatesV1
from ses_provision.local.ses.v1.verification_templates import VerificationTemplatesV1
from ses_provision.local.ses.world import Handler

# Parameters with which one sends for the identity of somebody else.
_IDENTITY_ARNS = ("SourceArn", "FromArn", "ReturnPathArn")


class SesV1:
    """The API v1 of all accounts and regions."""

    def __init__(self, v2: SesV2) -> None:
        self._v2 = v2
        subjects = (
            Identities(v2),
            IdentityNotifications(v2),
            IdentityPolicies(v2),
            SendingV1(v2),
            Account(v2),
            TemplatesV1(v2),
            ConfigurationSetsV1(v2),
            EventDestinationsV1(v2),
            VerificationTemplatesV1(v2),
            ReceiptRuleSets(v2),
            ReceiptFilters(v2),
        )
        self._handlers: dict[str, Handler] = {}
        for subject in subjects:
            self._handlers |= subject.handlers()

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer one request."""
        handler = self._handlers.get(operation)
        if handler is None:
            raise not_served("ses", operation)
        check_served(caller, params, _IDENTITY_ARNS)
        constraints.check(operation, params, "ses")
        with self._v2.lock:
            return handler(caller, params)

    @property
    def operations(self) -> frozenset[str]:
        """The operations served."""
        return frozenset(self._handlers)
