"""What is advised instead of an apply that is blocked: what is in its way, and how to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ses_provision.engine import planning
from ses_provision.engine.plan import StepPlan, way_out
from ses_provision.errors import ProvisionError
from ses_provision.steps import STEPS

if TYPE_CHECKING:
    from ses_provision.checks.finding import Finding
    from ses_provision.checks.topic import Looked
    from ses_provision.checks.verification import Verification
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.reading import Reading

MENDED_BY = {
    "SES-CONFIGSET": "configuration-set",
    "SES-IDENTITY": "identity",
    "SES-DKIM-001": "identity",
    "SES-DKIM-002": "identity",
    "SES-DKIM-003": "dkim",
    "SES-DKIM-004": "identity",
    "SES-DKIM-005": "identity",
    "SES-DKIM-006": "identity",
    "SES-MAILFROM": "mail-from",
    "SES-MX": "mail-from",
    "SES-SPF": "mail-from",
    "SES-DMARC": "dmarc",
    "SES-SENDER": "sender",
    "SES-ROLE": "role",
    "SES-SMTP": "smtp-users",
    "SES-EVENTS": "events",
    "SES-QUEUE": "event-queues",
    "SES-ALARM": "alarms",
    "SES-PAUSE": "auto-pause",
    "SES-DASHBOARD": "dashboard",
    "SES-HIPAA-002": "configuration-set",
    "SES-HIPAA-006": "identity",
}
"""The step of an apply that mends what an item finds, by what its id begins with."""


AND = "; "
"""What stands between several pieces of advice."""


def is_apply(advice: str, env: Environment) -> bool:
    """Whether a piece of advice is to apply, and nothing before that."""
    return any(
        one.startswith(f"ses-provision apply --env {env.name}") and "--take-over" not in one
        for one in advice.split(AND)
    )


def led_out(advice: str, env: Environment, way: str) -> str:
    """Advice in which a way stands in the place of an apply that is blocked."""
    return AND.join(way if way and is_apply(one, env) else one for one in advice.split(AND))


def plans(env: Environment, account: Account) -> Reading[tuple[StepPlan, ...]]:
    """What an apply would do; nothing where that cannot be found out."""
    try:
        return (yield from planning.looks(STEPS, env, account, frozenset()))
    except ProvisionError:
        return ()


def in_findings(
    looked: Sequence[Looked], env: Environment, account: Account
) -> Reading[list[Looked]]:
    """The findings, none of which advises an apply that is blocked."""
    if not any(is_apply(one.next_step, env) for topic in looked for one in topic.findings):
        return list(looked)
    planned = {step.id: step for step in (yield from plans(env, account))}

    def ready(one: Finding) -> Finding:
        name = next((step for start, step in MENDED_BY.items() if one.id.startswith(start)), "")
        way = way_on(planned[name], env) if name in planned else ""
        return replace(one, next_step=led_out(one.next_step, env, way))

    return [replace(topic, findings=tuple(map(ready, topic.findings))) for topic in looked]


def in_verification(
    seen: Verification, env: Environment, account: Account
) -> Reading[Verification]:
    """The same for where verification stands."""
    if not any(is_apply(one.fix, env) for one in seen.verdicts):
        return seen
    planned = yield from plans(env, account)
    found = []
    for verdict in seen.verdicts:
        names = (step for step in planned if about(step, verdict.cause))
        way = next(filter(None, (way_on(step, env) for step in names)), "")
        found.append(replace(verdict, fix=led_out(verdict.fix, env, way)))
    return replace(seen, verdicts=tuple(found))


def about(step: StepPlan, cause: str) -> bool:
    """Whether something in whose way something stands is what a verdict is about."""
    names = (getattr(change.want, "name", "") for change in step.blocked)
    return any(name and name in cause for name in names)


def way_on(step: StepPlan, env: Environment) -> str:
    """What is in the way of a step, and how to go on; nothing where it is free."""
    stuck = [each for change in step.blocked for each in change.hindrances]
    if not stuck:
        return ""
    first = stuck[0]
    return f"step {step.id} is blocked by {first.what}: {way_out(first, step.id, env.name)}"
