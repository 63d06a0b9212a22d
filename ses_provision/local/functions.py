"""Lambda: functions with their code, and who may call them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.function_runs import BrokenCodeError, Runner, entries
from ses_provision.local.served import Operation, OwnService, page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_provision.local.iam import Iam

_REFUSED, _GONE, _CONFLICT = (
    "InvalidParameterValueException",
    "ResourceNotFoundException",
    "ResourceConflictException",
)
ALARMS = "lambda.alarms.cloudwatch.amazonaws.com"
EVENTS = "events.amazonaws.com"
_CALLERS = {
    ALARMS: "CloudWatch Alarms",
    EVENTS: "Amazon EventBridge",
    "ses.amazonaws.com": "Amazon SES",
}
_ASSUMED_BY = "lambda.amazonaws.com"
_LONGEST_NAME, _MOST_TAGS, _PAGE = 64, 50, 50
# Lambda Developer Guide, runtimes: what functions can still be made with.
_RUNTIMES = frozenset(
    {
        *("python3.10", "python3.11", "python3.12", "python3.13", "python3.14"),
        *("nodejs22.x", "nodejs24.x", "java17", "java21", "java25", "dotnet8", "dotnet10"),
        *("ruby3.3", "ruby3.4", "provided.al2023"),
    }
)
_SETTINGS: Mapping[str, Any] = {"Description": "", "Timeout": 3, "MemorySize": 128}


@dataclass
class Function:
    """One function; `definition` is what GetFunctionConfiguration tells of it."""

    arn: str
    definition: dict[str, Any]
    code: bytes
    tags: dict[str, str] = field(default_factory=dict)
    statements: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def role(self) -> str:
        """The ARN of its role."""
        return str(self.definition["Role"])


class Lambda(OwnService):
    """The functions of all accounts and regions. `roles_after`: seconds until Lambda can take on a
    role that was just made."""

    name = "lambda"

    def __init__(self, iam: Iam, runner: Runner, clock: Clock) -> None:
        self._iam = iam
        self._runner = runner
        self._clock = clock
        self._functions: dict[tuple[str, str, str], Function] = {}
        self.handed_over: list[tuple[str, dict[str, Any]]] = []
        """Events that rules called functions with."""
        self.roles_after = 0.0
        self.operations: Mapping[str, Operation] = {
            "AddPermission": self._add_permission,
            "CreateFunction": self._create,
            "DeleteFunction": self._delete,
            "GetFunctionConfiguration": self._get_configuration,
            "GetPolicy": self._get_policy,
            "ListFunctions": self._list,
            "ListTags": self._list_tags,
            "RemovePermission": self._remove_permission,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "UpdateFunctionCode": self._update_code,
            "UpdateFunctionConfiguration": self._update_configuration,
        }

    def tagged(self, caller: Caller) -> dict[str, dict[str, str]]:
        """The tags of each function of a caller, by ARN."""
        return {each.arn: dict(each.tags) for each in self._of(caller).values()}

    def held(self, account: str, region: str) -> dict[str, Any]:
        """What functions there are, without times."""
        passing = ("LastModified", "RevisionId")
        return {
            name: {
                **{key: value for key, value in each.definition.items() if key not in passing},
                "Tags": dict(each.tags),
                "Policy": dict(each.statements),
            }
            for name, each in self._of(Caller(account, region)).items()
        }

    def refusal(self, caller: Caller, arn: str, principal: str, source: str) -> str | None:
        """Why a service may not call a function for a thing of the caller; None where it may."""
        found = self._by_arn(caller, arn)
        if found is None:
            return f"Function not found: {arn}"
        # Of rules that is not known, see `queue_access`.
        account = {} if principal == EVENTS else {"aws:SourceAccount": (caller.account,)}
        context = {**account, "aws:SourceArn": (source,)}
        asked = policies.Ask("lambda:InvokeFunction", arn, (f"Service:{principal}",), context)
        decided, _ = policies.decide(list(found.statements.values()), asked)
        if decided is policies.Decision.ALLOWED:
            return None
        return (
            f"{_CALLERS[principal]} is not authorized to perform: lambda:InvokeFunction on the "
            f"resource {arn} because no resource-based policy allows the "
            "lambda:InvokeFunction action"
        )

    def call(
        self, caller: Caller, arn: str, event: dict[str, Any], source: str, principal: str = ALARMS
    ) -> str | None:
        """Let a service call a function; why that failed, None when it was called."""
        found, refused = self._by_arn(caller, arn), self.refusal(caller, arn, principal, source)
        if found is None or refused:
            return refused
        region, account = arn.split(":")[3:5]
        where = Caller(account, region)
        return self._runner.run(where, found.arn, found.role, found.code, event)

    def hand_over(self, caller: Caller, arn: str, event: dict[str, Any], source: str) -> str | None:
        """Let a rule call a function; why it may not. The function is its owner's, and not run."""
        refusal = self.refusal(caller, arn, EVENTS, source)
        if refusal is None:
            self.handed_over.append((arn, event))
        return refusal

    def _by_arn(self, caller: Caller, arn: str) -> Function | None:
        parts = arn.split(":")
        where = Caller(parts[4], parts[3]) if len(parts) == 7 else caller
        found = self._of(where).get(parts[-1])
        return found if found is not None and found.arn == arn else None

    def _of(self, caller: Caller) -> dict[str, Function]:
        place = (caller.account, caller.region)
        return {
            name: each for (*where, name), each in self._functions.items() if (*where,) == place
        }

    def _function(self, caller: Caller, named: str) -> Function:
        """By name, or by the whole ARN, or a part of it."""
        name = named.rpartition(":")[2]
        found = self._functions.get((caller.account, caller.region, name))
        if found is None or (named.startswith("arn:") and named != found.arn):
            raise AwsError(_GONE, f"Function not found: {_arn(caller, name)}", 404, Type="User")
        return found

    def _create(self, caller: Caller, params: Params) -> Reply:
        name = params["FunctionName"].rpartition(":")[2]
        if len(name) > _LONGEST_NAME:
            raise _refused(
                f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy "
                f"constraint: Member must have length less than or equal to {_LONGEST_NAME}"
            )
        if (caller.account, caller.region, name) in self._functions:
            raise AwsError(_CONFLICT, f"Function already exist: {name}", 409, Type="User")
        _check_tags(params.get("Tags") or {})
        if "Runtime" not in params or "Handler" not in params:
            raise _refused("Runtime and Handler are mandatory parameters for functions created "
                           "with deployment packages.")  # fmt: skip
        _check_runtime(params["Runtime"])
        self._check_role(caller, params["Role"])
        given = ("Runtime", "Role", "Handler", *_SETTINGS)
        whole = {**_SETTINGS, **{name: params[name] for name in given if name in params}}
        made = Function(_arn(caller, name), whole, b"", dict(params.get("Tags") or {}))
        made.definition |= {
            "FunctionName": name,
            "FunctionArn": made.arn,
            "Version": "$LATEST",
            "PackageType": "Zip",
            "Architectures": params.get("Architectures") or ["x86_64"],
            "TracingConfig": {"Mode": "PassThrough"},
            "State": "Active",
            "LastUpdateStatus": "Successful",
        }
        self._put_code(made, params["Code"])
        self._functions[caller.account, caller.region, name] = made
        pending = {"State": "Pending", "StateReasonCode": "Creating"}
        return made.definition | pending | {"StateReason": "The function is being created."}

    def _put_code(self, function: Function, code: Params) -> None:
        if "ZipFile" not in code:
            raise AwsError(
                "NotImplementedByLocalAws", "The local AWS takes code as ZipFile alone.", 501
            )
        archive = _bytes(code["ZipFile"])
        try:
            entries(archive)
        except BrokenCodeError:
            raise _refused(
                "Could not unzip uploaded file. Please check your file, then try to upload again."
            ) from None
        function.code = archive
        checksum = base64.b64encode(hashlib.sha256(archive).digest()).decode()
        function.definition |= {"CodeSize": len(archive), "CodeSha256": checksum}
        self._changed(function)

    def _changed(self, function: Function) -> None:
        now: datetime = self._clock.now()
        function.definition["LastModified"] = f"{now:%Y-%m-%dT%H:%M:%S}.000+0000"

    def _check_role(self, caller: Caller, arn: str) -> None:
        """Words: aws/aws-cdk#2195, hashicorp/terraform-provider-aws#7634."""
        if not self._iam.trusts(caller, arn, _ASSUMED_BY, self.roles_after):
            raise _refused("The role defined for the function cannot be assumed by Lambda.")

    def _update_code(self, caller: Caller, params: Params) -> Reply:
        found = self._function(caller, params["FunctionName"])
        self._put_code(found, params)
        return dict(found.definition)

    def _update_configuration(self, caller: Caller, params: Params) -> Reply:
        found = self._function(caller, params["FunctionName"])
        if "Runtime" in params:
            _check_runtime(params["Runtime"])
        if "Role" in params:
            self._check_role(caller, params["Role"])
        names = (*_SETTINGS, "Runtime", "Role", "Handler")
        found.definition |= {name: params[name] for name in names if name in params}
        self._changed(found)
        return dict(found.definition)

    def _delete(self, caller: Caller, params: Params) -> Reply:
        found = self._function(caller, params["FunctionName"])
        del self._functions[caller.account, caller.region, found.definition["FunctionName"]]
        return {}

    def _get_configuration(self, caller: Caller, params: Params) -> Reply:
        return dict(self._function(caller, params["FunctionName"]).definition)

    def _list(self, caller: Caller, params: Params) -> Reply:
        found = [dict(each.definition) for _, each in sorted(self._of(caller).items())]
        asked = params | {"NextMarker": params.get("Marker")}
        size = min(params.get("MaxItems", _PAGE), _PAGE)
        return page(found, asked, size, "NextMarker", "Functions", refused_as=_REFUSED)

    def _list_tags(self, caller: Caller, params: Params) -> Reply:
        return {"Tags": dict(self._function(caller, params["Resource"]).tags)}

    def _tag(self, caller: Caller, params: Params) -> Reply:
        found = self._function(caller, params["Resource"])
        _check_tags(found.tags | params["Tags"])
        found.tags.update(params["Tags"])
        return {}

    def _untag(self, caller: Caller, params: Params) -> Reply:
        found = self._function(caller, params["Resource"])
        for key in params["TagKeys"]:
            found.tags.pop(key, None)
        return {}

    def _add_permission(self, caller: Caller, params: Params) -> Reply:
        found, sid = self._function(caller, params["FunctionName"]), params["StatementId"]
        if sid in found.statements:
            raise AwsError(
                _CONFLICT,
                f"The statement id ({sid}) provided already exists. Please provide a new statement "
                "id, or remove the existing statement.",
                409,
                Type="User",
            )
        statement = _statement(found.arn, params)
        found.statements[sid] = statement
        return {"Statement": json.dumps(statement)}

    def _remove_permission(self, caller: Caller, params: Params) -> Reply:
        found, sid = self._function(caller, params["FunctionName"]), params["StatementId"]
        if found.statements.pop(sid, None) is None:
            raise AwsError(
                _GONE, f"Statement {sid} is not found in resource policy.", 404, Type="User"
            )
        return {}

    def _get_policy(self, caller: Caller, params: Params) -> Reply:
        found = self._function(caller, params["FunctionName"])
        if not found.statements:
            raise AwsError(_GONE, "The resource you requested does not exist.", 404, Type="User")
        document = {
            "Version": "2012-10-17",
            "Id": "default",
            "Statement": list(found.statements.values()),
        }
        return {"Policy": json.dumps(document), "RevisionId": found.definition["CodeSha256"][:36]}


