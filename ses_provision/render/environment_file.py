"""A new environment file: what was answered, and every other setting as a comment."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel

from ses_provision.environment import Environment, loading
from ses_provision.environment.dns_providers import PROVIDERS, DnsProvider


def render(answers: Mapping[str, Any]) -> str:
    """The text of the file: what was answered, and every other setting as a comment."""
    given = settled(answers)
    lines = [
        f"#:schema ./{loading.SCHEMA}",
        f"# Look at what this makes: ses-provision plan --env {answers['name']}",
        *settings(Environment, given, skip={"name"}),
        *sections(Environment, given),
    ]
    return "\n".join([*lines, ""])


def sections(model: type[BaseModel], given: Mapping[str, Any], within: str = "") -> list[str]:
    """The sections of the file, or of a section, with what they hold."""
    lines = []
    for name, field in model.model_fields.items():
        inner = loading.section_of(model, name)
        if inner is None:
            continue
        is_list, path = field.default == (), f"{within}{name}"
        head = f"[[{path}]]" if is_list else f"[{path}]"
        is_optional = is_list or field.default is None
        lines += ["", *section(head, inner, given.get(name), is_optional=is_optional)]
        lines += sections(inner, given.get(name) or {}, f"{path}.")
    return lines


def settled(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as settings of the file; what is None stays a comment."""
    provider = answers["dns"] or "route53"
    return {
        "account_id": answers["account_id"],
        "region": answers["region"],
        "domain": answers["domain"],
        "profile": answers["profile"],
        "protect": False,
        "hipaa": bool(answers["hipaa"]),
        "dns": {
            "provider": provider,
            **of_provider(PROVIDERS[provider], answers),
        },
        "configuration_set": {"name": answers["configuration_set"]},
        "dmarc": {"policy": "none", "reports_to": [answers["email"]]},
        "events": {"emails": [answers["email"]]},
        "alarms": {"topic": f"ses-alarms-{answers['name']}"},
    }


DNS_ANSWERS = {
    "zone_id": "zone_id",
    "server": "dns_server",
    "zone": "dns_zone",
    "options": "dns_options",
}
"""Settings of [dns] that were asked for, and what the answer is called."""


def of_provider(provider: DnsProvider, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a provider: what was answered, and names for its key and for where its secret
    is."""
    asked = {
        name: answers[key] or None for name, key in DNS_ANSWERS.items() if name in provider.settings
    }
    return {**provider.begins_with, **asked}


def section(
    head: str, model: type[BaseModel], given: Mapping[str, Any] | None, *, is_optional: bool
) -> list[str]:
    """A section with all its settings; as a whole a comment where it is optional and not given."""
    about = (model.__doc__ or "").partition(":")[2].strip().rstrip(".")
    hidden = given is None and is_optional
    line = f"{'# ' if hidden else ''}{head}" + (f" # {about}" if about else "")
    return [line, *settings(model, given or {})]


def settings(
    model: type[BaseModel], given: Mapping[str, Any], skip: Collection[str] = ()
) -> list[str]:
    """The settings of a section in their order: those given, and the others as comments."""
    lines = []
    for name, field in model.model_fields.items():
        if name in skip or loading.section_of(model, name) is not None:
            continue
        about = f" # {field.description}" if field.description else ""
        if given.get(name) is not None:
            lines.append(f"{name} = {toml(given[name])}{about}")
        else:
            default = field.get_default(call_default_factory=True)
            is_list = default is None and MANY.search(str(field.annotation))
            lines.append(f"# {name} = {LISTED if is_list else toml(default)}{about}")
    return lines


MANY = re.compile(r"tuple\[|frozenset\[")
"""What a setting is that is written as a list."""
LISTED = '["..."]'
"""A list that has no default."""


BARE = re.compile(r"[A-Za-z0-9_-]+")
"""A key that needs no quotes (TOML 1.0, keys)."""


def toml(value: Any) -> str:
    """A value as TOML has it: its strings are JSON's (TOML 1.0, basic strings); dots where there
    is no default."""
    if isinstance(value, Mapping):
        inner = ", ".join(
            f"{key if BARE.fullmatch(key) else json.dumps(key)} = {toml(one)}"
            for key, one in value.items()
        )
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, set | frozenset):
        return toml(sorted(value))
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    is_scalar = isinstance(value, bool | int | float | str)
    return json.dumps(value, ensure_ascii=False) if is_scalar else '"..."'


def schema() -> str:
    """The text of the schema file."""
    return json.dumps(loading.schema(), indent=2, ensure_ascii=False) + "\n"
