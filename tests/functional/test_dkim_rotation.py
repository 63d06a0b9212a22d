"""`dkim rotate` and `dkim tidy`: a new key without a gap, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli, Result
from tests.functional.folders import EXTERNAL, HOSTED, Bench, bench
from tests.functional.test_own_key import (
    ACCOUNT,
    APPLY,
    DOMAIN,
    FIRST,
    OWN,
    PLAN,
    REGION,
    THEIRS,
    VERIFIED,
    findings,
    identity,
    key_records,
    put,
    ses,
    step,
)

PREFIX = FIRST.removesuffix("1")
ROTATE = ("dkim", "rotate", "--env", "prod", "--yes")
TIDY = ("dkim", "tidy", "--env", "prod", "--yes")
DAY = 86_400
PUT = "PutEmailIdentityDkimSigningAttributes"
WAYS = {"renewing": HOSTED + OWN, "going over": HOSTED}


class Killed(BaseException):
    """The process ends here."""


def kill() -> None:
    """End the process."""
    raise Killed


def ready(cli: Cli, folder: Path, way: str) -> Bench:
    """An environment that is verified, and whose key is to be changed."""
    made = bench(cli, folder, prod=WAYS[way])
    assert made(*APPLY).status == 0
    assert made(*VERIFIED).status == 0
    if way == "going over":
        (folder / "prod.toml").write_text(HOSTED + OWN)
    made.local.clock.advance(200 * DAY)
    return made


@pytest.fixture
def verified(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with a key of its own that is 200 days old."""
    return ready(cli, tmp_path / "config", "renewing")


@pytest.fixture
def easy(cli: Cli, tmp_path: Path) -> Bench:
    """An environment that signs with Easy DKIM, and whose file wants a key of its own."""
    return ready(cli, tmp_path / "config", "going over")


def signing(made: Bench) -> dict[str, Any]:
    """What SES says of the key."""
    made.local.clock.advance(120)
    found: dict[str, Any] = identity(made)["DkimAttributes"]
    return found


def insist_on_records(made: Bench) -> None:
    """What signs has its records, whatever was interrupted."""
    assert signing(made)["Status"] == "SUCCESS"


def insist_on_an_end(made: Bench, ended: Result, keys: int) -> None:
    """The rotation is over, nothing is left to do, and one key signs."""
    assert ended.status == 0, ended.stderr
    assert signing(made)["SigningAttributesOrigin"] == "EXTERNAL"
    assert signing(made)["Status"] == "SUCCESS"
    assert made(*PLAN, "--detailed-exitcode").status == 0
    assert len([name for name in key_records(made) if name.startswith(PREFIX)]) <= keys


@pytest.mark.parametrize("way", WAYS)
def test_the_record_is_everywhere_before_ses_gets_the_key(
    cli: Cli, tmp_path: Path, way: str
) -> None:
    made = ready(cli, tmp_path / "config", way)
    seen: list[dict[str, str]] = []
    made.local.fault("kill-after", PUT, action=lambda: seen.append(key_records(made)))

    rotated = made(*ROTATE)

    assert rotated.status == 0
    assert [call.operation for call in rotated.writes] == [
        "TagResource",
        "ChangeResourceRecordSets",
        "TagResource",
        PUT,
        "TagResource",
    ]
    [now] = signing(made)["Tokens"]
    assert now in seen[0]
    assert now == (f"{PREFIX}2" if way == "renewing" else FIRST)
    assert len(seen[0]) == (2 if way == "renewing" else 4)
    assert "is verified, signed and aligned" in rotated.stdout


WRITES = ("TagResource", "ChangeResourceRecordSets", "TagResource", PUT, "TagResource")
MOMENTS = [*(("kill-before", number) for number in range(1, 6)), ("kill-after", 5)]


def killed(made: Bench, kind: str, number: int) -> None:
    """Rotate, and die at a write."""
    nth = WRITES[:number].count(WRITES[number - 1])
    made.local.fault(kind, WRITES[number - 1], number=nth, action=kill)
    with pytest.raises(Killed):
        made(*ROTATE)


def insist_on_healing(made: Bench) -> None:
    """Mail was signed all the time, and the same command makes an end."""
    insist_on_records(made)
    made(*TIDY)
    insist_on_records(made)
    insist_on_an_end(made, made(*ROTATE), keys=3)
    made.local.clock.advance(200 * DAY)
    made(*TIDY)
    insist_on_an_end(made, made(*VERIFIED), keys=1)


@pytest.mark.parametrize("hidden", [False, True], ids=["selector shown", "selector hidden"])
def test_a_kill_at_any_write_leaves_signed_mail_and_is_healed_by_the_same_command(
    verified: Bench, hidden: bool
) -> None:
    verified.local.knobs = replace(verified.local.knobs, hide_own_selector=hidden)
    for kind, number in MOMENTS:
        killed(verified, kind, number)
        insist_on_healing(verified)


@pytest.mark.parametrize("number", [2, 4, 5])
def test_a_kill_while_going_over_is_healed_too(easy: Bench, number: int) -> None:
    killed(easy, "kill-before", number)
    insist_on_healing(easy)