def _statement(arn: str, params: Params) -> dict[str, Any]:
    """A statement as Lambda writes it (recorded: localstack, test_lambda_permission_fn_versioning
    and its like)."""
    principal = params["Principal"]
    narrowed: dict[str, dict[str, str]] = {}
    if "SourceAccount" in params:
        narrowed["StringEquals"] = {"AWS:SourceAccount": params["SourceAccount"]}
    if "SourceArn" in params:
        narrowed["ArnLike"] = {"AWS:SourceArn": params["SourceArn"]}
    is_service = principal.endswith(".amazonaws.com")
    return {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": {"Service": principal} if is_service else {"AWS": principal},
        "Action": params["Action"],
        "Resource": arn,
        **({"Condition": narrowed} if narrowed else {}),
    }


def _arn(caller: Caller, name: str) -> str:
    return f"arn:{caller.partition}:lambda:{caller.region}:{caller.account}:function:{name}"


def _refused(message: str) -> AwsError:
    return AwsError(_REFUSED, message, 400, Type="User")


def _check_runtime(runtime: str) -> None:
    """Words: serverless/serverless#12000 and its like."""
    if runtime not in _RUNTIMES:
        raise _refused(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating "
            "AWS Lambda functions. We recommend you use a supported runtime while creating or "
            "updating functions."
        )


def _check_tags(tags: Mapping[str, str]) -> None:
    if len(tags) > _MOST_TAGS:
        raise _refused("Tags cannot be more than 50.")
    if any(key.lower().startswith("aws:") for key in tags):
        raise _refused("Tags beginning with aws: are reserved.")


def _bytes(value: Any) -> bytes:
    """Code as the wire brings it, or as whoever calls past the wire gives it."""
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        return b""
