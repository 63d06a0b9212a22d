"""What the options of a configuration set say beside the rest of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.environment import limits

if TYPE_CHECKING:
    from ses_provision.environment.environment import Environment


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
        env.redirect_target: "would be an alias of itself",
    }
    found = limits.redirect_domain(wanted.tracking_domain, env.domain, taken, hipaa=env.hipaa)
    return "tracking_domain", found
