"""A signing key of one's own: made with the identity, kept nowhere, told by its record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from ses_provision.cli.commands.dns import Format
from ses_provision.environment import loading
from ses_provision.local.ses import rsa
from ses_provision.names import TXT_STRING_LIMIT, txt_strings
from ses_provision.outside import signing_keys
from ses_provision.outside.signing_keys import Pair
from ses_provision.worlds.in_process import zone_id
from tests.conftest import Cli, Result
from tests.functional.folders import AT_CLOUDFLARE, EXTERNAL, HOSTED, UPDATED, Bench, bench, write
from tests.local.ses.keys import private_key

ACCOUNT, REGION, DOMAIN = "111122223333", "eu-central-1", "example.com"
OWN = '[dkim]\nmethod = "own_key"\n'
FIRST = "ses-eu-central-1-3333-1"
PLAN = ("plan", "--env", "prod")
APPLY = ("apply", "--env", "prod", "--yes")
VERIFIED = ("dkim-status", "--env", "prod", "--wait")
THEIRS = {"DomainSigningSelector": "theirs", "DomainSigningPrivateKey": private_key(2048)[0]}


@pytest.fixture
def pairs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Pair]]:
    """Every key that is made."""
    made: list[Pair] = []
    make = signing_keys.make

    def watched() -> Pair:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(signing_keys, "make", watched)
    yield made


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with a key of its own, not applied."""
    return bench(cli, tmp_path / "config", prod=HOSTED + OWN)


@pytest.fixture
def verified(made: Bench) -> Bench:
    """The same, applied and verified."""
    assert made(*APPLY).status == 0
    assert made(*VERIFIED).status == 0
    return made


def ses(made: Bench, operation: str, **params: Any) -> Any:
    """Ask SES past the command line."""
    return made.local.call(ACCOUNT, REGION, "sesv2", operation, params)


def put(made: Bench, origin: str, **attributes: str) -> None:
    """Let somebody change whose key signs."""
    ses(
        made,
        "PutEmailIdentityDkimSigningAttributes",
        EmailIdentity=DOMAIN,
        SigningAttributesOrigin=origin,
        SigningAttributes=attributes,
    )


def identity(made: Bench, domain: str = DOMAIN) -> Any:
    """What SES says of the domain."""
    return ses(made, "GetEmailIdentity", EmailIdentity=domain)


def key_records(made: Bench) -> dict[str, str]:
    """What stands at the selectors in the hosted zone, as it is written there."""
    [env] = loading.load_all(made.folder)
    listed = made.local.call(
        ACCOUNT, "us-east-1", "route53", "ListResourceRecordSets", {"HostedZoneId": zone_id(env)}
    )
    return {
        one["Name"].partition("._domainkey.")[0]: one["ResourceRecords"][0]["Value"]
        for one in listed["ResourceRecordSets"]
        if "._domainkey." in one["Name"]
    }


def step(result: Result, name: str) -> dict[str, Any]:
    """A step of a plan."""
    [report] = result.json["environments"]
    [found] = [each for each in report["plan"]["steps"] if each["id"] == name]
    return dict(found)


def findings(made: Bench) -> dict[str, dict[str, Any]]:
    """The items of the checklist by id."""
    [report] = made("checklist", "--env", "prod", "--json").json["environments"]
    topics = report["checklist"]["topics"]
    return {each["id"]: each for topic in topics for each in topic["findings"]}


def test_one_call_makes_the_identity_with_its_key_and_dns_shows_the_public_half(
    made: Bench, pairs: list[Pair]
) -> None:
    applied = made(*APPLY)

    [pair] = pairs
    assert applied.status == 0
    assert [c.operation for c in applied.writes if "Dkim" in c.operation] == []
    assert rsa.public_key(pair.private) == pair.public  # PKCS#1, as SES wants it
    assert identity(made)["DkimAttributes"]["Tokens"] == [FIRST]
    strings = txt_strings(key_records(made)[FIRST])
    assert b"".join(strings).decode() == f"p={pair.public}"
    assert [len(each) for each in strings] == [TXT_STRING_LIMIT, len(pair.public) + 2 - 255]
    assert made(*VERIFIED).status == 0
    assert made(*PLAN, "--detailed-exitcode").status == 0


@pytest.mark.parametrize("zone", [UPDATED, AT_CLOUDFLARE], ids=["name server", "Cloudflare"])
def test_zones_at_other_providers_get_the_record_too(cli: Cli, tmp_path: Path, zone: str) -> None:
    made = bench(cli, tmp_path / "config", prod=zone + OWN)

    assert made(*APPLY).status == 0
    assert made(*VERIFIED).status == 0
    assert made("dkim", "rotate", "--env", "prod", "--again", "--yes").status == 0
    made.local.clock.advance(8 * 86_400)
    assert made("dkim", "tidy", "--env", "prod", "--yes").status == 0
    assert made(*PLAN, "--detailed-exitcode").status == 0


