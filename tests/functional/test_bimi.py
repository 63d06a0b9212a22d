"""BIMI: the record once DMARC enforces, the logo by its profile, the certificate, who shows it."""

from __future__ import annotations

import base64
import gzip
import http.server
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.checks import logo, mark_certificate
from ses_provision.errors import CannotReachAws
from ses_provision.local.smtp import certificates
from ses_provision.outside import web
from ses_provision.resources.bimi_record import means_the_same, record
from tests.conftest import NOON, Cli
from tests.functional.folders import HOSTED, Bench, bench
from tests.pages import fenced, guide, words

LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" '
    b'viewBox="0 0 64 64"><title>Shop</title><path d="M0 0h64v64z" fill="url(#a)"/></svg>'
)
AT, CHAIN_AT = "https://brand.example.com/logo.svg", "https://brand.example.com/mark.pem"
STRONG = HOSTED.replace("[dmarc]", '[dmarc]\npolicy = "quarantine"')
BIMI = f'[bimi]\nlogo = "{AT}"\n'
NAME = "default._bimi.example.com"
KEY = ec.generate_private_key(ec.SECP256R1())


def made(cli: Cli, tmp_path: Path, settings: str = STRONG + BIMI) -> Bench:
    """An environment, and its logo on the web."""
    found = bench(cli, tmp_path / "config", prod=settings)
    serve(found, AT, "image/svg+xml", LOGO)
    return found


def serve(bench: Bench, url: str, kind: str, body: bytes, status: int = 200) -> None:
    """Put a page on the web."""
    bench.local.pages[url] = {"status": status, "type": kind, "url": url, "body": body}


def put(bench: Bench, name: str, *values: str) -> None:
    """A TXT set of somebody else in the zone."""
    [zone] = bench.local.route53.zones("111122223333")
    records = [{"Value": f'"{value}"'} for value in values]
    new = {"Name": name, "Type": "TXT", "TTL": 60, "ResourceRecords": records}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": new}]}
    params = {"HostedZoneId": zone.id, "ChangeBatch": batch}
    bench.local.call("111122223333", "us-east-1", "route53", "ChangeResourceRecordSets", params)


def standing(bench: Bench, name: str = NAME) -> list[str]:
    """The TXT strings at a name of the zone."""
    return list(bench.local.route53.lookup("111122223333", name, "TXT") or ())


def step(bench: Bench) -> Any:
    """Step bimi of the plan."""
    [report] = bench("plan", "--env", "prod", "--json").json["environments"]
    [found] = [one for one in report["plan"]["steps"] if one["id"] == "bimi"]
    return found


def apply(bench: Bench, *arguments: str) -> Any:
    """Apply prod."""
    return bench("apply", "--env", "prod", "--yes", *arguments)


def test_the_record_follows_dmarc_in_the_same_run_and_comes_back_when_it_is_lost(
    cli: Cli, tmp_path: Path
) -> None:
    bench = made(cli, tmp_path)
    assert [one["action"] for one in step(bench)["changes"]] == ["create"]

    assert apply(bench).status == 0
    assert standing(bench) == [f"v=BIMI1; l={AT}; a=;"]
    assert apply(bench).writes == []
    put(bench, NAME, "theirs=1")
    assert [one["action"] for one in step(bench)["changes"]] == ["update"]
    assert apply(bench).status == 0
    assert sorted(standing(bench)) == ["theirs=1", f"v=BIMI1; l={AT}; a=;"]


@pytest.mark.parametrize("before", ["", "v=DMARC1; p=none; rua=mailto:dmarc@example.com"])
def test_without_the_step_that_makes_dmarc_enforce_it_is_held(
    cli: Cli, tmp_path: Path, before: str
) -> None:
    bench = made(cli, tmp_path)
    if before:
        put(bench, "_dmarc.example.com", before)

    alone = apply(bench, "--only", "bimi")

    assert alone.status == 1
    assert "step dmarc is not in order" in alone.stdout
    assert standing(bench) == []
    assert apply(bench, "--only", "dmarc", "--only", "bimi").status == 0
    assert standing(bench) == [f"v=BIMI1; l={AT}; a=;"]


WEAK = {
    "none": ("example.com", {"_dmarc.example.com": "v=DMARC1; p=none"}, "its policy is none"),
    "a part": ("example.com", {"_dmarc.example.com": "v=DMARC1; p=quarantine; pct=50"}, "pct=50"),
    "a test": ("example.com", {"_dmarc.example.com": "v=DMARC1; p=reject; t=y"}, "t=y"),
    "subdomains left out": (
        "example.com",
        {"_dmarc.example.com": "v=DMARC1; p=reject; sp=none"},
        "sp=none",
    ),
    "weak above": (
        "news.example.com",
        {"_dmarc.example.com": "v=DMARC1; p=none", "_dmarc.news.example.com": "v=DMARC1; p=reject"},
        "at example.com: its policy is none",
    ),
    "nothing above": (
        "news.example.com",
        {"_dmarc.news.example.com": "v=DMARC1; p=reject"},
        "_dmarc.example.com has no DMARC record",
    ),
}


