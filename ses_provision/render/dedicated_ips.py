"""Pools and their addresses as text, and as JSON has them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.names import DEFAULT_POOL
from ses_provision.render.message import safe
from ses_provision.resources.prices import shipped
from ses_provision.resources.ses.dedicated_ips import DAYS, PLENTY

if TYPE_CHECKING:
    from ses_provision.operations.dedicated_ips import PoolUse, Standing
    from ses_provision.resources.ses.dedicated_ips import Address


def standing(found: Standing) -> Text:
    """Each pool with its addresses; then those in none, and what all of it costs and lacks."""
    lines = [line for each in found.pools for line in pool(each)]
    if found.idle:
        lines.append(Text(f"  {DEFAULT_POOL}  for mail that names no pool", style="bold"))
        lines += [address(each) for each in found.idle]
    if not lines:
        lines.append(
            Text("  no dedicated IP addresses and no pools: mail leaves through shared ones")
        )
    if found.unasked:
        lines.append(
            Text(f"  {found.unasked} more configuration sets were not asked for their pool")
        )
    return Text("\n").join([*lines, *closing(found)])


def pool(found: PoolUse) -> list[Text]:
    """A pool with its addresses."""
    users = f"mail of {', '.join(found.sets)}" if found.sets else "no configuration set names it"
    lines = [Text(safe(f"  {found.name}  {found.scaling.lower()}  {users}"), style="bold")]
    lines += [address(each) for each in found.addresses]
    if found.addresses:
        return lines
    told = (
        "no address yet, or none that AWS shows; it chooses them once mail leaves"
        if found.is_managed
        else "no address: mail through it cannot leave"
    )
    return [*lines, Text(f"    {told}", style="dim" if found.is_managed else "yellow")]


def address(found: Address) -> Text:
    """An address, and how warm it is."""
    return Text(safe(f"    {found.ip:<15}  {warmth(found)}"))


def warmth(found: Address) -> str:
    """How far it is warmed up, in words."""
    if found.percentage is None:
        return "warmed up by AWS"
    if found.status == "IN_PROGRESS":
        return f"warming up, {found.percentage} %"
    return "warm" if found.percentage == 100 else f"{found.status.lower()}, {found.percentage} %"


def closing(found: Standing) -> list[Text]:
    """What leased addresses cost, and what keeps them warm."""
    if not (found.leased or found.pools):
        return []
    sent = found.account.access.sent
    lines = [Text(f"  {sent:g} mails in the last 24 hours")]
    if sent * DAYS < PLENTY:
        lines[0].append(f", too few to keep addresses warm (about {PLENTY:,} a month)", "yellow")
    if found.account.auto_warmup is False:
        lines.append(Text("  automatic warm-up is off: new addresses begin cold", style="yellow"))
    if found.leased:
        known = shipped()
        cost = known["dedicated-ip"].of(Decimal(found.leased))
        said = f"{cost:,.2f} USD a month ({known.read_at})"
        lines.append(Text(f"  {found.leased} leased: {said}"))
    return lines


def document(found: Standing) -> dict[str, Any]:
    """The same as JSON has it."""
    return {
        "pools": [
            {
                "name": each.name,
                "scaling": each.scaling,
                "configuration_sets": list(each.sets),
                "addresses": [addressed(one) for one in each.addresses],
            }
            for each in found.pools
        ],
        "in_no_pool": [addressed(each) for each in found.idle],
        "auto_warmup": found.account.auto_warmup,
        "sent_last_24_hours": found.account.access.sent,
        "sets_not_asked": found.unasked,
    }


def addressed(found: Address) -> dict[str, Any]:
    """An address as JSON has it; a managed one has no percentage."""
    return {"ip": found.ip, "warmup": found.status, "percentage": found.percentage}