def test_a_long_key_is_in_every_form_of_the_records(verified: Bench) -> None:
    [record] = [
        one
        for one in verified("dns", "--env", "prod", "--json").json["environments"][0]["records"]
        if "._domainkey." in one["name"]
    ]
    for form in get_args(Format):
        told = verified("dns", "--env", "prod", "--format", form)
        joined = re.sub(r'["\\\s]', "", told.stdout)
        assert told.status == 0, form
        assert record["value"][:200] in joined, form
        assert record["value"][-100:] in joined, form


def test_no_private_key_is_in_anything_that_is_shown_or_written(
    made: Bench, pairs: list[Pair], tmp_path: Path
) -> None:
    file = tmp_path / "prod.plan"
    said = [made(*PLAN, "--out", str(file)), made("apply", str(file), "--json", "--debug")]
    assert [each.status for each in said] == [0, 0]
    said += [
        made(*PLAN, "--json", "--verbose"),
        made("dns", "--env", "prod", "--json"),
        made("dkim", "rotate", "--env", "prod", "--again", "--yes", "--json", "--debug"),
        made("export", "--env", "prod", "--format", "terraform"),
        made("export", "--env", "prod", "--format", "cloudformation"),
        made("checklist", "--env", "prod", "--json"),
    ]
    told = "".join(each.stdout + each.stderr for each in said) + file.read_text()
    told += repr(list(made.local.journal)) + repr(identity(made))

    assert pairs
    for pair in pairs:
        assert pair.public[:60] in told
        assert pair.private not in told
        assert pair.private[-60:] not in told


def test_a_saved_plan_says_that_a_key_will_be_made_and_makes_it(
    made: Bench, pairs: list[Pair], tmp_path: Path
) -> None:
    file = str(tmp_path / "prod.plan")
    planned = made(*PLAN, "--out", file)

    assert f"makes a signing key of 2048 bits, selector {FIRST}" in planned.stdout
    assert pairs == []
    assert made("apply", file).status == 0
    assert made("apply", file).writes == []
    assert len(pairs) == 1


def test_without_the_library_the_plan_says_what_to_install_and_nothing_is_made(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_keys, "find_spec", lambda _: None)

    applied = made(*APPLY)

    assert applied.status == 1
    assert "pip install 'ses-provision[own-key]'" in applied.stdout
    listed = ses(made, "ListEmailIdentities")["EmailIdentities"]
    assert [each["IdentityName"] for each in listed] == [f"notifications@{DOMAIN}"]


def test_with_dns_elsewhere_the_record_is_shown_after_apply(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=EXTERNAL + OWN)
    before = made("dns", "--env", "prod", "--json").json["environments"][0]
    assert before["dkim_issued"] is False

    assert made(*APPLY).status == 0
    [record] = [
        record
        for record in made("dns", "--env", "prod", "--json").json["environments"][0]["records"]
        if "._domainkey." in record["name"]
    ]

    assert record["name"] == f"{FIRST}._domainkey.dev.example.com"
    written = f"v=DKIM1; k=rsa; {record['value']}"  # as many panels want it
    made.local.declare_dns(record["name"], "TXT", [written])
    made.local.clock.advance(600)
    assert identity(made, "dev.example.com")["DkimAttributes"]["Status"] == "SUCCESS"
    checked = made("dns", "--env", "prod", "--check", "--json").json["environments"][0]
    verdicts = {one["name"]: one["verdict"] for one in checked["check"]["records"]}
    assert verdicts[record["name"]] == "right"


