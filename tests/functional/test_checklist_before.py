"""The checklist before anything was applied, and where something lies outside AWS."""

import pytest

from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.breakages import customer_key
from tests.functional.health import Health


def findings(cli: Cli, *arguments: str) -> dict[str, dict[str, object]]:
    """The findings of prod by id."""
    [report] = cli("checklist", "--env", "prod", "--json", *arguments).json["environments"]
    topics = report["checklist"]["topics"]
    return {one["id"]: one for topic in topics for one in topic["findings"]}


def test_an_empty_account_has_nothing_done_that_is_not_there(cli: Cli) -> None:
    found = findings(cli)

    done = {item for item, one in found.items() if one["status"] == "done"}
    assert done == {
        "SES-DNS-001",
        "SES-ACCOUNT-001",
        "SES-ACCOUNT-002",
        "SES-ACCOUNT-004",
        "SES-QUOTA-001",
        "SES-HIPAA-007",
    }
    assert all(one["next_step"] for one in found.values() if one["open"])


def test_it_takes_no_write_and_no_more_calls_than_a_full_account(cli: Cli) -> None:
    looked = cli("checklist", "--env", "prod")

    assert looked.writes == []
    assert len(looked.calls) <= 22


def test_a_key_that_lets_both_publishers_in_is_fine(health: Health) -> None:
    key = customer_key(health)
    [account] = [{"AWS": f"arn:aws:iam::{health.env.account_id}:root"}]
    services = {"Service": ["ses.amazonaws.com", "cloudwatch.amazonaws.com"]}
    actions = ["kms:GenerateDataKey*", "kms:Decrypt"]
    statements = [
        {"Effect": "Allow", "Principal": account, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": services, "Action": actions, "Resource": "*"},
    ]
    import json

    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    health.call("kms", "PutKeyPolicy", KeyId=key, PolicyName="default", Policy=policy)

    found = health.checklist()

    assert found["SES-EVENTS-003"]["status"] == "done"
    assert found["SES-HIPAA-003"]["status"] == "done"


def test_recommendations_are_asked_for_where_they_are_given(health: Health) -> None:
    health.call("sesv2", "PutAccountVdmAttributes", VdmAttributes={"VdmEnabled": "ENABLED"})

    one = health.checklist()["SES-ACCOUNT-003"]

    assert one["status"] == "done"
    assert "SES recommends nothing" in one["evidence"]


def test_dmarc_that_rejects_needs_nobody(health: Health) -> None:
    name = f"_dmarc.{health.env.domain}"
    value = '"v=DMARC1; p=reject; rua=mailto:ops@starlightpractice.com"'
    health.zone(("UPSERT", name, "TXT", [value]))

    assert health.checklist()["SES-DMARC-002"]["status"] == "done"


@pytest.mark.parametrize(
    ("published", "status"), [(["v=DMARC1"], "done"), ([], "action"), (["hello"], "action")]
)
def test_reports_to_another_domain_need_its_word(
    health: Health, published: list[str], status: str
) -> None:
    name = f"_dmarc.{health.env.domain}"
    value = '"v=DMARC1; p=none; rua=mailto:x@reports.example!10m"'
    health.zone(("UPSERT", name, "TXT", [value]))
    if published:
        word = f"{health.env.domain}._report._dmarc.reports.example"
        health.local.declare_dns(word, "TXT", published)

    assert health.checklist()["SES-DMARC-003"]["status"] == status
    assert health.checklist("--no-dns")["SES-DMARC-003"]["status"] == "unknown"


def test_a_subdomain_is_held_to_the_subdomain_policy_above_it(cli: Cli, health: Health) -> None:
    name = f"_dmarc.{health.env.domain}"
    value = '"v=DMARC1; p=reject; sp=quarantine; rua=mailto:ops@starlightpractice.com"'
    health.zone(("UPSERT", name, "TXT", [value]))
    cli("apply", "--env", "staging", "--yes")

    [report] = cli("checklist", "--env", "staging", "--json", "--only", "dns").json["environments"]

    [dns] = report["checklist"]["topics"]
    found = {one["id"]: one for one in dns["findings"]}
    assert found["SES-DMARC-001"]["evidence"] == (
        "p=reject with sp=quarantine, inherited from starlightpractice.com"
    )
    assert "policy quarantine" in found["SES-DMARC-002"]["evidence"]


def test_external_dns_has_no_hosted_zone_and_is_seen_through_dns(
    health: Health, world: InProcess
) -> None:
    kept = {kind: health.records(kind) for kind in ("CNAME", "MX", "TXT")}
    for kind, records in kept.items():
        for one in records:
            values = [each["Value"].strip('"').rstrip(".") for each in one["ResourceRecords"]]
            health.local.declare_dns(one["Name"].rstrip("."), kind, values)
    health.local.declare_dns(health.env.domain, "NS", ["ns1.provider.example"])
    zone = f'zone_id = "{health.env.dns.zone_id}"'
    health.change(zone, 'provider = "external"')

    looked = health.run("checklist", "--json", "--only", "dns")

    assert all(call.service != "route53" for call in looked.calls)
    [report] = looked.json["environments"]
    [dns] = report["checklist"]["topics"]
    found = {one["id"]: one["status"] for one in dns["findings"]}
    assert found["SES-DNS-001"] == "not applicable"
    assert {found[f"SES-{one}-00{n}"] for one, n in (("DKIM", 3), ("MX", 1), ("SPF", 1))} == {
        "done"
    }


def test_name_servers_that_cannot_be_asked_for_leave_delegation_unknown(
    health: Health, world: InProcess
) -> None:
    world.silent.update({"", *health.env.dns.resolvers})

    found = health.checklist()

    assert found["SES-DNS-001"]["status"] == "unknown"
    assert found["SES-DKIM-003"]["status"] == "done"
