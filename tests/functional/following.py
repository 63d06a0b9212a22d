"""Somebody who does what an advice says, to the letter: commands of the tool, of the AWS CLI, and
settings in the environment's file."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import botocore.session
from botocore import xform_name

from ses_provision.environment import loading
from tests.advised import advised, ready
from tests.functional.health import Health

OURS = {"apply", "dkim-status", "request-access", "resume", "suppression"}
"""The commands that are followed; the others only answer, or are one step of a choice."""
AWS = re.compile(r"aws [a-z0-9]+ [a-z-]+(?: --[a-z-]+(?: (?:'[^']*'|(?!--)[^\s;,]+))*)+")
SETTING = re.compile(
    r'set ([a-z_]+)\.([a-z_]+) = ("[^"]*"|true|false|[\d.]+|\[[^]]*\]) in [^\s]*/prod\.toml'
)


def follow(health: Health, advice: str) -> int:
    """Do all of it that can be done without a choice of one's own; how much that was."""
    settings, foreign = SETTING.findall(advice), AWS.findall(advice)
    own = [line for line in advised(advice) if line[0] in OURS]
    for section, key, value in settings:
        was = loading.load("prod", health.config)
        put(health, section, key, value)
        assert loading.load("prod", health.config) != was, f"{section}.{key} is {value} already"
    for command in foreign:
        run(health, shlex.split(command))
    for line in own:
        done = health.follow(ready(line) or [])
        assert done.status in {0, 75}, done.stdout + done.stderr
    return len(settings) + len(foreign) + len(own)


def put(health: Health, section: str, key: str, value: str) -> None:
    """Set a setting of the file; it replaces one that is there."""
    text = (health.config / "prod.toml").read_text(encoding="utf-8")
    head, header, rest = text.partition(f"[{section}]\n")
    own, bracket, others = rest.partition("\n[")
    own = re.sub(rf"(?m)^{key} = .*\n?", "", own)
    header = header or f"\n[{section}]\n"
    health.write(f"{head}{header}{key} = {value}\n{own}{bracket}{others}")


def run(health: Health, words: list[str]) -> None:
    """A command of the AWS CLI: its options are the members of the operation's input."""
    _, service, command, *options = words
    operation = "".join(part.capitalize() for part in command.split("-"))
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    members = {xform_name(name, "-"): (name, of) for name, of in model.input_shape.members.items()}
    given = options_of(options)
    [region] = given.pop("region")
    params = {}
    for option, values in given.items():
        name, shape = members[option.removeprefix("no-")]
        params[name] = valued(shape.type_name, values, positive=not option.startswith("no-"))
    health.call(service, operation, region, **params)


def options_of(words: list[str]) -> dict[str, list[str]]:
    """Options with what follows them."""
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            found[word[2:]] = []
        else:
            found[list(found)[-1]].append(word)
    return found


def valued(kind: str, values: list[str], *, positive: bool) -> Any:
    """What the AWS CLI makes of the words after an option."""
    match kind:
        case "boolean":
            assert values == []
            return positive
        case "list":
            return values
        case "structure" | "map":
            return json.loads(values[0])
    [value] = values
    return value
