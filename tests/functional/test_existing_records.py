"""What stands in the zone already: adopted, merged, mended in the open, or blocked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.local.contract import AwsError
from ses_provision.worlds.in_process import InProcess
from tests.conftest import CONFIG, Cli
from tests.functional.existing import APPLY, PLAN, at, change, changes, identity, put, record, zone

MAIL = "mail.starlightpractice.com"
DMARC = "_dmarc.starlightpractice.com"
MX = "10 feedback-smtp.us-east-2.amazonses.com"
SPF = '"v=spf1 include:amazonses.com ~all"'
OURS = "v=DMARC1; p=none; rua=mailto:ops@starlightpractice.com"


WEIGHTED = {"SetIdentifier": "a", "Weight": 1}
ALIAS = {
    "AliasTarget": {
        "HostedZoneId": "Z3AADJGX6KTTL2",
        "DNSName": "other.starlightpractice.com.",
        "EvaluateTargetHealth": False,
    }
}
IN_THE_WAY = {
    "an MX of somebody else": (record(MAIL, "MX", "10 mx.example.net."), "10 mx.example.net"),
    "several MX": (record(MAIL, "MX", MX, "20 mx.example.net."), "20 mx.example.net"),
    "a CNAME": (record(MAIL, "CNAME", "mail.example.net."), f"CNAME {MAIL} → mail.example.net"),
    "another SPF": (record(MAIL, "TXT", '"v=spf1 mx -all"'), "v=spf1 mx -all"),
    "two SPF, ours among them": (record(MAIL, "TXT", SPF, '"v=spf1 -all"'), "v=spf1 -all"),
    "a weighted MX": (record(MAIL, "MX", MX, **WEIGHTED), f"MX {MAIL}"),
    "a weighted TXT": (record(MAIL, "TXT", SPF, **WEIGHTED), f"TXT {MAIL}"),
    "an alias MX": (record(MAIL, "MX", **ALIAS), "alias other.starlightpractice.com"),
}


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_what_is_somebody_elses_blocks_the_step_until_it_is_taken_over(
    case: str, cli: Cli, local: LocalAws, env: Environment
) -> None:
    theirs, value = IN_THE_WAY[case]
    put(local, env, record("other.starlightpractice.com", "MX", "1 x."), theirs)

    planned, applied = cli(*PLAN), cli(*APPLY)

    blocked = [one for one in changes(planned, "mail-from") if one["action"] == "blocked"]
    [obstacle] = {item["what"]: item for one in blocked for item in one["obstacles"]}.values()
    assert planned.status == applied.status == 1
    assert value in obstacle["what"]
    assert obstacle["way_out"]
    assert value in applied.stdout
    before = [one for one in zone(local, env) if one["Name"].rstrip(".") == MAIL]
    assert len(before) == 1, "nothing of the step was written"
    assert at(local, env, DMARC, "TXT"), "the other steps were"
    assert cli(*APPLY, "--take-over", "mail-from").status == 0
    assert at(local, env, MAIL, "MX") == [MX]
    assert at(local, env, MAIL, "TXT") == [SPF]
    assert cli("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_strings_of_other_kinds_at_our_name_stay_beside_ours(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    long = '"' + "a" * 255 + '" "' + "b" * 100 + '"'
    put(local, env, record(MAIL, "TXT", '"site-verification=1"', long))

    assert cli(*APPLY).status == 0

    assert sorted(at(local, env, MAIL, "TXT")) == sorted(['"site-verification=1"', long, SPF])
    assert cli(*APPLY).writes == []


@pytest.mark.parametrize(
    "theirs",
    [
        record(f"{MAIL.upper()}.", "MX", "10 Feedback-SMTP.us-east-2.AmazonSES.com."),
        record(f"{MAIL}.", "TXT", '"v=spf1 include:" "amazonses.com ~all"'),
        record(f"{DMARC}.", "TXT", f'"{OURS}"'),
    ],
)
def test_what_is_right_in_other_letters_is_adopted_silently(
    theirs: dict[str, Any], cli: Cli, local: LocalAws, env: Environment
) -> None:
    put(local, env, theirs)

    planned = cli(*PLAN)

    label = f"{theirs['Type']} {theirs['Name'].rstrip('.').lower()}"
    step = "dmarc" if "dmarc" in label else "mail-from"
    assert change(planned, step, label)["action"] == "unchanged"
    assert cli(*APPLY).status == 0
    assert [one for one in zone(local, env) if one["Type"] == theirs["Type"]]


def test_an_ses_set_up_of_another_region_is_shown_old_to_new_and_replaced(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    put(local, env, record(MAIL, "MX", "10 feedback-smtp.eu-west-1.amazonses.com"))

    shown = change(cli(*PLAN), "mail-from", f"MX {MAIL}")

    assert shown["action"] == "update"
    assert shown["differences"] == [
        {"field": "values", "old": ["10 feedback-smtp.eu-west-1.amazonses.com"], "new": [MX]}
    ]
    assert cli(*APPLY).status == 0
    assert at(local, env, MAIL, "MX") == [MX]


def test_a_dkim_record_with_another_target_is_shown_old_to_new_and_mended(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    token, *_ = identity(local, env)
    name = f"{token}._domainkey.{env.domain}"
    put(local, env, record(name, "CNAME", "elsewhere.example.net."))

    shown = change(cli(*PLAN), "dkim", f"CNAME {name}")

    [difference] = shown["differences"]
    assert difference["old"] == ["elsewhere.example.net"]
    assert cli(*APPLY).status == 0
    assert at(local, env, name, "CNAME") == [f"{token}.dkim.amazonses.com"]


DMARC_CASES = {
    "stricter": ('"v=DMARC1; p=reject; rua=mailto:x@example.net"', "unchanged"),
    "equal with other tags": (f'"{OURS}; adkim=s"', "unchanged"),
    "weaker has nothing below none": ('"v=DMARC1; p=none"', "blocked"),
    "other reports": ('"v=DMARC1; p=none; rua=mailto:x@example.net"', "blocked"),
    "malformed": ('"v=DMARC1; p=maybe"', "blocked"),
}


@pytest.mark.parametrize("case", DMARC_CASES)
def test_a_dmarc_record_is_never_weakened_and_never_guessed_at(
    case: str, cli: Cli, local: LocalAws, env: Environment
) -> None:
    theirs, action = DMARC_CASES[case]
    put(local, env, record(DMARC, "TXT", theirs))

    planned, applied = cli(*PLAN), cli(*APPLY)

    assert change(planned, "dmarc", "TXT")["action"] == action
    assert applied.status == (1 if action == "blocked" else 0)
    assert at(local, env, DMARC, "TXT") == [theirs]
    assert cli(*APPLY, "--take-over", "dmarc").status == 0
    kept = theirs if action == "unchanged" else f'"{OURS}"'
    assert at(local, env, DMARC, "TXT") == [kept]


def test_two_dmarc_records_are_blocked_and_become_one_when_taken_over(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    put(local, env, record(DMARC, "TXT", f'"{OURS}"', '"v=DMARC1; p=reject"'))

    assert change(cli(*PLAN), "dmarc", "TXT")["action"] == "blocked"
    assert cli(*APPLY, "--take-over", "dmarc").status == 0
    assert at(local, env, DMARC, "TXT") == [f'"{OURS}"']


def shipped(tmp_path: Path, name: str, old: str, new: str) -> str:
    """The folder of a shipped environment with one change."""
    text = (CONFIG / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / f"{name}.toml").write_text(text.replace(old, new), encoding="utf-8")
    return str(tmp_path)


def test_a_weaker_dmarc_record_with_the_same_reports_is_strengthened(
    cli: Cli, local: LocalAws, env: Environment, tmp_path: Path
) -> None:
    folder = shipped(tmp_path, "prod", 'policy = "none"', 'policy = "quarantine"')
    put(local, env, record(DMARC, "TXT", f'"{OURS}"'))

    assert change(cli(*PLAN, "--config-dir", folder), "dmarc", "TXT")["action"] == "update"
    assert cli(*APPLY, "--config-dir", folder).status == 0
    assert at(local, env, DMARC, "TXT") == [f'"{OURS.replace("none", "quarantine")}"']
    # And going back to the shipped file does not weaken it.
    assert cli(*APPLY).writes == []


def test_a_dmarc_record_that_is_inherited_serves(
    cli: Cli, local: LocalAws, environments: list[Environment], tmp_path: Path
) -> None:
    staging = environments[1]
    cli(*APPLY)
    folder = shipped(tmp_path, "staging", "[sender]", '[dmarc]\npolicy = "none"\n[sender]')

    shown = cli("plan", "--env", "staging", "--verbose", "--config-dir", folder)

    assert shown.status == 0
    assert "inherited from starlightpractice.com" in shown.stdout
    cli("apply", "--env", "staging", "--yes", "--config-dir", folder)
    assert not [one for one in zone(local, staging) if one["Name"].startswith("_dmarc")]


def test_a_record_that_route_53_protects_stops_the_step_and_says_so(
    cli: Cli, local: LocalAws, env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli(*APPLY)
    [mx] = [one for one in zone(local, env) if one["Type"] == "MX"]
    put(local, env, {**mx, "TTL": 60}, verb="UPSERT")
    serve = local.route53.handle

    def protecting(caller: Any, operation: str, params: Any) -> Any:
        if operation == "ChangeResourceRecordSets":
            raise AwsError("InvalidChangeBatch", "[The record set mail is protected.]")
        return serve(caller, operation, params)

    monkeypatch.setattr(local.route53, "handle", protecting)

    stopped = cli(*APPLY)

    assert stopped.status == 1
    assert "Stopped in step mail-from" in stopped.stderr
    assert "is protected" in stopped.stderr
    assert len(stopped.writes) <= 2, "it is not tried for ever"


def test_records_of_thousands_are_asked_for_in_few_calls_and_found(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    for parent in (env.domain, MAIL):
        put(local, env, *(record(f"h{n}.{parent}", "A", "192.0.2.1") for n in range(990)))
    assert cli(*APPLY).status == 0
    put(local, env, record(f"*.{env.domain}", "CNAME", "wild.example.net."))
    put(local, env, record(f"_domainkey.{env.domain}", "TXT", '"o=~"'))

    settled = cli("plan", "--env", "prod", "--detailed-exitcode")

    assert settled.status == 0, settled.stdout
    lists = [call for call in settled.calls if call.operation == "ListResourceRecordSets"]
    assert len(lists) <= 12
    [mx] = [one for one in zone(local, env) if one["Type"] == "MX"]
    put(local, env, mx, verb="DELETE")
    planned = cli(*PLAN)
    missing = [one["label"] for one in changes(planned, "mail-from") if one["action"] == "create"]
    assert missing == [f"MX {MAIL} → {MX}"]


def test_a_delegated_child_takes_our_names_out_of_the_zone(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    put(local, env, record(MAIL, "NS", "ns1.example.net.", "ns2.example.net."))

    planned, applied = cli(*PLAN), cli(*APPLY, "--take-over", "mail-from")

    [obstacle, *_] = change(planned, "mail-from", "MX")["obstacles"]
    assert "the name is in another zone" in obstacle["what"]
    assert obstacle["can_be_taken_over"] is False
    assert applied.status == 1
    assert at(local, env, MAIL, "MX") == []


def without_zone_id(env: Environment, world: InProcess, tmp_path: Any) -> str:
    """The folder of an environment file that names no hosted zone."""
    del world
    text = f"""
    account_id = "{env.account_id}"
    region = "{env.region}"
    domain = "{env.domain}"
    [configuration_set]
    name = "{env.configuration_set.name}"
    """
    (tmp_path / "prod.toml").write_text(text, encoding="utf-8")
    return str(tmp_path)


def test_two_public_zones_of_one_name_are_ambiguous_and_a_private_one_is_not_seen(
    cli: Cli, local: LocalAws, env: Environment, world: InProcess, tmp_path: Any
) -> None:
    folder = without_zone_id(env, world, tmp_path)
    local.seed(env.account_id, private_zones=[("ZPRIVATE", env.domain)])
    assert cli("plan", "--env", "prod", "--config-dir", folder).status == 0
    local.seed(env.account_id, zones=[("ZSECOND", env.domain)])

    refused = cli("apply", "--env", "prod", "--yes", "--config-dir", folder)

    assert refused.status == 1
    assert refused.writes == []
    assert "2 public hosted zones" in refused.stderr
    assert "ZSECOND" in refused.stderr
    assert "dns.zone_id" in refused.stderr


def test_a_private_zone_alone_is_no_zone(
    cli: Cli, local: LocalAws, env: Environment, world: InProcess, tmp_path: Any
) -> None:
    text = without_zone_id(env.model_copy(update={"domain": "only.example"}), world, tmp_path)
    local.seed(env.account_id, private_zones=[("ZPRIVATE", "only.example")])

    refused = cli("plan", "--env", "prod", "--config-dir", text)

    assert refused.status == 1
    assert "has no public hosted zone for only.example" in refused.stderr


def test_apex_records_are_never_touched(cli: Cli, local: LocalAws, env: Environment) -> None:
    theirs = [
        record(env.domain, "TXT", '"v=spf1 include:_spf.google.com -all"', '"other"'),
        record(env.domain, "MX", "1 smtp.google.com."),
    ]
    put(local, env, *theirs)
    before = [one for one in zone(local, env) if one["Name"].rstrip(".") == env.domain]

    assert cli(*APPLY, "--take-over", "mail-from", "--take-over", "dmarc").status == 0

    after = [one for one in zone(local, env) if one["Name"].rstrip(".") == env.domain]
    assert after == before
