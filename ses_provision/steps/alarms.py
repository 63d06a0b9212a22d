"""The alarms on bounce and complaint rate, in each alarm region."""

from collections.abc import Iterator
from typing import NamedTuple

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.names import region_of
from ses_provision.resources.cloudwatch import Alarm
from ses_provision.resources.sns import Subscription
from ses_provision.steps import arns
from ses_provision.steps.topics import carries_events, topic

REVIEW = {"Reputation.BounceRate": 0.05, "Reputation.ComplaintRate": 0.001}
PAUSE = {"Reputation.BounceRate": 0.10, "Reputation.ComplaintRate": 0.005}
"""Where AWS reviews a sender and where it may pause sending (SES Developer Guide, enforcement
FAQ), as fractions."""


OF_A_SET = "ses:configuration-set"
"""The dimension that the metrics of one set have (SES Developer Guide, reputation metrics)."""


class Rate(NamedTuple):
    """What one alarm watches. Rates are fractions of 1."""

    name: str
    metric: str
    threshold: float
    what: str
    paused_at: str
    tells_ok: bool


def rates(env: Environment) -> list[Rate]:
    """The rates AWS judges a sender by, with the point where it may pause sending."""
    settings = env.alarms
    return [
        Rate(
            env.bounce_alarm, "Reputation.BounceRate", settings.bounce_rate, "bounce", "10%", True
        ),
        Rate(
            env.complaint_alarm,
            "Reputation.ComplaintRate",
            settings.complaint_rate,
            "complaint",
            "0.5%",
            False,
        ),
    ]


def of_the_set(rate: Rate, name: str) -> Rate:
    """The same rate of one configuration set alone."""
    return rate._replace(name=f"{rate.name}-{name}")


def requires(env: Environment) -> list[str]:
    """The events, where alarms tell people by their topic."""
    shared = [
        region for region in env.alarm_regions if carries_events(env, region, env.alarm_topic)
    ]
    return ["events"] if shared else []


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """In each region a topic (CloudWatch refuses one elsewhere), its subscribers, the alarms."""
    return [resource for region in env.alarm_regions for resource in in_region(env, facts, region)]


def in_region(env: Environment, facts: Facts, region: str) -> Iterator[Resource]:
    """What stands in one alarm region."""
    notified = topic(env, facts.account, region, env.alarm_topic)
    if not carries_events(env, region, env.alarm_topic):
        yield notified
        for address in env.alarm_emails:
            yield Subscription(notified.arn, "email", address)
    for rate in rates(env):
        yield alarm(env, facts, rate, notified.arn, region, {})
        if env.alarms.per_configuration_set:
            yield alarm(
                env,
                facts,
                of_the_set(rate, env.configuration_set.name),
                notified.arn,
                region,
                {OF_A_SET: env.configuration_set.name},
            )


def of_a_set(env: Environment, facts: Facts, set_arn: str) -> Iterator[Alarm]:
    """The alarms of another set, in the sending region, which alone has its rates. They tell whom
    the alarms of the account tell, and pause nothing."""
    account, name = facts.account, set_arn.rpartition("/")[2]
    topic_arn = account.arn("sns", env.alarm_topic, env.region)
    for rate in rates(env):
        yield alarm(env, facts, of_the_set(rate, name), topic_arn, env.region, {OF_A_SET: name})


def alarm(
    env: Environment,
    facts: Facts,
    rate: Rate,
    topic_arn: str,
    region: str,
    dimensions: dict[str, str],
) -> Alarm:
    """One alarm. Account-level metrics have no dimension; a set's have its name, and may pause it
    in the sending region, where SES publishes them."""
    scope = f" of {dimensions[OF_A_SET]}" if dimensions else ""
    ours = dimensions.get(OF_A_SET) == env.configuration_set.name
    pauses = ours and env.alarms.pause and region == env.region
    called = {arns.pause_function(env, facts.account)} if pauses else set()
    return Alarm(
        arn=facts.account.arn("cloudwatch", f"alarm:{rate.name}", region),
        metric=rate.metric,
        dimensions=dimensions,
        threshold=rate.threshold,
        period=env.alarms.period,
        evaluation_periods=env.alarms.evaluation_periods,
        missing_data=env.alarms.missing_data,
        description=(
            f"SES {rate.what} rate{scope} exceeded {rate.threshold * 100:.3g}% in {env.ending}. "
            f"AWS may pause sending at {rate.paused_at}."
        ),
        alarm_actions=frozenset({topic_arn, *called}),
        ok_actions=frozenset({topic_arn}) if rate.tells_ok else frozenset(),
        tags=env.all_tags,
    )


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """An alarm, or a topic with its subscribers, that no setting names."""
    if arn.split(":")[2] == "sns":
        found = topic(env, account, region_of(arn), arn.rpartition(":")[2])
        emails = dict.fromkeys([*env.alarm_emails, *env.events.emails])
        return [*(Subscription(arn, "email", address) for address in emails), found]
    stray = Alarm.at(arn, env.all_tags)
    return [] if stray is None else [stray]
