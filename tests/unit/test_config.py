"""An environment file is an Environment, or every mistake in it with its key and what is right."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.environment import Environment, loading
from ses_provision.environment.shapes import address_to_ascii, to_ascii
from ses_provision.errors import ConfigError, UsageError
from tests.conftest import CONFIG

LEAST: dict[str, Any] = {
    "account_id": "123456789012",
    "region": "us-east-2",
    "domain": "example.com",
    "configuration_set": {"name": "mail"},
}


def toml(value: Any) -> str:
    """A value as TOML has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value) if isinstance(value, float) else json.dumps(value)


def text(raw: dict[str, Any]) -> bytes:
    """A file as TOML."""
    return "".join(f"{json.dumps(name)} = {toml(value)}\n" for name, value in raw.items()).encode()


def with_setting(path: str, value: Any) -> dict[str, Any]:
    """The least file, with one more setting."""
    raw = json.loads(json.dumps(LEAST))
    *sections, name = path.split(".")
    place = raw
    for section in sections:
        place = place.setdefault(section, {})
    place[name] = value
    if sections == ["production_access"]:
        raw["production_access"] = {"website": "https://a.org", "use_case": "x", name: value}
    return dict(raw)


def load(raw: dict[str, Any]) -> Environment:
    """An environment from plain values, by way of TOML."""
    return loading.parse(text(raw), "prod", "prod.toml")


def problems(raw: dict[str, Any]) -> list[str]:
    """The mistakes in a file."""
    with pytest.raises(ConfigError) as raised:
        load(raw)
    assert all(one.startswith("prod.toml: ") for one in raised.value.problems)
    return [one.removeprefix("prod.toml: ") for one in raised.value.problems]


def test_the_least_file_loads() -> None:
    assert load(LEAST).domain == "example.com"


def test_every_mistake_is_told_at_once_each_with_its_key_and_what_would_be_right() -> None:
    raw = {
        "name": "prod",
        "acount_id": "123456789012",
        "region": "Ohio",
        "domain": "example",
        "ttl": 300,
        "configuration_set": {"name": "has spaces", "tls_policy": "SOMETIMES"},
        "sender": {"adress": "a@example.com"},
        "alarms": {"period": 61, "bounce_rate": "0.05"},
    }

    assert problems(raw) == [
        "account_id: missing; it is required",
        "acount_id: unknown setting; did you mean account_id?",
        'alarms.bounce_rate: must be a number, not "0.05"',
        "alarms.period: must be a multiple of 60, not 61",
        'configuration_set.name: must be 1 to 64 of A-Z a-z 0-9 _ -, not "has spaces"',
        'configuration_set.tls_policy: must be "REQUIRE" or "OPTIONAL", not "SOMETIMES"',
        'domain: must be a domain such as "example.com", not "example"',
        "name: the name of an environment is the name of its file",
        'region: must be an AWS region such as "us-east-2", not "Ohio"',
        "sender.adress: unknown setting; did you mean address?",
        "ttl: unknown setting; did you mean dns.ttl?",
    ]


def test_a_list_whose_only_entry_is_wrong_is_not_said_to_lack_entries() -> None:
    assert problems(LEAST | {"report": {"to": ["nobody"]}}) == [
        'report.to.0: must be an e-mail address, not "nobody"'
    ]
    assert problems(LEAST | {"report": {"to": []}}) == [
        "report.to: must have entries, 1 at least, not []"
    ]


def test_mistakes_across_settings_are_told_together_with_those_of_single_ones() -> None:
    raw = {
        **LEAST,
        "region": "Ohio",
        "sender": {"address": "a@elsewhere.org"},
        "alarms": {"bounce_name": "same", "complaint_name": "same"},
        "mail_from": {"subdomain": ".".join(["a" * 60] * 5)},
    }

    found = problems(raw)

    assert [one.partition(":")[0] for one in found] == [
        "alarms.complaint_name",
        "mail_from.subdomain",
        "region",
        "sender.address",
    ]


def test_one_mistake_is_counted_as_one() -> None:
    with pytest.raises(ConfigError, match=r"prod\.toml has one mistake:\n  - region: must be"):
        load({**LEAST, "region": "Ohio"})


