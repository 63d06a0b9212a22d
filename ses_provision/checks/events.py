"""Will anybody learn of a bounce? Subscriptions to the topics."""

from __future__ import annotations

from ses_provision.environment import Environment
from ses_provision.facts import Account, Facts
from ses_provision.model import Finding, Status
from ses_provision.names import region_of
from ses_provision.reading import Reading, together
from ses_provision.resources.sns import PENDING, Subscription
from ses_provision.steps import alarms, events


def findings(env: Environment, account: Account) -> Reading[list[Finding]]:
    """Each subscriber of each topic, confirmed or not."""
    facts = Facts(account)
    wanted = [
        resource
        for step in (events, alarms)
        for resource in step.desired(env, facts)
        if isinstance(resource, Subscription)
    ]
    if not wanted:
        return [
            Finding(
                "SES-EVENTS-001",
                "Subscription confirmed",
                Status.ACTION,
                "nobody is subscribed to the event topic",
                "set events.emails in the environment file, or subscribe a queue",
            )
        ]
    found = yield from together(subscription.read() for subscription in wanted)
    return [
        confirmed(env, subscription, one.live)
        for subscription, one in zip(wanted, found, strict=True)
    ]


def confirmed(env: Environment, wanted: Subscription, live: Subscription | None) -> Finding:
    """Has the subscriber confirmed?"""
    region = region_of(wanted.topic_arn)
    title = f"Subscription confirmed ({region})"
    who = f"{wanted.endpoint} to {wanted.topic_arn.rpartition(':')[2]}"
    if live is None:
        return Finding(
            "SES-EVENTS-001",
            title,
            Status.ACTION,
            f"no subscription of {who}",
            f"ses-provision apply --env {env.name}",
        )
    if live.arn == PENDING:
        return Finding(
            "SES-EVENTS-001",
            title,
            Status.ACTION,
            f"{who} is not confirmed",
            f'open the mail "AWS Notification - Subscription Confirmation" at {wanted.endpoint}'
            " and follow its link (it is good for two days)",
        )
    return Finding("SES-EVENTS-001", title, Status.DONE, f"{who}: {live.arn}")
