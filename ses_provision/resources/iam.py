"""AWS IAM: the inline policy of a role that somebody else owns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ses_provision.engine.model import Found, Obstacle
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Reading, ask, question
from ses_provision.resources import policies


@dataclass(frozen=True)
class RolePolicy:
    """An inline policy of ours on a role; the whole document is ours."""

    role: str
    name: str
    statements: policies.Statements
    region: str  # IAM is global; the client wants a region all the same

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"policy {self.name} on role {self.role}"

    def read(self) -> Reading[Found[RolePolicy]]:
        """Find it on its role; a missing role is in the way."""
        role, found = yield from ask(
            question("iam", self.region, "GetRole", RoleName=self.role),
            question("iam", self.region, "GetRolePolicy", RoleName=self.role, PolicyName=self.name),
        )
        if role is None:
            missing = Obstacle(
                f"role {self.role} does not exist in this account",
                "deploy the application that brings it, or correct sender.role (or --role)",
            )
            return Found(None, (missing,))
        if found is None:
            return Found(None)
        statements = policies.statements(found["PolicyDocument"])
        return Found(RolePolicy(self.role, self.name, statements, self.region))

    def writes(self, found: Found[RolePolicy]) -> Sequence[Call]:  # noqa: ARG002
        """Put the document."""
        document = policies.document(self.statements.values())
        return [self._call("PutRolePolicy", PolicyDocument=document)]

    def deletes(self, found: Found[RolePolicy]) -> Sequence[Call]:
        """Take the permission away."""
        return [self._call("DeleteRolePolicy")] if found.live else []

    def _call(self, operation: str, **params: Any) -> Call:
        who = {"RoleName": self.role, "PolicyName": self.name}
        return Call("iam", self.region, operation, {**who, **params})
