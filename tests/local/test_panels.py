"""The stand-in for the providers that octoDNS reaches refuses what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ses_provision.local import Clock, LocalAws
from tests.conftest import NOON

ZONE = "example.com"
BASES = {
    "digitalocean": "/v2/domains",
    "dnsimple": "/v2/1010/zones",
    "gandi": "/v5/livedns/domains",
    "hetzner": "/v1/zones",
    "powerdns": "/api/v1/servers/localhost/zones",
}


@pytest.fixture
def aws() -> LocalAws:
    """A zone at each of them, with an alias in it."""
    made = LocalAws(Clock(frozen_at=NOON))
    made.seed("111122223333", panels=[(provider, ZONE) for provider in BASES])
    for zones in made.panels.zones.values():
        zones[ZONE].add("www.example.com", "CNAME", 3600, "example.net.")
    return made


def ask(aws: LocalAws, provider: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """What is answered below the zones of a provider."""
    key = {"X-API-Key": "local"} if provider == "powerdns" else {"Authorization": "Bearer local"}
    octets = b"" if body is None else json.dumps(body).encode()
    target = f"/octodns/{provider}{BASES.get(provider, '')}{path}"
    status, _, answer = aws.panels.respond(method, target, key, octets)
    return status, json.loads(answer) if answer else None


def record(**fields: Any) -> dict[str, Any]:
    """A record as panels have it."""
    return {"name": "mail", "type": "TXT", "ttl": 300, "data": "a", "content": "a", **fields}


def rrset(kind: str, ttl: int, *values: str, name: str = "mail") -> dict[str, Any]:
    """A set as each of those with sets has it."""
    return {
        "rrset_name": name, "rrset_type": kind, "rrset_ttl": ttl, "rrset_values": list(values),
        "name": name, "type": kind, "ttl": ttl, "records": [{"value": one} for one in values],
    }  # fmt: skip


def patch(kind: str, *values: str) -> dict[str, Any]:
    """A change as PowerDNS has it, beside one that is right."""
    changes = [
        {"name": f"{name}.example.com.", "type": of, "ttl": 300, "changetype": "REPLACE",
         "records": [{"content": one} for one in held]}
        for name, of, held in (("good", "TXT", ['"a"']), ("mail", kind, values))
    ]  # fmt: skip
    return {"rrsets": changes}


REFUSED: list[tuple[str, str, str, Any, int, str]] = [
    ("digitalocean", "POST", "", {"name": "new.example"}, 403, "No zone is made here"),
    ("digitalocean", "POST", "/example.com/records", record(ttl=5), 422, "at least 30 seconds"),
    ("digitalocean", "POST", "/example.com/records", record(type="CNAME", data="a.example"), 422,
     "Data needs to end with a dot"),
    ("digitalocean", "POST", "/example.com/records", record(name="www"), 422, "stands alone"),
    ("digitalocean", "DELETE", "/example.com/records/99", None, 404, "Not found"),
    ("digitalocean", "PUT", "/example.com/records/1", None, 404, "Not found"),
    ("digitalocean", "GET", "/example.net/records", None, 404, "Not found"),
    ("dnsimple", "POST", "/example.com/records", record(type="MX", content="a b c", priority=1),
     422, "MX has no such value"),
    ("gandi", "POST", "/example.com/records", rrset("TXT", 60, "a"), 422, "at least 300"),
    ("gandi", "POST", "/example.com/records", rrset("CNAME", 300, "a.", name="www"), 409,
     "already exists"),
    ("hetzner", "POST", "/example.com/rrsets", rrset("TXT", 300, "a"), 422, "in quotes"),
    ("hetzner", "POST", "/1/rrsets", rrset("TXT", 30, '"a"'), 422, "at least 60"),
    ("hetzner", "POST", "/1/rrsets", rrset("CNAME", 300, "a.", name="www"), 409, "already exists"),
    ("hetzner", "DELETE", "/1/rrsets/mail/TXT", None, 404, "RRSet not found"),
    ("hetzner", "POST", "/1/rrsets/www/CNAME/actions/change_ttl", {"ttl": 1}, 422, "at least 60"),
    ("powerdns", "POST", "", {"name": "new.example."}, 403, "No zone is made here"),
    ("powerdns", "PATCH", "/example.com.", patch("TXT", "a"), 422, "Data field in quotes"),
    ("powerdns", "PATCH", "/example.com.", patch("MX", "10 a"), 422, "parsed as relative"),
    ("nobody", "GET", "/v1", None, 404, "No such provider"),
]  # fmt: skip


@pytest.mark.parametrize(("provider", "method", "path", "body", "status", "words"), REFUSED)
def test_what_providers_refuse_is_refused_and_changes_nothing(
    aws: LocalAws, provider: str, method: str, path: str, body: Any, status: int, words: str
) -> None:
    before = aws.panels.snapshot()

    answered, document = ask(aws, provider, method, path, body)

    assert (answered, words in json.dumps(document)) == (status, True), document
    assert aws.panels.snapshot() == before


def test_the_same_value_twice_and_a_name_elsewhere_cannot_stand(aws: LocalAws) -> None:
    body = record()

    assert ask(aws, "dnsimple", "POST", "/example.com/records", body)[0] == 201
    assert ask(aws, "dnsimple", "POST", "/example.com/records", body)[0] == 422
    with pytest.raises(ValueError, match="no zone of a panel holds"):
        aws.panels.put("example.org", "A", 300, "192.0.2.1")


def test_only_a_known_key_is_answered_and_only_json_is_read(aws: LocalAws) -> None:
    target = "/octodns/gandi/v5/livedns/domains/example.com/records"
    key = {"authorization": "Bearer local"}

    assert aws.panels.respond("GET", target, {}, b"")[0] == 401
    assert aws.panels.respond("POST", target, key, b"no")[0] == 400
    aws.panels.tokens["local"] = False
    body = json.dumps(rrset("TXT", 300, "a")).encode()
    assert aws.panels.respond("POST", target, key, body)[0] == 403
    asked = [entry.operation for entry in aws.journal]
    assert asked == ["ListRecords", "CreateRecord", "CreateRecord"]


def test_dns_shows_what_a_panel_has(aws: LocalAws) -> None:
    ask(aws, "gandi", "POST", "/example.com/records", rrset("TXT", 300, "v=spf1 -all"))

    assert aws.primaries.lookup("mail.example.com", "TXT") is None, "another provider came later"
    aws.panels.zones = {"gandi": aws.panels.zones["gandi"]}
    aws.panels.put("w.example.com", "A", 300, "192.0.2.1")
    assert aws.primaries.lookup("mail.example.com", "TXT") == ["v=spf1 -all"]
