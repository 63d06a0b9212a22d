"""Options of the configuration set: each only where the file says it, and none costs another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.folders import EXTERNAL, HOSTED, Bench, bench, publish, write

ACCOUNT, REGION = "111122223333", "eu-central-1"
PLAN = ("plan", "--env", "prod", "--json")
APPLY = ("apply", "--env", "prod", "--yes")
VERIFIED = ("dkim-status", "--env", "prod", "--wait", "--no-dns")
ARCHIVE = f"arn:aws:ses:{REGION}:{ACCOUNT}:mailmanager-archive/a-{'0' * 24}"
CLICK = "https://click.example.com/"
PAGE = {"status": 200, "type": "text/html", "url": CLICK, "body": b""}
SECURE = (
    'tracking_domain = "click.example.com"\ntracking_https = "REQUIRE"\n'
    'tracking_target = "d1.cloudfront.net"\n'
)


def options(*lines: str, base: str = HOSTED) -> str:
    """An environment whose set has options."""
    return base.replace('name = "example"', "\n".join(['name = "example"', *lines]))


EVERY = options(
    "max_delivery_seconds = 3600",
    'pool = "theirs"',
    'tracking_domain = "click.example.com"',
    f'archive_arn = "{ARCHIVE}"',
)


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment that is verified, without options; somebody has made a pool."""
    found = bench(cli, tmp_path / "config", prod=HOSTED)
    ses(found, "CreateDedicatedIpPool", PoolName="theirs")
    assert found(*APPLY).status == 0
    assert found(*VERIFIED).status == 0
    return found


def ses(made: Bench, operation: str, **params: Any) -> Any:
    """Ask SES past the command line."""
    return made.local.call(ACCOUNT, REGION, "sesv2", operation, params)


def held(made: Bench) -> dict[str, Any]:
    """The options of the set, without its tags."""
    found = ses(made, "GetConfigurationSet", ConfigurationSetName="example")
    return {name: value for name, value in found.items() if name.endswith("Options")}


def planned(made: Bench, step: str) -> list[dict[str, Any]]:
    """What the plan says of a step."""
    [report] = made(*PLAN).json["environments"]
    return [
        change for each in report["plan"]["steps"] if each["id"] == step
        for change in each["changes"]
    ]  # fmt: skip


def test_every_option_is_put_beside_what_stands_and_a_second_apply_writes_nothing(
    made: Bench,
) -> None:
    before = held(made)
    write(made.folder, prod=EVERY)

    assert made(*APPLY).status == 0

    assert held(made) == {
        **before,
        "DeliveryOptions": {
            "TlsPolicy": "REQUIRE", "MaxDeliverySeconds": 3600, "SendingPoolName": "theirs",
        },
        "TrackingOptions": {"CustomRedirectDomain": "click.example.com", "HttpsPolicy": "OPTIONAL"},
        "ArchivingOptions": {"ArchiveArn": ARCHIVE},
    }  # fmt: skip
    assert made(*APPLY).writes == []


@pytest.mark.parametrize("line", [
    'tls_policy = "OPTIONAL"', "max_delivery_seconds = 300", 'pool = "ses-shared-pool"',
])  # fmt: skip
def test_one_option_of_a_block_is_changed_and_the_others_stay(made: Bench, line: str) -> None:
    write(made.folder, prod=EVERY)
    made(*APPLY)
    delivery = held(made)["DeliveryOptions"]
    name, _, value = line.partition(" = ")
    changed = {"tls_policy": "TlsPolicy", "max_delivery_seconds": "MaxDeliverySeconds",
               "pool": "SendingPoolName"}[name]  # fmt: skip
    write(made.folder, prod=options(line))

    applied = made(*APPLY)

    assert len(applied.writes) == 1
    wanted = int(value) if value.isdecimal() else value.strip('"')
    assert held(made)["DeliveryOptions"] == {**delivery, changed: wanted}


def test_what_the_file_says_no_more_stays_as_it_is(made: Bench) -> None:
    write(made.folder, prod=EVERY)
    made(*APPLY)
    before = held(made)
    write(made.folder, prod=HOSTED)

    applied = made(*APPLY)

    assert (applied.status, applied.writes) == (0, [])
    assert held(made) == before


def test_a_set_is_created_with_its_patience_in_one_call(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=options("max_delivery_seconds = 3600"))

    applied = made(*APPLY)

    assert held(made)["DeliveryOptions"]["MaxDeliverySeconds"] == 3600
    assert "PutConfigurationSetDeliveryOptions" not in [call.operation for call in applied.writes]


def test_the_record_comes_first_and_the_redirect_domain_once_the_domain_is_verified(
    cli: Cli, tmp_path: Path
) -> None:
    text = options('tracking_domain = "click.example.com"')
    made = bench(cli, tmp_path / "config", prod=text)

    applied = made(*APPLY)

    assert applied.status == 0
    assert "example uses it once SES has verified example.com: apply again then" in applied.stdout
    assert "use the redirect domain:  ses-provision apply --env prod" in applied.stdout
    assert "TrackingOptions" not in held(made)
    assert judged(made) == "waiting"
    assert made.local.route53.lookup(ACCOUNT, "click.example.com", "CNAME") == [
        f"r.{REGION}.awstrack.me"
    ]
    made(*VERIFIED)
    assert made(*APPLY).status == 0
    assert held(made)["TrackingOptions"]["CustomRedirectDomain"] == "click.example.com"


