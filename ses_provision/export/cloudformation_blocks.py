"""What a CloudFormation export is made of: resources with what identifies them to the import."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment
from ses_provision.export import cloudformation_queues


@dataclass(frozen=True)
class Imported:
    """One resource of the template, and what identifies it to the import."""

    type: str
    identifier: Mapping[str, str]
    properties: Mapping[str, Any]

    @property
    def logical_id(self) -> str:
        """Its name in the template: letters and digits."""
        words = [self.type.rpartition("::")[2], *self.identifier.values()]
        return "".join(
            part[:1].upper() + part[1:]
            for word in words
            for part in re.findall("[A-Za-z0-9]+", word)
        )


def logical_ids(found: Sequence[Imported]) -> list[str]:
    """The names of resources in the template; those that differ in other signs alone are
    numbered."""
    seen: Counter[str] = Counter()
    names = []
    for each in found:
        seen[each.logical_id] += 1
        count = seen[each.logical_id]
        names.append(each.logical_id if count == 1 else f"{each.logical_id}N{count}")
    return names


@singledispatch
def resource(one: Any, env: Environment) -> Imported | None:
    """What CloudFormation makes of a resource; None where it cannot import it."""
    del env
    form = cloudformation_queues.FORMS.get(type(one))
    return Imported(*form(one)) if form else None
