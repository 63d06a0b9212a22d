"""dmarc report --inbox: reports among the mails that [receiving] stored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.dmarc_reports import DAY, FORGED, OURS, TODAY, Report, mailed, series, zipped
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.test_dmarc_reports import flaws, told

ACCOUNT, REGION = "111122223333", "eu-central-1"
ADDRESS = "dmarc@in.example.com"
RECEIVES = HOSTED.replace("dmarc@example.com", ADDRESS) + "[receiving]\n"
BUCKET, PREFIX = f"ses-inbound-prod-{ACCOUNT}-{REGION}-an", "inbox/"
INBOX = ("dmarc", "report", "--inbox", "--json")


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment that receives the reports on itself."""
    found = bench(cli, tmp_path / "config", prod=RECEIVES)
    found.prepare("apply", "--env", "prod", "--yes", "--wait")
    assert found("apply", "--env", "prod", "--yes").status == 0
    return found


def addressed(octets: bytes, to: str = ADDRESS, subject: str = "") -> bytes:
    """A mail from our own domain, so that SES sends it, with other headers."""
    for name, value in (("From", "notifications@example.com"), ("To", to), ("Subject", subject)):
        if value:
            octets = re.sub(rf"(?m)^{name}: .*$".encode(), f"{name}: {value}".encode(), octets)
    return octets


def send(made: Bench, octets: bytes) -> None:
    """Let a mail arrive, by SES and by the rules."""
    mail = {"Destination": {"ToAddresses": [ADDRESS]}, "Content": {"Raw": {"Data": octets}}}
    made.local.allow_production(ACCOUNT, REGION)
    made.local.call(ACCOUNT, REGION, "sesv2", "SendEmail", mail)


def put(made: Bench, key: str, octets: bytes) -> None:
    """Have an object in the bucket as SES would put it there."""
    request = {"Bucket": BUCKET, "Key": f"{PREFIX}{key}", "Body": octets}
    made.local.call(ACCOUNT, REGION, "s3", "PutObject", request)


def attached(document: bytes) -> bytes:
    """A mail with a report."""
    return mailed([("r.zip", "application/zip", zipped(document))])


def test_reports_are_found_among_other_mail_and_nothing_else_of_it_is_read(made: Bench) -> None:
    for document in series(2, OURS, FORGED):
        send(made, addressed(attached(document)))
    send(made, addressed(attached(Report(identity="of the subject").xml()), "x@in.example.com"))
    letter = addressed(mailed([("x.pdf", "application/pdf", b"%PDF")]), subject="Hello")
    send(made, addressed(letter, "x@in.example.com"))

    ran = made(*INBOX)

    assert (told(ran)["reports"], told(ran)["mails"]) == (3, 306)
    assert ran.writes == []
    whole = [call for call in ran.calls if call.operation == "GetObject"]
    assert len(whole) == 4 + 3, "four heads, and three mails that may hold a report"
    assert flaws(ran) == []


def test_a_report_by_mail_that_fails_dmarc_may_be_of_anybody_and_is_not_counted(
    made: Bench,
) -> None:
    head = (
        f"Received: from x by inbound-smtp.{REGION}.amazonaws.com with SMTP id 1\r\n"
        "X-SES-Spam-Verdict: PASS\r\n"
        "Authentication-Results: amazonses.com; spf=fail; dmarc=fail header.from=google.com;\r\n"
        "X-SES-RECEIPT: x\r\n"
    )
    send(made, addressed(attached(Report().xml())))
    put(made, "forged", head.encode() + attached(Report(org="google.com").xml()))

    ran = made(*INBOX)

    assert told(ran)["reporters"] == ["receiver.example"]
    assert flaws(ran) == [
        "inbox of prod: forged fails DMARC itself, as mail from dmarc@receiver.example: not counted"
    ]


def test_only_mail_of_the_days_is_looked_at(made: Bench) -> None:
    send(made, addressed(attached(Report().xml())))
    made.local.clock.advance(40 * 86_400)
    send(made, addressed(attached(Report(identity="2", begin=TODAY + 39 * DAY).xml())))

    ran = made(*INBOX, "--days", "10")

    assert [call.operation for call in ran.calls].count("GetObject") == 2


def test_where_nothing_can_be_read_it_says_why(made: Bench, cli: Cli, tmp_path: Path) -> None:
    empty = made(*INBOX)
    made.local.fault("deny", "s3:ListObjectsV2", times=None)
    denied = made(*INBOX)
    without = bench(cli, tmp_path / "other", prod=HOSTED)("dmarc", "report", "--inbox")
    both = made("dmarc", "report", "file", "--inbox")

    assert (empty.status, empty.json["error"]["message"]) == (
        1, "No mail with a DMARC report has arrived in 30 days.",
    )  # fmt: skip
    assert denied.status == 1
    assert denied.json["environments"][0]["error"]["kind"] == "AccessDenied"
    assert "error" not in denied.json
    assert (without.status, both.status) == (64, 64)
    assert "none has a [receiving] section" in without.stderr
    assert "name one of the two" in both.stderr