@pytest.mark.parametrize("name", WEAK)
def test_where_dmarc_does_not_enforce_nothing_is_published_and_the_reason_is_said(
    cli: Cli, tmp_path: Path, name: str
) -> None:
    domain, records, said = WEAK[name]
    settings = HOSTED.split("[dmarc]", maxsplit=1)[0] + BIMI
    zone = "[dns]\nzone_id = 'Z0'\n"
    bench = made(cli, tmp_path, settings)
    for at, value in records.items():
        put(bench, at, value)
    if domain != "example.com":
        [held] = bench.local.route53.zones("111122223333")
        text = settings.replace('"example.com"', f'"{domain}"') + zone.replace("Z0", held.id)
        (bench.folder / "prod.toml").write_text(text, encoding="utf-8")

    assert said in step(bench)["skipped"]
    assert apply(bench).status == 0
    assert standing(bench, f"default._bimi.{domain}") == []
    shown = bench("bimi", "check", "--env", "prod", "--exit-code")
    assert shown.status == 3
    assert said.removeprefix("at example.com: ") in shown.stdout


def test_a_record_of_others_is_in_the_way_and_one_that_means_the_same_is_not(
    cli: Cli, tmp_path: Path
) -> None:
    bench = made(cli, tmp_path)
    put(bench, NAME, "v=BIMI1; l=https://other.example/x.svg")

    blocked = step_after_dmarc(bench)
    assert [one["action"] for one in blocked["changes"]] == ["blocked"]
    assert "other.example" in str(blocked["changes"][0]["obstacles"])
    assert apply(bench, "--take-over", "bimi").status == 0
    assert standing(bench) == [f"v=BIMI1; l={AT}; a=;"]

    same = f"v=BIMI1;l={AT}"
    put(bench, NAME, same)
    assert [one["action"] for one in step(bench)["changes"]] == ["unchanged"]
    assert bench("destroy", "--env", "prod", "--yes", "--confirm-env", "prod").status == 0
    assert standing(bench) == [same]


def step_after_dmarc(bench: Bench) -> Any:
    """Step bimi once DMARC enforces."""
    apply(bench, "--only", "dmarc")
    return step(bench)


def test_destroy_takes_the_record_though_dmarc_was_weakened(cli: Cli, tmp_path: Path) -> None:
    bench = made(cli, tmp_path)
    apply(bench)
    text = (bench.folder / "prod.toml").read_text(encoding="utf-8")
    put(bench, "_dmarc.example.com", "v=DMARC1; p=none")
    (bench.folder / "prod.toml").write_text(text.replace("quarantine", "none"), encoding="utf-8")

    assert step(bench)["skipped"]
    assert standing(bench) != []
    bench("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")

    assert standing(bench) == []


def test_published_by_hand_it_is_listed_once_dmarc_enforces(cli: Cli, tmp_path: Path) -> None:
    bench = made(cli, tmp_path, f'{STRONG}{BIMI}[dns]\nprovider = "external"\n')
    apply(bench)

    def listed() -> list[str]:
        [report] = bench("dns", "--env", "prod", "--json").json["environments"]
        return [one["name"] for one in report["records"]]

    before = listed()
    bench.local.declare_dns("_dmarc.example.com", "TXT", ["v=DMARC1; p=reject"])

    assert NAME not in before
    assert NAME in listed()


def test_without_the_section_nothing_is_asked_and_nothing_said(cli: Cli, tmp_path: Path) -> None:
    bench = made(cli, tmp_path, STRONG)

    assert "BIMI" not in bench("plan", "--env", "prod").stdout
    assert "bimi" not in bench("checklist", "--env", "prod").stdout.lower()
    assert bench("bimi", "check", "--env", "prod").status == 64


