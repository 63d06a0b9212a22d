"""Service Quotas, as far as it is about sending: two quotas of SES, and requests to raise them.

facts-sending G: the codes; ResourceAlreadyExistsException while a request is open; no raise before
the sandbox is left, but for an account whose request for production access was denied.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.served import OwnService, page
from ses_provision.local.ses.account import quota

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ses_provision.local.served import Operation
    from ses_provision.local.ses.service import SesV2
    from ses_provision.local.ses.state import Place

NAMES = {"L-804C8AE8": "Sending quota", "L-CDEF9B6B": "Sending rate"}
_CODES = tuple(NAMES)
_OPEN = ("PENDING", "CASE_OPENED")
DECISIONS = ("APPROVED", "DENIED", "CASE_OPENED", "CASE_CLOSED", "NOT_APPROVED", "INVALID_REQUEST")
_MOST = 100


@dataclass(frozen=True)
class _Request:
    id: str
    account: str
    region: str
    code: str
    desired: float
    created: datetime
    updated: datetime
    status: str = "PENDING"


class ServiceQuotas(OwnService):
    """What Service Quotas says of SES; AWS's staff is played by `decide`."""

    name = "service-quotas"

    def __init__(self, sesv2: SesV2, clock: Clock) -> None:
        self._sesv2 = sesv2
        self._clock = clock
        self._requests: list[_Request] = []
        self.operations: Mapping[str, Operation] = {
            "GetRequestedServiceQuotaChange": self._one,
            "GetServiceQuota": self._get,
            "ListRequestedServiceQuotaChangeHistoryByQuota": self._history,
            "ListServiceQuotas": self._list,
            "RequestServiceQuotaIncrease": self._request,
        }

    def grant(self, account: str, region: str, daily: float, rate: float) -> None:
        """Let an account send so much a day and a second, as AWS does without being asked."""
        self._sesv2.world.place(account, region).account.quota = (daily, rate)

    def decide(self, account: str, region: str, code: str, status: str) -> None:
        """Let AWS decide on the open request for a quota; an approved one is raised at once."""
        if status not in DECISIONS:
            raise ValueError(f"A request ends {', '.join(DECISIONS)}, not {status}.")
        found = self._open(account, region, code)
        if found is None:
            raise ValueError(f"No request for {code} is open in account {account}, {region}.")
        decided = replace(found, status=status, updated=self._clock.now())
        self._requests[self._requests.index(found)] = decided
        if status == "APPROVED":
            place = self._sesv2.world.place(account, region)
            daily, rate = quota(place)
            is_rate = code == _CODES[1]
            granted = (daily, found.desired) if is_rate else (found.desired, rate)
            self.grant(account, region, *granted)

    def _open(self, account: str, region: str, code: str) -> _Request | None:
        wanted = (account, region, code)
        alike = (one for one in self._requests if (one.account, one.region, one.code) == wanted)
        return next((one for one in alike if one.status in _OPEN), None)

    def _place(self, caller: Caller) -> Place:
        return self._sesv2.world.place(caller.account, caller.region)

    def _get(self, caller: Caller, params: Params) -> Reply:
        _check(params)
        return {"Quota": self._quota(caller, params["QuotaCode"])}

    def _list(self, caller: Caller, params: Params) -> Reply:
        _check(params, QuotaCode=params.get("QuotaCode", _CODES[0]))
        wanted = [each for each in _CODES if params.get("QuotaCode", each) == each]
        return _page([self._quota(caller, each) for each in wanted], params, "Quotas")

    def _quota(self, caller: Caller, code: str) -> dict[str, Any]:
        daily, rate = quota(self._place(caller))
        return {
            **_named(caller, code),
            "Value": rate if code == _CODES[1] else daily,
            "Adjustable": True,
            "QuotaAppliedAtLevel": "ACCOUNT",
        }

    def _history(self, caller: Caller, params: Params) -> Reply:
        _check(params)
        mine = (caller.account, caller.region, params["QuotaCode"])
        found = [
            _shown(caller, each)
            for each in reversed(self._requests)
            if (each.account, each.region, each.code) == mine
            and params.get("Status", each.status) == each.status
        ]
        return _page(found, params, "RequestedQuotas")

    def _one(self, caller: Caller, params: Params) -> Reply:
        for each in self._requests:
            if (each.id, each.account, each.region) == (
                params["RequestId"], caller.account, caller.region,
            ):  # fmt: skip
                return {"RequestedQuota": _shown(caller, each)}
        raise _absent()

    def _request(self, caller: Caller, params: Params) -> Reply:
        _check(params)
        code, desired = params["QuotaCode"], float(params["DesiredValue"])
        settings = self._place(caller).account
        denied = (settings.review or {}).get("Status") == "DENIED"
        if not settings.production and not denied:
            # The code is not recorded: one of those that the model has for a state.
            raise AwsError(
                "InvalidResourceStateException", "The account is in the Amazon SES sandbox."
            )
        if self._open(caller.account, caller.region, code):
            raise AwsError(
                "ResourceAlreadyExistsException",
                "Only one open service quota increase request is allowed per quota.",
            )
        if desired <= self._quota(caller, code)["Value"]:
            raise AwsError(
                "IllegalArgumentException",
                "You must provide a quota value greater than or equal to the current quota value.",
            )
        now = self._clock.now()
        number = f"{len(self._requests) + 1:032x}"
        made = _Request(number, caller.account, caller.region, code, desired, now, now)
        self._requests.append(made)
        return {"RequestedQuota": _shown(caller, made)}


def _check(params: Params, **given: str) -> None:
    asked = params | given
    if asked["ServiceCode"] != "ses" or asked["QuotaCode"] not in NAMES:
        raise _absent()


def _absent() -> AwsError:
    return AwsError(
        "NoSuchResourceException", "The request failed because the specified resource is not valid."
    )


def _page(found: list[dict[str, Any]], params: Params, member: str) -> Reply:
    size = params.get("MaxResults", _MOST)
    return page(
        found, params, size, "NextToken", member, refused_as="InvalidPaginationTokenException"
    )


def _named(caller: Caller, code: str) -> dict[str, Any]:
    place = f"{caller.region}:{caller.account}"
    return {
        "ServiceCode": "ses",
        "ServiceName": "Amazon Simple Email Service (Amazon SES)",
        "QuotaCode": code,
        "QuotaName": NAMES[code],
        "QuotaArn": f"arn:{caller.partition}:servicequotas:{place}:ses/{code}",
        "Unit": "None",
        "GlobalQuota": False,
    }


def _shown(caller: Caller, request: _Request) -> dict[str, Any]:
    return {
        **_named(caller, request.code),
        "Id": request.id,
        "DesiredValue": request.desired,
        "Status": request.status,
        "Created": request.created,
        "LastUpdated": request.updated,
        "QuotaRequestedAtLevel": "ACCOUNT",
    }
