"""What Virtual Deliverability Manager tells, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.operations.deliverability import way
from ses_provision.render.layout import Folded, command, whole
from ses_provision.render.message import safe
from ses_provision.render.numbers import percent
from ses_provision.render.statistics import counts
from ses_provision.render.tables import table

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.deliverability import Deliverability
    from ses_provision.operations.statistics import Days

HEADS = ("", "sent", "delivered", "bounced", "soft", "complaints")
KINDS = ("deliveries", "bounces", "soft_bounces", "complaints")


def deliverability(env: Environment, found: Deliverability, width: int) -> Folded:
    """What VDM tells of an environment."""
    head = Text(f"{safe(env.name)}: ") + whole(env.domain) + Text(f" in {env.region}")
    body = shown(env, found, width) if found.is_on else off(env)
    return Folded(Text("\n").join([head, *body, Text()]))


def off(env: Environment) -> Iterator[Text]:
    """That it is off, what it would cost, and what is told without it."""
    yield Text("  Virtual Deliverability Manager is off, so that nothing is told by provider.")
    yield (
        Text("  To turn it on, write [vdm] into ")
        + whole(f"config/{safe(env.name)}.toml")
        + Text(" and apply; what it costs: ")
        + command(f"ses-provision estimate --env {env.name} --vdm")
    )
    yield Text("  Without it: ") + command(f"ses-provision stats --env {env.name}")


def shown(env: Environment, found: Deliverability, width: int) -> Iterator[Text]:
    """Counts by provider, then what is recommended."""
    sent = [each for each in found.providers if each.total("sends")]
    if sent:
        yield from table(HEADS, [row(each) for each in sent], width)
    else:
        yield Text("  nothing was sent to these mailbox providers")
    yield Text("  recommendations:" if found.open else "  no open recommendation")
    for each in found.open:
        since = f", since {each.since:%Y-%m-%d}" if each.since else ""
        line = Text("  ! " if each.is_high else "  - ", style="red" if each.is_high else "")
        line += Text(f"{safe(each.kind)} of {safe(each.name)}{since}: {safe(each.description)}")
        yield line
        if way(each, env):
            yield Text("      ") + command(f"ses-provision {way(each, env)}")
    if found.of_others:
        yield Text(f"  {found.of_others} more about other identities of the account")


def row(held: Days) -> list[Text]:
    """What became of the mail to one provider."""
    rates = (held.rate(kind) or 0.0 for kind in KINDS)
    return [Text(safe(held.of)), Text(f"{held.total('sends'):,}"), *map(Text, map(percent, rates))]


def data(env: Environment, found: Deliverability) -> dict[str, Any]:
    """The same as JSON has it."""
    return {
        "vdm": found.is_on,
        "providers": [{"of": each.of, **counts(each)} for each in found.providers],
        "recommendations": [
            {
                "about": each.about,
                "kind": each.kind,
                "description": each.description,
                "impact": each.impact,
                "since": each.since.isoformat() if each.since else None,
                "next_step": f"ses-provision {way(each, env)}" if way(each, env) else "",
            }
            for each in found.open
        ],
        "of_others": found.of_others,
    }