FAULTS = {
    b'version="1.2"': (b'version="1.1"', 'not "1.2"'),
    b'baseProfile="tiny-ps"': (b"", 'not "tiny-ps"'),
    b"viewBox=": (b'x="0" viewBox=', "x of <svg>"),
    b"0 0 64 64": (b"0 0 64 32", "not square"),
    b'viewBox="0 0 64 64"': (b'width="64" height="64"', "not square"),
    b"<title>Shop</title>": (b"<title> </title>", "no <title>"),
    b"<path": (b"<script/><path", "<script>: no scripts"),
    b"</title>": (b'</title><animate attributeName="x"/>', "no animation"),
    b"<path d": (b'<image href="data:image/png;base64,AA=="/><path d', "no pictures"),
    b'd="M0': (b'onclick="x()" d="M0', "onclick of <path>: no scripts"),
    b'fill="url(#a)"': (b'fill="url( \'https://a.example/x\' )"', "fetches"),
    b"<path d=": (b'<use href="https://a.example/#x"/><path d=', "only #"),
    b"fill=": (b'style="fill:red" fill=', "no style sheets"),
    b"<svg xmlns": (b"<!DOCTYPE svg><svg xmlns", "DTD"),
    b"http://www.w3.org/2000/svg": (b"http://example.com/svg", "its root is svg"),
    b"</svg>": (b"", "no XML"),
    b"h64": (b"h64" * 12_000, "octets; 32768 are allowed"),
}  # fmt: skip


@pytest.mark.parametrize("old", FAULTS, ids=lambda old: old.decode()[:20])
def test_each_fault_of_a_logo_is_told(old: bytes) -> None:
    new, said = FAULTS[old]

    assert logo.faults(LOGO) == ()
    assert said in "; ".join(logo.faults(LOGO.replace(old, new, 1)))


HOSTILE = {
    "laughter": b'<!DOCTYPE s [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>',
    "a file of ours": b'<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
    "depth": b"<svg>" * 100_000,
    "nothing": b"",
    "an encoding that does not exist": b'<?xml version="1.0" encoding="x-none"?><svg/>',
    "gzip": gzip.compress(LOGO),
    "a great deal": b" " * 2_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_unread(name: str) -> None:
    assert len(logo.faults(HOSTILE[name])) in {1, 2}


@given(
    st.binary(max_size=200) | st.text(alphabet="<svg>/ ='\"&#;![x:", max_size=60).map(str.encode)
)
def test_no_octets_are_an_exception(content: bytes) -> None:
    assert logo.faults(content) != ()


def certificate(
    names: tuple[str, ...] = ("example.com",),
    mark: str = "Registered Mark",
    content: bytes = LOGO,
    days: int = 300,
    *,
    chained: bool = True,
    for_marks: bool = True,
) -> bytes:
    """A mark certificate with its chain."""
    uri = b"data:image/svg+xml;base64," + base64.b64encode(gzip.compress(content, mtime=0))
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Shop"),
            x509.NameAttribute(x509.ObjectIdentifier(mark_certificate.MARK_TYPE), mark),
        ]
    )
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Issuer")])
    usage = mark_certificate.MARK_CERTIFICATE if for_marks else "1.3.6.1.5.5.7.3.1"
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    logotype = x509.ObjectIdentifier(mark_certificate.LOGOTYPE)
    leaf = (
        signed(subject, issuer, days)
        .add_extension(alternatives, critical=False)
        .add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(usage)]), critical=False)
        .add_extension(x509.UnrecognizedExtension(logotype, uri), critical=False)
    )
    above = signed(issuer, issuer, 3000)
    return b"".join(
        one.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        for one in ([leaf, above] if chained else [leaf])
    )


