"""SPF at the MAIL FROM domain: adopted where it lets SES send, named where it does not."""

from __future__ import annotations

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.names import txt_record
from ses_provision.outside.aws import Reader
from ses_provision.resources.record_sets import TxtValue
from ses_provision.resources.route53 import Zone
from ses_provision.resources.spf_record import TAG
from ses_provision.steps.records import SPF
from tests.conftest import Cli
from tests.functional.existing import APPLY, PLAN, at, change, put, record
from tests.functional.test_existing_records import MAIL

STRICT = '"v=spf1 include:amazonses.com -all"'


@pytest.mark.parametrize(
    "theirs",
    [STRICT, '"v=spf1 mx include:amazonses.com -all"', '"v=spf1 Include:AmazonSES.com -all"'],
)
def test_a_record_that_lets_ses_send_is_adopted_and_never_weakened(
    theirs: str, cli: Cli, local: LocalAws, env: Environment, reader: Reader
) -> None:
    put(local, env, record(MAIL, "TXT", theirs))

    assert change(cli(*PLAN), "mail-from", f"TXT {MAIL}")["action"] == "unchanged"
    assert cli(*APPLY, "--take-over", "mail-from").status == 0
    assert at(local, env, MAIL, "TXT") == [theirs]
    assert cli(*APPLY).writes == []
    shown = cli("dkim-status", "--env", "prod", "--json").json
    [seen] = [one for one in shown["environments"][0]["verification"]["records"]
              if "spf1" in str(one["record"])]  # fmt: skip
    assert seen["state"] == "right"
    ours = TxtValue(Zone(str(env.dns.zone_id), env.domain), MAIL, SPF, TAG, 300)
    assert list(ours.deletes(reader.run(ours.read()))) == [], "what was adopted is not ours"


@pytest.mark.parametrize(
    ("theirs", "reason"),
    [
        ("v=spf1 ip4:192.0.2.1 -all", "it answers fail to mail from SES"),
        ("v=spf1 include:_spf.example.net ~all", "_spf.example.net has no SPF record"),
        ("v=spf1 include:a..b.example.net -all", "a..b.example.net has no SPF record"),
        (
            "v=spf1 include:amazonses.com ipv4:192.0.2.1 -all",
            "'ipv4:192.0.2.1' is no SPF mechanism",
        ),
        (
            "v=spf1 " + "exists:%{i}.x.net " * 10 + "include:amazonses.com -all",
            "is look-up 11; 10 are allowed",
        ),
    ],
)
def test_a_record_that_does_not_is_blocked_and_told_with_the_reason(
    theirs: str, reason: str, cli: Cli, local: LocalAws, env: Environment
) -> None:
    put(local, env, record(MAIL, "TXT", txt_record(theirs)))

    planned = change(cli(*PLAN), "mail-from", f"TXT {MAIL}")
    cli(*APPLY)
    shown = cli("dkim-status", "--env", "prod", "--json").json

    assert planned["action"] == "blocked"
    assert reason in planned["obstacles"][0]["what"]
    told = shown["environments"][0]["verification"]["verdicts"]
    assert any(reason in one["cause"] for one in told)
    advised = planned["obstacles"][0]["way_out"].removeprefix("make it ").partition(",")[0]
    assert any(f"make it {advised}" in one["fix"] for one in told)
    put(local, env, record(MAIL, "TXT", txt_record(advised)), verb="UPSERT")
    assert change(cli(*PLAN), "mail-from", f"TXT {MAIL}")["action"] == "unchanged"
