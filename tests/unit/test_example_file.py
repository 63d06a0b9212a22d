"""config/example.toml shows every setting with its default, and each of its lines works."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic_core import PydanticUndefined

from ses_provision.environment import Environment, loading
from ses_provision.environment.events import QueueSettings
from tests.conftest import CONFIG

TEXT = (CONFIG / "example.toml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Shown:
    """A setting as the file shows it."""

    section: str
    name: str
    value: Any
    prose: str
    commented: bool


def shown() -> list[Shown]:
    """Every setting in the file. `#name` is a setting in a comment, `# text` is prose."""
    found, section, prose, fresh = [], "", "", True
    for line in TEXT.splitlines():
        plain = line.removeprefix("#")
        if header := re.fullmatch(r"\[\[?([\w.]+)\]\]?", plain):
            section = header[1]
        elif re.match(r"\w+ = ", plain):
            [(name, value)] = tomllib.loads(plain).items()
            found.append(Shown(section, name, value, prose, commented=plain != line))
            fresh = True
        elif line.startswith("# "):
            prose = line[2:] if fresh else f"{prose} {line[2:]}"
            fresh = False
    return found


OPTIONAL = (
    "bimi",
    "events.queues",
    "pools",
    "production_access",
    "report",
    "smtp_users",
    "tenants",
)
"""Sections that require settings, and are not required themselves."""
QUEUES = "events.queues"
SETTINGS = shown()
each_setting = pytest.mark.parametrize(
    "one", SETTINGS, ids=[f"{one.section}.{one.name}" for one in SETTINGS]
)


def fields() -> dict[tuple[str, str], Any]:
    """Every setting of the model with its default; what is required has none."""
    found = {}
    for name, field in Environment.model_fields.items():
        section = loading.section_of(Environment, name)
        if section is None:
            found["", name] = field.default
        else:
            found |= {(name, inner): one.default for inner, one in section.model_fields.items()}
    of_queues = {(QUEUES, inner): one.default for inner, one in QueueSettings.model_fields.items()}
    found |= of_queues
    del found["", "name"], found["events", "queues"]
    return found


def test_the_example_shows_every_setting_once() -> None:
    assert sorted((one.section, one.name) for one in SETTINGS) == sorted(fields())


def test_the_example_as_it_is_shows_the_least_that_loads() -> None:
    env = loading.parse(TEXT.encode(), "prod", "example.toml")

    least = {"account_id", "region", "domain", "configuration_set"}
    raw = tomllib.loads(TEXT)
    assert {name for name, value in raw.items() if value != {}} == least
    assert env == Environment.model_validate(
        {**{name: raw[name] for name in least}, "name": "prod"}
    )


@each_setting
def test_the_example_shows_the_default_or_says_that_there_is_none(one: Shown) -> None:
    default = fields()[one.section, one.name]
    required = default is PydanticUndefined

    assert one.commented is not (required and one.section not in OPTIONAL)
    if one.commented:
        assert ("Not set" in one.prose) is (default is None or required)
    if default is not None and not required:
        plain = one.value if not isinstance(default, frozenset) else frozenset(one.value)
        assert (tuple(plain) if isinstance(default, tuple) else plain) == default


def with_a_tenant(one: Shown, section: dict[str, Any]) -> dict[str, Any]:
    """A tenant with a setting of tenants, and what that wants beside it."""
    if one.section != "tenants":
        return {}
    beside = {"suppression": "tenant"} if one.name == "suppressed_reasons" else {}
    tenant = {"name": "north", "configuration_set": "north", **beside, **section}
    pool = {"name": "transactional", "scaling": "managed"}
    return {"tenants": [tenant], "pools": [pool]}


@pytest.mark.parametrize("one", [one for one in SETTINGS if one.section == QUEUES])
def test_each_line_of_a_queue_can_be_uncommented(one: Shown) -> None:
    raw: dict[str, Any] = tomllib.loads(TEXT)
    raw["events"]["queues"] = [{"name": "mail-trouble", one.name: one.value}]

    assert loading.checked({**raw, "name": "prod"}, "example.toml")


@pytest.mark.parametrize("one", [one for one in SETTINGS if one.section != QUEUES])
def test_each_line_of_the_example_can_be_uncommented(one: Shown) -> None:
    raw: dict[str, Any] = tomllib.loads(TEXT)
    section: dict[str, Any] = raw.setdefault(one.section, {}) if one.section else raw
    section[one.name] = one.value
    if one.section in {"bimi", "production_access"}:
        section |= {s.name: s.value for s in SETTINGS if s.section == one.section}
    if one.section == "smtp_users":
        kept = {"store": "ssm"} if one.name == "secret_name" else {}
        raw["smtp_users"] = [{"name": "mailer", **section, **kept}]
    section |= {"event_bridge": True} if one.prose.startswith("With event_bridge") else {}
    section |= {"method": "own_key"} if one.prose.startswith('With method "own_key"') else {}
    if one.section == "pools":
        raw["pools"] = [{"name": "transactional", "scaling": "managed", **section}]
    raw |= with_a_tenant(one, section)
    if one.name.startswith("tracking_"):
        section["tracking_domain"] = "click.example.com"
    if one.prose.startswith('With provider "external"'):
        section["provider"] = "external"
    if one.prose.startswith('With provider "rfc2136"'):
        section |= {"provider": "rfc2136", "server": "ns1.example.com", "key_name": "ours"}
        if one.name != "key_file":
            section["key_secret_env"] = "RFC2136_TSIG_SECRET"

    if one.prose.startswith('With provider "cloudflare"'):
        section["provider"] = "cloudflare"
        if one.name != "token_keyring":
            section["token_env"] = "CLOUDFLARE_API_TOKEN"

    assert loading.checked({**raw, "name": "prod"}, "example.toml")


def test_no_line_of_the_example_is_wider_than_100_columns() -> None:
    assert max(map(len, TEXT.splitlines())) <= 100
