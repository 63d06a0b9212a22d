"""`dns`: the records to publish in every form, and what DNS makes of them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import dns.rdatatype
import dns.zone
import pytest

from ses_provision.errors import CannotReachAws
from ses_provision.outside.reading import Ask, Outcome
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.folders import EXTERNAL, HOSTED, Bench, bench, publish


@pytest.fixture
def outside(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with external DNS, applied; nothing is published yet."""
    made = bench(cli, tmp_path / "config", ext=EXTERNAL)
    return made.prepare("apply", "--env", "ext", "--yes")


def records(made: Bench) -> list[dict[str, Any]]:
    """The records that the command says."""
    found: list[dict[str, Any]] = made("dns", "--format", "json").json["environments"][0]["records"]
    return found


def verdicts(made: Bench) -> dict[str, str]:
    """What `--check` says of each record, by type and first label."""
    check = made("dns", "--check", "--json").json["environments"][0]["check"]
    return {
        f"{one['type']} {one['name'].split('.')[0][:6]}": one["verdict"] for one in check["records"]
    }


def test_every_record_is_there_once_with_its_full_name_and_its_name_in_the_zone(
    outside: Bench,
) -> None:
    found = records(outside)

    assert [one["type"] for one in found] == ["CNAME", "CNAME", "CNAME", "MX", "TXT", "TXT"]
    for one in found:
        assert one["name"] == f"{one['name_in_zone']}.example.com"
        assert one["ttl"] == 300
        assert one["purpose"]
    assert found[3]["value"] == "10 feedback-smtp.eu-central-1.amazonses.com"
    assert [one["priority"] for one in found] == [None, None, None, 10, None, None]
    assert found[3]["content"] == "feedback-smtp.eu-central-1.amazonses.com"
    assert all(one["content"] == one["value"] for one in found if one["type"] != "MX")
    assert found[5]["value"] == "v=DMARC1; p=none; rua=mailto:dmarc@example.com"


@pytest.mark.parametrize("columns", ["20", "80", "140"])
@pytest.mark.parametrize("output_format", ["table", "csv", "bind", "cloudflare", "markdown"])
def test_no_format_wraps_a_name_or_a_value_however_narrow_the_terminal(
    outside: Bench, monkeypatch: pytest.MonkeyPatch, columns: str, output_format: str
) -> None:
    found = records(outside)
    monkeypatch.setenv("COLUMNS", columns)

    shown = outside("dns", "--format", output_format).stdout

    for one in found:
        assert any(one["name"] in line for line in shown.splitlines())
        assert any(one["content"] in line for line in shown.splitlines())


def test_in_the_table_what_is_copied_ends_its_line(outside: Bench) -> None:
    lines = outside("dns").stdout.splitlines()

    for one in records(outside):
        assert f"  name     {one['name']}" in lines
        assert f"  in zone  {one['name_in_zone']}" in lines
        assert f"  value    {one['content']}" in lines


def test_the_priority_of_the_mail_exchanger_stands_apart_for_panels_that_ask_for_it(
    outside: Bench,
) -> None:
    host = "feedback-smtp.eu-central-1.amazonses.com"

    table = outside("dns").stdout
    [row] = [
        one for one in outside("dns", "--format", "markdown").stdout.splitlines() if host in one
    ]

    assert f"  priority 10\n  value    {host}\n" in table
    assert table.count("  priority ") == 1
    assert f" | 10 | `{host}` | 300 | " in row


def test_csv_reads_back_as_the_same_records(outside: Bench) -> None:
    rows = list(csv.DictReader(io.StringIO(outside("dns", "--format", "csv").stdout)))

    assert [
        {**row, "ttl": int(row["ttl"]), "priority": int(row["priority"] or 0) or None}
        for row in rows
    ] == records(outside)


@pytest.mark.parametrize("output_format", ["bind", "cloudflare"])
def test_zone_text_means_the_same_records_to_a_parser_of_master_files(
    outside: Bench, output_format: str
) -> None:
    text = outside("dns", "--format", output_format).stdout

    zone = dns.zone.from_text(text, origin="example.com.", relativize=False, check_origin=False)

    parsed = {
        (str(name).rstrip("."), dns.rdatatype.to_text(data.rdtype), data.ttl, value.to_text())
        for name, data in zone.iterate_rdatasets()
        for value in data
    }
    assert parsed == {
        (
            one["name"],
            one["type"],
            one["ttl"],
            f'"{one["value"]}"' if one["type"] == "TXT" else f"{one['value']}.",
        )
        for one in records(outside)
    }


