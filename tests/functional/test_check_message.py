"""check-message: a mail in a file is judged, and nothing in it does harm."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_provision.operations.message import judged, taken_apart
from ses_provision.operations.message.keys import parse
from ses_provision.operations.message.verifying import verified
from ses_provision.outside import anybody
from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench
from tests.laws.hostile import HOSTILE as STEERING
from tests.laws.hostile import WIDE, faults_of

SELECTOR, DOMAIN = "s2026", "example.com"
KEYS = {bits: rsa.generate_private_key(65537, bits) for bits in (1024, 2048)}
UNSUBSCRIBE = {
    "List-Unsubscribe": "<https://example.com/u?id=1>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


def record(bits: int = 2048, more: str = "") -> str:
    """The record of a key."""
    der = (
        KEYS[bits]
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return f"v=DKIM1; k=rsa; {more}p={base64.b64encode(der).decode()}"


@dataclass(frozen=True)
class Letter:
    """A mail as SES and a receiver leave it; each test changes one thing about it."""

    headers: dict[str, str] = field(
        default_factory=lambda: {
            "From": "Shop <notifications@example.com>",
            "To": "ann@example.net",
            "Subject": "Your receipt",
            "Date": "Sun, 22 Nov 2026 12:00:00 +0000",
            "Message-ID": "<0100-1@us-east-2.amazonses.com>",
            "MIME-Version": "1.0",
            "Content-Type": 'multipart/alternative; boundary="b"',
            **UNSUBSCRIBE,
        }
    )
    text: str = "See https://example.com/r/1"
    html: str = '<p>See <a href="https://example.com/r/1">your receipt</a></p>'
    envelope: str = "bounce@mail.example.com"
    signed_by: str = DOMAIN
    bits: int = 2048
    key: str | None = None
    unsigned: tuple[str, ...] = ()
    length: bool = False
    spoil: Callable[[bytes], bytes] = bytes

    def having(self, **headers: str | None) -> Letter:
        """The same with other headers; None takes one away."""
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        whole = {**self.headers, **changed}
        return replace(self, headers={n: v for n, v in whole.items() if v is not None})

    def written(self) -> bytes:
        """The octets."""
        parts = [("text/plain", self.text), ("text/html", self.html)]
        body = "".join(
            f"--b\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n{said}\r\n"
            for kind, said in parts
            if said
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        mail = f"{head}\r\n{body}--b--\r\n".encode()
        covered = [name for name in self.headers if name not in self.unsigned]
        signature = self.signature(f"{body}--b--\r\n".encode(), covered)
        return self.spoil(f"Return-Path: <{self.envelope}>\r\n".encode() + signature + mail)

    def signature(self, body: bytes, covered: list[str]) -> bytes:
        """The signature of these headers, relaxed, and of the body, simple (RFC 6376)."""
        hashed = base64.b64encode(hashlib.sha256(body).digest()).decode()
        length = f" l={len(body)};" if self.length else ""
        value = (
            f"v=1; a=rsa-sha256; c=relaxed/simple; d={self.signed_by}; s={SELECTOR};{length} "
            f"h={':'.join(covered)}; bh={hashed}; b="
        )
        lines = [f"{name.lower()}:{self.headers[name]}\r\n" for name in covered]
        signed = "".join([*lines, f"dkim-signature:{value}"]).encode()
        made = KEYS[self.bits].sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return f"DKIM-Signature: {value}{base64.b64encode(made).decode()}\r\n".encode()


GOOD = Letter()


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment, and its DMARC record in the world's DNS."""
    found = bench(cli, tmp_path / "config", prod=HOSTED)
    found.local.declare_dns(f"_dmarc.{DOMAIN}", "TXT", ["v=DMARC1; p=none"])
    return found


def check(made: Bench, letter: Letter, *arguments: str) -> Any:
    """What the command says of a mail."""
    file = made.folder.parent / "mail.eml"
    file.write_bytes(letter.written())
    name = f"{SELECTOR}._domainkey.{letter.signed_by}"
    made.local.declare_dns(name, "TXT", [record(letter.bits) if letter.key is None else letter.key])
    ran = made("check-message", str(file), "--json", *arguments)
    assert ran.status == 0, ran.stderr
    document = ran.json
    [*reports] = document["environments"]
    return (reports[0] if reports else document)["message"]


def open_ids(told: Any) -> set[str]:
    """What is open."""
    return {one["id"] for one in told["findings"] if one["open"]}


