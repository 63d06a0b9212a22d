"""Whom the alarms tell, topic by topic."""

from __future__ import annotations

from tests.functional.health import Health


def reached(health: Health) -> dict[str, str]:
    """The item on who hears the alarms."""
    return health.checklist("--only", "SES-ALARM-003")["SES-ALARM-003"]


def test_who_is_to_hear_of_alarms_on_a_topic_of_their_own_is_held_to(health: Health) -> None:
    health.change("[alarms]", '[alarms]\nemails = ["night@starlightpractice.com"]')

    found = reached(health)

    assert found["status"] == "action"
    for region in health.env.alarm_regions:
        assert (
            f"ses-alarms-prod ({region}) does not tell night@starlightpractice.com"
            in (found["evidence"])
        )
    health.run("apply", "--yes")
    assert "night@starlightpractice.com has not confirmed" in reached(health)["evidence"]
    health.local.confirm_subscriptions(health.env.account_id)
    assert reached(health)["status"] == "done"


def test_a_topic_of_their_own_that_tells_nobody_names_its_own_setting(health: Health) -> None:
    health.change("[alarms]", "[alarms]\nemails = []")
    for region in health.env.alarm_regions:
        arn = health.alarm_topic.replace("us-east-2", region)
        listed = health.call("sns", "ListSubscriptionsByTopic", region, TopicArn=arn)
        for one in listed["Subscriptions"]:
            health.call("sns", "Unsubscribe", region, SubscriptionArn=one["SubscriptionArn"])

    found = reached(health)

    assert "tells nobody" in found["evidence"]
    assert f"set alarms.emails in {health.config}/prod.toml" in found["next_step"]
    assert "events.emails" not in found["next_step"]


def test_every_topic_with_a_fault_is_shown(health: Health) -> None:
    arns = [health.alarm_topic.replace("us-east-2", one) for one in health.env.alarm_regions]
    for region, arn in zip(health.env.alarm_regions, arns, strict=True):
        health.call("sns", "DeleteTopic", region, TopicArn=arn)

    found = reached(health)

    assert len(arns) > 1
    assert all(arn in found["evidence"] for arn in arns)
    assert found["next_step"].startswith("ses-provision apply --env prod")
