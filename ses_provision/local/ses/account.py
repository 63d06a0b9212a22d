"""The account in a region: sandbox and review, sending, suppression, VDM."""

import copy
from datetime import datetime, timedelta
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.errors import conflict
from ses_provision.local.ses.state import Place
from ses_provision.local.ses.world import Handler, World

DAY = timedelta(hours=24)
# aws-facts 6: what the sandbox allows.
SANDBOX_QUOTA = (200.0, 1.0)
# Usual first quota after the sandbox; AWS sets it by use case.
PRODUCTION_QUOTA = (50_000.0, 14.0)
# [M] from the least to the most.
PLANS = ("NONE", "ESSENTIALS", "PRO", "ENTERPRISE")
DECISIONS = ("GRANTED", "DENIED", "FAILED")
ENFORCEMENTS = ("HEALTHY", "PROBATION", "SHUTDOWN")


def quota(place: Place) -> tuple[float, float]:
    """How many messages a day, and how many a second."""
    usual = PRODUCTION_QUOTA if place.account.production else SANDBOX_QUOTA
    return place.account.quota or usual


def sent_last_day(world: World, place: Place) -> int:
    """Recipients of the last 24 hours, as the quota counts them.

    [D23] send-an-email-from-console.md: mail to the simulator does not count.
    """
    since = world.now() - DAY
    count = 0
    for message in reversed(place.sent):
        if message.sent_at <= since:
            break
        count += message.counted
    return count


class AccountSettings:
    """The operations on the account."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "GetAccount": self.get,
            "PutAccountDetails": self.put_details,
            "PutAccountSendingAttributes": self.put_sending,
            "PutAccountSuppressionAttributes": self.put_suppression,
            "PutAccountVdmAttributes": self.put_vdm,
            "PutAccountDedicatedIpWarmupAttributes": self.put_warmup,
            "PutAccountPricingAttributes": self.put_pricing,
        }

    def get(self, caller: Caller, params: Params) -> Reply:
        """Everything about the account in this region."""
        del params
        place = self._world.of(caller)
        account = place.account
        daily, rate = quota(place)
        reply: Reply = {
            "DedicatedIpAutoWarmupEnabled": account.auto_warmup,
            "EnforcementStatus": account.enforcement,
            "ProductionAccessEnabled": account.production,
            "SendQuota": {
                "Max24HourSend": daily,
                "MaxSendRate": rate,
                "SentLast24Hours": float(sent_last_day(self._world, place)),
            },
            "SendingEnabled": account.sending_enabled and account.enforcement != "SHUTDOWN",
            "SuppressionAttributes": copy.deepcopy(account.suppression),
            "PricingAttributes": self._plan(place),
        }
        if account.vdm is not None:
            reply["VdmAttributes"] = _shown_vdm(account.vdm)
        if account.details is not None:
            reply["Details"] = copy.deepcopy(account.details)
            if account.review is not None:
                reply["Details"]["ReviewDetails"] = dict(account.review)
        return reply

    def put_details(self, caller: Caller, params: Params) -> Reply:
        """Describe the use of SES and, where asked, request production access."""
        place = self._world.of(caller)
        account = place.account
        if account.review is not None and account.review["Status"] in ("PENDING", "DENIED"):
            # aws-cli#6652 (aws-facts 6): after a denial too, and with no more message than this.
            raise conflict("None")
        details = _details(params)
        if params.get("ProductionAccessEnabled", False) and not account.production:
            place.case_number += 1
            number = 170_000_000_000 + int(caller.account) % 10**6 * 100 + place.case_number
            account.review = {"Status": "PENDING", "CaseId": str(number)}
        account.details = details
        return {}

    def put_sending(self, caller: Caller, params: Params) -> Reply:
        """Pause or resume sending; an omitted flag means false."""
        self._world.of(caller).account.sending_enabled = params.get("SendingEnabled", False)
        return {}

    def put_suppression(self, caller: Caller, params: Params) -> Reply:
        """Choose what puts an address on the account's suppression list."""
        changed: dict[str, Any] = {"SuppressedReasons": list(params.get("SuppressedReasons", []))}
        if "ValidationAttributes" in params:
            changed["ValidationAttributes"] = copy.deepcopy(params["ValidationAttributes"])
        self._world.of(caller).account.suppression = changed
        return {}

    def put_vdm(self, caller: Caller, params: Params) -> Reply:
        """Turn Virtual Deliverability Manager on or off."""
        self._world.of(caller).account.vdm = copy.deepcopy(params["VdmAttributes"])
        return {}

    def put_warmup(self, caller: Caller, params: Params) -> Reply:
        """Warm new dedicated IPs up or not; an omitted flag means false."""
        self._world.of(caller).account.auto_warmup = params.get("AutoWarmupEnabled", False)
        return {}

    def put_pricing(self, caller: Caller, params: Params) -> Reply:
        """Choose a pricing plan: more of one at once, less with the next month.

        facts-sending H: the first step down from the plan that new accounts have is at once, too.
        """
        account, plan = self._world.of(caller).account, params["Plan"]
        is_first = account.plan == "ESSENTIALS" and account.plan_is_default
        if PLANS.index(plan) >= PLANS.index(account.plan) or is_first:
            account.plan, account.next_plan = plan, None
        else:
            account.next_plan = (plan, _next_month(self._world.now()))
        account.plan_is_default = False
        return {}

    def _plan(self, place: Place) -> dict[str, str]:
        account = place.account
        if account.next_plan and self._world.now() >= account.next_plan[1]:
            account.plan, account.next_plan = account.next_plan[0], None
        shown = {"CurrentPlan": account.plan}
        return shown | ({"NextPlan": account.next_plan[0]} if account.next_plan else {})


def _next_month(now: datetime) -> datetime:
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (begin + timedelta(days=31)).replace(day=1)


def vdm_enabled(place: Place) -> bool:
    """Whether Virtual Deliverability Manager is on for the account in this region."""
    return (place.account.vdm or {}).get("VdmEnabled") == "ENABLED"


def _shown_vdm(vdm: dict[str, Any]) -> dict[str, Any]:
    """facts-sending 0.14: while VDM is off, its settings are not shown."""
    on = vdm["VdmEnabled"] == "ENABLED"
    return copy.deepcopy(vdm) if on else {"VdmEnabled": vdm["VdmEnabled"]}


def _details(params: Params) -> dict[str, Any]:
    kept = (
        "MailType",
        "WebsiteURL",
        "ContactLanguage",
        "UseCaseDescription",
        "AdditionalContactEmailAddresses",
    )
    return {"ContactLanguage": "EN", **{key: params[key] for key in kept if key in params}}
