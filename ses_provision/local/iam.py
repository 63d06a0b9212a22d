"""IAM: moto's roles, policies and keys, with the policy simulator that it lacks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from ses_provision.local import policies, policy_simulator, strict_json
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.iam_users import Users
from ses_provision.local.keyring import Keyring
from ses_provision.local.motobridge import MotoService, Universe
from ses_provision.local.policy_simulator import Policies, given

if TYPE_CHECKING:
    from datetime import datetime

_DOCUMENTS = ("AssumeRolePolicyDocument", "PolicyDocument", "Document")
# What is done to a role, as far as AWS keeps it for itself where the role is its own.
_CHANGES = frozenset(
    {
        "AttachRolePolicy",
        "DeleteRole",
        "DeleteRolePermissionsBoundary",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "PutRolePermissionsBoundary",
        "PutRolePolicy",
        "TagRole",
        "UntagRole",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
    }
)
_SIMULATE_PRINCIPAL, _SIMULATE_CUSTOM = "SimulatePrincipalPolicy", "SimulateCustomPolicy"
_OWN_PATHS = ("/aws-service-role/", "/aws-reserved/")


class Iam(MotoService):
    """moto's IAM, global to each account."""

    def __init__(self, universe: Universe, keyring: Keyring, clock: Clock) -> None:
        super().__init__(universe, "iam")
        self._clock = clock
        self._roles_made: dict[tuple[str, str], datetime] = {}
        self.users = Users(super().handle, keyring, clock)
        self.roles_after = timedelta()
        """How long it takes until other services know of a new role."""

    @property
    def operations(self) -> frozenset[str]:
        """Those of moto, and the simulations and boundaries that it lacks."""
        lacking = {_SIMULATE_PRINCIPAL, _SIMULATE_CUSTOM}
        return super().operations | self.users.operations | lacking

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        if operation == _SIMULATE_PRINCIPAL:
            return self._simulate_principal(caller, params)
        if operation == _SIMULATE_CUSTOM:
            return policy_simulator.simulate(_by_hand(params), params)
        if operation in _CHANGES:
            self._refuse_protected(caller, params["RoleName"])
        _check(params)
        reply = self._asked(caller, operation, params)
        if operation == "CreateRole":
            self._roles_made[caller.account, params["RoleName"]] = self._clock.now()
        if operation == "CreatePolicy":
            reply["Policy"].setdefault("PermissionsBoundaryUsageCount", 0)
        return _with_encoded_documents(reply)

    def _asked(self, caller: Caller, operation: str, params: Params) -> Reply:
        try:
            if self.users.serves(operation):
                return self.users.handle(caller, operation, params)
            return super().handle(caller, operation, params)
        except AwsError as error:
            if operation == "DeletePolicy" and error.code == "NoSuchEntity":
                message = f"Policy {params['PolicyArn']} was not found."
                raise AwsError(error.code, message, error.status) from error
            raise

    def _refuse_protected(self, caller: Caller, name: str) -> None:
        """IAM User Guide, service-linked roles; IAM Identity Center's roles are AWS's own too."""
        try:
            role = super().handle(caller, "GetRole", {"RoleName": name})["Role"]
        except AwsError:
            return
        if role["Path"].startswith(_OWN_PATHS):
            raise AwsError(
                "UnmodifiableEntity",
                f"Cannot perform the operation on the protected role '{name}' - this role is only "
                "modifiable by AWS",
            )

    def _simulate_principal(self, caller: Caller, params: Params) -> Reply:
        kind, _, path = params["PolicySourceArn"].rpartition(":")[2].partition("/")
        name = path.rpartition("/")[2]
        if kind not in ("role", "user", "group"):
            raise AwsError("InvalidInput", f"Invalid Entity Arn: {params['PolicySourceArn']}")
        by_hand = _by_hand(params)
        boundary = by_hand.boundary
        if boundary is None and kind != "group":
            boundary = self._boundary(caller, kind, name)
        texts = {**by_hand.identity, **self._policies(caller, kind, name)}
        return policy_simulator.simulate(Policies(texts, boundary), params)

    def is_known(self, caller: Caller, role: str) -> bool:
        """Whether other services know of a role by now."""
        made = self._roles_made.get((caller.account, role))
        return made is None or self._clock.now() - made >= self.roles_after

    def lets(self, caller: Caller, name: str, asked: policies.Ask, kind: str = "user") -> bool:
        """Whether the policies of a user or a role, and its boundary, allow something."""
        texts = self._policies(caller, kind, name).values()
        bounds = self._boundary(caller, kind, name)
        layers = [texts] if bounds is None else [texts, bounds.values()]
        return all(
            policies.decide([each for text in layer for each in policies.parse(text)], asked)[0]
            is policies.Decision.ALLOWED
            for layer in layers
        )

    def role_lets(
        self,
        caller: Caller,
        role: str,
        action: str,
        resource: str,
        context: dict[str, tuple[str, ...]],
    ) -> bool:
        """Whether a role, named by its ARN, may do something; one that is gone may nothing."""
        asked = policies.Ask(action, resource, None, context)
        try:
            return self.lets(caller, role.rpartition("/")[2], asked, "role")
        except AwsError:
            return False

    def trusts(self, caller: Caller, role: str, service: str, after: float = 0.0) -> bool:
        """Whether a service may take on a role, which becomes known some seconds after it was made.
        A role of another account is none of ours."""
        name = role.rpartition("/")[2]
        try:
            held = super().handle(caller, "GetRole", {"RoleName": name})["Role"]
        except AwsError:
            return False
        made = self._roles_made.get((caller.account, name))
        if held["Arn"] != role or (made and (self._clock.now() - made).total_seconds() < after):
            return False
        trust = held["AssumeRolePolicyDocument"]
        asked = policies.Ask("sts:AssumeRole", role, (f"Service:{service}",))
        return policies.admits(
            _plain(trust if isinstance(trust, str) else json.dumps(trust)), asked
        )

    def _policies(self, caller: Caller, kind: str, name: str) -> dict[str, str]:
        """The policies of a role, user (with its groups) or group, as the simulator calls them."""
        noun = kind.capitalize()
        who = {f"{noun}Name": name}
        found = {}
        for policy in super().handle(caller, f"List{noun}Policies", who)["PolicyNames"]:
            held = super().handle(caller, f"Get{noun}Policy", who | {"PolicyName": policy})
            found[f"{kind}_{name}_{policy}"] = _plain(held["PolicyDocument"])
        attached = super().handle(caller, f"ListAttached{noun}Policies", who)
        for item in attached["AttachedPolicies"]:
            found[item["PolicyName"]] = self._managed(caller, item["PolicyArn"])
        if kind == "user":
            for group in super().handle(caller, "ListGroupsForUser", who)["Groups"]:
                found |= self._policies(caller, "group", group["GroupName"])
        return found

    def _boundary(self, caller: Caller, kind: str, name: str) -> dict[str, str] | None:
        noun = kind.capitalize()
        held = self._asked(caller, f"Get{noun}", {f"{noun}Name": name})[noun]
        arn = (held.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        return {arn.rpartition("/")[2]: self._managed(caller, arn)} if arn else None

    def _managed(self, caller: Caller, arn: str) -> str:
        policy = super().handle(caller, "GetPolicy", {"PolicyArn": arn})["Policy"]
        version = super().handle(
            caller,
            "GetPolicyVersion",
            {"PolicyArn": arn, "VersionId": policy["DefaultVersionId"]},
        )
        return _plain(str(version["PolicyVersion"]["Document"]))


def _check(params: Params) -> None:
    """What IAM refuses and moto does not, in recorded words."""
    if "AssumeRolePolicyDocument" in params:
        try:
            strict_json.loads(params["AssumeRolePolicyDocument"])
        except ValueError:
            raise AwsError("MalformedPolicyDocument", "This policy contains invalid Json") from None
    if not params.get("PolicyArn", "arn:").startswith("arn:"):
        raise AwsError("ValidationError", "Invalid ARN:  Could not be parsed!")


def _by_hand(params: Params) -> Policies:
    boundary = given(params, "PermissionsBoundaryPolicyInputList")
    return Policies(given(params, "PolicyInputList"), boundary or None)


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
