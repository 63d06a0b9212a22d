"""One declaration a DNS provider, and what is made of Cloudflare's records."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.environment.dns import Dns
from ses_provision.environment.dns_providers import BY_OCTODNS, PROVIDERS
from ses_provision.local.panel_dialects import DIALECTS
from ses_provision.names import DnsProviderName, txt_value
from ses_provision.outside.providers import SERVICES
from ses_provision.outside.providers.cloudflare_records import batch, moved, told
from ses_provision.outside.providers.octodns_allowed import ALLOWED
from ses_provision.render.dns_rights import WORDINGS
from ses_provision.render.panel_rights import TOKENS
from ses_provision.resources.zones import ELSEWHERE
from ses_provision.worlds.dns_provider import KEPT


def test_every_table_about_providers_has_the_same_names() -> None:
    assert set(PROVIDERS) == set(get_args(DnsProviderName))
    assert {one.service for one in PROVIDERS.values() if one.credentials} == SERVICES
    assert (
        set(ALLOWED)
        == set(TOKENS)
        == set(DIALECTS)
        == {one.name.partition(":")[2] for one in BY_OCTODNS}
    )
    assert set(KEPT) == set(ELSEWHERE) == set(WORDINGS) == SERVICES
    named = {name for one in PROVIDERS.values() for name in one.settings}
    assert named == set(Dns.model_fields) - {"provider", "ttl", "resolvers"}


@pytest.mark.parametrize(
    ("content", "meant"),
    [
        ('"v=spf1 -all"', "v=spf1 -all"),
        ("v=spf1 -all", "v=spf1 -all"),
        ('"one " "string"', "one string"),
        ('"open', '"open'),
        (r'"a\"b"', 'a"b'),
        ('"café"', "café"),
        ("", ""),
    ],
)
def test_a_text_is_read_with_its_quotes_and_without_them(content: str, meant: str) -> None:
    [found] = told([{"id": "1", "name": "a.b", "type": "TXT", "ttl": 1, "content": content}])

    assert txt_value(found["ResourceRecords"][0]["Value"]) == meant
    assert found["TTL"] == 300


OURS = '"v=spf1 include:amazonses.com ~all"'
THEIRS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    ),
    unique=True,
    max_size=4,
).filter(lambda held: OURS not in held)


@given(theirs=THEIRS, ttls=st.lists(st.sampled_from([1, 60, 300, 3600]), min_size=5, max_size=5))
def test_no_change_of_our_string_names_a_record_of_others(
    theirs: list[str], ttls: list[int]
) -> None:
    def row(number: int, content: str) -> dict[str, Any]:
        ttl = ttls[number]
        return {"id": f"{number}", "name": "m.b", "type": "TXT", "ttl": ttl, "content": content}

    rows = [row(number, content) for number, content in enumerate(theirs)]
    with_ours = [*rows, row(len(rows), OURS)]
    [whole] = told(with_ours)
    kept = [held for held in whole["ResourceRecords"] if held["Id"] != f"{len(rows)}"]
    rest = {**whole, "ResourceRecords": [{"Value": held["Value"]} for held in kept]}
    taken_out = [{"Action": "DELETE", "ResourceRecordSet": whole}]
    taken_out += [{"Action": "CREATE", "ResourceRecordSet": rest}] if kept else []
    put_in = [{"Action": "DELETE", "ResourceRecordSet": one} for one in told(rows)]
    ttl = told(rows)[0]["TTL"] if rows else 300  # as record_sets has it: theirs, beside others
    records = [*rest["ResourceRecords"], {"Value": OURS}]
    put_in += [
        {"Action": "CREATE", "ResourceRecordSet": {**whole, "TTL": ttl, "ResourceRecords": records}}
    ]

    assert batch(taken_out) == {"deletes": [{"id": f"{len(rows)}"}]}
    change = batch(put_in)
    [posted] = change["posts"]
    assert posted["content"] == OURS
    assert set(change) == {"posts"}
    assert moved(taken_out, told(with_ours)) == []
    assert moved(taken_out, told(rows)) == ["TXT m.b"]
