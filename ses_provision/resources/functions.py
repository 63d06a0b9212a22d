"""AWS Lambda: functions, and who may call them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Self

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key, Resource
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import policies, tags
from ses_provision.resources.service_role import passing

SERVICE = "lambda.amazonaws.com"
ABSENT = (Refusal("ResourceNotFoundException"),)
ALREADY = (Refusal("ResourceConflictException", "already exist"),)
CHANGING = Refusal("ResourceConflictException", "at this time")
"""What Lambda says while it still carries out the change before (Lambda Developer Guide, function
states)."""
NOT_ASSUMED = Refusal("InvalidParameterValueException", "cannot be assumed by Lambda")
"""What Lambda says of a role that was just made (aws/aws-cdk#2195 and many others)."""


def name_in(arn: str) -> str:
    """The name of a function."""
    return arn.rpartition(":")[2]


def asked_about(arn: str, operation: str, **params: Any) -> Ask:
    """A question about a function."""
    return question("lambda", region_of(arn), operation, on=(arn,), absent=ABSENT, **params)


def function_question(arn: str) -> Ask:
    """The question for a function. GetFunction would also give a link to its code."""
    return asked_about(arn, "GetFunctionConfiguration", FunctionName=name_in(arn))


def tags_question(arn: str) -> Ask:
    """The question for the tags of a function."""
    return asked_about(arn, "ListTags", Resource=arn)


def policy_question(arn: str) -> Ask:
    """The question who may call a function."""
    return asked_about(arn, "GetPolicy", FunctionName=name_in(arn))


def callers(arn: str) -> Reading[policies.Statements]:
    """Who may call a function, by the ids of the statements; nobody where it is not there."""
    [answer] = yield from ask(policy_question(arn))
    return {} if answer is None else policies.statements(answer["Policy"])


@dataclass(frozen=True)
class FunctionState:
    """GetFunctionConfiguration in our words."""

    definition: Mapping[str, Any]
    state: str
    because: str

    @property
    def is_ready(self) -> bool:
        """Whether it runs when it is called; one that was not called for weeks takes a moment."""
        return self.state in {"Active", "Inactive"}


def function(arn: str) -> Reading[FunctionState | None]:
    """What Lambda says of a function; None where there is none."""
    [answer] = yield from ask(function_question(arn))
    if answer is None:
        return None
    failed = answer.get("LastUpdateStatus") == "Failed"
    because = answer.get("LastUpdateStatusReason" if failed else "StateReason") or ""
    return FunctionState(answer, "Failed" if failed else answer.get("State", "Active"), because)


@dataclass(frozen=True)
class Function:
    """A function with code of ours: compared by Lambda's checksum of it.

    What others set beside (environment variables, layers, a network) is left as it is.
    """

    arn: str
    role: str
    runtime: str
    handler: str
    code_sha256: str
    description: str
    timeout: int
    memory: int
    tags: Mapping[str, str]
    code: bytes = field(default=b"", compare=False, repr=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """One function of a name in an account and region."""
        return Key.of("function", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return name_in(self.arn)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"Lambda function {self.name}"

    def read(self) -> Reading[Found[Function]]:
        """Find it by name."""
        answer, tagged = yield from ask(function_question(self.arn), tags_question(self.arn))
        if answer is None:
            return Found(None)
        all_tags = dict((tagged or {}).get("Tags") or {})
        is_ours = answer.get("CodeSha256") == self.code_sha256
        return Found(
            Function(
                arn=self.arn,
                role=answer.get("Role", ""),
                runtime=answer.get("Runtime", ""),
                handler=answer.get("Handler", ""),
                code_sha256=answer.get("CodeSha256", ""),
                description=answer.get("Description", ""),
                timeout=answer.get("Timeout", 0),
                memory=answer.get("MemorySize", 0),
                tags=tags.ours(all_tags, self.tags),
                code=self.code if is_ours else b"",
                all_tags=all_tags,
            )
        )

    def writes(self, found: Found[Function]) -> Sequence[Call]:
        """Create it, or send the code or the settings that differ."""
        live = found.live
        if live is None:
            params = {
                **self._settings(),
                "Code": {"ZipFile": self.code},
                "Tags": tags.marked(self.tags),
            }
            also = (passing(self.role, SERVICE), Right("lambda:TagResource", (self.arn,)))
            not_yet: tuple[Refusal, ...] = (NOT_ASSUMED,)
            return [
                self._call("CreateFunction", params, also=also, already=ALREADY, not_yet=not_yet)
            ]
        calls = []
        if live.code_sha256 != self.code_sha256:
            code = {"ZipFile": self.code}
            calls.append(self._call("UpdateFunctionCode", code, not_yet=(CHANGING,)))
        if live._settings() != self._settings():
            not_yet = (CHANGING, NOT_ASSUMED)
            calls.append(
                self._call(
                    "UpdateFunctionConfiguration",
                    self._settings(),
                    also=(passing(self.role, SERVICE),),
                    not_yet=not_yet,
                )
            )
        lacking = tags.missing(self.tags, live.tags)
        if lacking:
            whole = {"Resource": self.arn, "Tags": lacking}
            calls.append(Call("lambda", region_of(self.arn), "TagResource", whole, on=(self.arn,)))
        return calls

    def deletes(self, found: Found[Function]) -> Sequence[Call]:
        """Delete it, with who may call it."""
        if found.live is None:
            return []
        return [self._call("DeleteFunction", {}, already=ABSENT)]

    def additions(self, live: Function, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Others that may call it."""
        known = {
            resource.sid
            for resource in ours
            if isinstance(resource, FunctionPermission) and resource.function_arn == live.arn
        }
        found = yield from callers(live.arn)
        return tuple(f"others may call it ({sid})" for sid in found if sid not in known)

    def settled(self) -> Answers:
        """Lambda's answers where it stands."""
        answer = {**self._settings(), "CodeSha256": self.code_sha256, "State": "Active"}
        return {
            function_question(self.arn): answer,
            tags_question(self.arn): {"Tags": tags.marked(self.tags)},
        }

    def strayed(self) -> Sequence[Function]:
        """Every setting otherwise than it should be."""
        return [replace(self, code_sha256="", timeout=self.timeout + 1, tags={})]

    def _settings(self) -> dict[str, Any]:
        return {
            "Role": self.role,
            "Runtime": self.runtime,
            "Handler": self.handler,
            "Description": self.description,
            "Timeout": self.timeout,
            "MemorySize": self.memory,
        }

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        whole = {"FunctionName": self.name, **params}
        return Call("lambda", region_of(self.arn), operation, whole, on=(self.arn,), **declared)


@dataclass(frozen=True)
class Caller:
    """Who may call a function, as AddPermission takes it."""

    action: str
    principal: str
    account: str
    source_arn: str

    @classmethod
    def of(cls, statement: policies.Statement) -> Caller:
        """Read it out of a statement."""
        parsed = statement.parsed
        principal = parsed.get("Principal") or {}
        named = principal.values() if isinstance(principal, Mapping) else [principal]
        held = {
            key.lower(): str(value)
            for keys in (parsed.get("Condition") or {}).values()
            for key, value in keys.items()
        }
        return cls(
            str(parsed.get("Action", "")),
            str(next(iter(named), "")),
            held.get("aws:sourceaccount", ""),
            held.get("aws:sourcearn", ""),
        )


@dataclass(frozen=True)
class FunctionPermission:
    """One statement of who may call a function: a service, for one thing of our account."""

    function_arn: str
    sid: str
    statement: policies.Statement

    @classmethod
    def of(cls, function_arn: str, sid: str, principal: str, source_arn: str) -> Self:
        """The statement for one thing of our account."""
        account = function_arn.split(":")[4]
        whose = Caller("lambda:InvokeFunction", principal, account, source_arn)
        return cls.narrowed(function_arn, sid, whose)

    @classmethod
    def narrowed(cls, function_arn: str, sid: str, caller: Caller) -> Self:
        """The statement as Lambda writes it from what AddPermission takes (recorded in Lambda's
        answers to it)."""
        by_account = {"StringEquals": {"AWS:SourceAccount": caller.account}}
        statement = {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": caller.principal},
            "Action": caller.action,
            "Resource": function_arn,
            "Condition": {
                **(by_account if caller.account else {}),
                "ArnLike": {"AWS:SourceArn": caller.source_arn},
            },
        }
        return cls(function_arn, sid, policies.Statement.of(statement))

    @property
    def key(self) -> Key:
        """One statement of an id a function."""
        return Key.of(
            "function permission", self.function_arn, f"{name_in(self.function_arn)}/{self.sid}"
        )

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"permission {self.sid} to call {name_in(self.function_arn)}"

    @property
    def caller(self) -> Caller:
        """Who may call."""
        return Caller.of(self.statement)

    @property
    def part_of(self) -> str:
        """Its function, which takes it along."""
        return self.function_arn

    def read(self) -> Reading[Found[FunctionPermission]]:
        """Find it among all that may call the function."""
        held = (yield from callers(self.function_arn)).get(self.sid)
        return Found(None if held is None else replace(self, statement=held))

    def writes(self, found: Found[FunctionPermission]) -> Sequence[Call]:
        """Add it; one that says something else is taken away first, for none can be changed."""
        caller = self.caller
        account = {"SourceAccount": caller.account} if caller.account else {}
        params = {"Action": caller.action, "Principal": caller.principal, **account}
        added = self._call(
            "AddPermission", {**params, "SourceArn": caller.source_arn}, already=ALREADY
        )
        return [added] if found.live is None else [self._removed(), added]

    def deletes(self, found: Found[FunctionPermission]) -> Sequence[Call]:
        """Take it away."""
        return [] if found.live is None else [self._removed()]

    def settled(self) -> Answers:
        """Lambda's answer where it stands."""
        document = {"Version": policies.VERSION, "Statement": [self.statement.parsed]}
        return {policy_question(self.function_arn): {"Policy": json.dumps(document)}}

    def strayed(self) -> Sequence[Self]:
        """Another statement of that id."""
        return [replace(self, statement=policies.Statement.of({"Sid": self.sid}))]

    def _removed(self) -> Call:
        return self._call("RemovePermission", {}, already=ABSENT)

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        name, region = name_in(self.function_arn), region_of(self.function_arn)
        whole = {"FunctionName": name, "StatementId": self.sid, **params}
        on = (self.function_arn,)
        return Call("lambda", region, operation, whole, on=on, not_yet=(CHANGING,), **declared)
