"""Environments whose DNS is not in their account: external, or Route 53 of another account."""

from pathlib import Path
from typing import Any

import pytest

from ses_provision.cli.app import run
from ses_provision.local import LocalAws
from ses_provision.local.server import serving
from tests.conftest import Cli, Result
from tests.functional.folders import EXTERNAL, HOSTED, Bench, bench, publish, write

DNS_ACCOUNT = "999988887777"
ROLE = f"arn:aws:iam::{DNS_ACCOUNT}:role/dns"


def services(result: Result) -> set[str]:
    """The services that were called."""
    return {call.service for call in result.calls}


@pytest.fixture
def outside(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with external DNS."""
    return bench(cli, tmp_path / "config", ext=EXTERNAL)


def records(made: Bench) -> list[dict[str, Any]]:
    """The records that the command says."""
    found: list[dict[str, Any]] = made("dns", "--format", "json").json["environments"][0]["records"]
    return found


def test_the_plan_says_how_many_records_are_to_be_published_and_where_to_see_them(
    outside: Bench,
) -> None:
    planned = outside("plan")

    command = f"ses-provision dns --env ext --config-dir {outside.folder}"
    said = f"6 records to publish at your DNS provider: {command}"
    assert said in planned.stdout.splitlines()
    assert "external DNS" in planned.stdout.splitlines()[0]


def test_apply_does_everything_else_and_a_second_one_does_nothing(outside: Bench) -> None:
    first = outside("apply", "--env", "ext", "--yes")
    second = outside("apply", "--env", "ext", "--yes")

    assert first.status == 0
    assert {call.operation for call in first.writes} >= {
        "CreateConfigurationSet",
        "CreateEmailIdentity",
        "PutEmailIdentityMailFromAttributes",
        "CreateTopic",
        "CreateConfigurationSetEventDestination",
        "PutMetricAlarm",
    }
    assert second.writes == []
    assert "Plan: nothing to do" in second.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan",),
        ("apply", "--env", "ext", "--yes"),
        ("dns",),
        ("dns", "--check"),
        ("dkim-status",),
        ("checklist",),
        ("status",),
        ("explain", "dkim", "--env", "ext"),
    ],
)
def test_no_command_looks_for_a_hosted_zone(outside: Bench, arguments: tuple[str, ...]) -> None:
    outside("apply", "--env", "ext", "--yes")

    assert "route53" not in services(outside(*arguments))


def test_published_records_verify_the_domain(outside: Bench) -> None:
    outside("apply", "--env", "ext", "--yes")
    before = outside("dkim-status", "--exit-code")
    publish(outside.local, records(outside))

    after = outside("dkim-status", "--wait", "--exit-code")

    assert before.status == 3
    assert after.status == 0
    assert "hosted zone" not in before.stdout


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ('provider = "external"\nzone_id = "Z1"', 'dns: zone_id: only with provider = "route53"'),
        ('provider = "external"\nprofile = "dns"', 'dns: profile: only with provider = "route53"'),
        (
            'zone = "example.com"',
            'dns: zone: only with provider = "external" or "rfc2136" or "cloudflare"',
        ),
        ('provider = "external"\nzone = "example.org"', "does not hold example.com"),
        ('provider = "hetzner"', "dns.provider"),
        ('assume_role_arn = "dns"', "the ARN of an IAM role"),
    ],
)
def test_settings_of_dns_that_contradict_each_other_are_mistakes(
    cli: Cli, tmp_path: Path, settings: str, complaint: str
) -> None:
    folder = write(tmp_path / "config", prod=f"{HOSTED}\n[dns]\n{settings}\n")

    refused = cli("plan", "--config-dir", str(folder))

    assert refused.status == 1
    assert complaint in refused.stderr
    assert refused.calls == []


def test_a_role_in_the_account_of_the_zone_gets_the_records_written_there(
    cli: Cli, tmp_path: Path
) -> None:
    text = f'{HOSTED}\n[dns]\nassume_role_arn = "{ROLE}"\n'
    made = bench(cli, tmp_path / "config", prod=text)

    applied = made("apply", "--env", "prod", "--yes")

    assert applied.status == 0
    assert {c.account for c in applied.calls if c.service == "route53"} == {DNS_ACCOUNT}
    assert {c.account for c in applied.calls if c.service != "route53"} == {"111122223333"}
    assert ROLE in applied.stdout.splitlines()[0]
    assert made("plan", "--detailed-exitcode").status == 0
    made("dkim-status", "--wait")
    [row] = made("status", "--json").json["environments"]
    assert row["status"]["verified"] == "SUCCESS", "DNS is one for all accounts"


@pytest.fixture
def two_accounts(local: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    """AWS over HTTP with profiles `main` and `dns`, and the hosted zone in the account of `dns`."""
    credentials = tmp_path / "credentials"
    credentials.write_text(
        "".join(
            f"[{name}]\naws_access_key_id = LOCAL000{account}\naws_secret_access_key = local\n"
            for name, account in {"main": "111122223333", "dns": DNS_ACCOUNT}.items()
        ),
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    local.seed(DNS_ACCOUNT, zones=[("ZDNS", "example.com")])
    return local


@pytest.mark.parametrize("setting", ['profile = "dns"', f'assume_role_arn = "{ROLE}"'])
def test_profile_and_role_for_the_zone_work_with_ordinary_credentials(
    two_accounts: LocalAws,
    tmp_path: Path,
    setting: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = HOSTED.replace('region = "', 'profile = "main"\nregion = "', 1) + f"\n[dns]\n{setting}\n"
    folder = write(tmp_path / "config", prod=text)
    with serving(two_accounts) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address.url)
        status = run(["plan", "--config-dir", str(folder)])

    asked = {(call.service, call.account) for call in two_accounts.journal}
    assert status == 0, capsys.readouterr().err
    assert ("route53", DNS_ACCOUNT) in asked
    assert ("sesv2", "111122223333") in asked
    assert ("route53", "111122223333") not in asked


def test_a_zone_that_is_nowhere_names_the_account_that_was_looked_at(
    cli: Cli, tmp_path: Path, local: LocalAws
) -> None:
    text = f'{HOSTED}\n[dns]\nassume_role_arn = "{ROLE}"\n'
    folder = write(tmp_path / "config", prod=text)

    planned = cli("plan", "--config-dir", str(folder))

    assert planned.status == 1
    assert f"Account {DNS_ACCOUNT} (dns.assume_role_arn) has no public hosted zone" in (
        planned.stderr
    )
    assert 'dns.provider = "external"' in planned.stderr
