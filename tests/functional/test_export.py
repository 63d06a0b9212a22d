"""`export`: what Terraform and CloudFormation get, and that Terraform then changes nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ses_provision.export import hcl
from ses_provision.local.server import serving
from tests.conftest import Cli
from tests.functional.folders import EXTERNAL, HOSTED, Bench, bench

ACCOUNT = "111122223333"
FULL = (
    HOSTED
    + """
[sender]
role = "web"
[events]
emails = ["ops@example.com"]
[alarms]
regions = ["eu-central-1", "us-east-1"]
per_configuration_set = true
"""
)
PLUGINS = os.environ.get("SES_PROVISION_TERRAFORM_PLUGINS", "")
"""A folder of provider plugins (`terraform providers mirror`), for there is no network in tests."""

needs_terraform = pytest.mark.skipif(
    not (PLUGINS and shutil.which("terraform")),
    reason="SES_PROVISION_TERRAFORM_PLUGINS names no plugins, or there is no terraform",
)


@pytest.fixture
def applied(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with everything in it, applied and confirmed."""
    made = bench(cli, tmp_path / "config", prod=FULL)
    made.prepare("apply", "--env", "prod", "--yes")
    made.local.confirm_subscriptions()
    return made


def terraform(made: Bench) -> str:
    """The export for Terraform."""
    exported = made("export", "--env", "prod")
    assert exported.status == 0
    assert exported.writes == []
    return exported.stdout


def cloudformation(made: Bench) -> Any:
    """The export for CloudFormation."""
    return json.loads(made("export", "--env", "prod", "--format", "cloudformation").stdout)


def blocks(text: str) -> dict[str, str]:
    """Resource blocks by address."""
    found = re.findall(r'^resource "(\S+)" "(\S+)" \{\n(.*?)^\}', text, re.DOTALL | re.MULTILINE)
    return {f"{kind}.{name}": body for kind, name, body in found}


def imports(text: str) -> dict[str, str]:
    """The ids by which addresses are imported."""
    return dict(re.findall(r'^import \{\n  to = (\S+)\n  id = "(.*)"\n\}', text, re.MULTILINE))


