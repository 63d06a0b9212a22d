"""An environment whose zone is at Cloudflare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ses_provision.local.cloudflare import Token
from ses_provision.local.cloudflare_zone import Row
from tests.conftest import Cli, Result
from tests.functional.folders import AT_CLOUDFLARE, Bench, bench

APPLY = ("apply", "--env", "prod", "--yes")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
WRITE = "cloudflare:BatchRecords"
THEIRS: dict[str, Any] = {"comment": "theirs", "tags": ["team:web"]}
TEXTS = (
    r'"a\\b"',
    r'"say \"hi\"; semi"',
    '"part one " "part two"',
    f'"{"x" * 255}" "{"y" * 60}"',
    '"café"',
    r'"caf\195\169 \255"',
    '""',
)
"""Strings of others that some way of writing DNS is known to spoil."""


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """The environment, with records of others around it, at our names too."""
    found = bench(cli, tmp_path / "config", prod=AT_CLOUDFLARE)
    put = found.local.cloudflare.put
    put("mail.example.com", "TXT", 3600, *TEXTS, **THEIRS)
    put("example.com", "MX", 1, "10 Mx.Example.NET.", **THEIRS)
    put("example.com", "A", 1, "192.0.2.1", proxied=True, **THEIRS)
    put("www.example.com", "CNAME", 1, "example.com", proxied=True, **THEIRS)
    put("*.example.com", "TXT", 60, '"v=spf1 -all"', '"v=DMARC1; p=reject"')
    return found


def rows(made: Bench) -> list[Row]:
    """Every record with its id, TTL, comment and tags."""
    return made.local.cloudflare.zone("example.com").rows()


def at(made: Bench, name: str, kind: str) -> list[Row]:
    """The records of a name and type."""
    return [row for row in rows(made) if (row["name"], row["type"]) == (name, kind)]


def keys(made: Bench) -> list[str]:
    """The names of our DKIM records."""
    return [row["name"] for row in rows(made) if row["content"].endswith(".dkim.amazonses.com")]


def batches(result: Result) -> list[Any]:
    """The changes of the zone that a command line made."""
    return [call for call in result.calls if call.operation == "BatchRecords"]


def planned(made: Bench) -> dict[str, str]:
    """What a plan would do, by label."""
    [report] = made("plan", "--json").json["environments"]
    changes = [change for step in report["plan"]["steps"] for change in step["changes"]]
    return {one["label"]: one["action"] for one in changes if one["action"] != "unchanged"}


def test_a_whole_life_leaves_every_record_of_others_as_it_is(made: Bench) -> None:
    before = rows(made)

    first, second = made(*APPLY), made(*APPLY)
    between = rows(made)
    settled = made("plan", "--detailed-exitcode")
    destroyed, again = made(*DESTROY), made(*DESTROY)

    assert (first.status, second.status, destroyed.status, again.status) == (0, 0, 0, 0)
    assert [call.error for call in batches(first)] == [None] * 3, "DKIM, MAIL FROM, DMARC"
    assert (second.writes, settled.status, again.writes) == ([], 0, [])
    assert [row for row in before if row not in between] == []
    ours = [row for row in between if row not in before]
    assert sorted((row["type"], row["ttl"], row["proxied"]) for row in ours) == [
        *[("CNAME", 300, False)] * 3,
        ("MX", 300, False),
        ("TXT", 300, False),
        ("TXT", 3600, False),
    ], "strings of one name have one TTL"
    assert '"v=spf1 include:amazonses.com ~all"' in [row["content"] for row in ours]
    assert rows(made) == before


def test_reading_commands_see_the_zone_and_the_world_and_write_nothing(made: Bench) -> None:
    made(*APPLY)

    waited = made("dkim-status", "--wait", "--exit-code")
    checked = made("dns", "--check")
    listed = made("checklist", "--json").json["environments"][0]["checklist"]["topics"]

    assert (waited.status, checked.status) == (0, 0), waited.stdout + checked.stdout
    found = {one["id"]: one for topic in listed for one in topic["findings"]}
    assert found["SES-DNS-001"]["evidence"] == (
        "example.com is delegated to zone example.com at Cloudflare"
    )
    assert found["SES-DNS-002"]["status"] == "done"
    assert "DNS at Cloudflare" in made("plan").stdout.splitlines()[0]
    for command in (("plan",), ("dkim-status",), ("checklist",), ("dns", "--check"), ("status",)):
        assert made(*command).writes == []


def test_a_plan_that_changes_records_says_what_cannot_be_promised_and_no_other_does(
    made: Bench,
) -> None:
    sentence = "Cloudflare refuses no change for what somebody does at the same moment"

    assert made("plan").stdout.count(sentence) == 1
    made(*APPLY)
    assert sentence not in made("plan").stdout


def another(kind: str, ttl: int, *values: str, **more: Any) -> Callable[[Bench], None]:
    """Somebody writes at a name of ours."""

    def spoil(made: Bench) -> None:
        name = {"CNAME": keys(made)[0], "MX": "mail.example.com"}.get(kind, "_dmarc.example.com")
        content = [at(made, name, kind)[0]["content"]] if not values and more else values
        made.local.cloudflare.put(name, kind, ttl, *content, **more)

    return spoil


DRIFT = {
    "a key is proxied": (another("CNAME", 1, proxied=True), "update", "patches"),
    "a key is flattened": (
        another("CNAME", 300, settings={"flatten_cname": True}), "update", "patches",
    ),
    "another TTL": (
        another("MX", 600, "10 feedback-smtp.eu-central-1.amazonses.com"), "update", "patches",
    ),
    "another region": (
        another("MX", 300, "10 feedback-smtp.us-east-1.amazonses.com"), "update", "posts",
    ),
    "a weaker policy": (
        another("TXT", 1, '"v=DMARC1; p=none; rua=mailto:dmarc@example.com"'), "update", "posts",
    ),
    "no policy": (another("TXT", 1), "create", "posts"),
}  # fmt: skip


@pytest.mark.parametrize("name", DRIFT)
def test_drift_is_shown_as_exactly_that_and_mended_as_exactly_that(made: Bench, name: str) -> None:
    spoil, action, _ = DRIFT[name]
    made(*APPLY)
    right = [{**row, "id": ""} for row in rows(made)]
    spoil(made)

    shown = planned(made)
    ids = {row["id"] for row in rows(made)}
    mended = made(*APPLY)

    assert list(shown.values()) == [action]
    assert [f"{call.service}:{call.operation}" for call in mended.writes] == [WRITE]
    after = [{**row, "id": "", "settings": {}} for row in rows(made)]
    assert sorted(after, key=str) == sorted(right, key=str)
    assert (ids == {row["id"] for row in rows(made)}) is (DRIFT[name][2] == "patches")
    assert made("plan", "--detailed-exitcode").status == 0


def test_what_cloudflare_calls_automatic_is_300_seconds(made: Bench) -> None:
    made(*APPLY)
    another("MX", 1, "10 feedback-smtp.eu-central-1.amazonses.com")(made)

    assert planned(made) == {}


@pytest.mark.parametrize(
    ("kind", "value", "step"),
    [("CNAME", "theirs.example.net", "mail-from"), ("MX", "5 mx.example.net", "mail-from")],
)
def test_what_is_in_the_way_is_blocked_and_a_take_over_replaces_it_in_one_batch(
    made: Bench, kind: str, value: str, step: str
) -> None:
    made.local.cloudflare.put("mail.example.com", "TXT", 1)
    made.local.cloudflare.put("mail.example.com", kind, 60, value)
    before = rows(made)

    blocked = made(*APPLY)

    assert blocked.status == 1
    assert value.rpartition(" ")[2] in blocked.stdout
    assert [row for row in before if row not in rows(made)] == []

    taken = made(*APPLY, "--take-over", step)

    assert (taken.status, len(batches(taken))) == (0, 1), "the others stand already"
    [record] = at(made, "mail.example.com", "MX")
    assert record["content"] == "feedback-smtp.eu-central-1.amazonses.com"
    assert at(made, "mail.example.com", "CNAME") == []


def test_a_large_zone_is_asked_name_by_name(made: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ses_provision.outside.providers.cloudflare.AT_ONCE", 3)
    before = rows(made)

    applied = made(*APPLY)

    assert applied.status == 0, applied.stderr
    assert made(*APPLY).writes == []
    assert made(*DESTROY).status == 0
    assert rows(made) == before


def test_a_subdomain_is_written_into_the_zone_above_it(cli: Cli, tmp_path: Path) -> None:
    text = AT_CLOUDFLARE.replace('domain = "example.com"', 'domain = "dev.example.com"')
    zone = text.replace("[dns]", '[dns]\nzone = "example.com"')
    made = bench(cli, tmp_path / "config", prod=zone)

    assert made(*APPLY).status == 0
    assert at(made, "_dmarc.dev.example.com", "TXT")
    (made.folder / "prod.toml").write_text(text, encoding="utf-8")
    lost = made("plan")
    assert lost.status == 1
    assert "The token sees no zone dev.example.com at Cloudflare." in lost.stderr
    assert "dns.zone" in lost.stderr


ACCOUNT = "0123456789abcdef0123456789abcdef"


def test_of_several_accounts_with_the_zone_one_has_to_be_named(made: Bench) -> None:
    made.local.cloudflare.add("example.com", ACCOUNT)

    unsure = made(*APPLY)

    assert (unsure.status, unsure.writes) == (1, [])
    assert "The token sees 2 zones example.com at Cloudflare." in unsure.stderr
    assert f"Account ef: {ACCOUNT} (active)" in unsure.stderr
    text = AT_CLOUDFLARE.replace("[dns]", f'[dns]\naccount = "{ACCOUNT}"')
    (made.folder / "prod.toml").write_text(text, encoding="utf-8")
    assert made(*APPLY).status == 0
    assert len(keys(made)) == 0
    held = made.local.cloudflare.snapshot()[f"{ACCOUNT}/example.com"]
    assert len(held) == 6


@pytest.mark.parametrize("kind", ["secondary", "partial", "internal"])
def test_a_zone_in_which_nobody_would_see_our_records_is_refused(made: Bench, kind: str) -> None:
    made.local.cloudflare.zone("example.com").type = kind

    refused = made(*APPLY)

    assert (refused.status, refused.writes) == (1, [])
    assert "dns.provider" in refused.stderr


REFUSED = {
    "": "token_env or token_keyring",
    'token_env = "A"\ntoken_keyring = "a/b"': "not both",
    'token_env = "A"\nttl = 30': "ttl: must be 60 to 86400 at Cloudflare, not 30",
    'token_env = "A"\nttl = 1': "what it calls automatic is 300",
    'token_env = "A"\nzone_id = "Z1"': 'zone_id: only with provider = "route53"',
    'token_env = "A"\nserver = "ns1.example.com"': 'server: only with provider = "rfc2136"',
    'token_env = "A"\naccount = "x"': "dns.account: must be the id of an account",
}


@pytest.mark.parametrize("settings", REFUSED)
def test_settings_that_do_not_fit_are_mistakes(cli: Cli, tmp_path: Path, settings: str) -> None:
    text = AT_CLOUDFLARE.replace('token_env = "CLOUDFLARE_API_TOKEN"', settings)
    (tmp_path / "prod.toml").write_text(text, encoding="utf-8")

    refused = cli("validate", "--config-dir", str(tmp_path))

    assert refused.status == 1
    assert REFUSED[settings] in refused.stdout + refused.stderr


@pytest.mark.parametrize("setting", ["token_env", "token_keyring", "token", "account"])
@pytest.mark.parametrize("form", ["{0}", "[{0}]", "{{ secret = {0} }}"])
def test_a_token_in_the_file_is_refused_without_repeating_it(
    cli: Cli, tmp_path: Path, setting: str, form: str
) -> None:
    told = form.format('"PLANTEDv7Xk2mQ9-Zz_q3lVdG9wU2VjcmV0S2V5"')
    text = AT_CLOUDFLARE.replace('token_env = "CLOUDFLARE_API_TOKEN"', f"{setting} = {told}")
    (tmp_path / "prod.toml").write_text(text, encoding="utf-8")

    for command in (("validate",), ("plan",), ("validate", "--json")):
        refused = cli(*command, "--config-dir", str(tmp_path))

        assert refused.status == 1
        assert f"dns.{setting}" in refused.stdout + refused.stderr
        assert "PLANTED" not in refused.stdout + refused.stderr


def finding(made: Bench, item: str) -> Any:
    """What the checklist says of an item."""
    topics = made("checklist", "--json").json["environments"][0]["checklist"]["topics"]
    [found] = [one for topic in topics for one in topic["findings"] if one["id"] == item]
    return found


def test_the_checklist_says_what_the_token_may_do_beyond_the_zone(made: Bench) -> None:
    narrow = finding(made, "SES-DNS-003")
    made.local.cloudflare.add("example.org")
    wide = finding(made, "SES-DNS-003")
    made.local.cloudflare.tokens["local"] = Token(
        zones=frozenset({"example.com"}), more=("#waf:edit",)
    )
    beyond = finding(made, "SES-DNS-003")
    made.local.cloudflare.tokens["local"] = Token(edits=False)
    weak = finding(made, "SES-DNS-003")
    made.local.cloudflare.tokens["local"] = Token(is_known=False)

    assert (narrow["status"], wide["status"], beyond["status"]) == ("done", "action", "action")
    assert "sees 1 other zone" in wide["evidence"]
    assert "permissions --env prod --dns" in wide["next_step"]
    assert "has #waf:edit" in beyond["evidence"]
    assert "may read example.com only" in weak["evidence"]
    assert "does not accept the token" in finding(made, "SES-DNS-003")["evidence"]


def test_the_token_that_is_needed_is_said_without_asking_anybody(cli: Cli, tmp_path: Path) -> None:
    below = AT_CLOUDFLARE.replace('domain = "example.com"', 'domain = "dev.example.com"')
    staging = below.replace("[dns]", '[dns]\nzone = "example.com"').replace('"example"', '"dev"')
    made = bench(cli, tmp_path / "config", prod=AT_CLOUDFLARE, staging=staging)

    printed = made("permissions", "--dns")

    assert printed.calls == []
    assert printed.stdout.splitlines() == [
        "A token at Cloudflare (My Profile > API Tokens > Create Custom Token):",
        "  Permissions     Zone > DNS > Edit",
        "                  Zone > Zone > Read",
        "  Zone Resources  Include > Specific zone > example.com",
        "",
        "It may change every record of example.com: Cloudflare narrows no token to names or types.",
        "What ses-provision changes with it:",
        "  TXT     _dmarc.dev.example.com",
        "  TXT     _dmarc.example.com",
        "  CNAME   <token>._domainkey.dev.example.com",
        "  CNAME   <token>._domainkey.example.com",
        "  MX TXT  mail.dev.example.com",
        "  MX TXT  mail.example.com",
    ]
    assert "staging: in the zone example.com of Cloudflare, as above" in printed.stderr
    told = made("permissions", "--env", "prod")
    assert "route53" not in told.stdout
    assert "for the token at Cloudflare: ses-provision permissions --env prod --dns" in told.stderr
    [document] = made("permissions", "--env", "prod", "--json").json["environments"]
    assert document["dns_token"] == printed.stdout.rstrip("\n")


def test_a_key_that_is_flattened_for_the_whole_zone_is_recognised_in_dns(made: Bench) -> None:
    made(*APPLY)
    for name in keys(made):
        [record] = at(made, name, "CNAME")
        target = record["content"]
        made.local.declare_dns(target, "TXT", ["v=DKIM1; p=abc"])
        made.local.cloudflare.put(name, "CNAME", 300, target, settings={"flatten_cname": True})

    checked = made("dns", "--check")

    assert checked.status == 3
    assert "flattens CNAMEs, and SES looks for the CNAME itself" in " ".join(checked.stdout.split())
