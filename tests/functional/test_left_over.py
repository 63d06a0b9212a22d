"""What a changed file leaves behind: shown by a plan, and gone after a prune as if never made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench, write

ACCOUNT, REGION = "111122223333", "eu-central-1"
MAILED = '[events]\nemails = ["ops@example.com"]\n'
OTHER_SET = HOSTED.replace('name = "example"', 'name = "other"')
TWO_REGIONS = '[alarms]\nregions = ["eu-central-1", "us-east-1"]\n'
PAUSING = "[alarms]\nper_configuration_set = true\npause = true\n"

ROWS = {
    "an alarm region less": (MAILED + TWO_REGIONS, MAILED),
    "an alarm region less, with a topic of its own": (
        f'{MAILED}{TWO_REGIONS}topic = "alarms"\n',
        f'{MAILED}[alarms]\ntopic = "alarms"\n',
    ),
    "alarms get a topic of their own": (
        MAILED + TWO_REGIONS,
        f'{MAILED}{TWO_REGIONS}topic = "alarms"\n',
    ),
    "alarms lose their topic": (
        f'{MAILED}{TWO_REGIONS}topic = "alarms"\n',
        MAILED + TWO_REGIONS,
    ),
    "another event topic": (f'{MAILED}topic = "former"\n', MAILED),
    "other alarms": (f'{MAILED}[alarms]\nbounce_name = "former"\n', MAILED),
    "no alarms of the set": (f"{MAILED}[alarms]\nper_configuration_set = true\n", MAILED),
    "alarms that pause no more": (f"{MAILED}{PAUSING}", MAILED),
    "another function that pauses": (f'{MAILED}{PAUSING}pause_function = "x"\n', MAILED + PAUSING),
    "another MAIL FROM domain": (f'{MAILED}[mail_from]\nsubdomain = "former"\n', MAILED),
    "another alarm region": (
        MAILED + TWO_REGIONS,
        MAILED + TWO_REGIONS.replace("us-east-1", "eu-west-1"),
    ),
    "another sender": (f'{MAILED}[sender]\naddress = "former@example.com"\n', MAILED),
}

CHANGES = {name: (HOSTED + before, HOSTED + after) for name, (before, after) in ROWS.items()} | {
    "another configuration set": (
        HOSTED + MAILED,
        OTHER_SET + MAILED,
    ),
    "another configuration set, and an alarm region less": (
        HOSTED + MAILED + TWO_REGIONS,
        OTHER_SET + MAILED,
    ),
}


@pytest.fixture(params=CHANGES)
def changed(request: pytest.FixtureRequest, cli: Cli, tmp_path: Path) -> Bench:
    """An account that was set up by another file than the one that is there now."""
    before, after = CHANGES[request.param]
    made = bench(cli, tmp_path / "config", prod=before)
    made.prepare("apply", "--env", "prod", "--yes")
    (made.folder / "prod.toml").write_text(after, encoding="utf-8")
    return made


def standing(made: Bench) -> dict[str, Any]:
    """What stands, without what a set of things forgets only with time."""
    snapshot = made.local.snapshot(ACCOUNT)
    return {service: snapshot[service] for service in ("sns", "cloudwatch", "route53")}


def test_after_a_prune_an_account_is_as_if_it_had_never_been_otherwise(
    changed: Bench, cli: Cli, tmp_path: Path
) -> None:
    file = (changed.folder / "prod.toml").read_text(encoding="utf-8")
    never = bench(cli, tmp_path / "never", prod=file)
    assert never("apply", "--env", "prod", "--yes").status == 0

    pruned = changed("apply", "--env", "prod", "--yes", "--prune")

    assert pruned.status == 0, pruned.stderr
    assert standing(changed) == standing(never)
    again = changed("plan", "--env", "prod", "--detailed-exitcode", "--json")
    assert again.status == 0, again.stderr
    assert again.json["environments"][0]["plan"]["left_over"] == []


def test_without_a_prune_what_is_left_over_stays_and_is_shown(changed: Bench) -> None:
    shown = changed("plan", "--env", "prod", "--json").json["environments"][0]["plan"]["left_over"]

    applied = changed("apply", "--env", "prod", "--yes", "--json")

    assert applied.status == 0, applied.stderr
    assert not any(call.operation.startswith(("Delete", "Unsubscribe")) for call in applied.writes)
    assert shown
    assert [one["because"] for one in shown] == [[] for _ in shown]
    later = changed("plan", "--env", "prod", "--detailed-exitcode", "--json")
    assert later.status == 0, "what was changed is settled"
    assert later.json["environments"][0]["plan"]["left_over"] == shown, "nothing is forgotten"


def test_the_users_that_a_set_names_are_not_forgotten_with_its_name(
    cli: Cli, tmp_path: Path
) -> None:
    user = '[[smtp_users]]\nname = "program"\n'
    made = bench(cli, tmp_path / "config", prod=HOSTED + user)
    assert made("apply", "--env", "prod", "--yes").status == 0
    (made.folder / "prod.toml").write_text(OTHER_SET, encoding="utf-8")
    assert made("apply", "--env", "prod", "--yes").status == 0

    pruned = made("apply", "--env", "prod", "--yes", "--prune")

    assert pruned.status == 0, pruned.stderr
    assert {"DeleteConfigurationSet", "DeleteUser"} <= {call.operation for call in pruned.writes}


def mailing_from(name: str) -> str:
    """A file with this MAIL FROM domain."""
    return f'{HOSTED}{MAILED}[mail_from]\nsubdomain = "{name}"\n'


def left_over(made: Bench) -> dict[str, list[str]]:
    """What a plan shows as left over, each with why it stays."""
    [planned] = made("plan", "--env", "prod", "--json").json["environments"]
    return {one["label"].partition(" →")[0]: one["because"] for one in planned["plan"]["left_over"]}


def names(made: Bench) -> set[tuple[str, str]]:
    """Types and names of the records in the zone."""
    found = made.local.call(
        ACCOUNT, REGION, "route53", "ListResourceRecordSets", {"HostedZoneId": zone_id(made)}
    )
    return {(one["Type"], one["Name"].rstrip(".")) for one in found["ResourceRecordSets"]}


def zone_id(made: Bench) -> str:
    """The hosted zone."""
    [zone] = made.local.call(ACCOUNT, REGION, "route53", "ListHostedZones", {})["HostedZones"]
    return str(zone["Id"])


def test_records_of_all_former_mail_from_domains_are_remembered_until_they_go(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=mailing_from("a"))
    for name in ("a", "b", "c"):
        write(made.folder, prod=mailing_from(name))
        assert made("apply", "--env", "prod", "--yes").status == 0
    former = {(kind, f"{name}.example.com") for kind in ("MX", "TXT") for name in "ab"}
    assert set(left_over(made)) == {f"{kind} {name}" for kind, name in former}

    pruned = made("apply", "--env", "prod", "--yes", "--prune")

    assert pruned.status == 0, pruned.stderr
    assert names(made) & former == set()
    assert ("MX", "c.example.com") in names(made)
    assert left_over(made) == {}
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_a_former_mail_from_domain_that_is_somebodys_again_stays(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=mailing_from("a"))
    assert made("apply", "--env", "prod", "--yes").status == 0
    write(made.folder, prod=mailing_from("b"))
    assert made("apply", "--env", "prod", "--yes").status == 0
    other = mailing_from("a").replace("eu-central-1", "eu-west-1").replace('"example"', '"other"')
    write(made.folder, west=other)
    theirs = {"Name": "a.example.com", "Type": "TXT", "TTL": 60}
    value = {
        "ResourceRecords": [{"Value": '"v=spf1 include:amazonses.com ~all"'}, {"Value": '"x"'}]
    }
    change = {"Action": "UPSERT", "ResourceRecordSet": theirs | value}
    batch = {"HostedZoneId": zone_id(made), "ChangeBatch": {"Changes": [change]}}

    claimed = left_over(made)
    kept = made("apply", "--env", "prod", "--yes", "--prune")
    (made.folder / "west.toml").unlink()
    made.local.call(ACCOUNT, REGION, "route53", "ChangeResourceRecordSets", batch)
    pruned = made("apply", "--env", "prod", "--yes", "--prune")

    assert list(claimed) == ["MX a.example.com", "TXT a.example.com"]
    assert all("west" in " ".join(why) for why in claimed.values()), claimed
    assert not any(call.operation == "ChangeResourceRecordSets" for call in kept.writes)
    assert pruned.status == 0, pruned.stderr
    assert ("TXT", "a.example.com") in names(made), "another string stands beside ours"
    assert ("MX", "a.example.com") not in names(made)


def test_the_mail_from_domain_that_was_there_before_us_is_not_ours_to_remember(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=mailing_from("b"))
    identity = {"EmailIdentity": "example.com"}
    made.local.call(ACCOUNT, REGION, "sesv2", "CreateEmailIdentity", identity)
    before = identity | {"MailFromDomain": "a.example.com"}
    made.local.call(ACCOUNT, REGION, "sesv2", "PutEmailIdentityMailFromAttributes", before)

    applied = made("apply", "--env", "prod", "--yes")

    assert applied.status == 0, applied.stderr
    held = made.local.call(
        ACCOUNT, REGION, "sesv2", "GetConfigurationSet", {"ConfigurationSetName": "example"}
    )
    assert "MailFrom" not in {one["Key"] for one in held["Tags"]}
    assert left_over(made) == {}


def test_what_an_environment_of_another_project_made_stays_though_both_are_called_alike(
    cli: Cli, tmp_path: Path
) -> None:
    theirs = 'project = "Theirs"\n' + HOSTED + MAILED + '[[smtp_users]]\nname = "program"\n'
    ours = (
        'project = "Ours"\n'
        + OTHER_SET.replace("example.com", "example.org")
        + '[events]\ntopic = "ours"\n[alarms]\nbounce_name = "high"\ncomplaint_name = "bad"\n'
    )
    made = bench(cli, tmp_path / "theirs", prod=theirs, zone=ours)
    (made.folder / "zone.toml").unlink()
    assert made("apply", "--env", "prod", "--yes").status == 0
    beside = Bench(cli, write(tmp_path / "ours", prod=ours), made.world)

    pruned = beside("apply", "--env", "prod", "--yes", "--prune", "--json")

    assert pruned.status == 0, pruned.stderr
    [planned] = pruned.json["environments"]
    shown = {one["label"]: one["because"] for one in planned["plan"]["left_over"]}
    assert (
        "its tag Project is Theirs, and the file says Ours (project)"
        in (shown["configuration set example"])
    )
    assert not any(call.operation.startswith(("Delete", "Unsub")) for call in pruned.writes)
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_a_destroy_says_before_what_is_left_over_and_would_not_be_found_again(
    cli: Cli, tmp_path: Path
) -> None:
    user = '[[smtp_users]]\nname = "program"\n'
    made = bench(cli, tmp_path / "config", prod=HOSTED + MAILED + TWO_REGIONS + user)
    assert made("apply", "--env", "prod", "--yes").status == 0
    (made.folder / "prod.toml").write_text(HOSTED + MAILED, encoding="utf-8")
    destroy = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod", "--json")

    shown = made("destroy", "--env", "prod")
    pruned = made("apply", "--env", "prod", "--yes", "--prune")
    destroyed = made(*destroy)

    [warning] = [line for line in shown.stdout.splitlines() if "Left over" in line]
    for left in ("IAM user program", "alarm ses-bounce-rate-prod in us-east-1", "topic"):
        assert left in warning
    assert "ses-provision apply --env prod --prune" in warning
    assert pruned.status == 0, pruned.stderr
    assert destroyed.status == 0, destroyed.stderr
    assert not any(
        "Left over" in one for one in (destroyed.json["environments"][0]["destroy"]["warnings"])
    )
    assert {"sns", "cloudwatch"}.isdisjoint(made.local.snapshot(ACCOUNT))


def test_a_role_whose_function_is_gone_is_found_by_the_log(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED + PAUSING)
    assert made("apply", "--env", "prod", "--yes").status == 0
    gone = {"FunctionName": "ses-pause-prod"}
    made.local.call(ACCOUNT, REGION, "lambda", "DeleteFunction", gone)
    write(made.folder, prod=HOSTED + PAUSING.replace("pause = true", "pause = false"))

    pruned = made("apply", "--env", "prod", "--yes", "--prune")

    assert "deleted IAM role ses-pause-prod" in pruned.stdout
    assert "Left over" not in made("plan", "--env", "prod").stdout
