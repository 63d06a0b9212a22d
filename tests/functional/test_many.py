"""One domain in several regions and accounts; several environments in one run."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from ses_provision.engine.model import Found
from ses_provision.local.ses.errors import bad_request
from ses_provision.local.ses.identities import Identities
from ses_provision.resources.ses import EmailIdentity
from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench

DUBLIN = """
account_id = "111122223333"
region = "eu-west-1"
domain = "example.com"
[configuration_set]
name = "example"
[mail_from]
subdomain = "mail-eu-west-1"
[dmarc]
reports_to = ["dmarc@example.com"]
"""
REPLICA = f'{DUBLIN}\n[dkim]\nreplica_of = "eu-central-1"\n'
ZONE = "example.com"
OF_ZONE = {"EmailIdentity": ZONE}


def refused(*_: object) -> None:
    """SES does not take the origin of a key again."""
    raise bad_request("The signing attributes origin of a replica cannot be put.")


@pytest.fixture
def two_regions(cli: Cli, tmp_path: Path) -> Bench:
    """One domain in Frankfurt and in Dublin, in one account and one zone."""
    return bench(cli, tmp_path / "config", prod=HOSTED, dublin=DUBLIN)


def names(made: Bench, record_type: str) -> list[str]:
    """The names in the zone that have a record of a type."""
    [zone] = made.local.route53.zones("111122223333")
    listed = made.local.call(
        "111122223333", "us-east-1", "route53", "ListResourceRecordSets", {"HostedZoneId": zone.id}
    )
    return sorted(
        one["Name"].rstrip(".")
        for one in listed["ResourceRecordSets"]
        if one["Type"] == record_type
    )


def test_two_identities_of_a_domain_live_side_by_side_in_its_zone(two_regions: Bench) -> None:
    applied = two_regions("apply", "--all", "--yes")

    assert applied.status == 0
    assert len(names(two_regions, "CNAME")) == 6
    assert names(two_regions, "MX") == ["mail-eu-west-1.example.com", "mail.example.com"]
    assert [name for name in names(two_regions, "TXT") if "_dmarc" in name] == [
        "_dmarc.example.com"
    ]
    assert two_regions("plan", "--detailed-exitcode").status == 0


def test_both_regions_verify_the_domain_and_send(two_regions: Bench) -> None:
    two_regions("apply", "--all", "--yes")

    waited = two_regions("dkim-status", "--wait", "--no-dns")
    rows = two_regions("status", "--json").json["environments"]

    assert waited.status == 0
    assert [row["status"]["verified"] for row in rows] == ["SUCCESS", "SUCCESS"]
    assert [row["status"]["region"] for row in rows] == ["eu-west-1", "eu-central-1"]


def test_a_replica_signs_with_the_keys_of_its_parent_and_adds_no_records(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED, dublin=REPLICA)

    applied = made("apply", "--all", "--yes")

    assert applied.status == 0
    assert len(names(made, "CNAME")) == 3
    identity = made.local.call(
        "111122223333", "eu-west-1", "sesv2", "GetEmailIdentity", {"EmailIdentity": ZONE}
    )
    assert identity["DkimAttributes"]["SigningAttributesOrigin"] == "AWS_SES_EU_CENTRAL_1"
    assert made("plan", "--detailed-exitcode").status == 0


def test_a_parent_is_applied_before_its_replica_whatever_their_names(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", zulu=HOSTED, alpha=REPLICA)

    planned = made("plan", "--json").json

    assert [one["environment"] for one in planned["environments"]] == ["zulu", "alpha"]


def test_a_reader_may_ask_what_a_neighbour_needs_of_what_is_left_over(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED + '[events]\ntopic = "former"\n')
    (made.folder / "dublin.toml").write_text(REPLICA, encoding="utf-8")
    made("apply", "--env", "prod", "--yes")
    (made.folder / "prod.toml").write_text(HOSTED, encoding="utf-8")

    planned = made("plan", "--env", "prod", "--json")
    printed = made("permissions", "--env", "prod", "--read-only", "--json").stdout

    assert planned.json["environments"][0]["plan"]["left_over"]
    asked = {call.operation for call in planned.calls if call.region == "eu-west-1"}
    assert asked == {"GetEmailIdentity"}, "nothing but what names a neighbour's things"
    assert "arn:aws:ses:eu-west-1:111122223333:identity/example.com" in printed


def test_an_identity_with_keys_of_its_own_cannot_become_a_replica(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED, dublin=DUBLIN)
    made("apply", "--all", "--yes")
    (made.folder / "dublin.toml").write_text(REPLICA, encoding="utf-8")

    planned = made("plan", "--env", "dublin")

    assert planned.status == 1
    assert "an identity that exists cannot become a replica" in planned.stdout
    assert "leave dkim.replica_of out, or delete the identity" in planned.stdout
    refused = made("apply", "--env", "dublin", "--yes", "--take-over", "identity")
    assert "PutEmailIdentityDkimSigningAttributes" not in [c.operation for c in refused.writes]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (REPLICA.replace('replica_of = "eu-central-1"', 'replica_of = "eu-west-1"'), "another"),
        (f'{REPLICA}key_length = "RSA_2048_BIT"\n', "key_length: a replica has the key"),
    ],
)
def test_a_replica_names_another_region_and_no_key_length(
    cli: Cli, tmp_path: Path, text: str, complaint: str
) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "dublin.toml").write_text(text, encoding="utf-8")

    refused = cli("validate", "--config-dir", str(folder))

    assert refused.status == 1
    assert complaint in refused.stderr


def test_a_run_over_several_environments_ends_with_a_line_for_each(two_regions: Bench) -> None:
    applied = two_regions("apply", "--all", "--yes").stdout
    again = two_regions("apply", "--env", "prod", "--env", "dublin", "--yes").stdout

    assert "  + dublin  15 changed" in applied.splitlines()
    assert "  + prod    14 changed" in applied.splitlines(), "the other DMARC record serves both"
    assert [line for line in again.splitlines() if "nothing to do, " in line]
    assert again.index("= dublin") < again.index("= prod")


def test_one_failing_environment_is_named_in_the_summary_and_stops_no_other(
    two_regions: Bench,
) -> None:
    blocked = DUBLIN.replace('region = "eu-west-1"', 'region = "eu-west-1"\n[dns]\nzone_id = "ZNO"')
    blocked = blocked.replace('domain = "example.com"\n', "").replace(
        'account_id = "111122223333"', 'account_id = "111122223333"\ndomain = "example.com"'
    )
    (two_regions.folder / "dublin.toml").write_text(blocked, encoding="utf-8")

    planned = two_regions("plan")

    assert planned.status == 1
    lines = planned.stdout.splitlines()
    assert any(line.startswith("  ! dublin  failed: ") for line in lines)
    assert any(line.startswith("  + prod    12 to create") for line in lines)


def test_status_tells_rates_once_for_an_account_and_a_line_for_each_environment(
    two_regions: Bench,
) -> None:
    two_regions("apply", "--all", "--yes")
    two_regions("dkim-status", "--wait", "--no-dns")
    two_regions.local.call(
        "111122223333",
        "eu-central-1",
        "sesv2",
        "SendEmail",
        {
            "FromEmailAddress": "notifications@example.com",
            "Destination": {"ToAddresses": ["success@simulator.amazonses.com"]},
            "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}}},
        },
    )
    two_regions.local.clock.advance(60)

    shown = two_regions("status", "--no-dns").stdout.splitlines()
    rows = {
        one["environment"]: one["status"]
        for one in two_regions("status", "--no-dns", "--json").json["environments"]
    }
    checklist = two_regions("checklist", "--no-dns", "--env", "prod", "--json").json

    assert [line.split()[0] for line in shown if line] == [
        "domain", "account", "in", "dublin", "account", "in", "prod"
    ]  # fmt: skip
    *_, frankfurt, rates, prod = shown
    assert frankfurt == "account 111122223333  eu-central-1"
    assert rates == "  in the sandbox, sending on, bounces 0.00%, complaints 0.00%"
    assert prod.split()[:5] == ["prod", "example.com", "yes", "yes", "yes"]
    assert "bounces none yet" in shown[2]
    assert rows["prod"]["bounce_rate"] == 0.0
    assert rows["dublin"]["bounce_rate"] is None
    assert rows["prod"]["open_items"] == checklist["environments"][0]["checklist"]["open"]


@pytest.mark.parametrize("columns", ["40", "60", "80", "140"])
def test_status_fits_the_terminal(
    two_regions: Bench, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("FORCE_COLOR", "1")

    shown = re.sub(r"\x1b\[[\d;]*m", "", two_regions("status", "--no-dns").stdout).splitlines()

    assert max(map(len, shown)) <= int(columns)
    assert sum(line.startswith("account ") for line in shown) == 2


def test_status_says_what_aws_refused_and_still_shows_the_others(two_regions: Bench) -> None:
    two_regions.local.fault("deny", "sesv2:GetAccount", times=None)

    shown = two_regions("status", "--no-dns")

    assert shown.status == 1
    assert "ses:GetAccount" in shown.stdout
    assert shown.stdout.splitlines()[2].split() == ["dublin", "example.com", "?", "?", "?", "?"]


def test_a_paused_account_is_shown_as_paused(two_regions: Bench) -> None:
    two_regions("apply", "--all", "--yes")
    two_regions.local.pause_sending("111122223333", "eu-central-1")
    two_regions.local.set_enforcement("111122223333", "eu-west-1", "PROBATION")

    shown = two_regions("status", "--no-dns").stdout.splitlines()

    assert "sending on probation" in shown[2]
    assert "sending paused" in shown[6]


def test_the_change_to_a_replica_names_the_parent_where_the_api_wants_it() -> None:
    wanted = EmailIdentity(
        arn="arn:aws:ses:eu-west-1:111122223333:identity/example.com",
        configuration_set="example",
        dkim_origin="AWS_SES_EU_CENTRAL_1",
        dkim_key_length=None,
        dkim_signing=True,
        feedback_forwarding=True,
        tags={},
    )

    [create, *_] = wanted.writes(Found(None))
    [put] = wanted.writes(Found(replace(wanted, dkim_origin="AWS_SES")))

    # SESv2 model, DkimSigningAttributes: the member is for creating only.
    assert create.params["DkimSigningAttributes"] == {
        "DomainSigningAttributesOrigin": "AWS_SES_EU_CENTRAL_1"
    }
    assert put.params == {
        "EmailIdentity": "example.com",
        "SigningAttributesOrigin": "AWS_SES_EU_CENTRAL_1",
    }


def test_the_operator_of_a_replica_may_take_the_key_from_its_parent_and_from_nowhere_else(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED, dublin=REPLICA)
    action = "ses:ReplicateEmailIdentityDKIMSigningKey"

    policy = json.loads(made("permissions", "--env", "dublin").stdout)
    [statement] = [one for one in policy["Statement"] if action in one["Action"]]

    assert statement["Resource"] == ["arn:aws:ses:eu-central-1:111122223333:identity/example.com"]
    for arguments in (("--env", "prod"), ("--env", "dublin", "--read-only")):
        assert action not in made("permissions", *arguments).stdout


def unpublish(made: Bench, gone: list[str]) -> None:
    """Take records out of the zone."""
    [zone] = made.local.route53.zones("111122223333")
    at = {"HostedZoneId": zone.id}
    route53 = ("111122223333", "us-east-1", "route53")
    listed = made.local.call(*route53, "ListResourceRecordSets", at)["ResourceRecordSets"]
    deletions = [
        {"Action": "DELETE", "ResourceRecordSet": one}
        for one in listed
        if one["Name"].rstrip(".") in gone
    ]
    batch = {"Changes": deletions}
    made.local.call(*route53, "ChangeResourceRecordSets", {**at, "ChangeBatch": batch})


def test_where_ses_refuses_to_look_again_for_a_replica_the_advice_leads_out(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Identities, "put_dkim_signing", refused)
    made = bench(cli, tmp_path / "config", prod=HOSTED, dublin=REPLICA)
    made("apply", "--all", "--yes", "--wait")
    kept = names(made, "CNAME")
    unpublish(made, kept)
    made("dkim-status", "--env", "dublin")
    made.local.clock.advance(4 * 24 * 3600.0)
    made("dkim-status", "--env", "dublin")
    assert made("apply", "--env", "prod", "--yes").status == 0

    answer = " ".join(made("dkim-status", "--env", "dublin", "--restart", "--yes").stderr.split())

    assert "key_length" not in answer
    assert "aws sesv2 delete-email-identity --email-identity example.com --region eu-west-1" in (
        answer
    )
    made.local.call("111122223333", "eu-west-1", "sesv2", "DeleteEmailIdentity", OF_ZONE)
    assert "ses-provision apply --env dublin" in answer
    assert made("apply", "--env", "dublin", "--yes", "--wait").status == 0
    assert made("dkim-status", "--env", "dublin", "--exit-code").status == 0
    assert names(made, "CNAME") == kept
