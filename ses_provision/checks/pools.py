"""Do IP addresses of one's own do good? Pools in use, addresses warm and not idle, enough mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    done,
    not_applicable,
    unknown,
    waiting,
)
from ses_provision.names import BUILT_IN_POOLS, DEFAULT_POOL
from ses_provision.outside.reading import Reading
from ses_provision.resources.prices import shipped
from ses_provision.resources.ses.account import sending_account
from ses_provision.resources.ses.configuration_set import configuration_set
from ses_provision.resources.ses.dedicated_ips import (
    DAYS,
    PLENTY,
    STANDARD,
    addresses,
    scaling,
    senders,
)
from ses_provision.steps import arns

if TYPE_CHECKING:
    from ses_provision.environment import Environment


def named(scene: Scene) -> Reading[str]:
    """The pool that the set names; empty where it names none, or is not there."""
    found = yield from configuration_set(arns.configuration_set(scene.env, scene.account))
    return found.pool if found else ""


def can_leave(scene: Scene) -> Reading[Judgement]:
    """Has the pool of the set addresses? Mail through a standard one without any cannot leave."""
    name = yield from named(scene)
    wanted = scene.env.configuration_set.pool_name
    if wanted and name != wanted and wanted not in BUILT_IN_POOLS:
        return waiting(f"mail does not leave through {wanted} yet", scene.apply)
    if not name or name in BUILT_IN_POOLS:
        return done("mail leaves through a pool that AWS keeps")
    mode = yield from scaling(arns.pool(name, scene.account))
    if mode != STANDARD:
        return done(f"{name} is managed: AWS chooses its addresses")
    held = yield from addresses(scene.env.region)
    inside = [each.ip for each in held if each.pool == name]
    if inside:
        return done(f"{name} holds {', '.join(inside)}")
    return action(
        f"{name} holds no address, so that mail through it cannot leave",
        f"name leased addresses in ips of pools in config/{scene.env.name}.toml, or say "
        f'configuration_set.pool = "shared"; then: {scene.apply}',
    )


def in_use(scene: Scene) -> Reading[Judgement]:
    """Does mail leave through each pool of the file? They cost all the same."""
    names = [pool.name for pool in scene.env.pools]
    mine = yield from named(scene)
    if not set(names) - {mine}:
        return done(f"mail leaves through {', '.join(names)}" if names else "no pool of the file")
    found = yield from senders(arns.configuration_set(scene.env, scene.account))
    unused = [name for name in names if not found.through(name)]
    if unused and found.unasked:
        return unknown(
            f"{found.unasked} configuration sets were not asked for their pool",
            "SES console, Configuration sets: look which of them names one",
        )
    if unused:
        return action(
            f"no configuration set sends through {', '.join(unused)}; a pool costs all the same",
            "name it in configuration_set.pool, or take it out of pools in "
            f"config/{scene.env.name}.toml; then: {scene.apply} --prune",
        )
    return done(f"configuration sets send through {', '.join(names)}")


def warm(scene: Scene) -> Reading[Judgement]:
    """Are leased addresses warmed up? While they are not, SES sends the rest through shared ones
    (SES Developer Guide, warming up dedicated IP addresses)."""
    held = yield from addresses(scene.env.region)
    leased = [each for each in held if each.percentage is not None]
    if not leased:
        return not_applicable("no leased addresses")
    cold = [each for each in leased if each.status == "IN_PROGRESS"]
    if cold:
        return waiting(
            "; ".join(f"{each.ip} is at {each.percentage} %" for each in cold),
            f"ses-provision ips {scene.on} (about 45 days, whatever is sent)",
        )
    return done(f"{', '.join(each.ip for each in leased)}: warm")


def warms_up(scene: Scene) -> Reading[Judgement]:
    """Are new addresses warmed up by themselves?"""
    found = yield from sending_account(scene.env.region)
    if found.auto_warmup is False:
        return action(
            "automatic warm-up is off: new addresses send at once all that comes, from cold",
            f"set account.auto_warmup = true in config/{scene.env.name}.toml (it holds for all of "
            f"the account and region), then: {scene.apply}",
        )
    return done("automatic warm-up is on")


def sends_enough(scene: Scene) -> Reading[Judgement]:
    """Is there enough mail to keep addresses warm?"""
    sent = (yield from sending_account(scene.env.region)).access.sent
    evidence = f"{sent:g} mails in the last 24 hours"
    name = yield from named(scene)
    if not name or name in BUILT_IN_POOLS:
        return not_applicable(f"{evidence}, through a pool that AWS keeps")
    if sent * DAYS >= PLENTY:
        return done(evidence)
    return action(
        f"{evidence}: fewer than {PLENTY:,} a month keep no address warm",
        f'say configuration_set.pool = "shared" in config/{scene.env.name}.toml until more is '
        f"sent, then: {scene.apply}",
    )


def none_idle(scene: Scene) -> Reading[Judgement]:
    """Is each leased address in a pool? Those in none send mail that names none."""
    held = yield from addresses(scene.env.region)
    idle = [each.ip for each in held if each.pool in {"", DEFAULT_POOL}]
    if not idle:
        return done("no leased address is in no pool")
    price = shipped()["dedicated-ip"].told
    return action(
        f"{', '.join(idle)} in no pool: {price} each, and mail that names no pool "
        "leaves through them",
        f"name them in ips of pools in config/{scene.env.name}.toml, or give them back to AWS by a "
        "support case",
    )


def concerns(env: Environment) -> bool:
    """Whether the file speaks of pools."""
    return bool(env.pools or env.configuration_set.pool)


TOPIC = Topic(
    "pools",
    "Dedicated IP addresses",
    (
        Item("SES-POOLS-001", "The set's pool has addresses", can_leave),
        Item("SES-POOLS-002", "Mail leaves through each pool", in_use, Severity.WARNING),
        Item("SES-POOLS-003", "Leased addresses are warm", warm, Severity.WARNING),
        Item("SES-POOLS-004", "New addresses are warmed up", warms_up, Severity.WARNING),
        Item("SES-POOLS-005", "Enough mail to keep them warm", sends_enough, Severity.WARNING),
        Item("SES-POOLS-006", "No leased address is in no pool", none_idle, Severity.ADVICE),
    ),
    matters=concerns,
)
