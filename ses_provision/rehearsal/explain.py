"""What a step makes, asks and calls, learned from the step itself: it is rehearsed on an account
in which there is nothing yet, and then on one in which one thing at a time is different."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from ses_provision.engine import facts
from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Need, Resource, Skipped, Step, Waiting
from ses_provision.environment import Environment, loading
from ses_provision.errors import ProvisionError
from ses_provision.resources import hosted_zones
from ses_provision.resources.hosted_zones import Zone

if TYPE_CHECKING:
    from ses_provision.outside.call import Call
    from ses_provision.outside.reading import Ask, Outcome, Reading

TOKENS = facts.Dkim(("<token 1>", "<token 2>", "<token 3>"), "dkim.amazonses.com")


@dataclass(frozen=True)
class Explanation:
    """A step in full."""

    id: str
    title: str
    why: str
    docs: str
    needs: tuple[str, ...]
    makes: tuple[str, ...]
    reads: tuple[str, ...]
    creates: tuple[str, ...]
    changes: tuple[str, ...]
    permissions: tuple[str, ...]
    skipped: str = ""


class Empty(dict[str, Any]):
    """An answer without content: every list in it is empty."""

    def __missing__(self, key: str) -> list[Any]:
        return []

    def __bool__(self) -> bool:
        return True


class Something(dict[str, Any]):
    """An answer of which nothing is known but that there is such a thing."""

    def __missing__(self, key: str) -> Something:
        return Something()

    def __bool__(self) -> bool:
        return True


def sample() -> Environment:
    """An environment to explain with, where none is named."""
    raw = {
        "name": "example",
        "account_id": "111122223333",
        "region": "eu-central-1",
        "domain": "example.com",
        "configuration_set": {"name": "example"},
        "dmarc": {"reports_to": ["dmarc@example.com"]},
        "sender": {"role": "application"},
        "events": {"emails": ["ops@example.com"]},
    }
    return loading.checked(raw, "the sample environment")


def explain(step: Step, env: Environment) -> Explanation:
    """Rehearse a step of an environment."""
    known = facts.Facts(
        Account(env.account_id, env.region),
        zone=None if env.dns.is_external else Zone("<zone>", env.dns.zone or env.domain),
        dkim=TOKENS,
    )
    match step.desired(env, known):
        case Skipped(reason) | Waiting(reason):
            resources: list[Resource] = []
            skipped = reason
        case found:
            resources, skipped = list(found), ""
    asks = [*learning(step, env), *(ask for one in resources for ask in questions(one))]
    creates = [call for one in resources for call in one.writes(Found(None))]
    changes = [call for one in resources for call in corrections(one)]
    actions = {one.action for one in asks if one.service != "dns"}
    return Explanation(
        step.id,
        step.title,
        step.why,
        step.docs,
        tuple(sorted(step.needs)),
        tuple(one.label for one in resources),
        operations(asks),
        operations(creates),
        tuple(one for one in operations(changes) if one not in operations(creates)),
        tuple(sorted(actions | {one.action for one in (*creates, *changes)})),
        skipped,
    )


def learning(step: Step, env: Environment) -> list[Ask]:
    """What is asked for the facts that the step needs."""
    readings: dict[Need, Callable[[Environment], Reading[Any]]] = {
        Need.ZONE: hosted_zones.zone,
        Need.DKIM: facts.dkim,
    }
    return [ask for need in sorted(step.needs) for ask in asked(readings[need](env), nothing)]


def questions(resource: Resource) -> list[Ask]:
    """What is asked to find a resource, where there is none and where there is one."""
    return [*asked(resource.read(), nothing), *asked(resource.read(), something)]


def asked(reading: Reading[Any], answer: Callable[[Ask], Outcome]) -> list[Ask]:
    """The questions of a reading that gets such answers."""
    found: list[Ask] = []
    try:
        asks = next(reading)
        while True:
            found += asks
            asks = reading.send([answer(one) for one in asks])
    except (StopIteration, ProvisionError):
        return found


def nothing(one: Ask) -> Outcome:
    """How AWS says that there is no such thing."""
    return Empty() if one.operation.startswith(("List", "Describe")) else None


def something(one: Ask) -> Outcome:
    """How AWS says that there is."""
    if one.operation == "DescribeAlarms":
        alarms = [Something(AlarmName=name) for name in one.arguments.get("AlarmNames", ())]
        return {"MetricAlarms": alarms}
    return Empty() if one.operation.startswith("List") else Something()


def corrections(resource: Resource) -> Iterator[Call]:
    """The calls that mend one field at a time."""
    for item in fields(resource):  # type: ignore[arg-type]
        value = getattr(resource, item.name)
        if item.compare and (other := different(value)) is not None:
            live: Any = replace(resource, **{item.name: other})  # type: ignore[type-var]
            yield from resource.writes(Found(live))


def different(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case str():
            return f"{value}-other"
        case int() | float():
            return value + 1
        case frozenset():
            return frozenset()
        case Mapping():
            return {}
    return None


def operations(found: Iterable[Ask | Call]) -> tuple[str, ...]:
    """API operations, each once, in the order in which they come."""
    return tuple(dict.fromkeys(f"{one.service} {one.operation}" for one in found))
