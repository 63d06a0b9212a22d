"""Tenants as text, a line for each, and as JSON has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.render.layout import prose
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_provision.checks.tenant_standing import Standing
    from ses_provision.environment import Environment
    from ses_provision.operations.tenant_stop import TenantStop

WIDEST = 34  # letters of a name that the others are set below
STYLES = {"sends": "green", "reinstated": "yellow", "not there": "yellow"}


def standing(env: Environment, found: Sequence[Standing]) -> Text:
    """Each in a line; then how many there are, and what ends a stop."""
    if not found:
        return Text("  no tenants: SES judges all mail of the account as one sender's")
    width = min(WIDEST, max(len(each.name) for each in found))
    lines = [line(each, width) for each in found]
    return Text("\n").join([*lines, Text(), *closing(env, found)])


def line(each: Standing, width: int) -> Text:
    """One tenant: whether it sends, its policy, and what SES found."""
    text = Text(f"  {safe(each.name):<{width}}  ")
    text.append(f"{each.state:<13}", style=STYLES.get(each.state, "red"))
    text.append(f"  {each.reputation.policy or '-':<8}")
    text.append(f"  {told(each)}")
    text.rstrip()
    return text


def told(each: Standing) -> str:
    """What SES found, in few words, and whether the file names the tenant."""
    impact = each.reputation.impact
    kinds = sorted({found.kind.lower() for found in each.findings})
    words = [f"{impact.lower()}: {', '.join(kinds)}" if kinds else impact.lower()] if impact else []
    if not each.named:
        words.append("not in the file")
    return safe("; ".join(words))


def closing(env: Environment, found: Sequence[Standing]) -> list[Text]:
    """How many there are and send; and what to do about those that do not."""
    there = [each for each in found if each.live is not None]
    sending = sum(each.live.sends for each in there if each.live)
    count = "1 tenant" if len(found) == 1 else f"{len(found):,} tenants"
    lines = [Text(f"  {count}, {sending:,} may send", style="bold")]
    stopped = next((each for each in there if each.live and not each.live.sends), None)
    if stopped is not None:
        lines.append(
            Text("  to let one send again: ")
            + prose(f"`ses-provision resume --env {env.name} --tenant {stopped.name}`")
        )
    if len(there) < len(found):
        lines.append(
            Text("  to make those that are not there: ")
            + prose(f"`ses-provision apply --env {env.name}`")
        )
    return lines


def document(found: Sequence[Standing]) -> list[dict[str, Any]]:
    """The same as JSON has it."""
    return [
        {
            "name": each.name,
            "arn": each.live.arn if each.live else None,
            "in_file": each.named,
            "state": each.state,
            "sends": bool(each.live and each.live.sends),
            "policy": each.reputation.policy or None,
            "impact": each.reputation.impact or None,
            "findings": [
                {"type": one.kind, "impact": one.impact, "description": one.description}
                for one in each.findings
            ],
        }
        for each in found
    ]


def stopped(stop: TenantStop) -> dict[str, Any]:
    """How the switch of one tenant stands, as JSON has it."""
    found = stop.seen
    return {
        "tenant": found.tenant.name,
        "tenant_sends": found.tenant.sends,
        "paused": found.paused,
        "by_owner": found.standing.by_owner,
        "by_ses": found.standing.by_aws,
        "policy": found.standing.policy,
        "impact": found.standing.impact,
    }
