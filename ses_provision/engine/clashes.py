"""What two environments would fight over: each apply would undo the other's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ses_provision.environment import Environment, loading
from ses_provision.errors import ConfigError
from ses_provision.resources import dmarc


class Claim(NamedTuple):
    """One thing that an environment makes, how, and the settings that name it.

    Two environments clash where they claim the same thing and want it to be different things.
    """

    thing: Hashable
    wanted: Hashable
    label: str
    settings: str


def insist_on_none(chosen: Sequence[Environment], folder: Path) -> None:
    """Raise ConfigError with every clash of a chosen environment with any other in the folder.

    Files with mistakes are left out: they are told of when their environment is chosen.
    """
    names = {env.name for env in chosen}
    problems = [
        problem
        for first, second, problem in clashes([*chosen, *others(names, folder)])
        if {first.name, second.name} & names
    ]
    if problems:
        raise ConfigError(
            f"Environments in {folder}/ want the same things:",
            "Nothing was read or written. Change one of the settings named.",
            problems=tuple(problems),
            points=problems,
        )


def others(chosen: Iterable[str], folder: Path) -> Iterator[Environment]:
    """The other environments of the folder, as far as they can be read."""
    for name in loading.names(folder):
        if name not in chosen:
            try:
                yield loading.load(name, folder)
            except ConfigError:
                continue


def clashes(
    environments: Sequence[Environment],
) -> Iterator[tuple[Environment, Environment, str]]:
    """Every clash between two environments, in words."""
    claims: dict[Hashable, list[tuple[Environment, Claim]]] = defaultdict(list)
    for env in environments:
        for one in dict.fromkeys(claimed(env)):
            for other, theirs in claims[one.thing]:
                if one.wanted != theirs.wanted:
                    said = (
                        f"{other.name} and {env.name} both want {one.label}: {theirs.settings} in "
                        f"{other.name}.toml, {one.settings} in {env.name}.toml"
                    )
                    yield other, env, said
            claims[one.thing].append((env, one))


def claimed(env: Environment) -> Iterator[Claim]:
    """What an environment makes."""
    yield from in_dns(env)
    label = "a name that differs only in case, which some file systems take for one"
    yield Claim(("name", env.name.casefold()), env.name, label, "the file's name")
    here = (env.account_id, env.region)
    place = f"in account {env.account_id}, {env.region}"
    regional = [
        ("identity", env.domain, "domain"),
        ("identity", env.from_address, "sender.address"),
        ("configuration set", env.configuration_set.name, "configuration_set.name"),
        ("topic", env.event_topic, "events.topic (or suffix)"),
    ]
    for kind, name, settings in regional:
        yield Claim((*here, kind, name), env.name, f"{kind} {name} {place}", settings)
    for region in env.alarm_regions:
        place = f"in account {env.account_id}, {region}"
        for kind, name, settings in (
            ("topic", env.alarm_topic, "alarms.topic (or suffix)"),
            ("alarm", env.bounce_alarm, "alarms.bounce_name (or suffix)"),
            ("alarm", env.complaint_alarm, "alarms.complaint_name (or suffix)"),
        ):
            claimed_there = (env.account_id, region, kind, name)
            yield Claim(claimed_there, env.name, f"{kind} {name} {place}", settings)
    if env.sender.role:
        policy = f"policy {env.policy_name} on role {env.sender.role}"
        thing = (env.account_id, env.sender.role, env.policy_name)
        label = f"{policy} in account {env.account_id}"
        yield Claim(thing, env.name, label, "sender.policy_name (or suffix)")


def in_dns(env: Environment) -> Iterator[Claim]:
    """The names in DNS, which is one for all accounts.

    The MX record of a MAIL FROM domain names a region, and mail must not come from a MAIL FROM
    domain (SES Developer Guide, custom MAIL FROM).
    """
    yield Claim(
        ("MX", env.mail_from_domain),
        env.region,
        f"{env.mail_from_domain} as MAIL FROM domain or as domain, in different regions or roles",
        "mail_from.subdomain",
    )
    yield Claim(
        ("MX", env.domain),
        "sender",
        f"{env.domain} as MAIL FROM domain or as domain, in different regions or roles",
        "domain",
    )
    if env.dmarc is not None:
        value = dmarc.record(env.dmarc.policy, env.dmarc.reports_to)
        yield Claim(("DMARC", env.domain), value, f"another DMARC record of {env.domain}", "dmarc")