def test_an_unknown_setting_like_none_is_told_what_is_known_there() -> None:
    [problem] = problems({**LEAST, "dkim": {"zzz": 1}})

    assert problem == (
        "dkim.zzz: unknown setting; known here: key_length, method, replica_of, "
        "rotate_after_days, selector_prefix"
    )


INJECTIONS = ["a b\nc", "x\x1b[31m", "", "a" * 5000, '"; DROP', "[red]"]
NAMES = [
    "account_id",
    "region",
    "domain",
    "suffix",
    "configuration_set.name",
    "events.topic",
    "events.destination",
    "events.kms_key",
    "sender.role",
    "sender.policy_name",
    "sender.address",
    "mail_from.subdomain",
    "dns.zone_id",
    "dns.assume_role_arn",
    "production_access.website",
]
TEXTS = ["profile", "project", "alarms.bounce_name", "alarms.complaint_name", "dns.profile"]
CHOICES = [
    "dns.provider",
    "configuration_set.tls_policy",
    "dkim.key_length",
    "mail_from.on_mx_failure",
    "alarms.missing_data",
    "production_access.mail_type",
    "production_access.language",
]
BOOLEANS = [
    "protect",
    "hipaa",
    "configuration_set.reputation_metrics",
    "sender.feedback_forwarding",
    "alarms.per_configuration_set",
]
NUMBERS: dict[str, list[Any]] = {
    "dns.ttl": [-1, 604801, 1.5],
    "alarms.period": [0, 59, 90, 86460, 900.0],
    "alarms.evaluation_periods": [0, 97],
    "alarms.bounce_rate": [0, 1, -0.1, 5],
    "alarms.complaint_rate": [0, 1, 100],
}
ADDRESSES = ["events.emails", "alarms.emails", "dmarc.reports_to", "production_access.contacts"]

WRONG: list[tuple[str, Any]] = [
    *((path, value) for path in [*NAMES, *CHOICES] for value in [*INJECTIONS, 7, True, [], {}]),
    *((path, value) for path in TEXTS for value in ["a\nb", "\x1b[31m", "", "a" * 300, 7, []]),
    *((path, value) for path in BOOLEANS for value in ["yes", 1, 0, []]),
    *((path, value) for path, bad in NUMBERS.items() for value in [*bad, "5", True, []]),
    *((path, value) for path in ADDRESSES for value in ["a@example.com", 7, {"a": 1}]),
    ("tags", {"aws:mine": "x"}),
    ("tags", {"": "x"}),
    ("tags", {"a": "x\ny"}),
    ("tags", {"a": 1}),
    ("tags", []),
    ("alarms.regions", []),
    ("alarms.regions", ["us-east-2", "us-east-2"]),
    ("alarms.regions", "us-east-2"),
    ("events.types", []),
    ("events.topic", "mail.fifo"),
    ("events.kms_key", "alias/aws/sns"),
    ("events.kms_key", "arn:aws:kms:us-east-2:123456789012:alias/aws/sns"),
    ("sender.role", "arn:aws:iam::123456789012:role/application"),
    ("sender.role", "AWSReservedSSO_Admin_0123456789abcdef"),
    ("sender.role", "AWSServiceRoleForSupport"),
    ("region", "cn-north-1"),
    ("region", "ap-east-1"),
    ("region", "us-isob-east-1"),
    ("account_id", "12345678901"),
    ("account_id", "１２３４５６７８９０１２"),
    ("region", "us-east-٢"),
    ("sender.role", "rôle"),
    ("domain", "-a.example.com"),
    ("domain", "a..example.com"),
    ("domain", "192.0.2.1"),
    ("domain", f"{'a' * 64}.com"),
    ("configuration_set", "mail"),
    ("production_access.use_case", ""),
]


@pytest.mark.parametrize(
    ("path", "value"), WRONG, ids=[f"{path} {value!r:.30}" for path, value in WRONG]
)
def test_a_wrong_value_is_refused_with_its_key(path: str, value: Any) -> None:
    for problem in problems(with_setting(path, value)):
        assert problem.startswith(path), problem


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("address", ["a", "a@b", "a b@example.com", "a@example.com\n", "@a.org"])
def test_a_wrong_address_is_refused_with_its_place_in_the_list(path: str, address: str) -> None:
    [problem] = problems(with_setting(path, ["right@example.com", address]))

    assert problem.startswith(f"{path}.1: must be an e-mail address")


