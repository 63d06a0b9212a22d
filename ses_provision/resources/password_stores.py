"""Where SMTP passwords are kept: AWS Secrets Manager, or Systems Manager Parameter Store.

What is asked about a stored password is never the password itself, save by `value`. Which access
key it belongs to is known by a mark that is written together with it, in one call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.ownership import CREATED_BY, MANAGED_BY, US, owners
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask, Reading, Structure, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import EVERYTHING, Right
from ses_provision.resources import tags


def mark(key_id: str) -> str:
    """What stands for an access key id: 32 signs, as the token of a version has to have."""
    return hashlib.sha256(key_id.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Kept:
    """A stored password: the mark of its key, its tags, and why it cannot be written, if so.

    `ends`: it is scheduled for deletion, and is brought back before it is written. `encrypted_with`
    is an encryption key that somebody chose for it, where the store wants it named at each writing.
    """

    marks: frozenset[str]
    all_tags: Mapping[str, str]
    problem: str = ""
    ends: bool = False
    encrypted_with: str = ""

    def is_of(self, key_id: str) -> bool:
        """Whether it is the password of a key."""
        return mark(key_id) in self.marks and not self.ends

    @property
    def is_ours(self) -> bool:
        """Whether we made it."""
        return self.all_tags.get(CREATED_BY) == US


def somebodys(label: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """Why a stored value is not ours to overwrite, if it is not."""
    theirs = "; ".join(owner.what for owner in owners(label, found, wanted))
    if not theirs and MANAGED_BY not in found:
        return f"{label} exists already, and is not of ses-provision"
    return theirs


class Store(Protocol):
    """A place for one password."""

    @property
    def label(self) -> str:
        """What the operator calls it."""

    def look(self) -> Reading[Kept | None]:
        """What is known of it beside the password."""

    def value(self) -> Ask:
        """The question for the password."""

    def told(self, answer: Mapping[str, Any]) -> str:
        """The text in the answer to that question."""

    def puts(self, kept: Kept | None, text: str, key_id: str) -> Sequence[Call]:
        """The calls that keep the password of a key."""

    def removals(self, kept: Kept) -> Sequence[Call]:
        """The calls that forget it."""


ABSENT_SECRET = (Refusal("ResourceNotFoundException"),)


@dataclass(frozen=True)
class Secret:
    """A secret of Secrets Manager. It has a price for each month."""

    account: Account
    name: str
    tags: Mapping[str, str]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"secret {self.name} in Secrets Manager"

    @property
    def arn(self) -> str:
        """Its ARN as policies name it: six signs of AWS's own end it."""
        return self.account.arn("secretsmanager", f"secret:{self.name}-??????")

    def _ask(self, operation: str) -> Ask:
        """Asked by an ARN: of a secret that is not there, IAM checks what was asked for as it
        stands, and a bare name is no resource that a policy could allow."""
        unknown = self.account.arn("secretsmanager", f"secret:{self.name}")
        return question(
            "secretsmanager",
            self.account.region,
            operation,
            on=(unknown, self.arn),
            absent=ABSENT_SECRET,
            something={"VersionIdsToStages": {}, "Tags": []},
            SecretId=unknown,
        )

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        region = self.account.region
        return Call("secretsmanager", region, operation, params, on=(self.arn,), **declared)

    def look(self) -> Reading[Kept | None]:
        """DescribeSecret tells metadata alone; the token of a version is the mark of its key."""
        [answer] = yield from ask(self._ask("DescribeSecret"))
        if answer is None:
            return None
        versions = answer.get("VersionIdsToStages") or {}
        current = frozenset(token for token, stages in versions.items() if "AWSCURRENT" in stages)
        all_tags = tags.as_mapping(answer.get("Tags"))
        theirs = somebodys(self.label, all_tags, self.tags)
        return Kept(current, all_tags, theirs, ends="DeletedDate" in answer)

    def value(self) -> Ask:
        """The question for the secret itself."""
        return self._ask("GetSecretValue")

    def told(self, answer: Mapping[str, Any]) -> str:
        """What it holds."""
        return str(answer.get("SecretString") or "")

    def puts(self, kept: Kept | None, text: str, key_id: str) -> Sequence[Call]:
        """Create it with its tags, or give it a new version; one that ends is brought back."""
        value = {"SecretString": text, "ClientRequestToken": mark(key_id)}
        if kept is None:
            named = {"Name": self.name, "Tags": tags.at_creation(self.tags)}
            also = (Right("secretsmanager:TagResource", (self.arn,)),)
            return [self._call("CreateSecret", {**named, **value}, also=also)]
        named = {"SecretId": self.name}
        back = [self._call("RestoreSecret", named)] if kept.ends else []
        return [*back, self._call("PutSecretValue", {**named, **value})]

    def removals(self, kept: Kept) -> Sequence[Call]:
        """Schedule its deletion: within 30 days it can be brought back (RestoreSecret)."""
        if kept.ends:
            return []
        return [self._call("DeleteSecret", {"SecretId": self.name}, already=ABSENT_SECRET)]


