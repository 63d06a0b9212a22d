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

_SOURCE = "from which policy"
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
            return self._simulate(_given(params), params)
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
        texts = _given(params) | self._role_policies(caller, name.rpartition("/")[2])
        return self._simulate(texts, params)

    def _role_policies(self, caller: Caller, role: str) -> dict[str, str]:
        """The policies of a role, under the names by which the simulator calls them."""
        names = super().handle(caller, "ListRolePolicies", {"RoleName": role})["PolicyNames"]
        found = {}
        for name in names:
            asked = {"RoleName": role, "PolicyName": name}
            held = super().handle(caller, "GetRolePolicy", asked)
            found[f"role_{role}_{name}"] = _plain(held["PolicyDocument"])
        attached = super().handle(caller, "ListAttachedRolePolicies", {"RoleName": role})
        for item in attached["AttachedPolicies"]:
            found[item["PolicyName"]] = _plain(self._managed(caller, item["PolicyArn"]))
        return found

    def _managed(self, caller: Caller, arn: str) -> str:
        policy = super().handle(caller, "GetPolicy", {"PolicyArn": arn})["Policy"]
        version = super().handle(
            caller,
            "GetPolicyVersion",
            {"PolicyArn": arn, "VersionId": policy["DefaultVersionId"]},
        )
        return str(version["PolicyVersion"]["Document"])

    @staticmethod
    def _simulate(texts: dict[str, str], params: Params) -> Reply:
        statements = _statements(texts)
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
            {"SourcePolicyId": str(statement[_SOURCE]), "SourcePolicyType": "IAM Policy"}
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


def _given(params: Params) -> dict[str, str]:
    texts = params.get("PolicyInputList") or []
    return {f"PolicyInputList.{number}": text for number, text in enumerate(texts, 1)}


def _statements(texts: dict[str, str]) -> list[dict[str, object]]:
    """The statements of several policies, each knowing which policy it is from."""
    try:
        return [
            statement | {_SOURCE: name}
            for name, text in texts.items()
            for statement in policies.parse(text)
        ]
    except policies.MalformedPolicyError as error:
        raise AwsError("InvalidInput", str(error)) from error


def _plain(text: str) -> str:
    """A document without the encoding that moto gives some of them."""
    return unquote(text) if text.startswith("%7B") else text


def _with_encoded_documents(reply: Reply) -> Reply:
    """IAM API Reference: policy documents in replies are URL-encoded (RFC 3986)."""

    def encoded(value: object) -> object:
        if isinstance(value, dict):
            return {
                key: (
                    quote(_plain(item), safe="")
                    if key in _DOCUMENTS and isinstance(item, str)
                    else encoded(item)
                )
                for key, item in value.items()
            }
        return [encoded(item) for item in value] if isinstance(value, list) else value

    whole = encoded(reply)
    return whole if isinstance(whole, dict) else reply
