"""What a step makes, asks and calls, learned from the step itself: it is rehearsed on an account
in which there is nothing yet, and then on one in which all stands, and all is otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Resource, Skipped, Step, Waiting
from ses_provision.engine.needs import learned, rehearsed
from ses_provision.environment import Environment, loading
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask
from ses_provision.rehearsal.answers import asked, nothing, outcome, standing


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


def sample() -> Environment:
    """An environment to explain with, where none is named."""
    raw = {
        "name": "example",
        "account_id": "111122223333",
        "region": "eu-central-1",
        "domain": "example.com",
        "configuration_set": {
            "name": "example",
            "pool": "transactional",
            "tracking_domain": "click.example.com",
            "archive_arn": "arn:aws:ses:eu-central-1:111122223333:mailmanager-archive/"
            f"a-{'0' * 24}",
        },
        "pools": [{"name": "transactional", "scaling": "managed"}],
        "bimi": {"logo": "https://brand.example.com/logo.svg"},
        "dmarc": {"reports_to": ["dmarc@example.com"]},
        "sender": {"role": "application"},
        "events": {
            "emails": ["ops@example.com"],
            "queues": [
                {
                    "name": "mail-trouble",
                    "function": "arn:aws:lambda:eu-central-1:111122223333:function:on-trouble",
                }
            ],
        },
        "alarms": {"per_configuration_set": True, "pause": True},
        "dashboard": {},
        "smtp_users": [{"name": "application-mailer"}],
        "tenants": [{"name": "north", "configuration_set": "north"}],
    }
    return loading.checked(raw, "the sample environment")


def explain(step: Step, env: Environment) -> Explanation:
    """Rehearse a step of an environment."""
    match step.wanted(env, rehearsed(step.needs, env, Account.of(env))):
        case Skipped(reason) | Waiting(reason):
            resources: list[Resource] = []
            skipped = reason
        case wanted:
            resources, skipped = list(wanted), ""
    asks = [*learning(step, env), *(ask for resource in resources for ask in questions(resource))]
    asks += [] if skipped else heeding(step, env)
    creates = [call for resource in resources for call in resource.writes(Found(None))]
    changes = [call for resource in resources for call in corrections(resource)]
    sent: list[Ask | Call] = [*asks, *creates, *changes]
    rights = [right for each in sent for right in each.rights]
    created = operations(creates)
    return Explanation(
        step.id,
        step.title,
        step.why,
        step.docs,
        tuple(sorted(need.name for need in step.needs)),
        tuple(resource.label for resource in resources),
        operations(asks),
        created,
        tuple(operation for operation in operations(changes) if operation not in created),
        tuple(sorted({right.action for right in rights})),
        skipped,
    )


def heeding(step: Step, env: Environment) -> list[Ask]:
    """What is asked to see whether the steps are in order that it rests on."""
    found = [(other, other.foreseen(env, Account.of(env))) for other in step.heeds]
    return [
        ask
        for other, wanted in found
        if wanted
        for ask in (
            *learning(other, env),
            *(ask for resource in wanted for ask in questions(resource)),
        )
    ]


def learning(step: Step, env: Environment) -> list[Ask]:
    """What is asked for the facts that the step needs, where nothing is and where it is made."""
    account = Account.of(env)
    there = standing(list(step.foreseen(env, account)))
    return [
        *asked(learned(step.needs, env, account), nothing),
        *asked(learned(step.needs, env, account), there),
    ]


def questions(resource: Resource) -> list[Ask]:
    """What is asked to find a resource, where there is none and where there is one."""
    return [*asked(resource.read(), nothing), *asked(resource.read(), standing([resource]))]


def corrections(resource: Resource) -> Iterator[Call]:
    """The calls that mend whatever can be otherwise."""
    for live in resource.strayed():
        yield from resource.writes(Found(live))


def deletions(resource: Resource) -> Iterator[Call]:
    """The calls that remove a resource which is as it should be."""
    yield from resource.deletes(outcome(resource.read(), standing([resource])))


def operations(found: Iterable[Ask | Call]) -> tuple[str, ...]:
    """API operations, each once, in the order in which they come."""
    return tuple(dict.fromkeys(f"{each.service} {each.operation}" for each in found))