@pytest.mark.parametrize("path", ADDRESSES)
def test_an_address_given_twice_is_refused(path: str) -> None:
    [problem] = problems(with_setting(path, ["a@example.com", "A@Example.com"]))

    assert problem == f"{path}: names a@example.com twice"


def test_a_wrong_value_is_shown_short_and_with_its_control_characters_visible() -> None:
    [problem] = problems({**LEAST, "profile": 7 * [("\x1b" * 30)]})

    assert "\x1b" not in problem
    assert len(problem) < 150


def test_the_key_of_sns_is_refused_with_the_reason() -> None:
    [problem] = problems(with_setting("events.kms_key", "alias/aws/sns"))

    assert "SES and CloudWatch can never publish" in problem


def test_alarm_names_leave_room_for_the_set_they_are_about() -> None:
    raw = {**LEAST, "alarms": {"per_configuration_set": True, "complaint_name": "c" * 254}}

    [problem] = problems(raw)

    assert problem == "alarms.complaint_name: is too long to be followed by -mail"


def test_a_long_domain_leaves_room_for_its_mail_from_domain() -> None:
    domain = ".".join(["a" * 50] * 4) + ".com"
    subdomain = ".".join(["m" * 25] * 2)
    assert len(f"{subdomain}.{domain}") > 253

    [problem] = problems({**LEAST, "domain": domain, "mail_from": {"subdomain": subdomain}})

    assert problem.startswith("mail_from.subdomain: ")


def test_a_longer_domain_leaves_no_room_for_its_dkim_records() -> None:
    longest = ".".join(["a" * 50] * 4) + ".a.org"
    assert len(longest) == 209

    assert problems({**LEAST, "domain": f"a{longest}"}) == [
        "domain: has 210 characters; with more than 209 its DKIM records do not fit"
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Example.COM.", "example.com"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("例え.jp", "xn--r8jz45g.jp"),
    ],
)
def test_a_domain_is_read_as_dns_takes_it(written: str, read: str) -> None:
    env = load({**LEAST, "domain": written, "events": {"emails": [f"Ops@{written}"]}})

    assert env.domain == read
    assert env.events.emails == (f"Ops@{read}",)


@pytest.mark.parametrize(
    "content",
    [
        b"account_id = ",
        b"[dns\n",
        b"a = 1\na = 2\n",
        b"\xff\xfe",
        b"a = " + b"[" * 100_000,
        b"a = 1" + b"0" * 5000,
    ],
)
def test_what_is_not_toml_is_told_so_with_its_file(content: bytes) -> None:
    with pytest.raises(ConfigError) as raised:
        loading.parse(content, "prod", "config/prod.toml")

    assert raised.value.message.startswith("config/prod.toml is not valid TOML: ")
    assert raised.value.problems


SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["REQUIRE", "us-east-1", "example.com", "a@example.com", "none"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "emails", "x", "zone_id"]), inner, max_size=3),
    ),
    max_leaves=5,
)
PATHS = [
    f"{name}.{inner}" if section else name
    for name in Environment.model_fields
    if name != "name"
    for section in [loading.section_of(Environment, name)]
    for inner in (section.model_fields if section else [""])
]


@given(st.dictionaries(st.sampled_from(PATHS), VALUES, max_size=6))
def test_whatever_a_file_says_it_loads_or_its_mistakes_are_told_and_it_loads_as_it_was_read(
    settings: dict[str, Any],
) -> None:
    raw = json.loads(json.dumps(LEAST))
    for path, value in settings.items():
        section, _, name = path.rpartition(".")
        place = raw.setdefault(section, {}) if section else raw
        if isinstance(place, dict):
            place[name] = value
    try:
        env = load(raw)
    except ConfigError as error:
        assert error.problems
        return
    again = env.model_dump(mode="json", exclude_none=True)
    assert Environment.model_validate_json(json.dumps({**again, "name": "prod"})) == env


