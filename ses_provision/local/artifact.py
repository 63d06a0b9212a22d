"""AWS Artifact, as far as it says which agreements an account has accepted."""

import base64
import hashlib
import threading
from datetime import datetime
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply, not_served

# aws-facts 7: the names of the two agreements; the exact string in this API is not documented.
ACCOUNT_BAA = "AWS Business Associate Addendum"
ORGANIZATION_BAA = "AWS Organizations Business Associate Addendum"
_ORGANIZATION = "arn:aws:organizations::{account}:organization/o-localaws00"


@dataclass
class _Agreement:
    account: str
    organization: bool
    number: int
    start: datetime
    end: datetime | None = None

    @property
    def name(self) -> str:
        return ORGANIZATION_BAA if self.organization else ACCOUNT_BAA


class Artifact:
    """ListCustomerAgreements; accepting and ending are done in the console, so by the operator."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._agreements: list[_Agreement] = []

    @property
    def operations(self) -> frozenset[str]:
        """The operations served."""
        return frozenset({"ListCustomerAgreements"})

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer one request."""
        if operation not in self.operations:
            raise not_served("artifact", operation)
        with self._lock:
            return self._list(caller, params)

    def accept(self, account: str, organization: bool = False) -> None:
        """Accept the BAA, for the account or its organization."""
        with self._lock:
            if self._active(account, organization) is None:
                number = len(self._agreements) + 1
                now = self._clock.now()
                self._agreements.append(_Agreement(account, organization, number, now))

    def end(self, account: str) -> None:
        """End every BAA the account has accepted."""
        with self._lock:
            for organization in (False, True):
                active = self._active(account, organization)
                if active is not None:
                    active.end = self._clock.now()

    def _active(self, account: str, organization: bool) -> _Agreement | None:
        for each in self._agreements:
            if (each.account, each.organization, each.end) == (account, organization, None):
                return each
        return None

    def _list(self, caller: Caller, params: Params) -> Reply:
        size = params.get("maxResults", 300)
        if not 1 <= size <= 300:
            raise _invalid("maxResults must be between 1 and 300.")
        mine = [each for each in self._agreements if each.account == caller.account]
        start = self._start(params.get("nextToken"), len(mine))
        reply: Reply = {"customerAgreements": [_shown(each) for each in mine[start : start + size]]}
        if start + size < len(mine):
            reply["nextToken"] = str(start + size)
        return reply

    def _start(self, token: str | None, count: int) -> int:
        if token is None:
            return 0
        if not token.isdecimal() or not 0 < int(token) <= count:
            raise _invalid("The specified token is invalid.")
        return int(token)


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message, 400, reason="fieldValidationFailed")


def _shown(agreement: _Agreement) -> dict[str, Any]:
    digest = hashlib.sha256(f"{agreement.account}/{agreement.number}".encode()).digest()
    agreement_id = "customer-agreement-" + base64.b32encode(digest).decode()[:16]
    shown = {
        "name": agreement.name,
        "arn": f"arn:aws:artifact::{agreement.account}:customer-agreement/{agreement_id}",
        "id": agreement_id,
        "agreementArn": f"arn:aws:artifact:::agreement/{agreement.name}",
        "awsAccountId": agreement.account,
        "effectiveStart": agreement.start,
        "state": "ACTIVE" if agreement.end is None else "CUSTOMER_TERMINATED",
        "description": f"The {agreement.name} applies to this account.",
        "acceptanceTerms": ["I have read and agree to the terms of the agreement."],
        "terminateTerms": ["I understand that this account may no longer hold PHI."],
        "type": "DEFAULT",
    }
    if agreement.organization:
        shown["organizationArn"] = _ORGANIZATION.format(account=agreement.account)
    if agreement.end is not None:
        shown["effectiveEnd"] = agreement.end
    return shown