def test_another_key_at_the_selector_is_told_by_its_fingerprint_and_put_right(
    verified: Bench, pairs: list[Pair]
) -> None:
    [written] = key_records(verified).values()
    [env] = loading.load_all(verified.folder)
    record = {"Name": f"{FIRST}._domainkey.{DOMAIN}", "Type": "TXT", "TTL": 300}
    other = {**record, "ResourceRecords": [{"Value": '"p=AAAA"'}]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": other}]}
    verified.local.call(
        ACCOUNT,
        "us-east-1",
        "route53",
        "ChangeResourceRecordSets",
        {"HostedZoneId": zone_id(env), "ChangeBatch": batch},
    )

    told = verified("dkim-status", "--env", "prod").stdout
    assert f"TXT {FIRST}._domainkey.{DOMAIN} holds key SHA-256 709e80c88487a241" in told
    assert verified(*APPLY).status == 0
    assert key_records(verified)[FIRST] == written
    assert pairs == []


def test_a_key_that_somebody_else_put_blocks_and_is_told(verified: Bench) -> None:
    put(verified, "EXTERNAL", **THEIRS)

    planned = verified(*PLAN, "--json")
    [change] = step(planned, "identity")["changes"]
    assert change["action"] == "blocked"
    assert f"signs with selector theirs, and ses-provision put {FIRST}" in str(change)
    item = findings(verified)["SES-DKIM-004"]
    assert item["status"] == "action"
    assert "ses-provision dkim rotate --env prod" in item["next_step"]
    verified("dkim", "rotate", "--env", "prod", "--yes")
    assert verified(*PLAN, "--detailed-exitcode").status == 0
    assert findings(verified)["SES-DKIM-004"]["status"] == "done"


def test_easy_dkim_in_the_place_of_the_key_blocks_and_is_told(verified: Bench) -> None:
    put(verified, "AWS_SES", NextSigningKeyLength="RSA_2048_BIT")

    assert step(verified(*PLAN, "--json"), "identity")["changes"][0]["action"] == "blocked"
    assert "Easy DKIM signs, and the file wants" in verified("dkim-status", "--env", "prod").stdout
    assert findings(verified)["SES-DKIM-004"]["status"] == "action"
    assert verified(*APPLY, "--take-over", "identity").status == 1


def test_a_key_that_was_there_before_is_kept_by_the_setting_and_renewed_by_the_command(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)
    own = {"EmailIdentity": DOMAIN, "DkimSigningAttributes": THEIRS}
    ses(made, "CreateEmailIdentity", **own)
    blocked = made(*APPLY)
    assert blocked.status == 1
    assert 'set dkim.method to "own_key"' in blocked.stdout

    assert made("set", "dkim.method", "own_key", "--env", "prod").status == 0

    assert made(*APPLY).status == 0
    assert identity(made)["DkimAttributes"]["Tokens"] == ["theirs"]
    assert made(*PLAN, "--detailed-exitcode").status == 0
    assert "not put here" in findings(made)["SES-DKIM-004"]["evidence"]
    assert made("dkim", "rotate", "--env", "prod", "--yes").status == 0
    assert identity(made)["DkimAttributes"]["Tokens"] == [FIRST]
    assert identity(made)["DkimAttributes"]["Status"] == "SUCCESS"


def test_a_replica_is_never_made_of_an_own_key(verified: Bench) -> None:
    file = verified.folder / "prod.toml"
    file.write_text(HOSTED + '[dkim]\nreplica_of = "us-east-1"\n')

    taken = verified(*APPLY, "--take-over", "identity")

    assert taken.status == 1
    assert "an identity that exists cannot become a replica" in taken.stdout
    assert identity(verified)["DkimAttributes"]["Tokens"] == [FIRST]


def test_terraform_is_not_asked_about_a_key_that_nobody_has(verified: Bench) -> None:
    text = verified("export", "--env", "prod", "--format", "terraform").stdout
    template = verified("export", "--env", "prod", "--format", "cloudformation").json

    assert "ignore_changes = [dkim_signing_attributes, tags, tags_all]" in text
    assert "domain_signing" not in text
    [signing] = [
        each["Properties"]
        for each in template["Resources"].values()
        if each["Properties"].get("EmailIdentity") == DOMAIN
    ]
    assert "DkimSigningAttributes" not in signing


def test_the_checklist_asks_for_another_key_in_time(verified: Bench) -> None:
    found = findings(verified)
    assert [found[f"SES-DKIM-00{n}"]["status"] for n in (2, 4, 5, 6)] == ["done"] * 4

    verified.local.clock.advance(181 * 86_400)

    item = findings(verified)["SES-DKIM-005"]
    assert (item["status"], item["next_step"]) == (
        "action",
        f"ses-provision dkim rotate --env prod --config-dir {verified.folder}",
    )
    assert "181 of 180 days" in item["evidence"]


def test_what_an_identity_remembers_of_its_keys_does_not_look_personal(verified: Bench) -> None:
    write(verified.folder, prod=f"hipaa = true\n{(verified.folder / 'prod.toml').read_text()}")

    found = findings(verified)["SES-HIPAA-007"]

    assert (found["status"], "Dkim" in found["evidence"]) == ("done", False)


def test_without_the_setting_nothing_is_said_of_own_keys(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)

    assert "own-key" not in made("checklist", "--env", "prod", "--json").stdout
    refused = made("dkim", "rotate", "--env", "prod", "--yes")
    assert (refused.status, refused.calls) == (64, [])