@given(st.binary(max_size=200))
def test_no_bytes_make_anything_but_a_config_error(content: bytes) -> None:
    with pytest.raises(ConfigError):
        loading.parse(content, "prod", "prod.toml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two environments, the example and something else."""
    (tmp_path / "zeta.toml").write_bytes(text({**LEAST, "domain": "example.com"}))
    (tmp_path / "alpha.toml").write_bytes(text({**LEAST, "domain": "dev.example.com"}))
    (tmp_path / "example.toml").write_bytes(b"not = even toml =")
    (tmp_path / "notes.txt").write_text("hello")
    return tmp_path


def test_environments_come_in_deployment_order_a_domain_before_its_subdomains(
    folder: Path,
) -> None:
    assert [env.name for env in loading.load_all(folder)] == ["zeta", "alpha"]


def test_the_shipped_environments_load_prod_first() -> None:
    prod, staging = loading.load_all(CONFIG)

    assert (prod.name, prod.account_id) == ("prod", "524471258033")
    assert (staging.name, staging.account_id) == ("staging", "421807902331")
    assert (prod.ending, staging.ending) == ("prod", "dev")


def test_an_environment_is_its_files_name(folder: Path) -> None:
    assert loading.load("alpha", folder).name == "alpha"
    assert loading.names(folder) == ["alpha", "zeta"]


def test_an_environment_that_does_not_exist_is_told_with_those_that_do(folder: Path) -> None:
    with pytest.raises(UsageError) as raised:
        loading.load("alfa", folder)

    assert "Did you mean alpha?" in raised.value.message
    assert "alpha, zeta" in raised.value.hint
    assert raised.value.exit_status == 64


def test_the_example_is_no_environment(folder: Path) -> None:
    with pytest.raises(UsageError, match="only documents the settings"):
        loading.load("example", folder)


def test_a_folder_without_environments_is_told(tmp_path: Path) -> None:
    for empty in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError, match="There is no environment in"):
            loading.load_all(empty)


def test_the_mistakes_of_all_files_are_told_together(folder: Path) -> None:
    for name in ("alpha", "zeta"):
        (folder / f"{name}.toml").write_bytes(text({**LEAST, "region": "Ohio"}))

    with pytest.raises(ConfigError) as raised:
        loading.load_all(folder)

    assert len(raised.value.problems) == 2
    assert "alpha.toml" in raised.value.message
    assert "zeta.toml" in raised.value.message


def test_a_file_that_cannot_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> bytes:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr("ses_provision.outside.files.content", refused)

    with pytest.raises(ConfigError, match=r"alpha\.toml cannot be read: Permission denied"):
        loading.load("alpha", folder)


@pytest.mark.parametrize("name", ["../prod", "my env", "a.b"])
def test_a_file_whose_name_cannot_be_part_of_other_names_is_refused(
    name: str, tmp_path: Path
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / f"{name}.toml").write_bytes(text(LEAST))

    with pytest.raises(ConfigError, match="name: must be 1 to 32 of"):
        loading.load(name, inner)


def test_a_role_given_later_is_checked_as_the_files() -> None:
    env = load(LEAST)

    assert env.with_role("application").sender.role == "application"
    with pytest.raises(ValueError, match="not its ARN"):
        env.with_role("arn:aws:iam::123456789012:role/x")


def test_names_follow_from_the_suffix_where_the_file_gives_none() -> None:
    env = load({**LEAST, "suffix": "x"})

    assert (env.event_topic, env.alarm_topic) == ("ses-events-x", "ses-events-x")
    assert (env.bounce_alarm, env.complaint_alarm) == ("ses-bounce-rate-x", "ses-complaint-rate-x")
    assert (env.policy_name, env.from_address) == ("ses-send-x", "notifications@example.com")
    assert env.mail_from_domain == "mail.example.com"
    assert env.alarm_regions == ("us-east-2",)
    assert env.all_tags == {"Environment": "x", "ManagedBy": "ses-provision"}


@pytest.mark.parametrize(
    ("written", "encoded"),
    [
        ("straße.example", "xn--strae-oqa.example"),
        ("STRASSE.example", "strasse.example"),
        ("Bücher.example.", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
    ],
)
def test_other_letters_are_encoded_by_idna_2008(written: str, encoded: str) -> None:
    assert to_ascii(written) == encoded
    assert address_to_ascii(f"Ops@{written}") == f"Ops@{encoded}"


@pytest.mark.parametrize(
    "written", ["☃.example", "xn--99999999.example", "a‍b.example", "-é.example"]
)
def test_what_idna_2008_does_not_allow_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a domain name"):
        to_ascii(written)
