"""How name servers are asked: over the network, on the loopback address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ses_provision.errors import BrokenDns, CannotReachAws
from ses_provision.outside import dns
from ses_provision.outside.dns import answer, host_port
from ses_provision.outside.voices import ask_dns
from tests.functional.zone_server import ZoneServer, serving

HOST = "127.0.0.1"
RECORDS = {
    ("a.example.", "NS"): ["ns.a.example."],
    ("ns.a.example.", "A"): [HOST],
    ("a.example.", "TXT"): ['"first" "second"', '"v=spf1 -all"'],
    ("a.example.", "MX"): ["10 MX.a.example."],
    ("alias.a.example.", "CNAME"): ["a.example."],
    ("away.a.example.", "CNAME"): ["elsewhere.example."],
}


@pytest.fixture
def server() -> Iterator[tuple[int, ZoneServer]]:
    """A server with one zone."""
    with serving({HOST: RECORDS}) as (port, servers):
        yield port, servers[HOST]


Served = tuple[int, ZoneServer]


@pytest.mark.parametrize("whom", ["", HOST, "ns.a.example"])
@pytest.mark.parametrize(
    ("name", "kind", "values", "alias"),
    [
        ("a.example", "TXT", ["firstsecond", "v=spf1 -all"], None),
        ("a.example", "MX", ["10 mx.a.example"], None),
        ("a.example", "NS", ["ns.a.example"], None),
        ("alias.a.example", "CNAME", ["a.example"], None),
        ("alias.a.example", "MX", ["10 mx.a.example"], "a.example"),
    ],
)
def test_values_come_in_one_form_from_whomever_is_asked(
    server: Served, whom: str, name: str, kind: str, values: list[str], alias: str | None
) -> None:
    port, _ = server

    found = answer(ask_dns(kind, name, whom), [f"{HOST}:{port}"], port=port)

    assert isinstance(found, dict)
    assert found["values"] == values
    assert found.get("alias") == alias


@pytest.mark.parametrize("whom", ["", HOST])
@pytest.mark.parametrize(("name", "kind"), [("none.a.example", "TXT"), ("ns.a.example", "MX")])
def test_no_such_name_and_no_such_type_are_both_absent(
    server: Served, whom: str, name: str, kind: str
) -> None:
    port, _ = server

    assert answer(ask_dns(kind, name, whom), [f"{HOST}:{port}"], port=port) is None


def test_an_alias_that_leads_out_of_the_zone_is_told(server: Served) -> None:
    port, _ = server

    found = answer(ask_dns("MX", "away.a.example", HOST), port=port)

    assert found == {"values": [], "alias": "elsewhere.example"}


def test_silence_is_an_error(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    port, one = server
    one.silent = True
    monkeypatch.setattr(dns, "PATIENCE", 0.1)

    for whom in ("", HOST):
        found = answer(ask_dns("MX", "a.example", whom), [f"{HOST}:{port}"], port=port)
        assert isinstance(found, CannotReachAws)
        assert "could not be asked for MX a.example" in str(found)


def test_a_refusal_is_an_error(server: Served) -> None:
    port, one = server
    one.refuses = True

    found = answer(ask_dns("MX", "a.example", HOST), port=port)

    assert isinstance(found, CannotReachAws)
    assert "it answers REFUSED" in str(found)


@pytest.mark.parametrize("whom", ["", HOST])
def test_a_resolver_that_fails_is_told_from_one_that_is_silent(server: Served, whom: str) -> None:
    port, one = server
    one.fails = True

    found = answer(ask_dns("MX", "a.example", whom), [f"{HOST}:{port}"], port=port)

    assert isinstance(found, BrokenDns)
    assert "SERVFAIL" in str(found)


def test_a_name_server_without_an_address_is_an_error(server: Served) -> None:
    port, _ = server

    found = answer(ask_dns("MX", "a.example", "nowhere.a.example"), [f"{HOST}:{port}"], port=port)

    assert isinstance(found, CannotReachAws)


def test_where_everything_is_in_one_place_it_is_asked_whoever_was_meant(server: Served) -> None:
    port, _ = server

    found = answer(ask_dns("NS", "a.example", "8.8.8.8"), [f"{HOST}:{port}"], everything_there=True)

    assert found == {"values": ["ns.a.example"]}


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("1.1.1.1", "1.1.1.1", 53),
        ("1.1.1.1:5353", "1.1.1.1", 5353),
        ("::1", "::1", 53),
        ("[::1]", "::1", 53),
        ("[::1]:5353", "::1", 5353),
        ("ns.example", "ns.example", 53),
    ],
)
def test_servers_are_written_with_or_without_a_port(written: str, host: str, port: int) -> None:
    assert host_port(written) == (host, port)


def test_at_a_name_that_is_too_long_stands_nothing() -> None:
    name = ".".join(["a" * 60] * 5)

    assert answer(ask_dns("TXT", name), [f"{HOST}:1"]) is None


@pytest.mark.parametrize("name", ["a..example", f"{'a' * 64}.example", "a." * 126 + "example"])
@pytest.mark.parametrize("whom", ["", HOST])
def test_nothing_stands_at_what_is_no_name(server: Served, whom: str, name: str) -> None:
    port, _ = server

    assert answer(ask_dns("TXT", name, whom), [f"{HOST}:{port}"], port=port) is None