def test_cloudflare_is_told_not_to_proxy_the_keys(outside: Bench) -> None:
    lines = outside("dns", "--format", "cloudflare").stdout.splitlines()

    unproxied = [line for line in lines if line.endswith(" ; cf_tags=cf-proxied:false")]
    assert len(unproxied) == 3
    assert all(" IN CNAME " in line for line in unproxied)


def test_a_table_cell_of_markdown_is_one_line(outside: Bench) -> None:
    rows = [
        line
        for line in outside("dns", "--format", "markdown").stdout.splitlines()
        if line.startswith("| ")
    ]

    assert len(rows) == 1 + 6
    assert all(row.count("|") == 8 for row in rows)


def test_before_the_identity_exists_the_keys_are_said_to_be_missing_and_nothing_is_invented(
    cli: Cli, tmp_path: Path
) -> None:
    fresh = bench(cli, tmp_path / "config", ext=EXTERNAL)

    shown = fresh("dns", "--format", "bind")
    checked = fresh("dns", "--check")

    assert shown.status == 0
    assert "CNAME" not in shown.stdout
    assert "SES issues the DKIM tokens when it creates the identity" in shown.stderr
    assert checked.status == 1
    assert "ses-provision apply --env ext" in checked.stderr


def test_the_records_of_a_hosted_zone_are_shown_relative_to_it(cli: Cli, tmp_path: Path) -> None:
    hosted = bench(cli, tmp_path / "config", prod=HOSTED)

    assert {one["name_in_zone"] for one in records(hosted)} == {"mail", "_dmarc"}


def test_nothing_published_is_missing_and_exits_with_3(outside: Bench) -> None:
    checked = outside("dns", "--check")

    assert checked.status == 3
    assert set(verdicts(outside).values()) == {"missing"}
    assert "DNS: 0 of 6 records are right." in checked.stdout


def test_all_published_is_right_and_exits_with_0(outside: Bench) -> None:
    publish(outside.local, records(outside))

    checked = outside("dns", "--check")

    assert checked.status == 0
    assert "DNS: all 6 records are right." in checked.stdout


def test_a_wrong_value_is_shown_beside_the_wanted_one(outside: Bench) -> None:
    found = records(outside)
    publish(outside.local, found)
    outside.local.declare_dns(found[0]["name"], "CNAME", ["old.dkim.amazonses.com"])

    checked = outside("dns", "--check")

    assert checked.status == 3
    assert f"    wanted   {found[0]['value']}" in checked.stdout.splitlines()
    assert "    found    old.dkim.amazonses.com" in checked.stdout.splitlines()
    assert "DNS: 5 of 6 records are right." in checked.stdout


def test_a_name_that_the_panel_doubled_is_recognised(outside: Bench) -> None:
    found = records(outside)
    publish(outside.local, [{**one, "name": f"{one['name']}.example.com"} for one in found])

    checked = outside("dns", "--check")

    assert set(verdicts(outside).values()) == {"doubled domain"}
    assert f"{found[3]['name']}.example.com" in checked.stdout
    assert "give it the name within the zone" in checked.stdout


@pytest.mark.parametrize(
    ("record_type", "values", "verdict"),
    [
        ("MX", ["10 mx.example.com"], "wrong"),
        (
            "MX",
            ["10 feedback-smtp.eu-central-1.amazonses.com", "20 mx.example.com"],
            "wrong",
        ),
        ("TXT", ["v=spf1 include:other.example ~all"], "wrong"),
        ("TXT", ["v=spf1 include:amazonses.com ~all", "v=spf1 -all"], "wrong"),
        ("TXT", ["v=spf1 include:amazonses.com -all", "something else"], "right"),
        ("TXT", ["something else"], "missing"),
    ],
)
def test_what_stands_at_the_mail_from_name_is_judged_by_what_receivers_make_of_it(
    outside: Bench, record_type: str, values: list[str], verdict: str
) -> None:
    publish(outside.local, records(outside))
    outside.local.declare_dns("mail.dev.example.com", record_type, values)

    assert verdicts(outside)[f"{record_type} mail"] == verdict


def test_a_dmarc_record_of_the_domain_above_serves(outside: Bench) -> None:
    outside.local.declare_dns("_dmarc.example.com", "TXT", ["v=DMARC1; p=reject"])

    checked = outside("dns", "--check")

    assert verdicts(outside)["TXT _dmarc"] == "right"
    assert "inherited from example.com" in checked.stdout


