"""IAM's policy simulator: a result for each action, with one for each resource inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Params, Reply
from ses_provision.local.policies import Ask, Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Statement = dict[str, Any]
_SOURCE = "from which policy"
_TEMPLATE = "arn:aws:{service}:${{Region}}:${{Account}}:${{ResourceType}}/${{ResourceId}}"


@dataclass(frozen=True)
class Policies:
    """Policy documents by the names under which the simulator calls them.

    `boundary`: the documents of a permissions boundary, None where there is none.
    """

    identity: Mapping[str, str]
    boundary: Mapping[str, str] | None = None


@dataclass(frozen=True)
class _Outcome:
    ask: Ask
    decision: Decision
    deciding: list[Statement]
    missing: list[str]
    in_bounds: bool | None


def simulate(found: Policies, params: Params) -> Reply:
    """The answer of SimulatePrincipalPolicy and SimulateCustomPolicy."""
    identity = _statements(found.identity)
    boundary = None if found.boundary is None else _statements(found.boundary)
    context = {
        entry["ContextKeyName"]: tuple(entry.get("ContextKeyValues", []))
        for entry in params.get("ContextEntries") or []
    }
    resources = params.get("ResourceArns") or ["*"]
    results = []
    for action in params["ActionNames"]:
        asks = [Ask(action, resource, None, context) for resource in resources]
        results.append(_result([_outcome(ask, identity, boundary) for ask in asks]))
    return {"EvaluationResults": results, "IsTruncated": False}


def _outcome(ask: Ask, identity: list[Statement], boundary: list[Statement] | None) -> _Outcome:
    decision, deciding = policies.decide(identity, ask)
    in_bounds = None
    if boundary is not None:
        within, denying = policies.decide(boundary, ask)
        in_bounds = within is Decision.ALLOWED
        if within is Decision.EXPLICIT_DENY:
            decision, deciding = within, denying
        elif not in_bounds and decision is Decision.ALLOWED:
            decision, deciding = Decision.IMPLICIT_DENY, []
    missing = sorted(_missing([*identity, *(boundary or [])], ask))
    return _Outcome(ask, decision, deciding, missing, in_bounds)


def _result(outcomes: list[_Outcome]) -> Reply:
    """One action: its resource, or the template of resources where there are several."""
    first = outcomes[0]
    decisions = {outcome.decision for outcome in outcomes}
    overall = next(
        each
        for each in (Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY, Decision.ALLOWED)
        if each in decisions
    )
    name = first.ask.resource
    if len(outcomes) > 1:
        name = _TEMPLATE.format(service=first.ask.action.partition(":")[0])
    whole: Reply = {
        "EvalActionName": first.ask.action,
        "EvalResourceName": name,
        "EvalDecision": overall.value,
        "EvalDecisionDetails": {},
        "MatchedStatements": _matched(first) if len(outcomes) == 1 else [],
        "MissingContextValues": sorted({key for each in outcomes for key in each.missing}),
        "OrganizationsDecisionDetail": {"AllowedByOrganizations": True},
        "ResourceSpecificResults": [_specific(outcome) for outcome in outcomes],
    }
    return whole | _in_bounds(all(each.in_bounds for each in outcomes), first)


def _specific(outcome: _Outcome) -> Reply:
    return {
        "EvalResourceName": outcome.ask.resource,
        "EvalResourceDecision": outcome.decision.value,
        "MatchedStatements": _matched(outcome),
        "MissingContextValues": outcome.missing,
    } | _in_bounds(bool(outcome.in_bounds), outcome)


def _in_bounds(allowed: bool, outcome: _Outcome) -> Reply:
    if outcome.in_bounds is None:
        return {}
    return {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": allowed}}


def _matched(outcome: _Outcome) -> list[Reply]:
    return [
        {"SourcePolicyId": str(statement[_SOURCE]), "SourcePolicyType": "IAM Policy"}
        for statement in outcome.deciding
    ]


def _missing(statements: Iterable[Statement], ask: Ask) -> set[str]:
    """Context keys that conditions ask for and the simulation was not given."""
    return {
        key
        for statement in statements
        for keys in _conditions(statement).values()
        for key in keys
        if ask.values(key) is None
    }


def _conditions(statement: Statement) -> dict[str, dict[str, Any]]:
    found = statement.get("Condition")
    return found if isinstance(found, dict) else {}


def given(params: Params, member: str) -> dict[str, str]:
    """Policies that came with the request."""
    texts = params.get(member) or []
    return {f"{member}.{number}": text for number, text in enumerate(texts, 1)}


def _statements(texts: Mapping[str, str]) -> list[Statement]:
    """The statements of several policies, each knowing which policy it is from."""
    try:
        return [
            statement | {_SOURCE: name}
            for name, text in texts.items()
            for statement in policies.parse(text)
        ]
    except policies.MalformedPolicyError as error:
        raise AwsError("InvalidInput", str(error)) from error
