"""Amazon SES: settings of an account in one region, which all its environments there share.

They have no tags and belong to nobody: what the file does not name is left as it is, and nothing is
set back. A Put replaces its whole block, so that what is not named is carried over (SESv2 API
reference).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Key, Resource
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Reading, ask
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources.prices import shipped
from ses_provision.resources.ses.account import account_question

OFF = "off"
PLANS = ("NONE", "ESSENTIALS", "PRO", "ENTERPRISE")
"""NONE is pay as you go (PutAccountPricingAttributes, SESv2 API reference)."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Block:
    """A group of settings that SES takes in one call: `told` finds them in an answer of GetAccount,
    `params` makes the call's parameters of all of them, `shown` the answer where they stand."""

    operation: str
    told: Callable[[Values], Values]
    params: Callable[[Values], dict[str, Any]]
    shown: Callable[[Values], dict[str, Any]]


def suppression(answer: Values) -> Values:
    """What an account puts on its suppression list by itself."""
    found = answer.get("SuppressionAttributes") or {}
    threshold = (found.get("ValidationAttributes") or {}).get("ConditionThreshold") or {}
    verdict = threshold.get("OverallConfidenceThreshold") or {}
    is_on = threshold.get("ConditionThresholdEnabled") == "ENABLED"
    return {
        "suppressed_reasons": frozenset(found.get("SuppressedReasons") or ()),
        "auto_validation": verdict.get("ConfidenceVerdictThreshold", OFF).lower() if is_on else OFF,
    }


def suppression_params(values: Values) -> dict[str, Any]:
    """Both together, for a call with the reasons alone would most likely end Auto Validation; where
    that is off and nobody names it, the reasons alone."""
    reasons = {"SuppressedReasons": sorted(values["suppressed_reasons"])}
    verdict = values.get("auto_validation")
    if verdict is None:
        return reasons
    threshold: dict[str, Any] = {"ConditionThresholdEnabled": "DISABLED"}
    if verdict != OFF:
        threshold = {
            "ConditionThresholdEnabled": "ENABLED",
            "OverallConfidenceThreshold": {"ConfidenceVerdictThreshold": verdict.upper()},
        }
    return {**reasons, "ValidationAttributes": {"ConditionThreshold": threshold}}


def vdm(answer: Values) -> Values:
    """Virtual Deliverability Manager. Where it was never on, SES says nothing of it, and of its
    parts only while it is."""
    found = answer.get("VdmAttributes") or {}
    dashboard, guardian = found.get("DashboardAttributes"), found.get("GuardianAttributes")
    return {
        "enabled": found.get("VdmEnabled") == "ENABLED",
        "engagement_metrics": (dashboard or {}).get("EngagementMetrics") == "ENABLED",
        "optimized_shared_delivery": ((guardian or {}).get("OptimizedSharedDelivery") == "ENABLED"),
    }


def vdm_params(values: Values) -> dict[str, Any]:
    """All three, for it is not documented what becomes of one that is left out."""
    engagement, shared = values["engagement_metrics"], values["optimized_shared_delivery"]
    return {
        "VdmAttributes": {
            "VdmEnabled": enabled(values["enabled"]),
            "DashboardAttributes": {"EngagementMetrics": enabled(engagement)},
            "GuardianAttributes": {"OptimizedSharedDelivery": enabled(shared)},
        }
    }


def enabled(value: object) -> str:
    """A switch as SES writes it."""
    return "ENABLED" if value else "DISABLED"


def plan(answer: Values) -> Values:
    """The pricing plan: the one that a change has scheduled, or that of today."""
    found = answer.get("PricingAttributes") or {}
    return {"pricing_plan": found.get("NextPlan") or found.get("CurrentPlan") or "NONE"}


def priced(old: Values, new: Values) -> tuple[str, ...]:
    """What a setting costs that is turned on."""
    known = shipped()
    told = {
        "enabled": f"{known['vdm'].told}, which the plans from ESSENTIALS on include",
        "auto_validation": known["auto-validation"].told,
        "pricing_plan": "see ses-provision estimate; a smaller plan begins with the next month",
    }
    turned_on = (name for name, value in new.items() if value and value != old[name])
    return tuple(told[name] for name in turned_on if name in told and new[name] != OFF)


BLOCKS = {
    "suppression": Block(
        "PutAccountSuppressionAttributes",
        suppression,
        suppression_params,
        lambda values: {"SuppressionAttributes": suppression_params(values)},
    ),
    "deliverability manager": Block(
        "PutAccountVdmAttributes",
        vdm,
        vdm_params,
        vdm_params,
    ),
    "warm-up of dedicated IPs": Block(
        "PutAccountDedicatedIpWarmupAttributes",
        lambda answer: {"auto_warmup": bool(answer.get("DedicatedIpAutoWarmupEnabled"))},
        lambda values: {"AutoWarmupEnabled": values["auto_warmup"]},
        lambda values: {"DedicatedIpAutoWarmupEnabled": values["auto_warmup"]},
    ),
    "pricing plan": Block(
        "PutAccountPricingAttributes",
        plan,
        lambda values: {"Plan": values["pricing_plan"]},
        lambda values: {"PricingAttributes": {"CurrentPlan": values["pricing_plan"]}},
    ),
}


@dataclass(frozen=True)
class AccountSettings:
    """Settings of one block, those that the file names; `others` are the rest of it."""

    account: Account
    block: str
    settings: Values
    others: Values = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """One block in an account and region."""
        return Key("account setting", self.account.id, self.account.region, self.block)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"account-wide {self.block} in {self.account.region}"

    def read(self) -> Reading[Found[AccountSettings]]:
        """Find what holds today: every account has it."""
        [answer] = yield from ask(account_question(self.account.region))
        held = BLOCKS[self.block].told(answer or {})
        named = {name: held[name] for name in self.settings}
        return Found(replace(self, settings=named, others=held), notes=priced(named, self.settings))

    def writes(self, found: Found[AccountSettings]) -> Sequence[Call]:
        """Put the whole block, with what the file does not name as it is."""
        live = found.live
        if live is not None and live.settings == self.settings:
            return []
        block = BLOCKS[self.block]
        others = block.told({}) if live is None else live.others
        whole = {name: value for name, value in others.items() if value != OFF} | dict(
            self.settings
        )
        region, params = self.account.region, block.params(whole)
        return [Call("sesv2", region, block.operation, params, on=EVERYTHING)]

    def deletes(self, found: Found[AccountSettings]) -> Sequence[Call]:
        """Nothing: it was of the account before, and stays."""
        del found
        return []

    def additions(
        self, live: AccountSettings, ours: Sequence[Resource]
    ) -> Reading[tuple[str, ...]]:
        """Others in the account rest on it, whether they say so or not."""
        del live, ours
        yield from ask()
        return ("it is of the whole account, and stays as it is",)

    def settled(self) -> Answers:
        """SES's answer where it stands."""
        block = BLOCKS[self.block]
        whole = {**block.told({}), **self.settings}
        return {account_question(self.account.region): block.shown(whole)}

    def strayed(self) -> Sequence[AccountSettings]:
        """Every setting otherwise than it should be."""
        told = BLOCKS[self.block].told({})
        return [replace(self, settings=dict.fromkeys(self.settings), others=told)]
