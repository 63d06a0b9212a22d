"""AWS IAM: a role of ours that a service of AWS takes on, with its one policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Key, Obstacle, Resource
from ses_provision.engine.ownership import CREATED_BY, US
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Condition, Right
from ses_provision.resources import policies, tags
from ses_provision.resources.iam import ABSENT, GLOBAL

ALREADY = (Refusal("EntityAlreadyExists"),)


@dataclass(frozen=True)
class ServiceRole:
    """A role, whom it trusts, and what it may do; both documents are ours as a whole.

    A boundary that somebody set stays where the environment names none (`boundary` is None).
    """

    arn: str
    trust: policies.Statements
    statements: policies.Statements
    boundary: str | None
    tags: Mapping[str, str]
    account: Account = field(compare=False)
    policy: str = field(compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    bound_by: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One role of a name in an account."""
        return Key.of("IAM role", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"IAM role {self.name}"

    def _ask(self, operation: str, **params: Any) -> Ask:
        return question(
            "iam",
            self.account.region,
            operation,
            on=(self.arn,),
            absent=ABSENT,
            RoleName=self.name,
            **params,
        )

    def _policy(self) -> Ask:
        return self._ask("GetRolePolicy", PolicyName=self.policy)

    def read(self) -> Reading[Found[ServiceRole]]:
        """Find it by its name, with its policy. One that we did not make may do no more than ours,
        and for nobody else."""
        answer, held = yield from ask(self._ask("GetRole"), self._policy())
        if answer is None:
            return Found(None)
        role = answer["Role"]
        all_tags = tags.as_mapping(role.get("Tags"))
        bound = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")
        live = replace(
            self,
            trust=policies.statements(role.get("AssumeRolePolicyDocument") or {}),
            statements=policies.statements((held or {}).get("PolicyDocument") or {}),
            boundary=None if self.boundary is None else bound,
            tags=tags.ours(all_tags, self.tags),
            all_tags=all_tags,
            bound_by=bound,
        )
        if role["Arn"] != self.arn:
            return Found(live, (below(self.name, role["Arn"]),))
        if all_tags.get(CREATED_BY) == US:
            return Found(live)
        beside = yield from self._others()
        alike = meant(live.trust) == meant(self.trust)
        trusts = () if alike else ("others that may take it on",)
        return Found(live, tuple(somebodys(self.name, what) for what in (*trusts, *beside)))

    def writes(self, found: Found[ServiceRole]) -> Sequence[Call]:
        """Create it with its tags and give it its policy, or set what differs."""
        bound = {"PermissionsBoundary": self.boundary} if self.boundary else {}
        live, calls = found.live, []
        if live is None:
            params = {
                "AssumeRolePolicyDocument": policies.document(self.trust.values()),
                "Tags": tags.at_creation(self.tags),
                **bound,
            }
            also = (Right("iam:TagRole", (self.arn,)),)
            return [
                self._call("CreateRole", params, also=also, already=ALREADY),
                self._putting(),
            ]
        if live.trust != self.trust:
            document = {"PolicyDocument": policies.document(self.trust.values())}
            calls.append(self._call("UpdateAssumeRolePolicy", document))
        if live.statements != self.statements:
            calls.append(self._putting())
        if live.boundary != self.boundary:
            calls.append(self._call("PutRolePermissionsBoundary", bound))
        lacking = tags.missing(self.tags, live.tags)
        if lacking:
            calls.append(self._call("TagRole", {"Tags": tags.as_list(lacking)}))
        return calls

    def _putting(self) -> Call:
        """A role that was just made may not be known everywhere."""
        document = policies.document(self.statements.values())
        params = {"PolicyName": self.policy, "PolicyDocument": document}
        return self._call("PutRolePolicy", params, not_yet=ABSENT)

    def deletes(self, found: Found[ServiceRole]) -> Sequence[Call]:
        """Delete it with its policy. IAM refuses while it has others (DeleteConflict)."""
        if found.live is None:
            return []
        return [
            self._call("DeleteRolePolicy", {"PolicyName": self.policy}, already=ABSENT),
            self._call("DeleteRole", {}, already=ABSENT),
        ]

    def _lists(self) -> list[Ask]:
        return [
            self._ask("ListRolePolicies", pages=True),
            self._ask("ListAttachedRolePolicies", pages=True),
        ]

    def additions(self, live: ServiceRole, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """What keeps IAM from deleting it: policies that others gave it."""
        del live, ours
        beside = yield from self._others()
        return tuple(f"others gave it {what}" for what in beside)

    def _others(self) -> Reading[tuple[str, ...]]:
        inline, attached = yield from ask(*self._lists())
        others = [name for name in (inline or {}).get("PolicyNames", ()) if name != self.policy]
        others += [held["PolicyName"] for held in (attached or {}).get("AttachedPolicies", ())]
        return tuple(f"policy {name}" for name in others)

    def settled(self) -> Answers:
        """IAM's answers where it stands."""
        bound = {"PermissionsBoundary": {"PermissionsBoundaryArn": self.boundary}}
        role = {
            "Arn": self.arn,
            "AssumeRolePolicyDocument": policies.document(self.trust.values()),
            "Tags": tags.at_creation(self.tags),
            **(bound if self.boundary else {}),
        }
        inline, attached = self._lists()
        return {
            self._ask("GetRole"): {"Role": role},
            self._policy(): {"PolicyDocument": policies.document(self.statements.values())},
            inline: {"PolicyNames": [self.policy]},
            attached: {"AttachedPolicies": []},
        }

    def strayed(self) -> Sequence[ServiceRole]:
        """Every setting otherwise than it should be."""
        other = None if self.boundary is None else ""
        return [replace(self, trust={}, statements={}, boundary=other, tags={})]

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        whole = {"RoleName": self.name, **params}
        return Call("iam", self.account.region, operation, whole, on=(self.arn,), **declared)


def role_arn(account: Account, name: str) -> str:
    """The ARN of a role below no path."""
    return account.arn("iam", f"role/{name}", GLOBAL)


def meant(statements: policies.Statements) -> set[str]:
    """What statements say, whatever they are called."""
    unnamed = (
        {key: value for key, value in held.parsed.items() if key != "Sid"}
        for held in statements.values()
    )
    return {policies.Statement.of(each).meaning for each in unnamed}


def below(name: str, arn: str) -> Obstacle:
    """A role that stands below a path: policies and permissions would not name it."""
    return Obstacle(f"IAM role {name} stands below a path ({arn})", "choose another name")


def somebodys(name: str, what: str) -> Obstacle:
    """A role of other people, which may do more than what we want of it."""
    return Obstacle(
        f"IAM role {name} is not of ses-provision, and has {what}",
        "choose another name, or take that from it where nobody needs it",
    )


def trusting(service: str, condition: Mapping[str, Any] | None = None) -> policies.Statements:
    """Whom a role trusts: one service, under conditions that may leave other accounts out."""
    statement = {
        "Sid": "TheServiceMayTakeItOn",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return policies.named([{**statement, **({"Condition": condition} if condition else {})}])


def passing(arn: str, service: str) -> Right:
    """What IAM checks where a role is handed to a service (IAM User Guide, PassRole)."""
    return Right(
        "iam:PassRole", (arn,), (Condition("StringEquals", "iam:PassedToService", (service,)),)
    )
