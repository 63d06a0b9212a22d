"""The records of an environment: said once, the same for hosted zones and for panels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.engine.account import Account
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment, loading
from ses_provision.names import txt_record, txt_value
from ses_provision.resources.dmarc import Dmarc
from ses_provision.resources.record_sets import RecordSet, TxtValue
from ses_provision.resources.route53 import Zone
from ses_provision.resources.ses.identity import Dkim
from ses_provision.steps import dkim, dmarc, mail_from, needs, records

ISSUED = Dkim(("one", "two", "three"), "dkim.eu-south-1.amazonses.com")
ZONE = Zone("Z1", "example.com")
LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


def environment(**settings: object) -> Environment:
    """An environment with some settings."""
    raw = {
        "name": "prod",
        "account_id": "111122223333",
        "region": "eu-south-1",
        "domain": "mail.example.com",
        "configuration_set": {"name": "example"},
        "dmarc": {"policy": "reject", "reports_to": ["a@example.com", "b@example.com"]},
        **settings,
    }
    return loading.checked(raw, "prod.toml")


def test_a_hosted_zone_gets_exactly_the_records_that_a_panel_would_get() -> None:
    env = environment()
    known = Facts(Account(env.account_id, env.region), {needs.ZONE: ZONE, needs.DKIM: ISSUED})
    resources = [one for step in (dkim, mail_from, dmarc) for one in step.desired(env, known)]

    in_zone = set()
    for one in resources:
        match one:
            case RecordSet():
                in_zone.add((one.name, one.type, *one.values, one.ttl))
            case TxtValue() | Dmarc():
                in_zone.add((one.name, "TXT", one.value, one.ttl))

    to_publish = records.records_to_publish(env, ISSUED)
    assert in_zone == {(one.name, one.type, one.value, one.ttl) for one in to_publish}


def test_the_keys_lie_in_the_zone_that_ses_names() -> None:
    found = records.dkim_records(environment(), ISSUED)

    assert [one.value for one in found] == [
        f"{token}.dkim.eu-south-1.amazonses.com" for token in ISSUED.tokens
    ]


def test_the_count_is_known_before_the_tokens_are() -> None:
    env = environment()

    assert records.count(env) == len(records.records_to_publish(env, ISSUED))
    assert len(records.records_to_publish(env, None)) == records.count(env) - 3


def test_without_dmarc_in_the_file_there_is_no_record_of_it() -> None:
    names = [one.name for one in records.records_to_publish(environment(dmarc=None), ISSUED)]

    assert not [name for name in names if name.startswith("_dmarc")]


def test_every_record_has_the_ttl_of_the_environment() -> None:
    found = records.records_to_publish(environment(dns={"ttl": 60}), ISSUED)

    assert {one.ttl for one in found} == {60}


@pytest.mark.parametrize(
    ("name", "zone", "expected"),
    [
        ("example.com", "example.com", "@"),
        ("mail.example.com", "example.com", "mail"),
        ("a.b.example.com", "example.com", "a.b"),
        ("mail.notexample.com", "example.com", "mail.notexample.com"),
    ],
)
def test_a_name_in_a_zone_is_cut_by_whole_labels(name: str, zone: str, expected: str) -> None:
    assert records.relative(name, zone) == expected


@given(st.lists(LABEL, min_size=1, max_size=4), st.lists(LABEL, min_size=2, max_size=3))
def test_what_the_panel_appends_makes_the_name_whole_again(
    labels: list[str], zone_labels: list[str]
) -> None:
    zone = ".".join(zone_labels)
    name = ".".join([*labels, zone])

    assert f"{records.relative(name, zone)}.{zone}" == name


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=600))
def test_text_survives_the_form_of_master_files(value: str) -> None:
    assert txt_value(txt_record(value)) == value
