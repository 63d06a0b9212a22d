"""May the application send, and nothing else? Its role, by its policy and by simulation."""

from __future__ import annotations

from collections.abc import Sequence

from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    done,
    not_applicable,
    waiting,
)
from ses_provision.outside.reading import Reading, Structure, both
from ses_provision.resources import iam, policies
from ses_provision.steps import arns, role

SENDS = ("ses:SendEmail", "ses:SendRawEmail")
NOT_ITS_BUSINESS = (
    *SENDS,
    "ses:SendBulkEmail",
    "ses:CreateEmailIdentity",
    "ses:DeleteEmailIdentity",
    "ses:PutAccountDetails",
)


def no_role(scene: Scene) -> Judgement:
    """The application is not there yet, or sends without a role."""
    if scene.env.sends_without_role:
        return not_applicable(role.NO_ROLE)
    return waiting(
        "the role that sends is not known yet",
        f"deploy the application, then: ses-provision set sender.role NAME {scene.on}, and "
        f"{scene.apply}; where no role sends: ses-provision set sender.role false {scene.on}",
    )


def no_such_role(name: str) -> Judgement:
    """Nothing can be said of a role that is not there."""
    return waiting(f"role {name} does not exist yet", "SES-ROLE-001 first")


def exists(scene: Scene) -> Reading[Judgement]:
    """Is the application's role there?"""
    name = scene.env.sender.role
    if not name:
        return no_role(scene)
    found = yield from iam.role(scene.account, name)
    if found is None:
        return action(
            f"role {name} does not exist in account {scene.account.id}",
            "deploy the application that brings it, or correct sender.role",
        )
    return done(found)


def exact(scene: Scene) -> Reading[Judgement]:
    """Does our policy name exactly the identities and the configuration set?"""
    name, policy = scene.env.sender.role, scene.env.policy_name
    if not name:
        return no_role(scene)
    there, has = yield from both(
        iam.role(scene.account, name), iam.role_policy(scene.account, name, policy)
    )
    if there is None:
        return no_such_role(name)
    if has is None:
        return action(f"role {name} has no policy {policy}", scene.apply)
    wanted = policies.named(role.statements(scene.env, scene.account))
    if has == wanted:
        return done(f"{policy} allows {len(resources(scene))} ARNs, as {scene.env.from_address}")
    differ = sorted(sid for sid in {*has, *wanted} if has.get(sid) != wanted.get(sid))
    return action(f"{policy} was edited: {', '.join(sid[:40] for sid in differ)}", scene.apply)


def resources(scene: Scene) -> tuple[str, ...]:
    """What a mail touches: both identities and the configuration set."""
    env, account = scene.env, scene.account
    return (
        arns.identity(env, account),
        arns.sender(env, account),
        arns.configuration_set(env, account),
    )


def simulated(
    scene: Scene, name: str, actions: Sequence[str], on: Sequence[str], address: str
) -> Reading[list[iam.Simulated]]:
    """What IAM would let a role do that sends as an address."""
    context = Structure(
        (
            ("ContextKeyName", "ses:FromAddress"),
            ("ContextKeyType", "string"),
            ("ContextKeyValues", (address,)),
        )
    )
    return (
        yield from iam.simulation(
            scene.account,
            name,
            ActionNames=tuple(actions),
            ResourceArns=tuple(on),
            ContextEntries=(context,),
        )
    )


def role_known(scene: Scene) -> Reading[str | Judgement]:
    """The name of the role, with its path, where it exists."""
    name = scene.env.sender.role
    if not name:
        return no_role(scene)
    found = yield from iam.role(scene.account, name)
    if found is None:
        return no_such_role(name)
    return found.partition(":role/")[2]


def can_send(scene: Scene) -> Reading[Judgement]:
    """Does IAM let the application send?"""
    name = yield from role_known(scene)
    if isinstance(name, Judgement):
        return name
    sender = scene.env.from_address
    results = yield from simulated(scene, name, SENDS, resources(scene), sender)
    refused = [found for found in results if found.decision != "allowed"]
    if refused or not results:
        said = "; ".join(
            f"{found.action} on {found.resource} ({found.because or found.decision})"
            for found in refused
        )
        return action(f"IAM would refuse {said or 'to say'}", way_on(scene, name, refused))
    return done(f"simulated: {name} may send as {scene.env.from_address}")


def way_on(scene: Scene, name: str, refused: Sequence[iam.Simulated]) -> str:
    """Who can lift what refuses."""
    reasons = {found.because for found in refused if found.because}
    if not reasons:
        return scene.apply
    return (
        f"no policy of ours lifts that: have it changed ({'; '.join(sorted(reasons))}), for role "
        f"{name} in account {scene.account.id}"
    )


def no_more(scene: Scene) -> Reading[Judgement]:
    """May it do what it does not need: send as others, or change SES?"""
    name = yield from role_known(scene)
    if isinstance(name, Judgement):
        return name
    other = f"somebody-else@{scene.env.domain}"
    stranger = scene.account.arn("ses", "identity/not-ours.example")
    on = (arns.identity(scene.env, scene.account), stranger)
    results = yield from simulated(scene, name, NOT_ITS_BUSINESS, on, other)
    wide = sorted(
        f"{found.action} on {found.resource.rpartition(':')[2]}"
        for found in results
        if found.decision == "allowed"
    )
    if wide:
        more = f" and {len(wide) - 3} more" if len(wide) > 3 else ""
        return action(
            f"{name} may also {', '.join(wide[:3])}{more}",
            f"IAM console, role {name}: narrow the other policies; {scene.env.policy_name} is "
            "enough to send",
        )
    outer = sorted({found.because for found in results if found.because})
    kept = f" ({'; '.join(outer)})" if outer else ""
    return done(f"simulated: {name} may neither send as {other} nor change SES{kept}")


TOPIC = Topic(
    "permissions",
    "Permission to send",
    (
        Item("SES-ROLE-001", "Application role exists", exists),
        Item("SES-ROLE-002", "Sender policy names exactly ours", exact),
        Item("SES-ROLE-003", "IAM lets the role send", can_send),
        Item("SES-ROLE-004", "Role may do nothing more", no_more, Severity.WARNING),
    ),
)
