"""AWS IAM: the inline policy of a role that somebody else owns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Key, Obstacle
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answer, Answers, Ask, Parameter, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.resources import policies

ABSENT = (Refusal("NoSuchEntity"),)
GLOBAL = ""  # IAM's ARNs have no region


def role_arns(account: Account, role: str) -> tuple[str, ...]:
    """What IAM checks for a role: it is named without its path, and its ARN has the path."""
    return tuple(account.arn("iam", f"role/{path}{role}", GLOBAL) for path in ("", "*/"))


def question_about(account: Account, role: str, operation: str, **params: Any) -> Ask:
    """A question that IAM checks on a role."""
    on = role_arns(account, role)
    return question("iam", account.region, operation, on=on, absent=ABSENT, **params)


def role_question(account: Account, role: str) -> Ask:
    """The question for a role."""
    something = {"Role": {"Arn": account.arn("iam", f"role/{role}", GLOBAL)}}
    return question_about(account, role, "GetRole", something=something, RoleName=role)


def policy_question(account: Account, role: str, name: str) -> Ask:
    """The question for an inline policy of a role."""
    return question_about(account, role, "GetRolePolicy", RoleName=role, PolicyName=name)


def role(account: Account, name: str) -> Reading[str | None]:
    """The ARN of a role; None where there is none."""
    [answer] = yield from ask(role_question(account, name))
    return None if answer is None else str(answer["Role"]["Arn"])


def role_policy(account: Account, role_name: str, name: str) -> Reading[policies.Statements | None]:
    """The statements of an inline policy; None where the role or the policy is missing."""
    [answer] = yield from ask(policy_question(account, role_name, name))
    return None if answer is None else policies.statements(answer["PolicyDocument"])


@dataclass(frozen=True)
class Simulated:
    """What IAM would say to one action on one resource."""

    action: str
    resource: str
    decision: str
    because: str = ""


def simulation(account: Account, role_name: str, **params: Parameter) -> Reading[list[Simulated]]:
    """Ask IAM what a role may do; it weighs all its policies (IAM API, SimulatePrincipalPolicy)."""
    asked = question_about(
        account,
        role_name.rpartition("/")[2],
        "SimulatePrincipalPolicy",
        nothing={"EvaluationResults": []},
        something={"EvaluationResults": []},
        pages=True,
        PolicySourceArn=account.arn("iam", f"role/{role_name}", GLOBAL),
        **params,
    )
    [answer] = yield from ask(asked)
    return outcomes(answer)


def outcomes(answer: Answer) -> list[Simulated]:
    """The simulator's answer, resource by resource; nothing where there is nobody to simulate."""
    return [
        simulated
        for found in (answer or {}).get("EvaluationResults") or ()
        for simulated in by_resource(found)
    ]


def by_resource(found: Mapping[str, Any]) -> Iterator[Simulated]:
    """The simulator's answer for one action, resource by resource.

    Where several resources were asked for, the answer itself speaks of a template of an ARN, and
    the resources are inside it (botocore, EvaluationResult).
    """
    for part in found.get("ResourceSpecificResults") or (found,):
        decision = part.get("EvalResourceDecision") or part["EvalDecision"]
        refused = decision != "allowed"
        because = reason(found, part) if refused else ""
        yield Simulated(found["EvalActionName"], part["EvalResourceName"], decision, because)


def reason(found: Mapping[str, Any], part: Mapping[str, Any]) -> str:
    """What beside the role's own policies refuses, as far as the simulator says it.

    Where there is an organisation or a boundary it says whether that allows (IAM API reference,
    OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail).
    """
    organisation = found.get("OrganizationsDecisionDetail") or {}
    boundary = part.get("PermissionsBoundaryDecisionDetail") or found.get(
        "PermissionsBoundaryDecisionDetail"
    )
    if organisation.get("AllowedByOrganizations") is False:
        return "a policy of the organisation does not allow it"
    if (boundary or {}).get("AllowedByPermissionsBoundary") is False:
        return "the permissions boundary of the role does not allow it"
    denying = sorted({each["SourcePolicyId"] for each in part.get("MatchedStatements") or ()})
    if part.get("EvalResourceDecision", part.get("EvalDecision")) == "explicitDeny" and denying:
        return f"{', '.join(denying)} denies it"
    return ""


@dataclass(frozen=True)
class RolePolicy:
    """An inline policy of ours on a role; the whole document is ours."""

    role: str
    name: str
    statements: policies.Statements
    region: str  # IAM is global; the client wants a region all the same
    account: Account = field(compare=False)

    @property
    def key(self) -> Key:
        """One policy of a name a role."""
        return Key("role policy", self.account.id, GLOBAL, f"{self.role}/{self.name}")

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"policy {self.name} on role {self.role}"

    def read(self) -> Reading[Found[RolePolicy]]:
        """Find it on its role; a missing role is in the way."""
        role_answer, answer = yield from ask(
            role_question(self.account, self.role),
            policy_question(self.account, self.role, self.name),
        )
        if role_answer is None:
            missing = Obstacle(
                f"role {self.role} does not exist in this account",
                "deploy the application that brings it, or correct sender.role (or --role)",
            )
            return Found(None, (missing,))
        if answer is None:
            return Found(None)
        return Found(replace(self, statements=policies.statements(answer["PolicyDocument"])))

    def writes(self, found: Found[RolePolicy]) -> Sequence[Call]:  # noqa: ARG002
        """Put the document."""
        document = policies.document(self.statements.values())
        return [self._call("PutRolePolicy", {"PolicyDocument": document})]

    def deletes(self, found: Found[RolePolicy]) -> Sequence[Call]:
        """Take the permission away."""
        if found.live is None:
            return []
        return [replace(self._call("DeleteRolePolicy", {}), already=ABSENT)]

    def settled(self) -> Answers:
        """IAM's answers where role and policy stand."""
        asked = policy_question(self.account, self.role, self.name)
        document = policies.document(self.statements.values())
        existing = role_question(self.account, self.role)
        return {existing: existing.something or {}, asked: {"PolicyDocument": document}}

    def strayed(self) -> Sequence[RolePolicy]:
        """Another document."""
        return [replace(self, statements={})]

    def _call(self, operation: str, params: Mapping[str, Any]) -> Call:
        whole = {"RoleName": self.role, "PolicyName": self.name, **params}
        on = role_arns(self.account, self.role)
        return Call("iam", self.region, operation, whole, on=on)