def test_a_good_mail_has_nothing_open_and_needs_no_account(made: Bench) -> None:
    told = check(made, GOOD, "--env", "prod")

    assert open_ids(told) == set()
    assert told["open"] == 0
    done = {one["id"] for one in told["findings"] if one["status"] == "done"}
    assert {"MAIL-DKIM-001", "MAIL-ALIGN-001", "MAIL-ALIGN-002", "MAIL-UNSUB-001"} <= done
    assert list(made.local.journal) == []


BROKEN_SIGNATURE = {"MAIL-DKIM-001", "MAIL-ALIGN-001", "MAIL-RULES-001", "MAIL-UNSUB-001"}
FAULTS: dict[str, tuple[Letter, set[str]]] = {
    "a changed body": (
        replace(GOOD, spoil=lambda raw: raw.replace(b"your receipt", b"your refund")),
        BROKEN_SIGNATURE,
    ),
    "a changed subject": (
        replace(GOOD, spoil=lambda raw: raw.replace(b"Your receipt", b"Your refund")),
        BROKEN_SIGNATURE,
    ),
    "a revoked key": (replace(GOOD, key="v=DKIM1; p="), BROKEN_SIGNATURE),
    "no key": (replace(GOOD, key="nothing"), BROKEN_SIGNATURE),
    "a key of another": (replace(GOOD, key=record(1024)), {*BROKEN_SIGNATURE, "MAIL-DKIM-002"}),
    "a short key": (replace(GOOD, bits=1024), {"MAIL-DKIM-002"}),
    "a key for tests": (replace(GOOD, key=record(more="t=y; ")), {"MAIL-DKIM-002"}),
    "an unsigned subject": (replace(GOOD, unsigned=("Subject",)), {"MAIL-DKIM-003"}),
    "a body that others may add to": (replace(GOOD, length=True), {"MAIL-DKIM-003"}),
    "a signature of the provider": (
        replace(GOOD, signed_by="amazonses.com"),
        {"MAIL-ALIGN-001", "MAIL-RULES-001"},
    ),
    "an envelope of the provider": (
        replace(GOOD, envelope="x@us-east-2.amazonses.com"),
        {"MAIL-ALIGN-002"},
    ),
    "two From": (
        replace(GOOD, spoil=lambda raw: b"From: <b@example.com>\r\n" + raw),
        {"MAIL-FROM-001", "MAIL-HEAD-001", "MAIL-RULES-001"},
    ),
    "another domain": (
        GOOD.having(From="a@example.org"),
        {"MAIL-FROM-002", "MAIL-ALIGN-001", "MAIL-ALIGN-002", "MAIL-DMARC-001", "MAIL-RULES-001"},
    ),
    "a mailbox of Gmail": (
        GOOD.having(From="ann@gmail.com"),
        {"MAIL-FROM-001", "MAIL-FROM-002", "MAIL-ALIGN-001", "MAIL-ALIGN-002", "MAIL-DMARC-001",
         "MAIL-RULES-001"},
    ),
    "unsubscribing over http": (
        GOOD.having(List_Unsubscribe="<http://example.com/u>"),
        {"MAIL-UNSUB-001"},
    ),
    "unsubscribing by mail alone": (
        GOOD.having(List_Unsubscribe="<mailto:u@example.com>"),
        {"MAIL-UNSUB-001"},
    ),
    "unsubscribing with two clicks": (
        GOOD.having(List_Unsubscribe_Post=None),
        {"MAIL-UNSUB-001"},
    ),
    "unsubscribing that nobody signed": (
        replace(GOOD, unsigned=("List-Unsubscribe-Post",)),
        {"MAIL-UNSUB-001", "MAIL-DKIM-003"},
    ),
    "bulk without unsubscribing": (
        GOOD.having(List_Unsubscribe=None, List_Unsubscribe_Post=None, List_Id="<n.example.com>"),
        {"MAIL-UNSUB-001"},
    ),
    "HTML alone": (replace(GOOD, text=""), {"MAIL-BODY-001"}),
    "a link in clear text": (replace(GOOD, text="http://example.com"), {"MAIL-LINK-001"}),
    "a link to an address": (replace(GOOD, text="https://[::1]/x"), {"MAIL-LINK-002"}),
    "a link by a shortener": (replace(GOOD, text="https://bit.ly/x"), {"MAIL-LINK-003"}),
    "clicks that others count": (
        replace(GOOD, html='<a href="https://u1.ct.sendgrid.net/x">Go</a>'),
        {"MAIL-LINK-004"},
    ),
    "a link that shows another": (
        replace(GOOD, html='<a href="https://example.org/">https://bank.example.net/in</a>'),
        {"MAIL-LINK-005"},
    ),
    "too many recipients": (
        GOOD.having(To=", ".join(f"a{n}@example.net" for n in range(51))),
        {"MAIL-RCPT-001"},
    ),
    "answers elsewhere": (GOOD.having(Reply_To="shop@example.org"), {"MAIL-REPLY-001"}),
    "another configuration set": (
        GOOD.having(X_SES_CONFIGURATION_SET="theirs"),
        {"MAIL-SET-001"},
    ),
    "no date": (GOOD.having(Date=None), {"MAIL-HEAD-003"}),
    "what is no date": (GOOD.having(Date="yesterday"), {"MAIL-HEAD-003"}),
    "no Message-ID": (GOOD.having(Message_ID=None), {"MAIL-HEAD-002"}),
    "letters beyond ASCII in a header": (
        GOOD.having(Subject="Grüße"),
        {"MAIL-FROM-001", "MAIL-RULES-001"},
    ),
    "a very long line": (replace(GOOD, text="x" * 1200), {"MAIL-FORM-001"}),
    "an attachment that is too large": (
        replace(GOOD, text="\r\n".join(["x" * 900] * 47_000)),
        {"MAIL-SIZE-001"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_and_nothing_else(made: Bench, name: str) -> None:
    letter, expected = FAULTS[name]

    told = check(made, letter, "--env", "prod")

    assert open_ids(told) == expected
    assert all(one["next_step"] for one in told["findings"] if one["open"])


def test_strict_alignment_is_that_of_the_record(made: Bench) -> None:
    letter = replace(GOOD.having(From="a@news.example.com"), signed_by="news.example.com")
    record_at = f"_dmarc.{DOMAIN}"
    made.local.declare_dns(record_at, "TXT", ["v=DMARC1; p=none; adkim=s; aspf=s"])

    aligned = check(made, letter, "--env", "prod")
    of_parent = check(made, replace(letter, signed_by=DOMAIN), "--env", "prod")

    assert open_ids(aligned) == {"MAIL-ALIGN-002"}
    assert open_ids(of_parent) == {"MAIL-ALIGN-001", "MAIL-ALIGN-002", "MAIL-RULES-001"}


def test_a_draft_has_nothing_to_be_blamed_for_that_ses_adds(made: Bench) -> None:
    file = made.folder.parent / "draft.eml"
    file.write_text("From: a@example.com\nTo: b@example.net\nSubject: s\n\nHello.\n")

    told = made("check-message", str(file), "--json").json["message"]

    assert open_ids(told) == {"MAIL-DKIM-001", "MAIL-RULES-001"}
    assert {one["status"] for one in told["findings"] if one["open"]} == {"unknown"}


def test_without_the_extra_a_signature_is_looked_at_and_not_verified(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda n: None if n == "cryptography" else real(n)
    )

    told = check(made, GOOD, "--env", "prod")

    [validity] = [one for one in told["findings"] if one["id"] == "MAIL-DKIM-001"]
    assert validity["status"] == "unknown"
    assert "ses-provision[mail]" in validity["next_step"]
    assert "RSA, 2048 bits" in str(told["findings"])


GAME = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
"""
EDWARDS = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
RIVEST = (
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6w"
    "y5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9"
    "PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)


def test_the_signatures_of_the_standard_hold_and_no_longer_when_anything_is_changed() -> None:
    """The example of RFC 8463 appendix A."""
    mail = taken_apart(GAME)
    added = taken_apart(GAME.replace(b"From: Joe", b"Subject: Another\nFrom: Joe"))

    assert [verified(mail.raw, 0, EDWARDS), verified(mail.raw, 1, RIVEST)] == [(True, "")] * 2
    for changed in (GAME.replace(b"game", b"match"), GAME.replace(b"dinner", b"lunch")):
        for number, key in enumerate((EDWARDS, RIVEST)):
            assert verified(taken_apart(changed).raw, number, key)[0] is False
    assert verified(added.raw, 1, RIVEST)[0] is False
    assert verified(mail.raw, 1, EDWARDS)[0] is not True
    assert verified(mail.raw, 2, RIVEST)[0] is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"v=1; a=rsa", b"v=2; a=rsa", "another version"),
        (b"a=rsa-sha256", b"a=dsa-sha1", "nobody knows the algorithm"),
        (b"c=relaxed/relaxed", b"c=relaxed/nowsp", "nobody knows the form"),
        (b"i=@football.example.com", b"i=@example.com", "i is not within d"),
        (b"q=dns/txt; s=test", b"l=x; s=test", "l is no number"),
        (b"h=from : to : subject :", b"x=from : to : subject :", "has no h"),
    ],
)
def test_a_signature_that_is_malformed_counts_for_nothing(
    old: bytes, new: bytes, said: str
) -> None:
    first, second = GAME[: GAME.index(b"DKIM", 1)], GAME[GAME.index(b"DKIM", 1) :]

    holds, why = verified(taken_apart(first + second.replace(old, new)).raw, 1, RIVEST)

    assert (holds, said in why) == (False, True)


def test_standard_input_text_and_exit_status(made: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(b"From: a@example.com\nSubject: \x1b[31mRed\n\nx\n"))
    monkeypatch.setattr(sys, "stdin", piped)

    shown = made("check-message", "-", "--exit-code")

    assert shown.status == 3
    assert "\\x1b[31mRed" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert made("check-message", "missing.eml").status == 64


def test_what_others_write_into_a_mail_steers_nobody(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", WIDE["COLUMNS"])
    text = STEERING.encode("utf-8", "surrogatepass")
    bare = text.replace(b"\n", b" ").replace(b"\r", b" ")
    names = (b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Reply-To", b"Return-Path",
             b"List-Unsubscribe", b"X-SES-CONFIGURATION-SET", b"DKIM-Signature")  # fmt: skip
    head = b"".join(name + b": d=" + bare + b"; <a@" + bare + b">\n" for name in names)
    kind = b"Content-Type: text/html; charset=" + bare + b"\n\n"
    body = b'<a href="https://bit.ly/' + text + b'">http://a.example/' + text + b"</a>"
    file = made.folder.parent / "mail.eml"
    file.write_bytes(head + kind + body)

    for form in ((), ("--json",)):
        ran = made("check-message", str(file), "--env", "prod", *form)
        assert ran.status == 0
        assert list(faults_of(ran.stdout + ran.stderr)) == []


def nothing_there(_: Any) -> None:
    """DNS has nothing."""


HOSTILE = {
    "nothing": b"",
    "NULs": b"\0" * 5000,
    "megabytes of headers": b"X-A: " + b"a" * 3_000_000 + b"\r\n\r\nx",
    "many headers": b"".join(b"X-%d: a\n" % n for n in range(20_000)) + b"\nx",
    "parts in parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)
    ),
    "a boundary that never comes": b"Content-Type: multipart/mixed; boundary=b\n\nx",
    "a character set that does not exist": b"Content-Type: text/plain; charset=\xff\xfe\n\n\xff\n",
    "base64 that is none": b"Content-Transfer-Encoding: base64\n\n=====\xff\n",
    "a signature of nonsense": b"DKIM-Signature: ;;=;d=..;s=\xff;h=:::;b==\nFrom: a@b.example\n\nx",
    "a signature with wrong numbers": (
        b"DKIM-Signature: v=1; a=rsa-sha256; d=b.example; s=s; h=from; bh=x; b=y; l=-9; t=a; x=z\n"
        b"From: a@b.example\n\nx"
    ),
    "addresses of nonsense": b"From: <<<@@>>>, \"\nTo: (((((\nReturn-Path: @\n\nx",
    "a domain that cannot be": b"From: a@" + b"x" * 300 + b"..\xc3\xa4\n\nx",
    "markup of nonsense": b"Content-Type: text/html\n\n<![x<a href=\"http://[::\"><!-- <a href=//",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_hostile_mail_does_harm(name: str) -> None:
    found = anybody.run(judged(taken_apart(HOSTILE[name]), None, ()), nothing_there)

    assert any(one.is_open for one in found)


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [b"From: a@example.com", b"DKIM-Signature: d=example.com; s=s; h=from", b"To: ", b"\n",
             b"Content-Type: multipart/mixed; boundary=b", b"--b", b"--b--", b"Subject: =?utf-8?q?",
             b"List-Unsubscribe: <https://", b"\xff\xfe", b"<a href='http://[", b" folded"]
        )
        | st.binary(max_size=20),
        max_size=20,
    )
)  # fmt: skip
def test_no_octets_at_all_are_an_exception(lines: list[bytes]) -> None:
    anybody.run(judged(taken_apart(b"\n".join(lines)), None, ()), nothing_there)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("v=DKIM1; p=", "the key is revoked (p is empty)"),
        ("v=DKIM2; p=AA==", "the record is no DKIM key"),
        ("k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "ed25519"),
        ("k=dsa; p=AA==", "nobody knows keys of kind dsa"),
        ("p=MAA=", "the key is no RSA key in base64"),
        ("p=MII", "the key is no RSA key in base64"),
    ],
)
def test_records_of_keys_are_read_as_receivers_read_them(text: str, said: str) -> None:
    assert str(parse(text)) == said


def test_both_forms_of_an_rsa_key_are_measured() -> None:
    bare = (
        KEYS[1024]
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    )

    assert parse(f"p={base64.b64encode(bare).decode()}").bits == 1024
    assert parse(record(2048)).bits == 2048
