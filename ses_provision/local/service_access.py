"""Whether a service of AWS may take a role on, and what it may do in it: IAM's documents decide."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Caller

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_provision.local.contract import Service
    from ses_provision.local.iam import Iam


class ServiceAccess:
    """Asks IAM, and KMS, on behalf of services that act in roles of their customers."""

    def __init__(self, iam: Iam, kms: Service) -> None:
        self._iam = iam
        self._kms = kms

    def may_assume(
        self, caller: Caller, role: str, service: str, context: Mapping[str, tuple[str, ...]]
    ) -> bool:
        """Whether a service may take on a role of the caller's account, known by now."""
        try:
            named = {"RoleName": role.rpartition("/")[2]}
            held = self._iam.handle(caller, "GetRole", named)["Role"]
        except AwsError:
            return False
        if held["Arn"] != role or not self._iam.is_known(caller, held["RoleName"]):
            return False
        ask = policies.Ask("sts:AssumeRole", role, (f"Service:{service}",), context)
        return policies.admits(unquote(held["AssumeRolePolicyDocument"]), ask)

    def lets(self, caller: Caller, role: str, action: str, resource: str) -> bool:
        """Whether the policies of a role allow something."""
        name = role.rpartition("/")[2]
        service = action.partition(":")[0]
        context = {"kms:ViaService": (f"s3.{caller.region}.amazonaws.com",)}
        asked = policies.Ask(action, resource, None, context if service == "kms" else {})
        try:
            return self._iam.lets(caller, name, asked, kind="role")
        except AwsError:
            return False

    def key_is_usable(self, caller: Caller, key: str) -> bool:
        """Whether a KMS key is there and enabled."""
        try:
            held = self._kms.handle(caller, "DescribeKey", {"KeyId": key})["KeyMetadata"]
        except AwsError:
            return False
        return bool(held["Enabled"])
