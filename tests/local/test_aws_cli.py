"""The AWS CLI, a client that we did not write, works against the local AWS.

It comes from PyPI into a virtual environment of its own, because it pins another botocore. Where
it cannot be installed these tests are skipped, and say why.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from ses_provision.local.server import serving
from tests.local.conftest import DOMAIN, HOME, PROD, ZONE

HOUSE = Path(sys.prefix) / "awscli"
AWSCLI = "awscli>=1.46,<2"


@pytest.fixture(scope="module")
def program() -> Path:
    found = HOUSE / "bin" / "aws"
    if not found.exists():
        try:
            venv.create(HOUSE, with_pip=True)
            subprocess.run(
                [HOUSE / "bin" / "python", "-m", "pip", "install", "--quiet", AWSCLI],
                check=True, capture_output=True, text=True, timeout=180,
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"the AWS CLI cannot be installed here: {error}")
    return found


@pytest.fixture
def cli(aws, program):
    with serving(aws) as address:
        environment = {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": address.url,
            "AWS_ACCESS_KEY_ID": f"LOCAL000{PROD}",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": HOME,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_MAX_ATTEMPTS": "1",
        }

        def run(*arguments):
            return subprocess.run(
                [program, *arguments],
                check=False,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
            )

        yield run


def answer(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout else None


def test_the_aws_cli_sets_up_an_identity_with_its_records_and_alarm(aws, cli):
    assert answer(cli("sts", "get-caller-identity"))["Account"] == PROD
    made = answer(cli("sesv2", "create-email-identity", "--email-identity", DOMAIN))
    tokens = made["DkimAttributes"]["Tokens"]
    changes = [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {
                "Name": f"{token}._domainkey.{DOMAIN}",
                "Type": "CNAME",
                "TTL": 300,
                "ResourceRecords": [{"Value": f"{token}.dkim.amazonses.com"}],
            },
        }
        for token in tokens
    ]
    change = answer(
        cli(
            "route53", "change-resource-record-sets", "--hosted-zone-id", ZONE,
            "--change-batch", json.dumps({"Changes": changes}),
        )
    )  # fmt: skip
    assert change["ChangeInfo"]["Status"] == "PENDING"
    aws.clock.advance(3600)
    shown = answer(cli("sesv2", "get-email-identity", "--email-identity", DOMAIN))
    assert shown["DkimAttributes"]["Status"] == "SUCCESS"
    topic = answer(cli("sns", "create-topic", "--name", "events"))["TopicArn"]
    answer(
        cli(
            "cloudwatch", "put-metric-alarm", "--alarm-name", "a", "--namespace", "AWS/SES",
            "--metric-name", "Reputation.BounceRate", "--period", "900", "--threshold", "0.05",
            "--evaluation-periods", "1", "--statistic", "Average",
            "--comparison-operator", "GreaterThanThreshold", "--alarm-actions", topic,
        )
    )  # fmt: skip
    alarms = answer(cli("cloudwatch", "describe-alarms"))["MetricAlarms"]
    assert [alarm["StateValue"] for alarm in alarms] == ["INSUFFICIENT_DATA"]


def test_the_aws_cli_shows_refusals_as_those_of_aws(cli):
    done = cli("sesv2", "get-email-identity", "--email-identity", "example.org")
    assert done.returncode != 0
    assert "An error occurred (NotFoundException) when calling the GetEmailIdentity" in done.stderr
    done = cli("sns", "subscribe", "--topic-arn", f"arn:aws:sns:{HOME}:{PROD}:none",
               "--protocol", "email", "--notification-endpoint", "a@example.org")  # fmt: skip
    assert "An error occurred (NotFound) when calling the Subscribe" in done.stderr
