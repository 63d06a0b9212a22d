"""May the application send?"""

from __future__ import annotations

from ses_provision import engine
from ses_provision.environment import Environment
from ses_provision.facts import Account
from ses_provision.model import Finding, Status
from ses_provision.reading import Reading
from ses_provision.steps import STEPS


def findings(env: Environment, account: Account) -> Reading[list[Finding]]:
    """The policy on the application's role."""
    [step] = [one for one in STEPS if one.id == "role"]
    planned = yield from engine.look(step, env, account, frozenset())
    title = "Sender policy"
    if planned.skipped:
        return [
            Finding(
                "SES-ROLE-001",
                title,
                Status.WAITING,
                "no role name yet",
                f"deploy the application, then: ses-provision apply --env {env.name} --role NAME",
            )
        ]
    [change] = planned.changes
    if planned.is_settled:
        return [
            Finding("SES-ROLE-001", title, Status.DONE, f"{change.want.label} is as it should be")
        ]
    obstacles = "; ".join(obstacle.what for obstacle in change.hindrances)
    return [
        Finding(
            "SES-ROLE-001",
            title,
            Status.ACTION,
            obstacles or f"{change.want.label} is not as it should be",
            f"ses-provision apply --env {env.name}",
        )
    ]
