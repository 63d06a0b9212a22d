"""SNS shows late what was written: an apply goes through, and nobody is mailed twice."""

from __future__ import annotations

import pytest

from ses_provision.local import LocalAws
from tests.conftest import Cli

APPLY = ("apply", "--env", "prod", "--yes")


@pytest.mark.parametrize(
    "late", [{"lists_after": 8.0}, {"lists_after": 30.0}, {"lists_after_reads": 3}],
    ids=["some seconds", "half a minute", "some readings"],
)  # fmt: skip
def test_applying_twice_where_lists_are_late_mails_each_person_once(
    late: dict[str, float], cli: Cli, local: LocalAws
) -> None:
    local.knobs = local.knobs.changed(late)

    first, second = cli(*APPLY), cli(*APPLY)

    assert (first.status, second.status) == (0, 0), first.stderr + second.stderr
    told = [(mail.topic_arn, mail.endpoint) for mail in local.outbox if mail.kind == "confirmation"]
    assert sorted(told) == sorted(set(told))
    assert second.writes == []


def test_an_apply_that_was_ended_before_the_lists_caught_up_mails_nobody_twice(
    cli: Cli, local: LocalAws
) -> None:
    local.knobs = local.knobs.changed({"lists_after": 20.0})
    local.fault("deny", "CreateConfigurationSetEventDestination")
    assert cli(*APPLY).status == 1

    again = cli(*APPLY)

    told = [(mail.topic_arn, mail.endpoint) for mail in local.outbox if mail.kind == "confirmation"]
    assert again.status == 0, again.stderr
    assert sorted(told) == sorted(set(told))
