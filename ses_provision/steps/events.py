"""The event topic, its subscribers, and the event destination."""

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.ses import EventDestination
from ses_provision.resources.sns import Subscription
from ses_provision.steps import arns
from ses_provision.steps.topics import topic


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """The topic with its policy first: SES tests it when the destination is created."""
    event_topic = topic(env, facts.account, env.region, env.event_topic)
    return [
        event_topic,
        *(Subscription(event_topic.arn, "email", address) for address in env.events.emails),
        destination(env, facts.account, arns.configuration_set(env, facts.account)),
    ]


def destination(env: Environment, account: Account, set_arn: str) -> EventDestination:
    """Where a set reports what became of its mails."""
    return EventDestination(
        configuration_set_arn=set_arn,
        name=env.events.destination,
        types=frozenset(env.events.types),
        target={"SnsDestination": {"TopicArn": account.arn("sns", env.event_topic)}},
    )
