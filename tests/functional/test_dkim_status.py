"""dkim-status on the local AWS: what SES says, and asking it to look again."""

from dataclasses import replace

import pytest

from ses_provision.local import LocalAws
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.breakages import FOUR_DAYS, lost_for_good, without_dkim
from tests.functional.health import Health
from tests.local.ses.keys import private_key


def test_an_account_without_the_identity_is_told_to_apply(cli: Cli) -> None:
    shown = cli("dkim-status", "--env", "prod")

    assert shown.status == 0
    assert "Verdict: SES knows no identity starlightpractice.com." in shown.stdout
    assert "Fix:     ses-provision apply --env prod" in shown.stdout


def test_a_verified_domain_is_said_to_be_and_takes_four_calls(health: Health) -> None:
    shown = health.run("dkim-status", "--exit-code")

    assert shown.status == 0
    assert "Verdict: starlightpractice.com is verified, signed and aligned." in shown.stdout
    assert len(shown.calls) == 4
    assert all(len(line) <= 100 for line in shown.stdout.splitlines())


def test_a_subdomain_inherits_the_dmarc_record_above_it(cli: Cli) -> None:
    for name in ("prod", "staging"):
        cli("apply", "--env", name, "--yes", "--wait")

    shown = cli("dkim-status", "--env", "staging")

    assert "inherited from starlightpractice.com" in shown.stdout
    assert "missing" not in shown.stdout


def test_what_ses_waits_for_comes_before_a_dmarc_record_that_only_receivers_want(
    cli: Cli,
) -> None:
    cli("apply", "--env", "staging", "--yes")

    pending = cli("dkim-status", "--env", "staging", "--json").json
    verified = cli("dkim-status", "--env", "staging", "--wait")

    [report] = pending["environments"]
    assert report["verification"]["verdict"]["code"] == "not-looked"
    assert (
        "Verdict: neither _dmarc.dev.starlightpractice.com nor _dmarc.starlightpractice.com has a "
        "DMARC record."
    ) in " ".join(verified.stdout.split())
    assert "add [dmarc] to config/staging.toml, then: ses-provision apply" in verified.stdout


def test_pending_domains_fail_the_exit_code(local: LocalAws, cli: Cli) -> None:
    local.knobs = replace(local.knobs, verify_after=10**9)
    cli("apply", "--env", "prod", "--yes")

    assert cli("dkim-status", "--env", "prod", "--exit-code").status == 3


def test_verified_records_that_go_are_told_before_ses_notices(health: Health) -> None:
    health.slow_ses()
    without_dkim(health)

    [report] = health.run("dkim-status", "--json").json["environments"]

    assert report["verification"]["verdict"]["code"] == "missing"
    assert not report["verification"]["settled"]


def test_restart_asks_ses_again_after_it_gave_up(health: Health) -> None:
    lost_for_good(health)
    before = health.run("dkim-status")
    assert "does not look again by itself" in " ".join(before.stdout.split())

    restarted = health.run("dkim-status", "--restart", "--yes", "--wait")

    assert restarted.status == 0
    assert [c.operation for c in restarted.writes] == ["PutEmailIdentityDkimSigningAttributes"]
    assert "is verified, signed and aligned" in restarted.stdout


def test_restart_puts_no_key_length_where_ses_refuses_the_one_that_is_set(health: Health) -> None:
    health.local.knobs = replace(health.local.knobs, refuse_same_key_length=True)
    lost_for_good(health)

    restarted = health.run("dkim-status", "--restart", "--yes", "--wait")

    assert restarted.status == 0
    assert [c.operation for c in restarted.writes] == ["PutEmailIdentityDkimSigningAttributes"]


def test_a_key_of_ones_own_is_not_looked_for_again_but_put_anew(health: Health) -> None:
    private, _ = private_key(2048)
    attributes = {"DomainSigningSelector": "own", "DomainSigningPrivateKey": private}
    health.local.call(
        "524471258033",
        "us-east-2",
        "sesv2",
        "PutEmailIdentityDkimSigningAttributes",
        {
            "EmailIdentity": "starlightpractice.com",
            "SigningAttributesOrigin": "EXTERNAL",
            "SigningAttributes": attributes,
        },
    )
    health.run("dkim-status")
    health.local.clock.advance(FOUR_DAYS)
    health.run("dkim-status")

    refused = health.run("dkim-status", "--restart", "--yes")

    assert refused.status == 1
    said = " ".join(refused.stderr.split())
    assert "which has to be given to SES again" in said
    assert "ses-provision set dkim.method own_key --env prod" in said
    assert "ses-provision dkim rotate --env prod" in said
    assert refused.writes == []


def test_restart_of_mail_from_puts_it_on_both_identities(health: Health) -> None:
    [record] = health.records("MX")
    health.remove(record)
    health.run("dkim-status")
    health.run("checklist", "--only", "identity")
    health.local.clock.advance(FOUR_DAYS)
    health.run("checklist", "--only", "identity")
    values = [one["Value"] for one in record["ResourceRecords"]]
    health.zone(("CREATE", record["Name"], "MX", values))

    restarted = health.run("dkim-status", "--restart", "--yes")

    assert [c.operation for c in restarted.writes] == ["PutEmailIdentityMailFromAttributes"] * 2


def test_restart_without_anything_failed_writes_nothing(health: Health) -> None:
    restarted = health.run("dkim-status", "--restart", "--yes")

    assert restarted.status == 0
    assert restarted.writes == []
    assert "there is nothing to restart" in restarted.stderr


def test_restart_asks_first_and_where_nobody_can_answer_changes_nothing(health: Health) -> None:
    lost_for_good(health)

    asked = health.run("dkim-status", "--restart")

    assert asked.status == 64
    assert asked.writes == []
    assert "Add --yes" in asked.stderr


def test_restart_wants_the_environment_named(cli: Cli) -> None:
    assert cli("dkim-status", "--restart", "--yes").status == 64


def test_restart_with_records_still_wrong_says_so(health: Health) -> None:
    without_dkim(health)
    health.run("dkim-status")
    health.local.clock.advance(FOUR_DAYS)
    health.run("dkim-status")

    restarted = health.run("dkim-status", "--restart", "--yes")

    assert "not right yet: CNAME" in restarted.stderr


@pytest.mark.parametrize(
    "given", ["resolver.example", "1.2.3", "[::1", "", "1.1.1.1:dns", "[::1]53x"]
)
def test_a_resolver_that_is_no_address_is_refused_before_any_call(cli: Cli, given: str) -> None:
    refused = cli("dkim-status", "--env", "prod", "--resolver", given)

    assert refused.status == 64
    assert refused.calls == []


def test_a_silent_resolver_could_not_be_asked_and_changes_no_verdict(
    health: Health, world: InProcess
) -> None:
    world.silent.add("1.1.1.1")

    shown = health.run("dkim-status")

    assert "1.1.1.1: 1.1.1.1 could not be asked" in shown.stdout
    assert "is verified, signed and aligned" in shown.stdout


def test_a_hosted_zone_that_may_not_be_read_leaves_the_word_of_dns(health: Health) -> None:
    health.deny("ListResourceRecordSets")

    [report] = health.run("dkim-status", "--json").json["environments"]

    zone = next(v for r in report["verification"]["records"] for v in r["views"])
    assert (zone["kind"], zone["state"]) == ("hosted zone", "could not ask")
    assert all(one["right"] for one in report["verification"]["records"])
