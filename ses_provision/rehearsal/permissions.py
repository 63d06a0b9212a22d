"""The IAM policy that an operator of an environment needs, and nothing more.

Collected from the tool itself: every reading is rehearsed, every call that could follow is made as
a value, and each says what IAM checks for it. No service is known here.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ses_provision.checks import TOPICS, pools
from ses_provision.checks.overview import overview
from ses_provision.checks.preflight import PREFLIGHT
from ses_provision.checks.tenant_standing import standings
from ses_provision.checks.topic import Scene
from ses_provision.checks.verification import verification
from ses_provision.engine import teardown
from ses_provision.engine.account import Account
from ses_provision.engine.claims import claimed_by, is_near
from ses_provision.engine.model import Found
from ses_provision.operations import (
    access_request,
    alarm_drill,
    dedicated_ips,
    deliverability,
    drill,
    emergency,
    inbox,
    own_keys,
    query,
    quotas,
    report,
    smtp_keys,
    statistics,
    suppression,
    tail,
    tenant_stop,
    test_mail,
)
from ses_provision.outside.rights import EVERYTHING, Condition, Credentials, Right
from ses_provision.rehearsal.answers import asked, nothing, standing
from ses_provision.rehearsal.explain import corrections, deletions
from ses_provision.resources import pricing
from ses_provision.resources.prices import shipped
from ses_provision.resources.ses import suppression as listing
from ses_provision.resources.ses.metrics import DIMENSIONS
from ses_provision.steps import STEPS, warnings
from ses_provision.steps.left_over import strays

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.outside.call import Call
    from ses_provision.outside.reading import Ask, Reading

LARGEST = 6144
"""Characters of a managed policy, white space not counted (IAM User Guide, quotas)."""

ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""For questions about a stretch of time: no permission depends on which."""

Policy = dict[str, Any]


def policies(
    env: Environment, *, read_only: bool = False, others: Sequence[Environment] = ()
) -> dict[str, Policy]:
    """The policy of the operator; a second one where hosted zones are in another account.

    `others` are those of the same folder: a destroy looks whether they need what it takes, and a
    plan whether they need what is left over. A policy that is larger than IAM takes is split, and
    the parts are numbered.
    """
    needed = [*rights(env, read_only=read_only), *shared(env, others)]
    zones = [right for right in needed if right.credentials is Credentials.ZONES]
    account = [right for right in needed if right not in zones]
    role = env.dns.assume_role_arn
    if role is None and env.dns.profile is None:
        return parts("account", needed)
    taking_on = [Right("sts:AssumeRole", (role,))] if role else []
    if env.dns.profile is None:
        return parts("account", [*account, *taking_on]) | parts("hosted_zone", zones)
    return {
        **parts("account", account),
        **(parts("hosted_zone_profile", taking_on) if taking_on else {}),
        **parts("hosted_zone", zones),
    }


def parts(name: str, needed: Iterable[Right]) -> dict[str, Policy]:
    """Rights as one policy, or as several where IAM would find one too large."""
    whole = statements(needed)
    groups: list[list[Policy]] = [[]]
    for statement in whole:
        if groups[-1] and size(document([*groups[-1], statement])) > LARGEST:
            groups.append([])
        groups[-1].append(statement)
    if len(groups) == 1:
        return {name: document(groups[0])}
    return {f"{name}_{number}": document(group) for number, group in enumerate(groups, start=1)}


def document(found: Iterable[Policy]) -> Policy:
    """A policy document."""
    numbered = [
        {"Sid": f"SesProvision{number}", **statement}
        for number, statement in enumerate(found, start=1)
    ]
    return {"Version": "2012-10-17", "Statement": numbered}


def statements(needed: Iterable[Right]) -> list[Policy]:
    """Statements: actions on the same resources under the same conditions share one."""
    resources: dict[tuple[str, str], set[str]] | defaultdict[tuple[str, str], set[str]]
    resources = defaultdict(set)
    values: dict[tuple[str, str], list[Condition]] = defaultdict(list)
    for right in needed:
        place = right.action, ",".join(f"{c.operator} {c.key}" for c in right.conditions)
        resources[place].update(unknown_as_any(arn) for arn in right.on)
        values[place] += right.conditions
    resources = {place: folded(arns) for place, arns in resources.items()}
    alike: dict[tuple[tuple[str, ...], str], list[str]] = defaultdict(list)
    for place, arns in sorted(resources.items()):
        alike[tuple(sorted(arns)), json.dumps(condition(values[place]))].append(place[0])
    return [
        {
            "Effect": "Allow",
            "Action": actions,
            "Resource": "*" if where == EVERYTHING else list(where),
            **({"Condition": json.loads(held)} if held != "{}" else {}),
        }
        for (where, held), actions in alike.items()
    ]


MOST_OF_A_KIND = 30
"""ARNs of one kind that an action names one by one; of more it names the kind."""


