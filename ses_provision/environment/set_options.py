"""What the options of a configuration set say beside the rest of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.environment import limits
from ses_provision.names import BUILT_IN_POOLS

if TYPE_CHECKING:
    from ses_provision.environment.environment import Environment


def redirect_target(env: Environment) -> str:
    """What the redirect domain of links is an alias of (SES Developer Guide, custom domains to
    handle open and click tracking)."""
    return env.configuration_set.tracking_target or f"r.{env.region}.awstrack.me"


def borrows_its_pool(env: Environment) -> bool:
    """Whether mail leaves through a pool that another file may make."""
    names = {pool.name for pool in env.pools} | {*BUILT_IN_POOLS, ""}
    return env.configuration_set.pool_name not in names


def mistake(env: Environment) -> tuple[str, str]:
    """The setting that is wrong, and why; nothing where none is."""
    wanted = env.configuration_set
    problem = limits.archive_elsewhere(wanted.archive_arn or "", env.region, env.account_id)
    if problem:
        return "archive_arn", problem
    if wanted.tracking_domain is None:
        return "", ""
    taken = {
        env.from_address.rpartition("@")[2]: "is where mail comes from",
        env.mail_from_domain: "is the MAIL FROM domain",
        env.domain: "is the domain itself",
        redirect_target(env): "would be an alias of itself",
    }
    found = limits.redirect_domain(wanted.tracking_domain, env.domain, taken, hipaa=env.hipaa)
    return "tracking_domain", found
