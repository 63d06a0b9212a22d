"""attest: people's word, written down, reviewed, and good only as long as it holds."""

import stat
from pathlib import Path

import pytest

from ses_provision.checks import attestations
from ses_provision.environment import loading
from tests.functional.health import Health

BAA = "SES-HIPAA-001"


def word(health: Health, item: str = BAA, *more: str) -> int:
    """Attest an item."""
    given = ("--by", "Ada Lovelace", "--note", "signed on paper")
    return health.run("attest", item, *given, *more).status


@pytest.fixture
def without_baa(health: Health) -> Health:
    """Prod where Artifact lists no addendum."""
    health.local.artifact._agreements.clear()
    return health


def test_an_attestation_closes_an_item_that_needs_a_person(without_baa: Health) -> None:
    assert without_baa.open()[BAA]["status"] == "unknown"

    assert word(without_baa) == 0

    one = without_baa.checklist()[BAA]
    assert one["status"] == "done"
    assert "attested by Ada Lovelace on 2026-11-22: signed on paper" in one["evidence"]
    assert "AWS Artifact lists none" in one["evidence"]


def test_it_asks_nothing_of_aws(health: Health) -> None:
    given = ("--by", "Ada", "--note", "done")

    assert health.run("attest", "SES-HANDOVER-001", *given).calls == []


def test_expired_it_reopens_the_item(without_baa: Health) -> None:
    word(without_baa, BAA, "--until", "2026-11-30")
    without_baa.local.clock.advance(8 * 24 * 3600)
    assert BAA not in without_baa.open()

    without_baa.local.clock.advance(24 * 3600)

    one = without_baa.open()[BAA]
    assert "the attestation by Ada Lovelace expired on 2026-11-30" in one["evidence"]


def test_withdrawn_it_reopens_the_item_and_stays_in_the_file(without_baa: Health) -> None:
    word(without_baa)

    withdrawn = without_baa.run("attest", BAA, "--by", "Grace Hopper", "--withdraw")

    assert withdrawn.status == 0
    assert "withdrawn by Grace Hopper" in without_baa.open()[BAA]["evidence"]
    [entry] = attestations.load(without_baa.config, "prod")
    assert (entry.by, entry.withdrawn_by) == ("Ada Lovelace", "Grace Hopper")


def test_attested_anew_after_withdrawal_it_counts_again(without_baa: Health) -> None:
    word(without_baa)
    without_baa.run("attest", BAA, "--by", "Grace Hopper", "--withdraw")
    without_baa.local.clock.advance(60)

    word(without_baa)

    assert BAA not in without_baa.open()
    assert len(attestations.load(without_baa.config, "prod")) == 2


def test_what_aws_knows_for_sure_is_not_overruled(without_baa: Health) -> None:
    word(without_baa)
    without_baa.local.accept_baa(without_baa.env.account_id)
    without_baa.local.end_baa(without_baa.env.account_id)

    assert without_baa.open()[BAA]["status"] == "action"


def test_nothing_to_withdraw_is_said(health: Health) -> None:
    refused = health.run("attest", BAA, "--by", "Ada", "--withdraw")

    assert refused.status == 64
    assert "no attestation of SES-HIPAA-001 to withdraw" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("SES-NOTHING-001", "--by", "A", "--note", "n"), "has no item SES-NOTHING-001"),
        (("SES-DKIM-001", "--by", "A", "--note", "n"), "nobody's word is taken for it"),
        ((BAA, "--by", "A"), "--note wants one line"),
        ((BAA, "--by", " ", "--note", "n"), "--by wants one line"),
        ((BAA, "--by", "A\x1b[2J", "--note", "n"), "--by wants one line"),
        ((BAA, "--by", "A", "--note", "a\nb"), "--note wants one line"),
        ((BAA, "--by", "A", "--note", "x" * 1001), "--note wants one line"),
        ((BAA, "--by", "A", "--note", "n", "--until", "soon"), "--until wants a date"),
        ((BAA, "--by", "A", "--note", "n", "--until", "2026-11-21"), "is over already"),
        ((BAA, "--by", "A", "--note", "n", "--evidence", "no-such.pdf"), "no file no-such.pdf"),
    ],
)
def test_what_makes_no_sense_is_refused_and_not_written(
    health: Health, arguments: tuple[str, ...], said: str
) -> None:
    refused = health.run("attest", *arguments)

    assert refused.status == 64
    assert said in refused.stderr
    assert not attestations.path(health.config, "prod").exists()


def test_evidence_is_a_file_or_an_address(health: Health, tmp_path: Path) -> None:
    scan = tmp_path / "baa.pdf"
    scan.write_bytes(b"%PDF")

    assert word(health, BAA, "--evidence", str(scan)) == 0
    assert word(health, BAA, "--evidence", "https://wiki.example/baa") == 0
    evidence = [one.evidence for one in attestations.load(health.config, "prod")]
    assert evidence == [str(scan), "https://wiki.example/baa"]


def test_the_file_is_no_environment_and_everybody_may_read_it(health: Health) -> None:
    word(health)

    file = attestations.path(health.config, "prod")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert loading.names(health.config) == ["prod"]
    assert [one.name for one in file.parent.iterdir()] == ["prod.toml"]


def test_a_file_that_was_broken_by_hand_is_refused_and_left_alone(health: Health) -> None:
    file = attestations.path(health.config, "prod")
    file.parent.mkdir()
    file.write_text("[[attestation]]\nitem = 1\n")

    refused = health.run("attest", BAA, "--by", "A", "--note", "n")

    assert refused.status == 1
    assert "entry 1: missing: by, note, at" in refused.stderr
    assert file.read_text() == "[[attestation]]\nitem = 1\n"
    assert health.run("checklist").status == 1
