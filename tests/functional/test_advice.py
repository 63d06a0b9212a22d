"""Advice that is followed to the letter leads out."""

from __future__ import annotations

import pytest

from tests.functional.conditions import Broken, broken
from tests.functional.following import follow
from tests.functional.health import Health

A_DAY = 24 * 3600.0
CLOSED = {"done", "not applicable"}
BY_HAND = {
    "delegated elsewhere",
    "several MX",
    "reports to a domain that does not want them",
    "publishing is denied",
    "the key of SNS",
    "the key lets nobody in",
    "there is no such key",
    "a subscriber has not confirmed",
    "a storm of events can silence the alarms",
    "an alarm is ringing",
    "the role does not exist",
    "another policy allows too much",
    "review pending",
    "review denied",
    "under review",
    "paused by AWS",
    "SES recommends something",
    "BAA ended",
    "engagement is tracked",
    "a tag names a patient",
    "topic without key",
    "events by e-mail",
    "evidence",
    "hand-over",
}
"""Where the advice leaves a choice, wants a console or waits for somebody."""
ONE_STEP = {
    "SES gave up after 72 hours": "waiting",
    "another MAIL FROM": "waiting",
    "the domain has no MAIL FROM": "waiting",
    "the sender has no MAIL FROM": "waiting",
    "DMARC does nothing yet": "action",
    "the key is disabled": "action",
    "sandbox": "waiting",
    "review failed": "waiting",
}
"""Where it is one step of several: SES has to look, AWS to answer, or something else is next."""


@pytest.mark.parametrize(
    "condition", [one for one in broken() if one.name not in BY_HAND], ids=lambda one: one.name
)
def test_what_the_checklist_advises_closes_the_item(in_sandbox: Health, condition: Broken) -> None:
    health = in_sandbox
    if not condition.in_sandbox:
        health.leave_sandbox()
    condition.how(health)
    health.local.clock.advance(A_DAY)  # SES changes the length of a key once a day
    before = health.open()[condition.item]

    followed = follow(health, before["next_step"])

    health.local.confirm_subscriptions(health.env.account_id)
    after = health.checklist()[condition.item]
    assert followed, before
    assert after["evidence"] != before["evidence"], before
    expected = ONE_STEP.get(condition.name)
    assert after["status"] in ({expected} if expected else CLOSED), (before, after)


def test_what_is_left_to_people_is_one_of_the_conditions() -> None:
    assert {one.name for one in broken()} >= BY_HAND | ONE_STEP.keys()