ABSENT_PARAMETER = (Refusal("ParameterNotFound"), Refusal("InvalidResourceId"))
SECURE = "SecureString"
NO_CHOICE = "alias/aws/ssm"
"""The key of whoever names none (SSM API reference, PutParameter)."""
ABOUT = "SMTP password, "
"""How the description of a parameter begins, before the mark of its key."""


@dataclass(frozen=True)
class Parameter:
    """A SecureString of Parameter Store. It costs nothing."""

    account: Account
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"parameter {self.name} in Parameter Store"

    @property
    def arn(self) -> str:
        """Its ARN; a slash that begins the name is not doubled."""
        return self.account.arn("ssm", f"parameter/{self.name.removeprefix('/')}")

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        whole = {"Name": self.name, **params}
        return Call("ssm", self.account.region, operation, whole, on=(self.arn,), **declared)

    def look(self) -> Reading[Kept | None]:
        """DescribeParameters tells metadata alone, and knows no resource in IAM."""
        only = (("Key", "Name"), ("Option", "Equals"), ("Values", (self.name,)))
        described = question(
            "ssm",
            self.account.region,
            "DescribeParameters",
            on=EVERYTHING,
            nothing={"Parameters": []},
            something={"Parameters": [{"Type": SECURE}]},
            pages=True,
            ParameterFilters=(Structure(only),),
        )
        tagged = question(
            "ssm",
            self.account.region,
            "ListTagsForResource",
            on=(self.arn,),
            absent=ABSENT_PARAMETER,
            ResourceType="Parameter",
            ResourceId=self.name,
        )
        found, labels = yield from ask(described, tagged)
        held = (found or {}).get("Parameters") or []
        if not held:
            return None
        all_tags = tags.as_mapping((labels or {}).get("TagList"))
        theirs = somebodys(self.label, all_tags, self.tags)
        if held[0].get("Type") != SECURE:
            theirs = f"{self.label} is a {held[0].get('Type')}, which whoever lists it can read"
        marked = str(held[0].get("Description") or "").removeprefix(ABOUT)
        key = str(held[0].get("KeyId") or "")
        chosen = "" if key.endswith(NO_CHOICE) else key
        return Kept(frozenset({marked}), all_tags, theirs, encrypted_with=chosen)

    def value(self) -> Ask:
        """The question for the parameter itself."""
        return question(
            "ssm",
            self.account.region,
            "GetParameter",
            on=(self.arn,),
            absent=ABSENT_PARAMETER,
            Name=self.name,
            WithDecryption=True,
        )

    def told(self, answer: Mapping[str, Any]) -> str:
        """What it holds."""
        return str((answer.get("Parameter") or {}).get("Value") or "")

    def puts(self, kept: Kept | None, text: str, key_id: str) -> Sequence[Call]:
        """Create it with its tags, or overwrite it: AWS takes no tags with that, and means its own
        key where none is named."""
        value = {"Value": text, "Type": SECURE, "Description": ABOUT + mark(key_id)}
        if kept is None:
            also = (Right("ssm:AddTagsToResource", (self.arn,)),)
            whole = {**value, "Tags": tags.at_creation(self.tags)}
            return [self._call("PutParameter", whole, also=also)]
        encrypted = {"KeyId": kept.encrypted_with} if kept.encrypted_with else {}
        return [self._call("PutParameter", {**value, **encrypted, "Overwrite": True})]

    def removals(self, kept: Kept) -> Sequence[Call]:
        """Delete it for good."""
        del kept
        return [self._call("DeleteParameter", {}, already=ABSENT_PARAMETER)]