def test_a_stricter_dmarc_record_may_stay(outside: Bench) -> None:
    outside.local.declare_dns("_dmarc.dev.example.com", "TXT", ["v=DMARC1; p=reject"])

    checked = outside("dns", "--check")

    assert verdicts(outside)["TXT _dmarc"] == "right"
    assert "yours serves as well, and may stay" in checked.stdout


def test_the_record_of_an_older_set_up_is_named_and_left_alone(outside: Bench) -> None:
    outside.local.declare_dns("_amazonses.dev.example.com", "TXT", ["JL93rU+LZPRheY0b8rO2"])

    checked = outside("dns", "--check")

    assert "_amazonses.dev.example.com is there from the first SES API" in checked.stdout
    assert "it is left alone" in checked.stdout


class Silent(InProcess):
    """A world in which DNS does not answer."""

    def resolve(self, asked: Ask) -> Outcome:
        """Time out."""
        return CannotReachAws("DNS could not be asked: LifetimeTimeout")


def test_silence_of_dns_is_not_taken_for_absence(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", Silent, ext=EXTERNAL)
    made("apply", "--env", "ext", "--yes")

    assert set(verdicts(made).values()) == {"could not ask"}


class Publishing(InProcess):
    """A world in which somebody publishes the records after some minutes."""

    pending: list[dict[str, Any]]

    def sleep(self, seconds: float) -> None:
        """Let time pass; then the records are there."""
        super().sleep(seconds)
        publish(self.local, self.pending)


def test_waiting_ends_when_all_records_are_right(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", Publishing, ext=EXTERNAL)
    made("apply", "--env", "ext", "--yes")
    assert isinstance(made.world, Publishing)
    made.world.pending = records(made)

    waited = made("dns", "--wait")

    assert waited.status == 0
    assert "waiting for ext" in waited.stderr
    assert "DNS: all 6 records are right." in waited.stdout


def test_waiting_in_vain_ends_with_75_and_shows_where_it_stands(outside: Bench) -> None:
    waited = outside("dns", "--wait", "--timeout", "1")

    assert waited.status == 75
    assert "DNS: 0 of 6 records are right." in waited.stdout


def test_a_check_goes_with_formats_for_people_and_json_only(outside: Bench) -> None:
    refused = outside("dns", "--check", "--format", "bind")

    assert refused.status == 64
    assert "--format table or json" in refused.stderr


def test_a_resolver_is_an_address(outside: Bench) -> None:
    assert outside("dns", "--check", "--resolver", "not an address").status == 64


def test_several_environments_share_one_zone_text_without_saying_a_record_twice(
    cli: Cli, tmp_path: Path
) -> None:
    second = EXTERNAL.replace("eu-central-1", "eu-west-1") + '[mail_from]\nsubdomain = "mail-ie"\n'
    made = bench(cli, tmp_path / "config", ext=EXTERNAL, ext2=second)
    made("apply", "--all", "--yes")

    lines = made("dns", "--format", "bind").stdout.splitlines()

    assert len(lines) == len(set(lines))
    assert sum(" IN CNAME " in line for line in lines) == 6
    assert sum("_dmarc" in line for line in lines) == 1


def test_the_json_of_a_check_has_both_values(outside: Bench) -> None:
    outside.local.declare_dns("mail.dev.example.com", "MX", ["10 mx.example.com"])

    document = json.loads(outside("dns", "--check", "--json").stdout)

    [mx] = [one for one in document["environments"][0]["check"]["records"] if one["type"] == "MX"]
    assert document["ok"] is False
    assert mx["wanted"] == "10 feedback-smtp.eu-central-1.amazonses.com"
    assert mx["found"] == ["10 mx.example.com"]


def test_a_cname_at_the_mail_from_name_is_wrong_for_all_that_should_stand_there(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)
    made("apply", "--env", "prod", "--yes", "--skip", "mail-from")
    record = {
        "Name": "mail.example.com",
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": "elsewhere.example.com"}],
    }
    [zone] = made.local.route53.zones("111122223333")
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    batch = {"HostedZoneId": zone.id, "ChangeBatch": changes}
    made.local.call("111122223333", "us-east-1", "route53", "ChangeResourceRecordSets", batch)

    checked = made("dns", "--check")

    assert verdicts(made)["MX mail"] == "wrong"
    assert verdicts(made)["TXT mail"] == "wrong"
    assert "    found    CNAME elsewhere.example.com" in checked.stdout.splitlines()
