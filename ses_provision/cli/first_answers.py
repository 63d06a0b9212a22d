"""The answers that an environment file is made of: by flags, by a person, or as AWS suggests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from ses_provision.cli import asking
from ses_provision.cli.dns_options import needed
from ses_provision.cli.run import Run
from ses_provision.dataclass import dataclass
from ses_provision.errors import ConfigError, ProvisionError, UsageError
from ses_provision.names import DnsProviderName, is_within
from ses_provision.outside import files

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.resources.route53 import Zone

NOWHERE = "000000000000"
"""Stands for the account until AWS has said which one it is."""


LONGEST_SET = 64
"""Characters of a configuration set's name (SES API reference, ConfigurationSet)."""


FLAG_OF_PROVIDER: dict[str, DnsProviderName] = {"zone_id": "route53", "dns_server": "rfc2136"}
"""Answers that only one provider takes, and so say which it is."""


@dataclass
class Answers:
    """What the file is made of; None is still to be asked."""

    name: str | None
    domain: str | None
    account_id: str | None
    region: str | None
    dns: DnsProviderName | None
    zone_id: str | None
    dns_server: str | None
    dns_options: dict[str, str]
    configuration_set: str | None
    email: str | None
    hipaa: bool | None
    profile: str | None
    dns_zone: str | None = None


@dataclass(frozen=True)
class Seen:
    """What AWS says where it can be asked."""

    account_id: str | None = None
    zones: tuple[Zone, ...] = field(default=())


SETTINGS = {
    "name": "name",
    "domain": "domain",
    "account_id": "account_id",
    "region": "region",
    "zone_id": "dns.zone_id",
    "dns_server": "dns.server",
    "configuration_set": "configuration_set.name",
    "email": "events.emails",
    "profile": "profile",
}
"""What each answer becomes in the file."""


def insist_on_flags(answers: Answers) -> None:
    """Tell of every mistake in the flags before anybody is asked anything."""
    problems = []
    for given, setting in SETTINGS.items():
        value = getattr(answers, given)
        try:
            setattr(answers, given, None if value is None else checked(setting)(value))
        except ValueError as error:
            problems.append(f"{setting}: {error}")
    if problems:
        raise refused("What you give would be wrong in an environment file:", problems)


def checked(setting: str) -> asking.Check:
    """The check of one setting."""
    from ses_provision.environment import single

    return lambda text: single.fitting(setting, text)


def refused(headline: str, problems: Iterable[str]) -> ConfigError:
    """The refusal to write a file with mistakes."""
    listed = tuple(problems)
    return ConfigError(headline, "Nothing was written.", problems=listed, points=listed)


def complete(run: Run, answers: Answers, *, asks: bool) -> Path:
    """Find an answer to every question; where the file goes."""

    def free(name: str) -> str:
        path = run.config_dir / f"{checked('name')(name)}.toml"
        if files.is_there(path):
            raise ValueError(f"{path} exists already, and is left as it is.")
        return name

    answers.name = answer(answers.name, "Name of the environment", "prod", asks=asks, check=free)
    try:
        free(answers.name)
    except ValueError as error:
        raise UsageError(str(error), "Choose another name, or edit it.") from error
    for name in ("domain", "region"):
        settle(name, run, answers, Seen(), asks=asks)
    seen = look(run, answers) if needs_aws(answers) else Seen()
    settle("account_id", run, answers, seen, asks=asks)
    choose_dns(answers, seen, asks=asks)
    for name in ("configuration_set", "email"):
        settle(name, run, answers, seen, asks=asks)
    if answers.hipaa is None:
        answers.hipaa = asks and asking.confirmed("May mails concern patients (HIPAA)?")
    return run.config_dir / f"{answers.name}.toml"


def needs_aws(answers: Answers) -> bool:
    """Whether AWS knows something that nobody has said yet."""
    provider = said_by_flags(answers)
    knows_zone = provider not in {None, "route53"} or answers.zone_id is not None
    return answers.account_id is None or not knows_zone


QUESTIONS: dict[str, tuple[str, Callable[[Run, Answers, Seen], str | None]]] = {
    "domain": ("Domain that mail comes from", lambda *_: None),
    "region": ("AWS region that sends", lambda run, *_: usual_region(run)),
    "account_id": ("AWS account", lambda _, __, seen: seen.account_id),
    "configuration_set": ("Configuration set", lambda _, answers, __: usual_set(answers)),
    "email": ("Who is told of bounces and alarms", lambda _, answers, __: f"ops@{answers.domain}"),
}
"""What is asked for an answer, and its default."""


