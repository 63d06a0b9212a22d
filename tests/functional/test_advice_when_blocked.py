"""Where apply is blocked, no fix is a bare apply: what is advised leads out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.advised import advised, ready
from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.health import FOR_PEOPLE, Health

Obstacle = Callable[[Health], None]


def alias(health: Health) -> None:
    """A CNAME stands at the MAIL FROM domain."""
    for kind in ("MX", "TXT"):
        for record in health.records(kind, health.env.mail_from_domain):
            health.remove(record)
    health.zone(("CREATE", health.env.mail_from_domain, "CNAME", ["elsewhere.example.net"]))


def other_mx(health: Health) -> None:
    """Somebody receives mail at the MAIL FROM domain."""
    health.zone(("UPSERT", health.env.mail_from_domain, "MX", ["10 mx.example.net"]))


def two_mx(health: Health) -> None:
    """A second mail exchanger stands beside ours."""
    [record] = health.records("MX", health.env.mail_from_domain)
    values = [one["Value"] for one in record["ResourceRecords"]]
    health.zone(("UPSERT", health.env.mail_from_domain, "MX", [*values, "20 mx.example.net"]))


def other_spf(health: Health) -> None:
    """SPF at the MAIL FROM domain is somebody else's."""
    value = '"v=spf1 include:example.net -all"'
    health.zone(("UPSERT", health.env.mail_from_domain, "TXT", [value]))


def other_key(health: Health) -> None:
    """A DKIM name leads elsewhere."""
    record = health.records("CNAME", f"_domainkey.{health.env.domain}")[0]
    health.zone(("UPSERT", record["Name"], "CNAME", ["key.example.net"]))


def two_dmarc(health: Health) -> None:
    """Two DMARC records, so that receivers heed none."""
    values = ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']
    health.zone(("UPSERT", f"_dmarc.{health.env.domain}", "TXT", values))


def no_role(health: Health) -> None:
    """The role of the application is gone."""
    health.change("patient-mailer", "nobody")


def tagged(kind: str) -> Obstacle:
    """Another tool says that a thing is its own, and that thing is not as it should be."""

    def change(health: Health) -> None:
        env = health.env
        arn = f"arn:aws:ses:{env.region}:{env.account_id}:{kind}"
        tags = [{"Key": "ManagedBy", "Value": "terraform"}]
        health.call("sesv2", "TagResource", ResourceArn=arn, Tags=tags)
        name = arn.rpartition("/")[2]
        if kind.startswith("identity"):
            health.call("sesv2", "PutEmailIdentityDkimAttributes", EmailIdentity=name,
                        SigningEnabled=False)  # fmt: skip
        else:
            health.call("sesv2", "PutConfigurationSetDeliveryOptions", TlsPolicy="OPTIONAL",
                        ConfigurationSetName=name)  # fmt: skip

    return change


OBSTACLES: dict[str, Obstacle] = {
    "an alias": alias,
    "another mail exchanger": other_mx,
    "a second mail exchanger": two_mx,
    "another SPF record": other_spf,
    "another DKIM record": other_key,
    "two DMARC records": two_dmarc,
    "no role": no_role,
    "an identity of Terraform": tagged("identity/starlightpractice.com"),
    "a set of Terraform": tagged("configuration-set/starlight-prod"),
}


def first_command(next_step: str) -> list[str] | None:
    """The command that a next step begins with, where it begins with one."""
    found = advised(next_step)
    return found[0] if next_step.startswith("ses-provision ") and found else None


def findings(health: Health) -> dict[str, dict[str, Any]]:
    """The open findings and the verdict, each with its evidence and next step."""
    found = {
        key: {"evidence": one["evidence"], "next_step": one["next_step"]}
        for key, one in health.open().items()
        if key not in FOR_PEOPLE
    }
    [report] = health.run("dkim-status", "--json").json["environments"]
    verdict = report["verification"]["verdict"]
    return {**found, "dkim-status": {"evidence": verdict["cause"], "next_step": verdict["fix"]}}


@pytest.mark.parametrize("obstacle", OBSTACLES.values(), ids=OBSTACLES)
def test_no_fix_is_an_apply_that_is_blocked(health: Health, obstacle: Obstacle) -> None:
    health.slow_ses()
    obstacle(health)
    before = findings(health)
    assert len(before) > 1
    lines = {key: first_command(one["next_step"]) for key, one in before.items()}
    applies = {key: line for key, line in lines.items() if line and line[0] == "apply"}

    for line in {tuple(line) for line in applies.values()}:
        result = health.follow(ready(list(line)) or [])
        after = findings(health)
        for key, advice in applies.items():
            if tuple(advice) == line:
                moved = after.get(key) != before[key]
                assert moved, (key, before[key], result.stderr)


@pytest.mark.parametrize("obstacle", OBSTACLES.values(), ids=OBSTACLES)
def test_what_apply_says_of_an_obstacle_leads_out_where_it_is_a_command(
    health: Health, obstacle: Obstacle
) -> None:
    health.slow_ses()
    obstacle(health)
    blocked = health.run("apply", "--yes")
    if blocked.status == 0:
        return
    last = blocked.stderr.splitlines()[-1]
    assert last.startswith("hint: "), blocked.stderr
    [line] = advised(last)
    if "--take-over" in line:
        assert health.follow(ready(line) or []).status == 0
        assert health.run("plan", "--detailed-exitcode").status == 0
    else:
        assert "Clear the way" in last


ACCOUNT, REGION = "111122223333", "eu-central-1"
THEIRS = [{"Key": "ManagedBy", "Value": "terraform"}]


def next_steps(made: Bench) -> dict[str, str]:
    """What the checklist advises for each item."""
    [report] = made("checklist", "--env", "prod", "--json").json["environments"]
    topics = report["checklist"]["topics"]
    return {item["id"]: item["next_step"] for topic in topics for item in topic["findings"]}


def test_no_fix_for_an_smtp_user_is_an_apply_that_is_blocked(cli: Cli, tmp_path: Path) -> None:
    user = {"UserName": "program"}
    made = bench(cli, tmp_path / "config", prod=f'{HOSTED}[[smtp_users]]\nname = "program"\n')
    assert made("apply", "--env", "prod", "--yes").status == 0
    made.local.call(ACCOUNT, REGION, "iam", "TagUser", {**user, "Tags": THEIRS})
    policy = {**user, "PolicyName": "ses-smtp-prod"}
    made.local.call(ACCOUNT, REGION, "iam", "DeleteUserPolicy", policy)

    found = next_steps(made)

    for item in ("SES-SMTP-001", "SES-SMTP-002"):
        assert found[item].startswith("step smtp-users is blocked by IAM user program is managed")


def test_beside_an_apply_that_is_blocked_other_advice_stands(cli: Cli, tmp_path: Path) -> None:
    emails = '[events]\nemails = ["ops@example.com"{}]\n'
    made = bench(cli, tmp_path / "config", prod=HOSTED + emails.format(""))
    assert made("apply", "--env", "prod", "--yes").status == 0
    more = HOSTED + emails.format(', "new@example.com"')
    (made.folder / "prod.toml").write_text(more, encoding="utf-8")
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:ses-events-prod"
    made.local.call(ACCOUNT, REGION, "sns", "TagResource", {"ResourceArn": arn, "Tags": THEIRS})

    advice = next_steps(made)["SES-EVENTS-004"]

    assert advice.startswith("step events is blocked by topic ses-events-prod")
    assert "; ops@example.com opens each mail" in advice
