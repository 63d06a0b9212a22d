"""The key that signs updates, and answers that nobody has signed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.message
import dns.tsig
import pytest

from ses_provision.errors import CannotReachDns
from ses_provision.outside.providers.rfc2136 import Exchange, Rfc2136
from ses_provision.outside.providers.tsig import KeyPlace
from ses_provision.outside.secrets import HIDDEN, hide
from ses_provision.resources.updated_zone import UpdatedZone, zone_question

KEY = dns.tsig.Key("ours", b"ours", "hmac-sha256")
UNSIGNED = "answers about zone example.com without a signature"


def encoded(text: str) -> str:
    """A secret as a key clause has it."""
    return base64.b64encode(text.encode()).decode()


def test_a_secret_in_a_key_file_is_hidden_once_it_is_read(tmp_path: Path) -> None:
    secret = encoded("known from a file alone")
    file = tmp_path / "key"
    file.write_text(
        f'key "ours" {{ algorithm hmac-sha256; secret "{secret}"; }};', encoding="utf-8"
    )

    KeyPlace(file=str(file)).key()

    assert hide(f"the server said {secret}!") == f"the server said {HIDDEN}!"


def test_a_secret_in_a_variable_of_any_name_is_hidden_once_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = encoded("known from a variable alone")
    monkeypatch.setenv("UPDATES_OF_DNS", f"{secret}\n")

    KeyPlace("ours", variable="UPDATES_OF_DNS").key()

    assert hide(f"the server said {secret}!") == f"the server said {HIDDEN}!"


@contextmanager
def unsigned(_: str) -> Iterator[Exchange]:
    """A line on which every answer is fine and nobody signs: some versions of dnspython refuse such
    an answer themselves, others hand it over."""

    def answer(query: dns.message.Message) -> dns.message.Message:
        plain = dns.message.from_wire(query.to_wire(), keyring=False)
        return dns.message.make_response(plain)

    yield answer


def test_an_answer_that_nobody_has_signed_proves_nothing() -> None:
    found = Rfc2136(lambda: KEY, unsigned).answer(zone_question("example.com", "ns1.example.net"))

    assert isinstance(found, CannotReachDns)
    assert UNSIGNED in found.message


def test_an_update_whose_answer_nobody_has_signed_does_not_count_as_made() -> None:
    record = {
        "Name": "mail.example.com.",
        "Type": "TXT",
        "TTL": 60,
        "ResourceRecords": [{"Value": '"ours"'}],
    }
    call = UpdatedZone("example.com", "ns1.example.net").change([("CREATE", record)])

    with pytest.raises(CannotReachDns, match=UNSIGNED):
        Rfc2136(lambda: KEY, unsigned).send(call)