def settle(name: str, run: Run, answers: Answers, seen: Seen, *, asks: bool) -> None:
    """Find one answer, where no flag has given it."""
    if getattr(answers, name) is None:
        question, default = QUESTIONS[name]
        flag, check = f"--{name.replace('_', '-')}", checked(SETTINGS[name])
        found = answer(None, question, default(run, answers, seen), flag, asks, check)
        setattr(answers, name, found)


def usual_set(answers: Answers) -> str:
    """A name for the configuration set: the longest label of the domain, as far as there is room
    for it before the environment's name."""
    base = max(str(answers.domain).split(".")[:-1], key=len)
    room = LONGEST_SET - len(f"-{answers.name}")
    return f"{base[:room].rstrip('-')}-{answers.name}"


def answer(
    given: str | None,
    question: str,
    default: str | None,
    flag: str = "",
    asks: bool = True,
    check: asking.Check = str,
    choices: Sequence[str] = (),
) -> str:
    """A flag's value, else the person's answer, else the default."""
    if given is not None:
        return given
    if asks:
        return asking.ask(question, default=default, check=check, choices=choices)
    if default is None:
        raise UsageError(f"{question}: there is no default.", f"Give {flag}.")
    return default


def usual_region(run: Run) -> str | None:
    """The region of the profile or the environment variables, as a suggestion."""
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if os.environ.get(variable):
            return os.environ[variable]
    from ses_provision.outside import sessions

    try:
        found = sessions.session(run.profile).region_name
    except ProvisionError:
        return None
    return str(found) if found else None


def look(run: Run, answers: Answers) -> Seen:
    """Ask AWS for the account and its hosted zones; without credentials, nothing."""
    from ses_provision.outside import aws
    from ses_provision.resources import hosted_zones

    env = provisional(answers)
    answers.domain = env.domain
    try:
        connections = run.connect(env)
        account, zones = aws.Reader(connections).run(hosted_zones.surroundings(env.region))
    except ProvisionError as error:
        run.tell(f"AWS could not be asked for defaults: {error.message}")
        return Seen()
    return Seen(None if account == NOWHERE else account, tuple(zones))


def provisional(answers: Answers) -> Environment:
    """Enough of an environment to connect with."""
    from ses_provision.environment import loading

    raw: dict[str, Any] = {
        "name": "new",
        "account_id": answers.account_id or NOWHERE,
        "region": answers.region,
        "domain": answers.domain,
        "configuration_set": {"name": "new"},
    }
    return loading.checked(raw, "the answers so far")


def said_by_flags(answers: Answers) -> DnsProviderName | None:
    """The provider, where a flag says it or belongs to one alone."""
    implied = (one for name, one in FLAG_OF_PROVIDER.items() if getattr(answers, name) is not None)
    return answers.dns or next(implied, None)


def choose_dns(answers: Answers, seen: Seen, *, asks: bool) -> None:
    """Route 53 with one of its zones, another provider that is written to, or DNS by hand."""
    from ses_provision.environment.dns_providers import PROVIDERS

    domain = answers.domain or ""
    holding = sorted(
        (zone for zone in seen.zones if is_within(domain, zone.name)),
        key=lambda zone: len(zone.name),
        reverse=True,
    )
    answers.dns = said_by_flags(answers)
    if answers.dns is None:
        default = "route53" if holding or not seen.zones else "external"
        every = get_args(DnsProviderName)
        chosen = answer(None, "Where the domain's DNS is", default, asks=asks, choices=every)
        answers.dns = next(one for one in every if one == chosen)
    if "server" in PROVIDERS[str(answers.dns)].settings:
        answers.dns_server = answer(
            answers.dns_server,
            "Name server that takes dynamic updates",
            None,
            "--dns-server",
            asks,
            checked("dns.server"),
        )
    for name, question, check in needed(str(answers.dns), answers.dns_options):
        flag, given = f"--dns-option {name}=VALUE", answers.dns_options.get(name)
        answers.dns_options[name] = answer(given, question, None, flag, asks, check)
    if PROVIDERS[str(answers.dns)].zones_are_registered:
        answers.dns_zone = registered(domain)
    if answers.dns == "route53" and answers.zone_id is None and holding:
        is_clear = len(holding) == 1 or len(holding[0].name) > len(holding[1].name)
        if asks or is_clear:
            known = ", ".join(f"{zone.id} ({zone.name})" for zone in holding)
            choices = tuple(zone.id for zone in holding)
            answers.zone_id = answer(
                None, f"Hosted zone: {known}", holding[0].id, asks=asks, choices=choices
            )


def registered(domain: str) -> str | None:
    """The domain at the registrar, where a part of it sends: Cloudflare has zones of that name
    alone on all plans but Enterprise (Cloudflare documentation, subdomain setup)."""
    from ses_provision.resources.organisation import organisational_domain

    found = organisational_domain(domain)
    return found if found != domain else None
