"""Plans and their execution as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.engine.model import Action, Change, Resource
from ses_provision.engine.outcomes import Applied, NotDone
from ses_provision.engine.plan import Plan, StepPlan, way_out
from ses_provision.render.folding import folded
from ses_provision.render.layout import command, prose, whole
from ses_provision.render.message import safe
from ses_provision.resources.iam_users import SmtpUser
from ses_provision.resources.ses import ConfigurationSet, Tracking
from ses_provision.resources.ses.receipt_rules import ReceiptRule
from ses_provision.resources.sns import Subscription
from ses_provision.steps.warnings import LOST

if TYPE_CHECKING:
    from ses_provision.environment import Environment

MARKS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.KEEP: ("=", "dim"),
    Action.BLOCKED: ("!", "bold red"),
}

VERIFIED = frozenset({"identity", "dkim", "mail-from"})
"""The steps that SES verifies by looking at DNS."""


def heading(env: Environment) -> Text:
    """Which account and region this is about."""
    text = Text()
    text.append(f"{env.name}", style="bold")
    for part in (env.domain, f"account {env.account_id}", env.region, env.dns.elsewhere):
        text.append("  " if part else "").append(whole(part))
    return text


def plan(value: Plan, env: Environment, *, verbose: bool = False) -> Text:
    """A plan, step by step in order, with a last line that counts."""
    lines = [heading(env), Text()]
    told = [one for one in value.steps if not one.is_silent]
    for number, one in enumerate(told, start=1):
        lines += step(number, one, env.name, verbose=verbose)
    lines += left_over(value)
    lines += [Text(f"Note: {safe(note)}", style="yellow") for note in value.notes]
    return Text("\n").join([*lines, *about_dns(value, env), Text(), summary(value)])


def left_over(value: Plan) -> list[Text]:
    """What the file no longer wants, and how to be rid of it."""
    if not value.left_over:
        return []
    lines = [Text("Left over: made by ses-provision, and no setting names it any more", "bold")]
    for removal in value.left_over:
        lines.append(Text(f"    - {safe(removal.label)}", style="yellow"))
        lines += [Text(f"        stays, because {safe(reason)}") for reason in removal.stays]
    if any(removal.key.type == "tenant" for removal in value.left_over):
        lines.append(Text("    note: ") + prose(LOST.format(env=value.environment)))
    if any(not removal.stays for removal in value.left_over):
        prune = command(f"ses-provision apply --env {value.environment} --prune")
        lines.append(Text("    to delete it: ") + prune)
    return lines


def about_dns(value: Plan, env: Environment) -> list[Text]:
    """Where the records go that no hosted zone of ours takes, or what is not promised of them."""
    pending = [change for one in value.steps for change in one.pending]
    if env.dns.kept_by.caution and any(" record" in change.key.type for change in pending):
        return [Text(), Text(env.dns.kept_by.caution, style="dim")]
    if not env.dns.is_by_hand:
        return []
    from ses_provision.steps import records

    what = Text(f"{records.count(env)} records to publish at your DNS provider: ")
    return [Text(), what + command(f"ses-provision dns --env {env.name}")]


def step(number: int, value: StepPlan, environment: str, *, verbose: bool) -> list[Text]:
    """One step with its changes; what is as it should be is folded."""
    lines = [Text(f"{number:2}. {value.title}", style="bold")]
    if value.waiting:
        lines.append(Text(f"    ? known after apply: {safe(value.waiting)}", style="cyan"))
    if value.failed:
        lines.append(Text(f"    ! not looked at: {safe(value.failed)}", style="bold red"))
    if value.skipped:
        lines.append(Text(f"    · skipped: {safe(value.skipped)}", style="dim"))
    named, more = (value.changes, []) if verbose else folded(value.changes)
    for one in named:
        if verbose or one.action is not Action.KEEP or one.found.notes:
            lines += change(one, value.id, environment)
    mark, style = MARKS[Action.CREATE]
    lines += [Text(f"    {mark} {others} (--verbose names each)", style=style) for others in more]
    kept = len(value.of(Action.KEEP))
    if kept and not verbose:
        lines.append(Text(f"    = {kept} unchanged", style="dim"))
    return lines


def change(value: Change, step: str, environment: str) -> list[Text]:
    """One change: its sign and name, and what differs or stands in the way."""
    mark, style = MARKS[value.action]
    word = "" if value.action is Action.KEEP else f"{value.action} "
    label = value.want.label if value.found.live is None else live_label(value)
    lines = [Text(f"    {mark} {word}", style=style) + named(label)]
    if value.action is Action.UPDATE:
        lines += [
            Text(f"        {safe(one.field)}: {shown(one.old)} -> {shown(one.new)}", style=style)
            for one in value.differences()
        ]
    for obstacle in value.found.obstacles:
        if obstacle in value.hindrances:
            lines.append(Text(f"        in the way: {safe(obstacle.what)}", style=style))
            out = way_out(obstacle, step, environment)
            lines.append(Text("        way out: ") + prose(out))
        else:
            lines.append(Text(f"        taken over: {safe(obstacle.what)}", style=style))
    return lines + [Text(f"        note: {safe(note)}") for note in value.found.notes]


def named(label: str) -> Text:
    """The name of a resource; the value of a record, behind an arrow, is whole."""
    name, arrow, value = label.partition(" → ")
    return Text(safe(name)) + (Text(arrow) + whole(value) if arrow else Text())


def live_label(value: Change) -> str:
    """The name of a resource, with what is known of its live state."""
    live = value.found.live
    if value.action is Action.KEEP and live is not None:
        served = getattr(live, "served_by", "")
        return f"{live.label} ({served})" if served else live.label
    return value.want.label


def shown(value: Any) -> str:
    """A field's value in one line."""
    match value:
        case None:
            return "(none)"
        case "":
            return '""'
        case bool():
            return str(value).lower()
        case frozenset():
            return safe("{" + ", ".join(sorted(map(str, value))) + "}")
        case Mapping():
            return (
                "{"
                + ", ".join(f"{safe(str(k))}: {shown(v)}" for k, v in sorted(value.items()))
                + "}"
            )
    return safe(str(value))


