"""IAM: moto's roles, policies and keys, with the policy simulator that it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.keyring import Keyring, Principal
from ses_provision.local.motobridge import MotoService, Universe

if TYPE_CHECKING:
    from collections.abc import Iterable

_DOCUMENTS = ("AssumeRolePolicyDocument", "PolicyDocument", "Document")


class Iam(MotoService):
    """moto's IAM, global to each account."""

    def __init__(self, universe: Universe, keyring: Keyring) -> None:
        super().__init__(universe, "iam")
        self._keyring = keyring

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        if operation == "SimulatePrincipalPolicy":
            return self._simulate_principal(caller, params)
        if operation == "SimulateCustomPolicy":
            return self._simulate(_statements(params["PolicyInputList"]), params)
        reply = super().handle(caller, operation, params)
        if operation == "CreateAccessKey":
            key = reply["AccessKey"]
            arn = f"arn:{caller.partition}:iam::{caller.account}:user/{key['UserName']}"
            self._keyring.add(key["AccessKeyId"], Principal(caller.account, arn, key["UserName"]))
        return _with_encoded_documents(reply)

    def _simulate_principal(self, caller: Caller, params: Params) -> Reply:
        arn = params["PolicySourceArn"]
        kind, _, name = arn.rpartition(":")[2].partition("/")
        if kind != "role":
            raise AwsError(
                "NotImplementedByLocalAws",
                "The local AWS simulates the policies of roles only.",
                501,
            )
        texts = list(params.get("PolicyInputList") or [])
        return self._simulate(
            _statements(texts + self._role_policies(caller, name.rpartition("/")[2])), params
        )

    def _role_policies(self, caller: Caller, role: str) -> list[str]:
        names = super().handle(caller, "ListRolePolicies", {"RoleName": role})["PolicyNames"]
        inline = [
            super(Iam, self).handle(
                caller, "GetRolePolicy", {"RoleName": role, "PolicyName": name}
            )["PolicyDocument"]
            for name in names
        ]
        attached = super().handle(caller, "ListAttachedRolePolicies", {"RoleName": role})
        managed = [
            self._managed(caller, item["PolicyArn"]) for item in attached["AttachedPolicies"]
        ]
        return [unquote(text) for text in inline + managed]

    def _managed(self, caller: Caller, arn: str) -> str:
        policy = super().handle(caller, "GetPolicy", {"PolicyArn": arn})["Policy"]
        version = super().handle(
            caller,
            "GetPolicyVersion",
            {"PolicyArn": arn, "VersionId": policy["DefaultVersionId"]},
        )
        return str(version["PolicyVersion"]["Document"])

    @staticmethod
    def _simulate(statements: list[dict[str, object]], params: Params) -> Reply:
        context = {
            entry["ContextKeyName"]: tuple(entry.get("ContextKeyValues", []))
            for entry in params.get("ContextEntries") or []
        }
        results = []
        for action in params["ActionNames"]:
            for resource in params.get("ResourceArns") or ["*"]:
                ask = policies.Ask(action, resource, None, context)
                decision, deciding = policies.decide(statements, ask)
                results.append(_result(ask, decision, deciding, statements))
        return {"EvaluationResults": results, "IsTruncated": False}


def _result(
    ask: policies.Ask,
    decision: policies.Decision,
    deciding: list[dict[str, object]],
    statements: list[dict[str, object]],
) -> Reply:
    return {
        "EvalActionName": ask.action,
        "EvalResourceName": ask.resource,
        "EvalDecision": decision.value,
        "MatchedStatements": [
            {"SourcePolicyId": str(statement.get("Sid", "")), "SourcePolicyType": "IAM Policy"}
            for statement in deciding
        ],
        "MissingContextValues": sorted(_missing(statements, ask)),
    }


def _missing(statements: Iterable[dict[str, object]], ask: policies.Ask) -> set[str]:
    """Context keys that conditions ask for and the simulation was not given."""
    return {
        key
        for statement in statements
        for keys in _conditions(statement).values()
        for key in keys
        if ask.values(key) is None
    }


def _conditions(statement: dict[str, object]) -> dict[str, dict[str, object]]:
    found = statement.get("Condition")
    return found if isinstance(found, dict) else {}


def _statements(texts: list[str]) -> list[dict[str, object]]:
    try:
        return [statement for text in texts for statement in policies.parse(text)]
    except policies.MalformedPolicyError as error:
        raise AwsError("InvalidInput", str(error)) from error


def _with_encoded_documents(reply: Reply) -> Reply:
    """IAM API Reference: policy documents in replies are URL-encoded (RFC 3986)."""

    def encoded(value: object) -> object:
        if isinstance(value, dict):
            return {
                key: (
                    quote(unquote(item) if item.startswith("%7B") else item, safe="")
                    if key in _DOCUMENTS and isinstance(item, str)
                    else encoded(item)
                )
                for key, item in value.items()
            }
        return [encoded(item) for item in value] if isinstance(value, list) else value

    whole = encoded(reply)
    return whole if isinstance(whole, dict) else reply
