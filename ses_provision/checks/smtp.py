"""May the SMTP users send, and nothing else? Their policies, and how old their keys are."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    done,
    unknown,
    waiting,
)
from ses_provision.outside.reading import Reading, Structure, together
from ses_provision.resources import access_keys, iam, iam_users, policies
from ses_provision.steps import arns, smtp_users

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.environment.smtp import SmtpUserSettings
    from ses_provision.resources.access_keys import AccessKey

Problem = tuple[str, str]
"""What is wrong with one user, and what to do."""
Look = Callable[[Scene, "SmtpUserSettings"], Reading[list[Problem]]]


def of_all(look: Look, well: str) -> Callable[[Scene], Reading[Judgement]]:
    """One item about all users: what is wrong with any of them, with the first way out."""

    def item(scene: Scene) -> Reading[Judgement]:
        users = scene.env.smtp_users
        found = yield from together(look(scene, user) for user in users)
        problems = [
            (f"{user.name} {what}", way)
            for user, wrong in zip(users, found, strict=True)
            for what, way in wrong
        ]
        if problems:
            return action("; ".join(what for what, _ in problems), problems[0][1])
        return done(f"{', '.join(user.name for user in users)}: {well}")

    return item


def exact(scene: Scene, user: SmtpUserSettings) -> Reading[list[Problem]]:
    """Is the user there, with exactly our policy?"""
    policy = smtp_users.policy_name(scene.env)
    has = yield from iam_users.user_policy(scene.account, user.name, policy)
    if has is None:
        return [(f"has no policy {policy}, or is not there", scene.apply)]
    wanted = policies.named(smtp_users.statements(scene.env, scene.account, user))
    return [] if has == wanted else [(f"has another policy {policy} than we wrote", scene.apply)]


def context(user: SmtpUserSettings, address: str) -> tuple[Structure, ...]:
    """What a mail carries that the conditions look at."""
    entries = [("ses:FromAddress", "string", address)]
    if user.source_ips:
        network = ipaddress.ip_network(user.source_ips[0])
        entries.append(("aws:SourceIp", "ip", str(network.network_address)))
    return tuple(
        Structure(
            (("ContextKeyName", name), ("ContextKeyType", kind), ("ContextKeyValues", (value,)))
        )
        for name, kind, value in entries
    )


def simulated(scene: Scene, user: SmtpUserSettings, address: str) -> Reading[list[iam.Simulated]]:
    """What IAM would say to a mail of a user from one of its addresses."""
    touched = (
        arns.identity(scene.env, scene.account),
        arns.configuration_set(scene.env, scene.account),
    )
    return (
        yield from iam_users.simulation(
            scene.account,
            user.name,
            ActionNames=(smtp_users.SENDS,),
            ResourceArns=touched,
            ContextEntries=context(user, address),
        )
    )


def can_send(scene: Scene, user: SmtpUserSettings) -> Reading[list[Problem]]:
    """Does IAM let it send, whatever a boundary or the organisation says?"""
    address = scene.env.smtp_addresses(user)[0]
    found = yield from simulated(scene, user, address)
    refused = [each for each in found if each.decision != "allowed"]
    if found and not refused:
        return []
    reasons = sorted({each.because or each.decision for each in refused})
    way = scene.apply if not any(each.because for each in refused) else "have that changed"
    return [(f"may not send as {address} ({', '.join(reasons) or 'it is not there'})", way)]


def no_more(scene: Scene, user: SmtpUserSettings) -> Reading[list[Problem]]:
    """Has it anything beside our policy?"""
    policy = smtp_users.policy_name(scene.env)
    beside = yield from iam_users.additions(scene.account, user.name, policy)
    if not beside:
        return []
    way = f"IAM console, user {user.name}: take it away; {policy} is enough to send"
    return [(f"has {', '.join(beside)}", way)]


def keyed(scene: Scene) -> Reading[Judgement]:
    """Has each user one key that is in use? Two are a rotation under way."""
    users = scene.env.smtp_users
    found = yield from together(keys_of(scene, user) for user in users)
    without = [u.name for u, keys in zip(users, found, strict=True) if not active(keys)]
    turning = [u.name for u, keys in zip(users, found, strict=True) if len(keys) > 1]
    if without:
        return action(
            f"without an active access key: {', '.join(without)}",
            f"ses-provision smtp create {scene.on} --user {without[0]}",
        )
    if turning:
        return waiting(
            f"two access keys, a rotation under way: {', '.join(turning)}",
            f"ses-provision smtp status {scene.on}; then smtp retire",
        )
    return done(f"one access key each: {', '.join(user.name for user in users)}")


def keys_of(scene: Scene, user: SmtpUserSettings) -> Reading[list[AccessKey]]:
    """The keys of a user."""
    return (yield from access_keys.access_keys(scene.account, user.name))


def active(keys: list[AccessKey]) -> list[AccessKey]:
    """The keys that may be used."""
    return [key for key in keys if key.is_active]


def young(scene: Scene) -> Reading[Judgement]:
    """Is any key older than the file wants?"""
    users = scene.env.smtp_users
    found = yield from together(keys_of(scene, user) for user in users)
    if scene.now is None:
        return unknown("the time is not known", f"ses-provision checklist {scene.on}")
    old = [
        (user, days)
        for user, keys in zip(users, found, strict=True)
        for days in ages(scene, keys)
        if days > user.max_key_age_days
    ]
    if not old:
        return done("no access key is older than max_key_age_days")
    told = "; ".join(f"{user.name}: {days} of {user.max_key_age_days} days" for user, days in old)
    rotate = f"ses-provision smtp rotate {scene.on} --user {old[0][0].name}"
    return action(f"access keys are too old: {told}", rotate)


def ages(scene: Scene, keys: list[AccessKey]) -> Iterator[int]:
    """How old the active keys are, in days."""
    for key in active(keys):
        if scene.now is not None:
            yield (scene.now - key.made_at) // timedelta(days=1)


def has_users(env: Environment) -> bool:
    """Whether there is anything to look at."""
    return bool(env.smtp_users)


TOPIC = Topic(
    "smtp",
    "Sending by SMTP",
    (
        Item(
            "SES-SMTP-001",
            "SMTP users have exactly our policy",
            of_all(exact, "each with the policy that names its addresses and the set"),
        ),
        Item(
            "SES-SMTP-002",
            "IAM lets the SMTP users send",
            of_all(can_send, "simulated: each may send"),
        ),
        Item(
            "SES-SMTP-003",
            "SMTP users may do nothing more",
            of_all(no_more, "nothing beside our policy"),
            Severity.WARNING,
        ),
        Item("SES-SMTP-004", "Each SMTP user has one key", keyed),
        Item("SES-SMTP-005", "Keys are not too old", young, Severity.WARNING),
    ),
    matters=has_users,
)