def summary(value: Plan) -> Text:
    """The line that counts; the first word is grepped for."""
    if value.is_settled:
        kept = value.count(Action.KEEP)
        return Text(f"Plan: nothing to do; {kept} unchanged{skipped(value)}.", style="bold green")
    parts = [
        f"{value.count(Action.CREATE)} to create",
        f"{value.count(Action.UPDATE)} to update",
        f"{value.count(Action.KEEP)} unchanged",
    ]
    if value.count(Action.BLOCKED):
        parts.append(f"{value.count(Action.BLOCKED)} blocked")
    if value.waiting:
        parts.append(f"{steps(len(value.waiting))} known after apply")
    failed = sum(bool(step.failed) for step in value.steps)
    if failed:
        parts.append(f"{steps(failed)} not looked at")
    return Text(f"Plan: {', '.join(parts)}{skipped(value)}.", style="bold")


def skipped(value: Plan) -> str:
    """How many steps are skipped."""
    count = sum(bool(one.skipped) for one in value.steps)
    return f", {steps(count)} skipped" if count else ""


def steps(count: int) -> str:
    """A number of steps."""
    return "1 step" if count == 1 else f"{count} steps"


def applied(value: Applied | NotDone, environment: str) -> Text:
    """One change that AWS has accepted, with its time; or a step that was left as it is."""
    if isinstance(value, NotDone):
        lines = [Text(f"         ! left alone: {value.step.title}", style="bold red")]
        for blocked in value.step.blocked:
            lines += change(blocked, value.step.id, environment)
        if value.step.failed:
            lines.append(Text(f"    because: {safe(value.step.failed)}", style="bold red"))
        if value.step.waiting:
            lines.append(Text(f"    ? {safe(value.step.waiting)}", style="cyan"))
        return Text("\n").join(lines)
    mark, style = MARKS[value.change.action]
    verb = {Action.CREATE: "created", Action.UPDATE: "updated"}[value.change.action]
    return Text(f"{value.at:%H:%M:%S} {mark} {verb} ", style=style) + named(value.change.want.label)


def keys_to_make(env: Environment, made: Sequence[Resource]) -> Iterator[tuple[bool, str, str]]:
    """What is left to do about SMTP users that have no keys yet."""
    for user in made:
        if isinstance(user, SmtpUser):
            yield True, "make an SMTP key", f"smtp create --env {env.name} --user {user.name}"


def redirects_later(env: Environment, value: Plan) -> bool:
    """Whether SES takes the redirect domain only once the domain is verified."""
    planned = [step.changes for step in value.steps if step.id == "tracking"]
    wanted = env.configuration_set.tracking_domain is not None
    return wanted and any(
        not any(isinstance(one.want, Tracking) for one in changes) for changes in planned
    )


def receives_later(env: Environment, value: Plan) -> bool:
    """Whether SES takes a receipt rule only once the domain is verified."""
    planned = [step.changes for step in value.steps if step.id == "receiving"]
    return env.receiving is not None and any(
        not any(isinstance(one.want, ReceiptRule) for one in changes) for changes in planned
    )


def next_steps(env: Environment, value: Plan) -> Text:
    """What is left for people once everything is applied."""
    made = [one.want for step in value.steps for one in step.of(Action.CREATE)]
    looks = any(step.pending or step.waiting for step in value.steps if step.id in VERIFIED)
    is_new = any(isinstance(one, ConfigurationSet) for one in made)
    told = f'ConfigurationSetName "{env.configuration_set.name}" in every SendEmail'
    items = [
        (looks and env.dns.is_by_hand, "publish the DNS records", f"dns --env {env.name}"),
        (looks, "wait for DKIM", f"dkim-status --env {env.name} --wait"),
        (redirects_later(env, value), "use the redirect domain", f"apply --env {env.name}"),
        (receives_later(env, value), "receive mail", f"apply --env {env.name}"),
        (is_new, "leave the sandbox", f"request-access --env {env.name}"),
        *keys_to_make(env, made),
        (
            not (env.sender.role or env.sends_without_role),
            "let the application send",
            f"set sender.role NAME --env {env.name}",
        ),
        (is_new, "tell the developers", f"outputs --env {env.name} ({told})"),
        (True, "see what is left", f"checklist --env {env.name}"),
    ]
    lines = [Text("Next:", style="bold")]
    mailed = Counter(one.endpoint for one in made if isinstance(one, Subscription))
    if mailed:
        lines.append(Text(f"  • {to_confirm(mailed)}"))
    lines += [
        Text(f"  • {what + ':':<25} ") + prose(f"ses-provision {how}")
        for holds, what, how in items
        if holds
    ]
    return Text("\n").join(lines)


def to_confirm(mailed: Mapping[str, int]) -> str:
    """Whom AWS has mailed: one mail for each topic, each with a link of its own."""
    count = sum(mailed.values())
    what = "the subscription" if count == 1 else f"{count} subscriptions"
    several = any(mails > 1 for mails in mailed.values())
    who = (
        f"{safe(address)} ({mails} {'mail' if mails == 1 else 'mails'})"
        if several
        else safe(address)
        for address, mails in mailed.items()
    )
    return f"confirm {what}: AWS has mailed {', '.join(who)}"
