"""What is made of a mail that strangers wrote: its head, what SES found, text, attachments."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.operations.inbox import Opened, Verdicts, attachments, opened
from ses_provision.resources.stored_mail import Stored

STORED = Stored("0a1b", datetime(2026, 11, 22, tzinfo=UTC), 1000)
RECEIVED = """Return-Path: <a@example.net>
Received: from mx.example.net (mx.example.net [192.0.2.1])
 by inbound-smtp.us-east-2.amazonaws.com with SMTP id 0a1b
 for in@in.example.com;
 Sun, 22 Nov 2026 12:00:00 +0000 (UTC)
"""
FOUND = """X-SES-Spam-Verdict: {spam}
X-SES-Virus-Verdict: PASS
Received-SPF: fail (spfCheck: x) client-ip=192.0.2.1; envelope-from={sender}; helo=mx;
Authentication-Results: amazonses.com;
 spf=fail (spfCheck: x) client-ip=192.0.2.1; envelope-from={sender}; helo={helo};
 dkim=fail header.i=@example.net;
 dmarc=fail header.from=example.net;
X-SES-RECEIPT: AEFB
"""
FORGED = """X-SES-Spam-Verdict: PASS
X-SES-Virus-Verdict: PASS
Authentication-Results: amazonses.com; spf=pass; dkim=pass header.i=@x; dmarc=pass header.from=x
From: Kim <kim@example.net>
Subject: Hello

Hi.
"""
FAILED = Verdicts("FAIL", "PASS", "FAIL", "FAIL", "FAIL")


def read(text: str) -> Opened:
    """A mail as SES stored it."""
    return opened(STORED, text.replace("\n", "\r\n").encode())


@pytest.mark.parametrize("sender", [
    "a@example.net", '"x; dkim=pass header.i=@a dmarc=pass header.from=b"@example.net',
    "a(dmarc=pass header.from=b)@example.net",
])  # fmt: skip
@pytest.mark.parametrize("helo", ["mx", "x;dmarc=pass;dkim=pass"])
def test_only_what_ses_wrote_itself_is_believed(sender: str, helo: str) -> None:
    seen = FOUND.format(spam="FAIL", sender=sender, helo=helo)

    assert read(RECEIVED + seen + FORGED).letter.verdicts == FAILED


def test_a_mail_that_ses_did_not_scan_has_no_verdict_that_its_sender_wrote() -> None:
    seen = FOUND.format(spam="FAIL", sender="a@example.net", helo="mx")
    unscanned = "".join(f"{line}\n" for line in seen.split("\n")[2:-1])

    assert read(RECEIVED + unscanned + FORGED).letter.verdicts == Verdicts(
        "", "", "FAIL", "FAIL", "FAIL"
    )


def test_a_file_that_did_not_come_by_ses_has_no_verdicts() -> None:
    received = "Received: from a by mx.example.com with SMTP id 1; Sun, 22 Nov 2026\n"

    for text in (FORGED, received + FORGED):
        assert read(text).letter.verdicts == Verdicts()


def test_text_is_preferred_and_html_becomes_its_words() -> None:
    html = "<head><title>t</title></head><p>Dear&nbsp;Kim,<br>see <b>this</b><script>x()</script>"
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@example.net", "Grüße"
    mail.set_content(html, subtype="html")
    alone = opened(STORED, mail.as_bytes())
    mail.set_content("Plain.")
    mail.add_alternative(html, subtype="html")
    mail.add_attachment(b"<feedback/>", "application", "gzip", filename="r.xml.gz")
    both = opened(STORED, mail.as_bytes())

    assert (alone.text, alone.attachments) == ("Dear Kim,\nsee this", ())
    assert (both.text.strip(), both.letter.subject) == ("Plain.", "Grüße")
    [held] = both.attachments
    assert (held.name, held.type, held.content) == (
        "r.xml.gz", "application/gzip", b"<feedback/>",
    )  # fmt: skip


def test_a_report_that_is_the_whole_body_is_attached() -> None:
    raw = b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEs=\r\n"

    [held] = attachments(raw)

    assert (held.type, held.content) == ("application/zip", b"PK")


def test_a_mail_made_to_keep_the_parser_busy_is_not_taken_apart() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n)
                      for n in range(2000))  # fmt: skip

    assert opened(STORED, nested).flaw == "its body cannot be taken apart"
    assert attachments(nested) == ()


WORD = st.sampled_from([
    b"From: ", b"Subject: ", b"Date: ", b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: text/html; charset=utf-9\r\n", b"Received: ", b"\r\n", b"--b\r\n", b"\r\n\r\n",
    b" by inbound-smtp.us-east-2.amazonaws.com with", b"=?utf-8?b?gICA?=", b"\xff\x00", b"<<@,;:\\",
    b"Content-Transfer-Encoding: base64\r\n", b"filename*=utf-8''%ff", b"\xe2\x80\xae",
    b"Content-Disposition: attachment; ",
])  # fmt: skip


@given(st.lists(st.one_of(WORD, st.binary(max_size=12)), max_size=40).map(b"".join))
def test_whatever_arrives_becomes_text_that_can_be_written(raw: bytes) -> None:
    found = opened(STORED, raw)

    letter = found.letter
    for text in (letter.sender, letter.subject, letter.recipients, letter.message_id):
        assert text.encode("utf-8") is not None
        assert "\n" not in text
    found.text.encode("utf-8")
    for one in attachments(raw):
        assert isinstance(one.content, bytes)
        one.name.encode("utf-8")
