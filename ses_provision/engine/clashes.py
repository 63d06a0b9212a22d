"""What two environments would fight over: the same thing, and each wants it otherwise."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.model import Key, Resource

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from ses_provision.engine.model import Step
    from ses_provision.environment import Environment


@dataclass(frozen=True)
class Claim:
    """One thing that an environment wants, as it wants it, and the settings that name it."""

    env: Environment
    wanted: Resource
    settings: str


def claims(env: Environment, steps: Sequence[Step]) -> Iterator[Claim]:
    """What an environment wants, as far as its file says it; nothing is looked up."""
    account = Account.of(env)
    for step in steps:
        for resource in step.foreseen(env, account):
            yield Claim(env, resource, step.settings or step.section)


def claimed(environments: Sequence[Environment], steps: Sequence[Step]) -> dict[Key, list[Claim]]:
    """What environments want, by key."""
    found: dict[Key, list[Claim]] = defaultdict(list)
    for env in environments:
        for claim in claims(env, steps):
            found[claim.wanted.key].append(claim)
    return found


def clashes(
    environments: Sequence[Environment], steps: Sequence[Step]
) -> Iterator[tuple[Environment, Environment, str]]:
    """Every clash between two environments, in words."""
    for found in claimed(environments, steps).values():
        for number, later in enumerate(found):
            for earlier in found[:number]:
                if earlier.env is not later.env and earlier.wanted != later.wanted:
                    yield earlier.env, later.env, told(earlier, later)
    yield from by_name(environments)


def told(earlier: Claim, later: Claim) -> str:
    """A clash over a thing, with the settings that lead out of it."""
    return (
        f"{earlier.env.name} and {later.env.name} both want {place(later)}: "
        f"{earlier.settings} in {earlier.env.name}.toml, {later.settings} in "
        f"{later.env.name}.toml"
    )


def place(claim: Claim) -> str:
    """A thing and where it is."""
    key = claim.wanted.key
    account = f" in account {key.account}" if key.account else ""
    return f"{key.type} {key.name}{account}{f', {key.region}' if key.region else ''}"


def by_name(
    environments: Sequence[Environment],
) -> Iterator[tuple[Environment, Environment, str]]:
    """Names that must not meet, beside the things that bear them.

    Mail must not come from a MAIL FROM domain (SES Developer Guide, custom MAIL FROM), and some
    file systems take names that differ in case for one.
    """
    seen: dict[Hashable, list[tuple[Environment, str, str, str]]] = defaultdict(list)
    for env in environments:
        for thing, role, label, setting in named(env):
            for other, their_role, _, theirs in seen[thing]:
                if role != their_role:
                    said = (
                        f"{other.name} and {env.name} both want {label}: {theirs} in "
                        f"{other.name}.toml, {setting} in {env.name}.toml"
                    )
                    yield other, env, said
            seen[thing].append((env, role, label, setting))


def named(env: Environment) -> Iterator[tuple[Hashable, str, str, str]]:
    """Names, the role they play, and the setting that gives them."""
    label = "a name that differs only in case, which some file systems take for one"
    yield ("name", env.name.casefold()), env.name, label, "the file's name"
    for name, role, setting in (
        (env.mail_from_domain, "MAIL FROM", "mail_from.subdomain"),
        (env.domain, "sender", "domain"),
    ):
        yield ("mail", name), role, f"{name} as MAIL FROM domain and as domain", setting
    receives = env.receiving.domain_below(env.domain) if env.receiving else ""
    for name, role, setting in (
        (env.mail_from_domain, "MAIL FROM", "mail_from.subdomain"),
        (receives, "receiving", "receiving.name"),
    ):
        label = f"{name} as MAIL FROM domain and to receive mail at"
        yield ("inbound", name), role, label, setting
