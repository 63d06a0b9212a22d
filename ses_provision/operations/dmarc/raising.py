"""The way from the policy that receivers found to the next stricter one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ses_provision.checks.dns import RAMP
from ses_provision.dataclass import dataclass
from ses_provision.resources.dmarc_record import STRENGTH

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.dmarc.aggregate import Published


@dataclass(frozen=True)
class Way:
    """The policy that holds now, the one to go on to (empty where there is no stricter one), and
    what leads there."""

    policy: str
    wanted: str = ""
    steps: tuple[str, ...] = ()


def way_to(env: Environment, published: Published | None, folder: Sequence[Environment]) -> Way:
    """What is next for an environment. Where no report says the policy, the file does."""
    filed = env.dmarc.policy if env.dmarc else "none"
    policy = of_record(env, published) or filed
    if published is not None and policy != "none":
        held = "t=y" if published.is_test else f"pct={published.percent}"
        if published.is_test or published.percent < 100:
            step = f"take {held} out of the record at _dmarc.{published.domain}"
            return Way(policy, f"{policy} for all mail", (step,))
    if policy not in RAMP:
        return Way(policy)
    wanted = RAMP[policy]
    if published is not None and published.domain != env.domain:
        return Way(policy, wanted, at_domain_above(published, wanted, folder))
    if STRENGTH[filed] > STRENGTH[policy]:
        return Way(policy, filed, steps(env, filed)[1:])
    return Way(policy, wanted, steps(env, wanted))


def of_record(env: Environment, published: Published | None) -> str:
    """The policy that a published record has for an environment's domain."""
    if published is None:
        return ""
    inherited = published.domain != env.domain and published.subdomain_policy
    return inherited or published.policy


def at_domain_above(
    published: Published, wanted: str, folder: Sequence[Environment]
) -> tuple[str, ...]:
    """Where the record is that of the domain above, it is changed there."""
    if published.subdomain_policy:
        return (f"set sp={wanted} in the record at _dmarc.{published.domain}",)
    owner = next((one for one in folder if one.domain == published.domain), None)
    if owner is None:
        return (f"have the record at _dmarc.{published.domain} ask for p={wanted}",)
    return steps(owner, wanted)


def steps(env: Environment, wanted: str) -> tuple[str, str]:
    """The setting that asks for a policy, and how it is published."""
    setting = f"ses-provision set dmarc.policy {wanted} --env {env.name}"
    if env.dns.is_by_hand:
        return setting, f"ses-provision dns --env {env.name} says what to publish"
    return setting, f"ses-provision apply --env {env.name}"
