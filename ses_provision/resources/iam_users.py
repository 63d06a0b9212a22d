"""AWS IAM: users that send by SMTP, and the inline policy of each."""

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
from ses_provision.outside.rights import Right
from ses_provision.resources import policies, tags
from ses_provision.resources.access_keys import access_keys
from ses_provision.resources.iam import ABSENT, GLOBAL, Simulated, outcomes
from ses_provision.resources.iam_asking import call_on, question_about, user_arn

ALREADY = (Refusal("EntityAlreadyExists"),)


def user_question(account: Account, name: str) -> Ask:
    """The question for a user, which is told with its tags and its boundary."""
    return question_about(account, name, "GetUser")


def policy_question(account: Account, name: str, policy: str) -> Ask:
    """The question for an inline policy of a user."""
    return question_about(account, name, "GetUserPolicy", PolicyName=policy)


def lists(account: Account, name: str) -> list[Ask]:
    """The questions for what a user may have beside the policy that we wrote: inline policies,
    attached policies, groups, a password for the console."""
    return [
        question_about(account, name, "ListUserPolicies", {"PolicyNames": []}, pages=True),
        question_about(
            account, name, "ListAttachedUserPolicies", {"AttachedPolicies": []}, pages=True
        ),
        question_about(account, name, "ListGroupsForUser", {"Groups": []}, pages=True),
        question_about(account, name, "GetLoginProfile"),
    ]


def additions(account: Account, name: str, policy: str) -> Reading[tuple[str, ...]]:
    """What a user has beside the policy that we wrote, in words."""
    inline, attached, groups, login = yield from ask(*lists(account, name))
    return (
        *(f"policy {held}" for held in (inline or {}).get("PolicyNames", ()) if held != policy),
        *(
            f"attached policy {held['PolicyName']}"
            for held in (attached or {}).get("AttachedPolicies", ())
        ),
        *(f"group {held['GroupName']}" for held in (groups or {}).get("Groups", ())),
        *(("a password for the console",) if login else ()),
    )


def user_policy(account: Account, name: str, policy: str) -> Reading[policies.Statements | None]:
    """The statements of an inline policy; None where the user or the policy is missing."""
    [answer] = yield from ask(policy_question(account, name, policy))
    return None if answer is None else policies.statements(answer["PolicyDocument"])


def simulation(account: Account, name: str, **params: Any) -> Reading[list[Simulated]]:
    """Ask IAM what a user may do, whatever policies there are."""
    asked = question(
        "iam",
        account.region,
        "SimulatePrincipalPolicy",
        on=(user_arn(account, name),),
        absent=ABSENT,
        nothing={"EvaluationResults": []},
        pages=True,
        PolicySourceArn=user_arn(account, name),
        **params,
    )
    [answer] = yield from ask(asked)
    return outcomes(answer)


