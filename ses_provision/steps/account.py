"""Settings of the whole account, where the file names any."""

from __future__ import annotations

from typing import Any

from ses_provision.engine.model import Resource, Unasked
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.ses.account_settings import AccountSettings

SECTIONS = {
    "suppressed_reasons": "suppression",
    "auto_validation": "suppression",
    "auto_warmup": "warm-up of dedicated IPs",
    "pricing_plan": "pricing plan",
}
"""The block that each setting of [account] is in."""


def desired(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """Each block of which the file names something."""
    named: dict[str, dict[str, Any]] = {}
    for setting, block in SECTIONS.items():
        value = getattr(env.account, setting, None)
        if value is not None:
            named.setdefault(block, {})[setting] = value
    if env.vdm is not None:
        named["deliverability manager"] = dict(env.vdm)
    if not named:
        return Unasked("no [account] and no [vdm] in the environment file")
    return [AccountSettings(facts.account, block, values) for block, values in named.items()]