def judged(made: Bench) -> str:
    """Where the item on tracked links stands."""
    ran = made("checklist", "--env", "prod", "--only", "tracking", "--json")
    [topic] = ran.json["environments"][0]["checklist"]["topics"]
    return str(topic["findings"][0]["status"])


@pytest.mark.parametrize(
    ("status", "why"),
    [(None, "could not be fetched: nothing is served there"), (503, "answers 503")],
)
def test_the_https_policy_is_put_once_somebody_answers(
    made: Bench, status: int | None, why: str
) -> None:
    write(made.folder, prod=options(SECURE))
    if status:
        made.local.pages[CLICK] = {**PAGE, "status": status}

    refused = made(*APPLY)

    assert refused.status == 1
    assert f"https://click.example.com/ {why}" in refused.stdout
    assert "1 thing is in the way" in refused.stderr
    assert "TrackingOptions" not in held(made)
    assert made.local.route53.lookup(ACCOUNT, "click.example.com", "CNAME") == ["d1.cloudfront.net"]
    made.local.pages[CLICK] = PAGE
    assert made(*APPLY).status == 0
    assert held(made)["TrackingOptions"]["HttpsPolicy"] == "REQUIRE"
    assert judged(made) == "done"
    del made.local.pages[CLICK]
    assert judged(made) == "action"
    assert made(*APPLY).status == 0, "what stands is not asked for again"


def test_a_policy_is_neither_taken_along_to_another_domain_nor_lost(made: Bench) -> None:
    write(made.folder, prod=options(SECURE))
    made.local.pages[CLICK] = PAGE
    made(*APPLY)
    write(made.folder, prod=options('tracking_domain = "go.example.com"'))

    refused = made(*APPLY)

    assert refused.status == 1
    assert "use HTTPS (REQUIRE) at another redirect domain" in refused.stdout
    assert held(made)["TrackingOptions"]["CustomRedirectDomain"] == "click.example.com"
    said = options('tracking_domain = "go.example.com"\ntracking_https = "OPTIONAL"')
    write(made.folder, prod=said)
    assert made(*APPLY).status == 0
    assert held(made)["TrackingOptions"] == {
        "CustomRedirectDomain": "go.example.com",
        "HttpsPolicy": "OPTIONAL",
    }


def test_with_dns_elsewhere_the_redirect_domain_waits_until_dns_shows_its_record(
    cli: Cli, tmp_path: Path
) -> None:
    text = options('tracking_domain = "click.dev.example.com"', base=EXTERNAL)
    made = bench(cli, tmp_path / "config", prod=text)
    made(*APPLY)
    [report] = made("dns", "--env", "prod", "--json").json["environments"]
    click = [one for one in report["records"] if one["name"].startswith("click.")]
    publish(made.local, [one for one in report["records"] if one not in click])
    made(*VERIFIED)

    refused = made(*APPLY)

    assert refused.status == 1
    assert "DNS does not show CNAME click.dev.example.com" in refused.stdout
    assert "TrackingOptions" not in held(made)
    publish(made.local, click)
    assert made(*APPLY).status == 0
    assert held(made)["TrackingOptions"]["CustomRedirectDomain"] == "click.dev.example.com"


def test_a_missing_record_of_the_redirect_domain_is_no_reason_why_ses_waits(made: Bench) -> None:
    write(made.folder, prod=options('tracking_domain = "click.example.com"'))

    said = made("dkim-status", "--env", "prod").stdout

    assert "click.example.com" in said
    assert "SES still says SUCCESS" not in said


def test_what_stands_at_the_name_of_the_redirect_domain_is_never_replaced_unasked(
    made: Bench,
) -> None:
    zone = next(iter(made.local.route53.zones(ACCOUNT)))
    record = {
        "Name": "click.example.com", "Type": "A", "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    }  # fmt: skip
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    params = {"HostedZoneId": zone.id, "ChangeBatch": batch}
    made.local.call(ACCOUNT, REGION, "route53", "ChangeResourceRecordSets", params)
    write(made.folder, prod=options('tracking_domain = "click.example.com"'))

    [record_change, domain] = planned(made, "tracking")

    assert record_change["action"] == "blocked"
    assert made(*APPLY).status == 1
    assert domain["action"] == "create"
    assert "TrackingOptions" not in held(made), "links would lead to 192.0.2.1"


def test_an_export_has_the_options_as_they_stand(made: Bench) -> None:
    write(made.folder, prod=EVERY)
    made(*APPLY)

    terraform = made("export", "--env", "prod").stdout
    cloudformation = made("export", "--env", "prod", "--format", "cloudformation", "--json").json

    for argument in ('custom_redirect_domain = "click.example.com"', "sending_pool_name", "3600"):
        assert argument in " ".join(terraform.split())
    [found] = [
        one["Properties"]
        for one in cloudformation["environments"][0]["template"]["Resources"].values()
        if one["Type"] == "AWS::SES::ConfigurationSet"
    ]
    assert found["ArchivingOptions"] == {"ArchiveArn": ARCHIVE}
    assert found["TrackingOptions"]["CustomRedirectDomain"] == "click.example.com"
    assert found["DeliveryOptions"]["SendingPoolName"] == "theirs"
