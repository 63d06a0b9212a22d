"""What lies in another partition of AWS than the rest of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ses_provision.environment import limits

if TYPE_CHECKING:
    from ses_provision.environment.environment import Environment


def mistakes(env: Environment) -> Iterator[tuple[str, str]]:
    """Regions, roles and keys that are of another partition: setting, and why."""
    arns = {
        "dns.assume_role_arn": env.dns.assume_role_arn,
        "events.kms_key": env.events.kms_key,
        "archive.kms_key": env.archive and env.archive.kms_key,
        "archive.permissions_boundary": env.archive and env.archive.permissions_boundary,
        **{
            f"smtp_users.{number}.permissions_boundary": user.permissions_boundary
            for number, user in enumerate(env.smtp_users)
        },
    }
    places = [("dkim.replica_of", env.dkim.replica_of or "")]
    places += [("alarms.regions", region) for region in env.alarms.regions or ()]
    problems = [
        *((setting, limits.region_across(region, env.region)) for setting, region in places),
        *((setting, limits.arn_across(arn or "", env.region)) for setting, arn in arns.items()),
    ]
    yield from ((setting, problem) for setting, problem in problems if problem)
