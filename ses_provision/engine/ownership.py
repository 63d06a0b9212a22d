"""Whose a thing is, by its tags: another tool's, another environment's, ours, or ours to adopt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ses_provision.engine.model import Obstacle, Tagged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_provision.engine.model import Found, Resource

MANAGED_BY, ENVIRONMENT, CREATED_BY = "ManagedBy", "Environment", "CreatedBy"
PROJECT = "Project"
US = "ses-provision"
OURS = (MANAGED_BY, ENVIRONMENT)
"""The tags by which we know what is ours, and for which environment."""
MARK = {CREATED_BY: US}
"""The tag that only a creating call sets: it tells what we made from what we found and adopted."""

CLOUDFORMATION = "aws:cloudformation:stack-name"
"""Set by CloudFormation on what a stack made; nobody else can set tags that begin with aws:."""


def with_owner(want: Resource, found: Found[Any]) -> tuple[Obstacle, ...]:
    """What stands in the way of a change, its owner included."""
    live = found.live
    if not (isinstance(want, Tagged) and isinstance(live, Tagged)):
        return found.obstacles
    return (*found.obstacles, *owners(live.label, live.all_tags, want.tags))  # type: ignore[attr-defined]


def owners(label: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[Obstacle, ...]:
    """Who says that a thing is theirs: it is left to them."""
    if CLOUDFORMATION in found:
        stack = found[CLOUDFORMATION]
        return (
            Obstacle(
                f"{label} belongs to CloudFormation stack {stack}",
                f"leave it to the stack and choose another name, or take it out of {stack} with "
                "DeletionPolicy Retain first",
            ),
        )
    tool, environment = found.get(MANAGED_BY), found.get(ENVIRONMENT)
    if tool is not None and tool != wanted.get(MANAGED_BY):
        return (claimed(label, f"is managed by {tool} (its tag {MANAGED_BY})", tool),)
    if tool is not None and environment not in {None, wanted.get(ENVIRONMENT)}:
        whose = f"environment {environment}"
        return (claimed(label, f"belongs to {whose} (its tag {ENVIRONMENT})", whose),)
    return ()


def claimed(label: str, how: str, whose: str) -> Obstacle:
    """A thing that somebody else has tagged as theirs."""
    return Obstacle(
        f"{label} {how}",
        f"leave it to {whose} and choose another name, or take the step over where {whose} is gone",
        removal={},
    )


def of_another_project(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Why a thing that no setting names is not ours either, though its environment is called alike:
    another folder may have one of that name in the same account."""
    theirs, ours = found.get(PROJECT), wanted.get(PROJECT)
    if theirs in {None, ours}:
        return []
    return [f"its tag {PROJECT} is {theirs}, and the file says {ours or 'none'} (project)"]


def not_ours(found: Mapping[str, str], wanted: Mapping[str, str], *, adopted: bool) -> list[str]:
    """Why a thing is not ours to destroy; `adopted`: what was adopted goes as well."""
    reasons = [
        f"its tag {name} is {found.get(name, 'missing')}, not {wanted[name]}"
        for name in OURS
        if found.get(name) != wanted[name]
    ]
    if CLOUDFORMATION in found:
        reasons.append(f"it belongs to CloudFormation stack {found[CLOUDFORMATION]}")
    if not (reasons or adopted or found.get(CREATED_BY) == US):
        reasons.append("it was there before ses-provision (--adopted deletes it as well)")
    return reasons
