"""May the application send, and nothing else? Its role, by its policy and by simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ses_provision.checks.topic import Item, Judgement, Scene, Topic, action, done, waiting
from ses_provision.model import Severity
from ses_provision.reading import Ask, Reading, Structure, ask, question
from ses_provision.resources import policies
from ses_provision.steps import configuration_set, identity, role, sender

SENDS = ("ses:SendEmail", "ses:SendRawEmail")
NOT_ITS_BUSINESS = (
    *SENDS,
    "ses:SendBulkEmail",
    "ses:CreateEmailIdentity",
    "ses:DeleteEmailIdentity",
    "ses:PutAccountDetails",
)


def no_role(scene: Scene) -> Judgement:
    """The application is not there yet."""
    return waiting(
        "the role that sends is not known yet",
        f"deploy the application, then: {scene.apply} --role NAME (or set sender.role)",
    )


def exists(scene: Scene) -> Reading[Judgement]:
    """Is the application's role there?"""
    name = scene.env.sender.role
    if name is None:
        return no_role(scene)
    [found] = yield from ask(question("iam", scene.env.region, "GetRole", RoleName=name))
    if found is None:
        return action(
            f"role {name} does not exist in account {scene.account.id}",
            "deploy the application that brings it, or correct sender.role",
        )
    return done(found["Role"]["Arn"])


def exact(scene: Scene) -> Reading[Judgement]:
    """Does our policy name exactly the identities and the configuration set?"""
    name, policy = scene.env.sender.role, scene.env.policy_name
    if name is None:
        return no_role(scene)
    [found] = yield from ask(
        question("iam", scene.env.region, "GetRolePolicy", RoleName=name, PolicyName=policy)
    )
    if found is None:
        return action(f"role {name} has no policy {policy}", scene.apply)
    wanted = policies.named(role.statements(scene.env, scene.account))
    has = policies.statements(found["PolicyDocument"])
    if has == wanted:
        return done(f"{policy} allows {len(resources(scene))} ARNs, as {scene.env.from_address}")
    differ = sorted(sid for sid in {*has, *wanted} if has.get(sid) != wanted.get(sid))
    return action(f"{policy} was edited: {', '.join(sid[:40] for sid in differ)}", scene.apply)


def resources(scene: Scene) -> tuple[str, ...]:
    """What a mail touches: both identities and the configuration set."""
    env, account = scene.env, scene.account
    return (
        identity.arn(env, account),
        sender.arn(env, account),
        configuration_set.arn(env, account),
    )


def simulation(
    scene: Scene, name: str, actions: Sequence[str], arns: Sequence[str], address: str
) -> Ask:
    """Ask IAM what a role may do; it weighs all its policies (IAM API, SimulatePrincipalPolicy)."""
    context = Structure(
        (
            ("ContextKeyName", "ses:FromAddress"),
            ("ContextKeyType", "string"),
            ("ContextKeyValues", (address,)),
        )
    )
    return question(
        "iam",
        scene.env.region,
        "SimulatePrincipalPolicy",
        pages=True,
        PolicySourceArn=scene.account.arn("iam", f"role/{name}"),
        ActionNames=tuple(actions),
        ResourceArns=tuple(arns),
        ContextEntries=(context,),
    )


class Decision(NamedTuple):
    """What the simulator says of one action on one resource."""

    action: str
    resource: str
    decision: str


def decisions(answer: Mapping[str, Any] | None) -> list[Decision]:
    """The simulator's answer, resource by resource.

    It has one result for each action; where several resources were asked for, that speaks of a
    template of an ARN, and the resources are inside (botocore, EvaluationResult).
    """
    return [
        Decision(
            whole["EvalActionName"],
            part["EvalResourceName"],
            part.get("EvalResourceDecision") or part["EvalDecision"],
        )
        for whole in (answer or {}).get("EvaluationResults", ())
        for part in whole.get("ResourceSpecificResults") or [whole]
    ]


def role_known(scene: Scene) -> Reading[str | Judgement]:
    """The name of the role, with its path, where it exists."""
    name = scene.env.sender.role
    if name is None:
        return no_role(scene)
    [found] = yield from ask(question("iam", scene.env.region, "GetRole", RoleName=name))
    if found is None:
        return waiting(f"role {name} does not exist yet", "SES-ROLE-001 first")
    return str(found["Role"]["Arn"].partition(":role/")[2])


def can_send(scene: Scene) -> Reading[Judgement]:
    """Does IAM let the application send?"""
    name = yield from role_known(scene)
    if isinstance(name, Judgement):
        return name
    asked = simulation(scene, name, SENDS, resources(scene), scene.env.from_address)
    [answer] = yield from ask(asked)
    found = decisions(answer)
    refused = [
        f"{each.action} on {each.resource} ({each.decision})"
        for each in found
        if each.decision != "allowed"
    ]
    if refused or not found:
        return action(
            f"IAM would refuse {'; '.join(refused) or 'to say'}",
            f"{scene.apply}; an explicitDeny comes from another policy or a permissions boundary",
        )
    return done(f"simulated: {name} may send as {scene.env.from_address}")


def no_more(scene: Scene) -> Reading[Judgement]:
    """May it do what it does not need: send as others, or change SES?"""
    name = yield from role_known(scene)
    if isinstance(name, Judgement):
        return name
    other = f"somebody-else@{scene.env.domain}"
    stranger = scene.account.arn("ses", "identity/not-ours.example")
    arns = (identity.arn(scene.env, scene.account), stranger)
    [answer] = yield from ask(simulation(scene, name, NOT_ITS_BUSINESS, arns, other))
    wide = sorted(
        f"{each.action} on {each.resource.rpartition(':')[2]}"
        for each in decisions(answer)
        if each.decision == "allowed"
    )
    if wide:
        more = f" and {len(wide) - 3} more" if len(wide) > 3 else ""
        return action(
            f"{name} may also {', '.join(wide[:3])}{more}",
            f"IAM console, role {name}: narrow the other policies; {scene.env.policy_name} is "
            "enough to send",
        )
    return done(f"simulated: {name} may neither send as {other} nor change SES")


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
