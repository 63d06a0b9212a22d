"""May each tenant send, is each stopped when its mail turns bad, and does mail name its tenant?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Severity
from ses_provision.checks.tenant_standing import MISSING, Standing, standings
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    all_of,
    done,
    for_a_person,
    waiting,
)
from ses_provision.outside.reading import Reading

if TYPE_CHECKING:
    from ses_provision.environment import Environment

MOST_NAMED = 5


def listed(found: Sequence[Standing]) -> str:
    """Some names, and how many more there are."""
    names = [each.name for each in found]
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def ours(scene: Scene) -> Reading[list[Standing]]:
    """How the tenants of the file stand."""
    found = yield from standings(scene.env)
    return [each for each in found if each.named]


def send(scene: Scene) -> Reading[Judgement]:
    """Is each there, and does SES take its mail?"""
    found = yield from ours(scene)
    missing, by_ses, paused = (
        [each for each in found if each.state == state]
        for state in (MISSING, "paused by SES", "paused")
    )
    judged = []
    if by_ses:
        judged.append(
            action(
                f"SES stopped {listed(by_ses)}",
                f"ses-provision tenants status {scene.on}; once the cause is gone: ses-provision "
                f"resume {scene.on} --tenant {by_ses[0].name}",
            )
        )
    if paused:
        judged.append(
            action(
                f"somebody paused {listed(paused)}",
                f"ses-provision resume {scene.on} --tenant {paused[0].name}",
            )
        )
    if missing:
        judged.append(waiting(f"not made yet: {listed(missing)}", scene.apply))
    return all_of(judged) if judged else done(f"all {len(found):,} may send")


def watched(scene: Scene) -> Reading[Judgement]:
    """Does a policy stop each?"""
    found = [each for each in (yield from ours(scene)) if each.live is not None]
    free = [each for each in found if each.reputation.policy == "none"]
    if free:
        return action(
            f"no policy stops {listed(free)}: one bad sender spoils the account for all",
            f'say reputation_policy = "standard" of them in config/{scene.env.name}.toml, then: '
            f"{scene.apply}",
        )
    return done(f"SES stops each of {len(found):,} by its own findings")


def clean(scene: Scene) -> Reading[Judgement]:
    """Has SES found something in the mail of one?"""
    found = [each for each in (yield from ours(scene)) if each.reputation.impact]
    if found:
        return action(
            f"SES found something in the mail of {listed(found)}",
            f"ses-provision tenants status {scene.on}: look at their bounces and complaints",
        )
    return done("no findings")


def told(scene: Scene) -> Reading[Judgement]:
    """Only a person knows whether the application names the tenant of each mail."""
    yield from ()
    return for_a_person(
        "mail that names no tenant counts for the account alone: TenantName in every SendEmail and "
        "SendBulkEmail, a header X-SES-TENANT in every mail by SMTP",
        f"ses-provision send-test {scene.on} --tenant NAME shows that one may send; attest it once "
        "the application does so",
    )


def concerns(env: Environment) -> bool:
    """Whether the file speaks of tenants."""
    return bool(env.tenants)


TOPIC = Topic(
    "tenants",
    "Tenants",
    (
        Item("SES-TENANTS-001", "Each tenant may send", send),
        Item("SES-TENANTS-002", "A policy stops each", watched, Severity.WARNING),
        Item("SES-TENANTS-003", "No findings about a tenant", clean, Severity.WARNING),
        Item(
            "SES-TENANTS-004",
            "Mail names its tenant",
            told,
            Severity.WARNING,
            attests="that the application names the tenant of every mail",
        ),
    ),
    matters=concerns,
)
