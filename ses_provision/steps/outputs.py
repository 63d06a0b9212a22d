"""What an application, or another tool, needs to know of an environment."""

from __future__ import annotations

from ses_provision.engine.account import Account
from ses_provision.environment import Environment
from ses_provision.environment.receiving import names
from ses_provision.resources.sqs import queue_url
from ses_provision.steps import arns


def queues(env: Environment, account: Account) -> dict[str, str]:
    """Where programs find events."""
    found: dict[str, str] = {}
    for queue in env.events.queues:
        name, arn = queue.name.replace("-", "_"), arns.queue(queue.name, account)
        found |= {f"queue_arn_{name}": arn, f"queue_url_{name}": queue_url(arn)}
    return found


def outputs(env: Environment, account: Account) -> dict[str, str]:
    """The names by which applications are configured. All of it is computed, none looked up."""
    alarm_topics = {
        f"alarm_topic_arn_{region.replace('-', '_')}": account.arn("sns", env.alarm_topic, region)
        for region in env.alarm_regions
    }
    return {
        "region": env.region,
        "configuration_set_name": env.configuration_set.name,
        "from_address": env.from_address,
        "domain_identity_arn": arns.identity(env, account),
        "address_identity_arn": arns.sender(env, account),
        "configuration_set_arn": arns.configuration_set(env, account),
        "events_topic_arn": account.arn("sns", env.event_topic),
        **queues(env, account),
        **alarm_topics,
        "sender_policy_name": env.policy_name,
        **received(env),
    }


def received(env: Environment) -> dict[str, str]:
    """Where mail is received, and where whoever reads it finds it."""
    if env.receiving is None:
        return {}
    found = names(env)
    return {
        "receiving_domain": found.domain,
        "receiving_bucket": found.bucket,
        "receiving_prefix": found.prefix,
    }