def test_the_same_command_once_more_changes_nothing(verified: Bench) -> None:
    assert verified(*ROTATE).status == 0

    again = verified(*ROTATE)

    assert (again.status, again.writes) == (0, [])
    assert f"signs with {PREFIX}2" in again.stderr
    assert verified(*ROTATE, "--again").status == 0
    assert signing(verified)["Tokens"] == [f"{PREFIX}3"]


def test_a_rotation_that_waits_for_ses_is_gone_on_with(verified: Bench) -> None:
    verified.local.knobs = replace(verified.local.knobs, verify_after=3600)
    assert verified(*ROTATE, "--timeout", "2").status == 75

    finished = verified(*ROTATE, "--timeout", "90")

    assert (finished.status, finished.writes) == (0, [])
    assert signing(verified)["Tokens"] == [f"{PREFIX}2"]


def test_old_records_stay_for_a_week_and_go_then(easy: Bench) -> None:
    before = set(key_records(easy))
    assert easy(*ROTATE).status == 0
    early = easy(*TIDY)
    assert early.writes == []
    assert "more may go from" in early.stderr
    assert set(key_records(easy)) == {*before, FIRST}
    assert easy(*PLAN, "--detailed-exitcode").status == 0
    item = findings(easy)["SES-DKIM-006"]
    assert (item["status"], item["next_step"].partition(" on: ")[0]) == (
        "waiting",
        "from 2027-06-17",
    )

    easy.local.clock.advance(8 * DAY)
    tidied = easy(*TIDY, "--json")

    assert tidied.status == 0
    [report] = tidied.json["environments"]
    assert {one["type"] for one in report["tidied"]["removed"]} == {"CNAME"}
    assert set(key_records(easy)) == {FIRST}
    assert easy(*PLAN, "--detailed-exitcode").status == 0
    assert findings(easy)["SES-DKIM-006"]["status"] == "done"
    assert easy(*TIDY).stdout == "prod: nothing to tidy\n"