@dataclass(frozen=True)
class SmtpUser:
    """An IAM user for a program that sends by SMTP.

    Its access keys are no part of it: they hold secrets, and are made and retired one by one. A
    boundary that somebody set stays where the environment names none (`boundary` is None).
    """

    arn: str
    boundary: str | None
    tags: Mapping[str, str]
    account: Account = field(compare=False)
    policy: str = field(compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    bound_by: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One user of a name in an account."""
        return Key.of("IAM user", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"IAM user {self.name}"

    def read(self) -> Reading[Found[SmtpUser]]:
        """Find it by name. One that we did not make has to be a program's."""
        [answer] = yield from ask(user_question(self.account, self.name))
        if answer is None:
            return Found(None)
        held = answer["User"]
        all_tags = tags.as_mapping(held.get("Tags"))
        bound = (held.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")
        live = replace(
            self,
            boundary=None if self.boundary is None else bound,
            tags=tags.ours(all_tags, self.tags),
            all_tags=all_tags,
            bound_by=bound,
        )
        if held["Arn"] != self.arn:
            return Found(live, (elsewhere(self.name, held["Arn"]),))
        if all_tags.get(CREATED_BY) == US:
            return Found(live)
        beside = yield from additions(self.account, self.name, self.policy)
        return Found(live, tuple(somebodys(self.name, what) for what in beside))

    def writes(self, found: Found[SmtpUser]) -> Sequence[Call]:
        """Create it with its tags and its boundary, or set what differs."""
        bound = {"PermissionsBoundary": self.boundary} if self.boundary else {}
        live = found.live
        if live is None:
            params = {"Tags": tags.at_creation(self.tags), **bound}
            also = (Right("iam:TagUser", (self.arn,)),)
            return [self._call("CreateUser", params, also=also, already=ALREADY)]
        calls = []
        if live.boundary != self.boundary:
            calls.append(self._call("PutUserPermissionsBoundary", bound))
        lacking = tags.missing(self.tags, live.tags)
        if lacking:
            calls.append(self._call("TagUser", {"Tags": tags.as_list(lacking)}))
        return calls

    def deletes(self, found: Found[SmtpUser]) -> Sequence[Call]:
        """Delete the user with our policy. IAM refuses while it has keys or other policies
        (DeleteConflict)."""
        if found.live is None:
            return []
        policy = {"PolicyName": self.policy}
        return [
            self._call("DeleteUserPolicy", policy, already=ABSENT),
            self._call("DeleteUser", {}, already=ABSENT),
        ]

    def additions(self, live: SmtpUser, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """What keeps IAM from deleting it: its keys, and what others gave it."""
        del live, ours
        keys = yield from access_keys(self.account, self.name)
        beside = yield from additions(self.account, self.name, self.policy)
        return (
            *(
                f"it has {key.label}, with which somebody may send (ses-provision smtp retire)"
                for key in keys
            ),
            *(f"others gave it {what}" for what in beside),
        )

    def settled(self) -> Answers:
        """IAM's answer where it stands."""
        bound = {"PermissionsBoundary": {"PermissionsBoundaryArn": self.boundary}}
        held = {"Arn": self.arn, "Tags": tags.at_creation(self.tags)}
        told = {"User": {**held, **(bound if self.boundary else {})}}
        return {user_question(self.account, self.name): told}

    def strayed(self) -> Sequence[SmtpUser]:
        """Every setting otherwise than it should be."""
        return [replace(self, boundary=None if self.boundary is None else "", tags={})]

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        return call_on(self.account, self.name, operation, params, **declared)


def elsewhere(name: str, arn: str) -> Obstacle:
    """A user that stands below a path: policies and permissions would not name it."""
    return Obstacle(
        f"IAM user {name} stands below a path ({arn})", "choose another name in smtp_users"
    )


def somebodys(name: str, what: str) -> Obstacle:
    """A user of other people: what sends with its key could do more than send."""
    return Obstacle(
        f"IAM user {name} is not of ses-provision, and has {what}",
        "choose another name in smtp_users, or take that from it where it is meant to send alone",
    )


@dataclass(frozen=True)
class UserPolicy:
    """The inline policy of an SMTP user; the whole document is ours.

    `uses` are the things it names: where they go, it has no purpose even if its user stays.
    """

    user: str
    name: str
    statements: policies.Statements
    account: Account = field(compare=False)
    uses: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> Key:
        """One policy of a name a user."""
        return Key("user policy", self.account.id, GLOBAL, f"{self.user}/{self.name}")

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"policy {self.name} of IAM user {self.user}"

    @property
    def part_of(self) -> str:
        """Its user, which takes it along."""
        return user_arn(self.account, self.user)

    def read(self) -> Reading[Found[UserPolicy]]:
        """Find it by its name."""
        found = yield from user_policy(self.account, self.user, self.name)
        return Found(None if found is None else replace(self, statements=found))

    def writes(self, found: Found[UserPolicy]) -> Sequence[Call]:  # noqa: ARG002
        """Put the document; a user that was just made may not be known everywhere."""
        document = policies.document(self.statements.values())
        return [replace(self._call("PutUserPolicy", {"PolicyDocument": document}), not_yet=ABSENT)]

    def deletes(self, found: Found[UserPolicy]) -> Sequence[Call]:
        """Take the permission away."""
        if found.live is None:
            return []
        return [replace(self._call("DeleteUserPolicy", {}), already=ABSENT)]

    def settled(self) -> Answers:
        """IAM's answer where it stands."""
        document = policies.document(self.statements.values())
        asked = policy_question(self.account, self.user, self.name)
        return {asked: {"PolicyDocument": document}}

    def strayed(self) -> Sequence[UserPolicy]:
        """Another document."""
        return [replace(self, statements={})]

    def _call(self, operation: str, params: Mapping[str, Any]) -> Call:
        return call_on(self.account, self.user, operation, {"PolicyName": self.name, **params})
