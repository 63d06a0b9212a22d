"""What a Terraform export is made of: blocks with the ids by which they are imported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import singledispatch
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment
from ses_provision.names import region_of


@dataclass(frozen=True)
class Managed:
    """One resource block with the id it is imported by."""

    type: str
    name: str
    id: str
    arguments: Mapping[str, Any]
    provider: str = ""

    @property
    def address(self) -> str:
        """How Terraform refers to it."""
        return f"{self.type}.{self.name}"


def name(*parts: str) -> str:
    """A Terraform identifier."""
    found = re.sub(r"[^A-Za-z0-9_]+", "_", "_".join(parts)).strip("_").lower()
    return found if found[:1].isalpha() else f"_{found}"


def elsewhere(arn: str, env: Environment) -> str:
    """The provider alias of a resource's region; none in the sending region."""
    region = region_of(arn)
    return "" if region == env.region else name(region)


@singledispatch
def resources(resource: Any, env: Environment) -> list[Managed]:
    """What Terraform makes of a resource; nothing of one that has no export, which is left out."""
    del resource, env
    return []