def folded(arns: set[str]) -> set[str]:
    """ARNs, with the kind in place of all of a kind where they are very many: thousands of tenants
    fit into no policy."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for arn in arns:
        kinds[kind(arn)].add(arn)
    return {
        arn
        for prefix, held in kinds.items()
        for arn in ([f"{prefix}/*"] if prefix and len(held) > MOST_OF_A_KIND else held)
    }


def kind(arn: str) -> str:
    """What the ARNs of a kind begin with; nothing where a name follows at once."""
    parts = arn.split(":", 5)
    named = parts[5] if len(parts) == 6 else ""
    return ":".join([*parts[:5], named.partition("/")[0]]) if "/" in named else ""


def condition(found: Iterable[Condition]) -> dict[str, dict[str, Any]]:
    """Conditions as a policy has them, the values of one key together."""
    values: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for held in found:
        values[held.operator][held.key].update(unknown_as_any(value) for value in held.values)
    return {
        operator: {key: one_or_all(sorted(those)) for key, those in keys.items()}
        for operator, keys in values.items()
    }


def one_or_all(values: list[str]) -> Any:
    """A single value by itself."""
    return values[0] if len(values) == 1 else values


def unknown_as_any(text: str) -> str:
    """What a rehearsal does not know stands in angle brackets, and may be anything."""
    return re.sub(r"<[^<>]*>", "*", text)


def size(policy: Mapping[str, Any]) -> int:
    """Characters of a policy as IAM counts them."""
    return len(json.dumps(policy, separators=(",", ":")))


def rights(env: Environment, *, read_only: bool) -> Iterator[Right]:
    """Every action on every resource that the commands need for an environment."""
    account = Account.of(env)
    for question in asks(env, account):
        yield from question.rights
    if not read_only:
        for call in calls(env, account):
            yield from call.rights


def shared(env: Environment, others: Sequence[Environment]) -> Iterator[Right]:
    """What is looked up about the environments that may share records with one."""
    near = [other for other in others if is_near(env, other)]
    for question in asked(claimed_by(near, STEPS, env), nothing):
        yield from question.rights


def asks(env: Environment, account: Account) -> Iterator[Ask]:
    """What the reading commands ask, where there is nothing and where everything stands."""
    resources = [resource for step in STEPS for resource in step.foreseen(env, account)]
    for answer in (nothing, standing(resources)):
        for reading in readings(env, account):
            yield from asked(reading, answer)


def readings(env: Environment, account: Account) -> Iterator[Reading[Any]]:
    """Every reading of every command that is about an environment; STS answers anybody."""
    scene = Scene(env, account)
    yield verification(env, account)
    yield overview(env, account, ANY_TIME)
    yield warnings.in_use(env, account)
    yield emergency.look(env, account)
    yield listing.suppressed(env.region)
    yield listing.one(env.region, "<address>")
    yield quotas.look(env.region)
    yield pricing.live(shipped(), env.region)
    for by in DIMENSIONS:
        yield statistics.look(env.region, ANY_TIME, 1, by, ("<name>",))
    yield deliverability.look(env, ANY_TIME, 1, ("<name>",))
    if env.report is not None:
        yield report.look(scene, ANY_TIME, 1, cost=True)
    yield strays(env, account)
    yield from tail.readings(env, account)
    if env.tenants:
        yield standings(env)
        yield tenant_stop.look(env, account, env.tenants[0].name)
    if pools.concerns(env):
        yield dedicated_ips.standing(env, account)
    scope = teardown.Scope(STEPS, env, account)
    yield from smtp_keys.asks(env, account)
    for step in STEPS:
        yield teardown.look(step, scope)
    for topic in (*TOPICS, PREFLIGHT):
        for item in topic.items if topic.matters(env) else ():
            yield item.look(scene)


def calls(env: Environment, account: Account) -> Iterator[Ask | Call]:
    """Every call that a command could make; a restart puts again what a correction puts."""
    for step in STEPS:
        for resource in step.foreseen(env, account):
            yield from resource.writes(Found(None))
            yield from corrections(resource)
            yield from deletions(resource)
    if env.production_access is not None:
        yield access_request.request(env)
    yield test_mail.mail(env, account, test_mail.SUCCESS)
    for tenant in env.tenants:
        yield test_mail.mail(env, account, test_mail.SUCCESS, tenant.name)
    yield from emergency.calls(env, account)
    yield from tenant_stop.calls(env, account)
    yield from suppression.every(env.region)
    yield from own_keys.calls(env, account)
    yield from quotas.calls(account)
    yield from smtp_keys.calls(env, account)
    yield from smtp_keys.value_asks(env, account)
    yield from inbox.asks(env, account)
    yield from query.calls(env, account)
    yield from drill.calls(env, account)
    yield from tail.calls(env, account)
    yield from alarm_drill.requests(env, account)