def signed(subject: x509.Name, issuer: x509.Name, days: int) -> x509.CertificateBuilder:
    """A certificate that is valid so many days from noon."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(NOON + timedelta(days=days))
    )


def wrong(content: bytes, drawn: bytes | None = LOGO) -> str:
    """What is wrong with a certificate."""
    read = mark_certificate.read(content)
    return "; ".join(mark_certificate.faults(read, "example.com", "default", NOON, drawn))


def test_a_certificate_that_holds_is_told_apart_from_those_that_do_not() -> None:
    assert wrong(certificate()) == ""
    assert wrong(certificate(("default._bimi.example.com",))) == ""
    assert "not for example.com" in wrong(certificate(("example.org",)))
    assert "expired" in wrong(certificate(days=-1))
    assert "expires" in wrong(certificate(days=20))
    assert "another logo" in wrong(certificate(content=b"<svg/>"))
    assert "chain is missing" in wrong(certificate(chained=False))
    assert "no mark certificate" in wrong(certificate(for_marks=False))
    assert "no certificate in PEM" in wrong(b"nothing")
    assert "chain does not fit" in wrong(certificate() + certificate())


@pytest.mark.parametrize(
    ("mark", "shown"),
    [
        ("Registered Mark", {"Gmail", "Apple Mail", "Yahoo, AOL", "Fastmail"}),
        ("Prior Use Mark", {"Gmail", "Yahoo, AOL", "Fastmail"}),
        (None, {"Yahoo, AOL", "Fastmail"}),
    ],
)
def test_who_shows_the_logo_follows_from_the_certificate(
    cli: Cli, tmp_path: Path, mark: str | None, shown: set[str]
) -> None:
    bench = made(
        cli, tmp_path, STRONG + BIMI + f'certificate = "{CHAIN_AT}"\n' * (mark is not None)
    )
    if mark:
        serve(bench, CHAIN_AT, "application/x-pem-file", certificate(mark=mark))
    apply(bench)

    ran = bench("bimi", "check", "--env", "prod", "--json", "--exit-code")

    [report] = ran.json["environments"]
    assert {one["name"] for one in report["bimi"]["shown"] if one["shows"]} == shown
    assert ran.status == 0
    assert ran.calls == []


def test_the_checklist_says_what_lacks_and_closes_when_it_is_there(
    cli: Cli, tmp_path: Path
) -> None:
    bench = made(cli, tmp_path, f'{STRONG}{BIMI}certificate = "{CHAIN_AT}"\n')

    def items() -> dict[str, str]:
        ran = bench("checklist", "--env", "prod", "--only", "bimi", "--json")
        [topic] = ran.json["environments"][0]["checklist"]["topics"]
        return {one["id"][-3:]: one["status"] for one in topic["findings"]}

    before = items()
    apply(bench)
    serve(bench, AT, "text/xml", LOGO)
    serve(bench, CHAIN_AT, "text/html", b"", status=404)
    amiss = items()
    serve(bench, AT, "image/svg+xml", LOGO)
    serve(bench, CHAIN_AT, "text/plain", certificate())

    assert before == {"001": "action", "002": "waiting", "003": "done", "004": "unknown"}
    assert amiss == {"001": "done", "002": "done", "003": "action", "004": "action"}
    assert set(items().values()) == {"done"}


def test_records_are_compared_by_what_they_mean() -> None:
    wanted = record(AT, None)

    assert means_the_same(f"V=bimi1;  L={AT} ;a=", wanted)
    assert not means_the_same(f"v=BIMI1; l={AT}; avp=personal", wanted)
    assert not means_the_same(f"v=BIMI1; l={AT}; a={CHAIN_AT}", wanted)
    assert not means_the_same(f"v=BIMI2; l={AT}", wanted)


class Pages(http.server.BaseHTTPRequestHandler):
    """A web server with a logo, and ways that lead to it or nowhere."""

    def do_GET(self) -> None:
        """Answer."""
        away = {"/moved": "/logo.svg", "/round": "/round", "/down": "http://localhost/logo.svg"}
        if self.path in away:
            self.send_response(302)
            self.send_header("Location", away[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200 if self.path in {"/logo.svg", "/large"} else 404)
        self.send_header("Content-Type", "image/svg+xml; charset=utf-8")
        self.end_headers()
        self.wfile.write(LOGO if self.path == "/logo.svg" else b"x" * (web.LARGEST + 5))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Quiet(http.server.ThreadingHTTPServer):
    """A server that is not surprised when a client hangs up."""

    def handle_error(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The web server, on loopback with TLS."""
    server = Quiet(("127.0.0.1", 0), Pages)
    server.socket = certificates.context(("us-east-2",)).wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_page_is_fetched_as_far_as_it_may_be_trusted(
    origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = ssl.create_default_context(cadata=certificates.authority())

    def fetch(path: str, context: ssl.SSLContext | None = trusted) -> Any:
        return web.answer(web.page(f"{origin}{path}"), context)

    moved = fetch("/moved")
    assert (moved["status"], moved["type"], moved["body"]) == (200, "image/svg+xml", LOGO)
    assert moved["url"] == f"{origin}/logo.svg"
    assert fetch("/else")["status"] == 404
    assert len(fetch("/large")["body"]) == web.LARGEST
    monkeypatch.setattr(web, "LONGEST", -1.0)
    assert "not whole" in str(fetch("/large"))
    for refused in (fetch("/round"), fetch("/down"), fetch("/logo.svg", None)):
        assert isinstance(refused, CannotReachAws)
    assert "certificate" in str(fetch("/logo.svg", None)).lower()
    assert isinstance(web.answer(web.page("https://127.0.0.1:1/x"), trusted), CannotReachAws)
    assert isinstance(web.answer(web.page("https://[::"), trusted), CannotReachAws)


def test_the_walk_through_of_the_guide_ends_with_a_logo_that_is_shown(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [section] = fenced(guide("bimi"), "toml")
    bench = made(cli, tmp_path, HOSTED.partition("[dmarc]")[0] + section)
    serve(bench, CHAIN_AT, "application/x-pem-file", certificate())
    monkeypatch.chdir(tmp_path)
    Path("logo.svg").write_bytes(LOGO)
    [block] = fenced(guide("bimi"), "console")

    ran = [bench(*words(line.removeprefix("$ "))) for line in block.splitlines()]

    assert [each.status for each in ran] == [0] * 4
    assert "Gmail                    yes" in ran[2].stdout
    assert "nothing open" in ran[3].stdout