def test_tidy_leaves_a_record_that_somebody_changed(verified: Bench) -> None:
    verified(*ROTATE)
    verified.local.clock.advance(8 * DAY)
    old = f"{FIRST}._domainkey.{DOMAIN}"
    zones = verified.local.call(ACCOUNT, "us-east-1", "route53", "ListHostedZones", {})
    changed = {"Name": old, "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"p="'}]}
    verified.local.call(
        ACCOUNT,
        "us-east-1",
        "route53",
        "ChangeResourceRecordSets",
        {
            "HostedZoneId": zones["HostedZones"][0]["Id"],
            "ChangeBatch": {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": changed}]},
        },
    )

    tidied = verified(*TIDY)

    assert f"TXT {old} stays: it is not as it was written here" in tidied.stdout
    assert key_records(verified)[FIRST] == '"p="'


@pytest.mark.parametrize("way", WAYS)
def test_without_mail_from_nothing_is_changed(cli: Cli, tmp_path: Path, way: str) -> None:
    made = ready(cli, tmp_path / "config", way)
    ses(made, "PutEmailIdentityMailFromAttributes", EmailIdentity=DOMAIN)

    refused = made(*ROTATE)

    assert (refused.status, refused.writes) == (1, [])
    assert "only SPF with MAIL FROM carries DMARC" in " ".join(refused.stderr.split())


def test_going_over_is_no_part_of_a_plan_and_the_plan_names_the_command(easy: Bench) -> None:
    planned = easy(*PLAN)
    applied = easy(*APPLY)

    assert planned.status == applied.status == 1
    assert "ses-provision dkim rotate --env prod" in planned.stdout
    assert PUT not in [call.operation for call in applied.writes]


def test_going_back_asks_wants_mail_from_and_leaves_the_old_record_to_tidy(
    verified: Bench,
) -> None:
    (verified.folder / "prod.toml").write_text(HOSTED)
    ses(verified, "PutEmailIdentityMailFromAttributes", EmailIdentity=DOMAIN)
    back = (*APPLY, "--take-over", "identity")
    assert verified(*APPLY).status == verified(*back).status == 1
    assert "nothing else would carry DMARC" in " ".join(verified(*PLAN).stdout.split())
    (verified.folder / "prod.toml").write_text(HOSTED + OWN)
    assert verified(*APPLY).status == 0
    assert verified(*VERIFIED).status == 0
    (verified.folder / "prod.toml").write_text(HOSTED)
    assert verified(*PLAN).status == 1
    assert verified(*back).status == 0
    verified(*APPLY)
    assert verified(*VERIFIED).status == 0
    assert signing(verified)["SigningAttributesOrigin"] == "AWS_SES"
    assert FIRST in key_records(verified)

    verified.local.clock.advance(8 * DAY)
    assert verified(*TIDY).status == 0
    assert FIRST not in key_records(verified)
    assert verified(*PLAN, "--detailed-exitcode").status == 0


def test_somebody_who_is_faster_is_noticed_before_the_switch(verified: Bench) -> None:
    verified.local.fault(
        "kill-after",
        "ChangeResourceRecordSets",
        action=lambda: put(verified, "EXTERNAL", **THEIRS),
    )

    rotated = verified(*ROTATE)

    assert rotated.status == 1
    assert "Somebody else changed the signing key" in " ".join(rotated.stderr.split())
    assert PUT not in [call.operation for call in rotated.writes[1:]][2:]
    assert signing(verified)["Tokens"] == ["theirs"]


class Publishing(InProcess):
    """A world in which a person publishes what is to be published while a command waits."""

    made: Bench

    def sleep(self, seconds: float) -> None:
        """Let time pass; then the records are there."""
        super().sleep(seconds)
        tags = self.local.call(
            ACCOUNT, REGION, "sesv2", "GetEmailIdentity", {"EmailIdentity": "dev.example.com"}
        )["Tags"]
        told = {tag["Key"]: tag["Value"] for tag in tags}
        for name, half in told.items():
            if name.startswith("DkimKey.") and name.endswith(".1"):
                selector = name.split(".")[1]
                value = f"p={half}{told[f'DkimKey.{selector}.2']}"
                owner = f"{selector}._domainkey.dev.example.com"
                self.local.declare_dns(owner, "TXT", [value])


def elsewhere(cli: Cli, folder: Path, world: type[InProcess]) -> Bench:
    """An environment whose DNS is elsewhere, verified, with an old key."""
    made = bench(cli, folder, world, prod=EXTERNAL + OWN)
    assert made(*APPLY).status == 0
    [report] = made("dns", "--env", "prod", "--json").json["environments"]
    for record in report["records"]:
        made.local.declare_dns(record["name"], record["type"], [record["value"]])
    assert made(*VERIFIED).status == 0
    made.local.clock.advance(200 * DAY)
    return made


def test_with_dns_elsewhere_the_record_is_shown_and_awaited(cli: Cli, tmp_path: Path) -> None:
    made = elsewhere(cli, tmp_path / "config", Publishing)

    rotated = made(*ROTATE)

    assert rotated.status == 0
    assert f"{PREFIX}2._domainkey.dev.example.com" in rotated.stdout
    assert "The key lives in this command alone" in rotated.stdout
    shown = identity(made, "dev.example.com")["DkimAttributes"]
    assert (shown["Tokens"], shown["Status"]) == ([f"{PREFIX}2"], "SUCCESS")
    made.local.clock.advance(8 * DAY)
    assert "remove it at your DNS provider" in made(*TIDY).stdout


def test_a_record_that_nobody_publishes_changes_nothing_and_another_key_is_shown_next_time(
    cli: Cli, tmp_path: Path
) -> None:
    made = elsewhere(cli, tmp_path / "config", InProcess)

    waited = made(*ROTATE, "--timeout", "2")

    assert waited.status == 75
    assert f"TXT {PREFIX}2._domainkey.dev.example.com is not seen by" in waited.stderr
    assert identity(made, "dev.example.com")["DkimAttributes"]["Tokens"] == [FIRST]
    assert f"{PREFIX}3._domainkey" in made(*ROTATE, "--timeout", "2").stdout


def test_a_record_in_the_way_stops_the_rotation_before_ses_hears_of_it(verified: Bench) -> None:
    zones = verified.local.call(ACCOUNT, "us-east-1", "route53", "ListHostedZones", {})
    theirs = {
        "Name": f"{PREFIX}2._domainkey.{DOMAIN}",
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": "x.example.net"}],
    }
    verified.local.call(
        ACCOUNT,
        "us-east-1",
        "route53",
        "ChangeResourceRecordSets",
        {
            "HostedZoneId": zones["HostedZones"][0]["Id"],
            "ChangeBatch": {"Changes": [{"Action": "CREATE", "ResourceRecordSet": theirs}]},
        },
    )

    rotated = verified(*ROTATE)

    assert rotated.status == 1
    assert "SES signs as before" in rotated.stderr
    assert signing(verified)["Tokens"] == [FIRST]
    assert verified(*TIDY).status == 0  # the key that never signed is forgotten
    assert verified(*PLAN, "--detailed-exitcode").status == 0


def test_destroy_takes_the_records_of_all_keys(easy: Bench) -> None:
    assert easy(*ROTATE).status == 0

    gone = easy("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")

    assert gone.status == 0
    assert key_records(easy) == {}


def test_off_a_terminal_it_wants_yes_and_makes_no_key(verified: Bench) -> None:
    asked = verified(*ROTATE[:-1])

    assert (asked.status, asked.writes) == (64, [])


def test_the_plan_shows_the_new_record_of_an_interrupted_rotation(verified: Bench) -> None:
    verified.local.fault("kill-before", "ChangeResourceRecordSets", action=kill)
    with pytest.raises(Killed):
        verified(*ROTATE)

    changes = step(verified(*PLAN, "--json"), "dkim")["changes"]

    assert [change["action"] for change in changes] == ["unchanged", "create"]
