"""Each condition that keeps an environment from being ready is found by its id, alone."""

import pytest

from tests.functional.conditions import Broken, broken
from tests.functional.health import FOR_PEOPLE, Health


@pytest.mark.parametrize("condition", list(broken()), ids=lambda one: one.name)
def test_a_broken_condition_is_found_by_its_id_with_the_right_next_step(
    in_sandbox: Health, condition: Broken
) -> None:
    health = in_sandbox
    if not condition.in_sandbox:
        health.leave_sandbox()
    condition.how(health)

    found = health.open()

    assert condition.item in found
    one = found[condition.item]
    said = condition.next_step.replace("config/", f"{health.config}/")
    assert said in one["next_step"], one
    assert one["status"] == condition.status
    assert len(one["evidence"]) > 10
    opened = set(found) - FOR_PEOPLE - {condition.item}
    assert opened - {"SES-DMARC-002"} == condition.also, {k: found[k]["evidence"] for k in opened}