@needs_terraform
def test_terraform_imports_everything_and_changes_nothing(applied: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "terraform"
    folder.mkdir()
    (folder / "main.tf").write_text(terraform(applied), encoding="utf-8")
    with serving(applied.local) as address:
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_ENDPOINT_URL": address.url,
            "AWS_ACCESS_KEY_ID": f"LOCAL000{ACCOUNT}",
            "AWS_SECRET_ACCESS_KEY": "local",
            "CHECKPOINT_DISABLE": "1",
        }

        def run(*arguments: str) -> str:
            done = subprocess.run(
                ["terraform", *arguments],
                cwd=folder,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        run("init", "-no-color", f"-plugin-dir={PLUGINS}")
        run("fmt", "-check")
        planned = run("plan", "-no-color", "-input=false")

    count = len(blocks(terraform(applied)))
    assert f"Plan: {count} to import, 0 to add, 0 to change, 0 to destroy." in planned


def test_every_resource_block_has_an_import_block_and_the_other_way_round(
    applied: Bench,
) -> None:
    text = terraform(applied)

    assert list(imports(text)) == list(blocks(text))
    assert len(blocks(text)) > 25


def test_each_part_of_the_environment_is_there_with_its_id(applied: Bench) -> None:
    found = imports(terraform(applied))
    by_type: dict[str, set[str]] = {}
    for address, identity in found.items():
        by_type.setdefault(address.partition(".")[0], set()).add(identity)

    assert by_type["aws_sesv2_configuration_set"] == {"example"}
    assert by_type["aws_sesv2_email_identity"] == {"example.com", "notifications@example.com"}
    assert by_type["aws_sesv2_configuration_set_event_destination"] == {
        "example|sns-bounce-complaint"
    }
    assert by_type["aws_iam_role_policy"] == {"web:ses-send-prod"}
    assert len(by_type["aws_route53_record"]) == 6
    assert len(by_type["aws_sns_topic"]) == 2
    assert len([a for a in found if a.startswith("aws_cloudwatch_metric_alarm.")]) == 8


def test_what_lies_in_another_region_has_a_provider_of_its_own(applied: Bench) -> None:
    text = terraform(applied)

    assert '  alias               = "us_east_1"\n  region              = "us-east-1"' in text
    elsewhere = [body for body in blocks(text).values() if "aws.us_east_1" in body]
    assert len(elsewhere) == 1 + 1 + 1 + 4  # topic, policy, subscription, alarms


def test_only_the_account_of_the_environment_is_allowed(applied: Bench) -> None:
    assert terraform(applied).count(f'allowed_account_ids = ["{ACCOUNT}"]') == 2


def test_an_unconfirmed_subscription_is_left_out_and_named(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=FULL)
    made("apply", "--env", "prod", "--yes")

    text = terraform(made)

    assert "aws_sns_topic_subscription" not in text
    assert "# Left out until confirmed: email subscription of ops@example.com" in text


def test_a_dmarc_record_of_somebody_else_is_left_out_and_named(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=FULL)
    made.local.call(
        ACCOUNT,
        "us-east-1",
        "route53",
        "ChangeResourceRecordSets",
        {
            "HostedZoneId": made.local.route53.zones(ACCOUNT)[0].id,
            "ChangeBatch": {
                "Changes": [
                    {
                        "Action": "CREATE",
                        "ResourceRecordSet": {
                            "Name": "_dmarc.example.com",
                            "Type": "TXT",
                            "TTL": 60,
                            "ResourceRecords": [{"Value": '"v=DMARC1; p=reject"'}],
                        },
                    }
                ]
            },
        },
    )
    made("apply", "--env", "prod", "--yes")

    text = terraform(made)

    assert "# Left out, for it is not ours: _dmarc.example.com" in text
    assert not [address for address in blocks(text) if "dmarc" in address]


def test_hosted_zones_in_another_account_have_a_provider_with_its_role(
    cli: Cli, tmp_path: Path
) -> None:
    role = "arn:aws:iam::999988887777:role/dns"
    made = bench(cli, tmp_path / "config", prod=f'{HOSTED}\n[dns]\nassume_role_arn = "{role}"\n')
    made("apply", "--env", "prod", "--yes")

    text = terraform(made)

    assert f'  assume_role {{\n    role_arn = "{role}"\n  }}' in text
    for address, body in blocks(text).items():
        assert ("provider = aws.dns" in body) == address.startswith("aws_route53_record")


def test_with_external_dns_there_are_no_records(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=EXTERNAL)
    made("apply", "--env", "prod", "--yes")

    assert "aws_route53" not in terraform(made)


@pytest.mark.parametrize("output_format", ["terraform", "cloudformation"])
def test_what_is_not_applied_cannot_be_exported(
    cli: Cli, tmp_path: Path, output_format: str
) -> None:
    made = bench(cli, tmp_path / "config", prod=FULL.replace('role = "web"', ""))

    refused = made("export", "--env", "prod", "--format", output_format)

    assert refused.status == 1
    assert "ses-provision apply --env prod" in refused.stderr


def test_export_takes_one_environment(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=FULL, ext=EXTERNAL.replace(ACCOUNT, "1" * 12))

    assert made("export").status == 64
    assert made("export", "--all").status == 64


def test_cloudformation_imports_each_resource_by_its_identifier_and_retains_it(
    applied: Bench,
) -> None:
    template = cloudformation(applied)
    resources = template["Resources"]
    listed = template["Metadata"]["ResourcesToImport"]

    assert {one["LogicalResourceId"] for one in listed} == set(resources)
    for one in listed:
        made = resources[one["LogicalResourceId"]]
        assert made["Type"] == one["ResourceType"]
        assert made["DeletionPolicy"] == "Retain"
        assert re.fullmatch("[A-Za-z0-9]{1,255}", one["LogicalResourceId"])
        if one["ResourceType"] != "AWS::SNS::Topic":
            assert one["ResourceIdentifier"].items() <= made["Properties"].items()


def test_cloudformation_says_what_stays_outside_of_the_stack(applied: Bench) -> None:
    template = cloudformation(applied)
    types = {one["Type"] for one in template["Resources"].values()}

    assert types == {
        "AWS::SES::ConfigurationSet",
        "AWS::SES::EmailIdentity",
        "AWS::SNS::Topic",
        "AWS::CloudWatch::Alarm",
        "AWS::IAM::RolePolicy",
    }
    left_out = " ".join(template["Metadata"]["LeftOut"])
    for part in ("CNAME", "MX mail.example.com", "event destination", "us-east-1"):
        assert part in left_out


def test_cloudformation_has_mail_from_on_the_identities(applied: Bench) -> None:
    identities = [
        one["Properties"]
        for one in cloudformation(applied)["Resources"].values()
        if one["Type"] == "AWS::SES::EmailIdentity"
    ]

    assert len(identities) == 2
    for one in identities:
        assert one["MailFromAttributes"]["MailFromDomain"] == "mail.example.com"


def test_json_holds_the_export_too(applied: Bench) -> None:
    as_text = applied("export", "--env", "prod", "--json").json["environments"][0]
    as_template = applied("export", "--env", "prod", "--format", "cloudformation", "--json").json[
        "environments"
    ][0]

    assert as_text["text"].startswith("# prod: example.com")
    assert as_template["template"]["AWSTemplateFormatVersion"] == "2010-09-09"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", '"plain"'),
        ('with "quotes" and \\', '"with \\"quotes\\" and \\\\"'),
        ("${not.a.template} %{nor this}", r'"\u0024{not.a.template} \u0025{nor this}"'),
        ("two\nlines\tand \x08", '"two\\nlines\\tand \\u0008"'),
        (True, "true"),
        (0.001, "0.001"),
        (["a", 1], '["a", 1]'),
        ({}, "{}"),
        ({"k": "v"}, '{\n  "k" = "v"\n}'),
        (
            hcl.Json({"a": [{"b": 1}]}),
            'jsonencode({\n  "a" = [\n    {\n      "b" = 1\n    },\n  ]\n})',
        ),
    ],
)
def test_values_are_written_in_terraforms_language(value: Any, written: str) -> None:
    assert hcl.expression(value, 0) == written
