"""config/*.toml -> Environment, or every mistake in the file at once."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from ses_provision.environment import Environment, tenant_files
from ses_provision.environment.complaints import complaint, shown
from ses_provision.environment.set_options import borrows_its_pool
from ses_provision.environment.shapes import Shape
from ses_provision.errors import ConfigError, UsageError
from ses_provision.names import closest, meant
from ses_provision.outside import files

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def load(name: str, folder: Path) -> Environment:
    """Read the environment `name` from `folder`.

    Raises ConfigError with every mistake in the file, UsageError where there is no such file.
    """
    return parse(content_of(name, folder), name, str(folder / f"{name}.toml"))


def content_of(name: str, folder: Path) -> bytes:
    """What the file of an environment holds."""
    path = folder / f"{name}.toml"
    if name == files.EXAMPLE:
        raise no_such_environment(name, folder, "only documents the settings")
    try:
        return files.content(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise no_such_environment(name, folder, "does not exist") from error
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {files.reason(error)}.",
            "It has to be a file that whoever runs ses-provision may read.",
            problems=(f"{path}: {files.reason(error)}",),
        ) from error


def no_such_environment(name: str, folder: Path, absence: str) -> UsageError:
    """The refusal of a name that no file in the folder has."""
    known = names(folder)
    return UsageError(
        f"There is no environment {name}: {folder / f'{name}.toml'} {absence}.{meant(name, known)}",
        f"Environments here: {', '.join(known) or 'none'}. "
        "`ses-provision init` writes one; --config-dir names another folder.",
    )


def load_all(folder: Path) -> list[Environment]:
    """Every environment in `folder`, in deployment order.

    The plan applies prod first: the root domain lives there. The mistakes of all files are
    reported together.
    """
    found = names(folder)
    if not found:
        raise UsageError(
            f"There is no environment in {folder}/.",
            "`ses-provision init` writes one; --config-dir names another folder.",
        )
    return load_named(found, folder)


def load_named(wanted: list[str], folder: Path) -> list[Environment]:
    """Several environments by name, in deployment order, with the mistakes of all at once."""
    environments, errors = [], []
    for name in dict.fromkeys(wanted):
        try:
            environments.append(load(name, folder))
        except ConfigError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        problems = tuple(problem for error in errors for problem in error.problems)
        raise ConfigError(
            f"{len(errors)} environment files have mistakes:",
            errors[0].hint,
            problems=problems,
            points=problems,
        )
    return sorted(environments, key=deployment_order)


def deployment_order(env: Environment) -> tuple[int, bool, bool, str]:
    """A domain before its subdomains, an identity before the replicas of its key, an IP pool before
    the sets that others send through it, else by name."""
    return (
        env.domain.count("."),
        env.dkim.replica_of is not None,
        borrows_its_pool(env),
        env.name,
    )


def names(folder: Path) -> list[str]:
    """The environments in a folder, by name."""
    return files.environments(folder)


def parse(content: bytes, name: str, source: str) -> Environment:
    """Turn the text of an environment file into an Environment."""
    found = raw(content, source)
    named = ["name: the name of an environment is the name of its file"] if "name" in found else []
    if not isinstance(found.get("tenants_file"), str):
        return checked({**found, "name": name}, source, named)
    table = tenant_files.table(found["tenants_file"], Path(source))
    before = found.get("tenants", [])
    if isinstance(before, list):
        found["tenants"] = [*before, *table.rows]
    seen = [*named, *table.problems]
    return checked({**found, "name": name}, source, seen, tenant_files.Places(before, table))


def raw(content: bytes, source: str) -> dict[str, Any]:
    """What a file says, as TOML has it."""
    try:
        # A byte order mark is what some Windows editors begin UTF-8 with; TOML knows none.
        return tomllib.loads(content.removeprefix(codecs.BOM_UTF8).decode())
    except (ValueError, RecursionError) as error:
        # Beside TOMLDecodeError and UnicodeDecodeError: numbers too long, and nesting too deep.
        # TOML's numbers begin with no zero, so such an account id in no quotes breaks the syntax.
        number = re.search(rb"^\s*account_id\s*=\s*0\d", content, re.MULTILINE)
        why = "account_id: must be 12 digits in quotes" if number else str(error)
        raise ConfigError(
            f"{source} is not valid TOML: {why}",
            EVERY_SETTING,
            problems=(f"{source}: {why}",),
        ) from error


EVERY_SETTING = "Every setting with its default: ses-provision guide settings"
"""Where a person finds what a file may say."""


def checked(
    raw: dict[str, Any],
    source: str,
    seen: Sequence[str] = (),
    placed: Callable[[str], str] = str,
) -> Environment:
    """An Environment from plain values, or every mistake in them, with those `seen` before.

    `placed` says of a mistake in another file where it stands there.
    """
    try:
        made = Environment.model_validate(raw)
    except ValidationError as error:
        problems = [*seen, *(placed(describe(one)) for one in told_once(error.errors()))]
        raise mistakes(source, problems) from error
    if seen:
        raise mistakes(source, list(seen))
    return made


def told_once(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """The mistakes, without lists that are too short only because what is in them is wrong."""
    within = {error["loc"][:-1] for error in errors}
    return [each for each in errors if each["type"] != "too_short" or each["loc"] not in within]


def mistakes(source: str, problems: list[str]) -> ConfigError:
    """All mistakes of a file as one error."""
    ordered = sorted(problems)
    count = "one mistake" if len(ordered) == 1 else f"{len(ordered)} mistakes"
    return ConfigError(
        f"{source} has {count}:",
        EVERY_SETTING,
        problems=tuple(f"{source}: {problem}" for problem in ordered),
        points=ordered,
    )


def describe(error: ErrorDetails) -> str:
    """One mistake: where, what, and what would be right."""
    location = [str(part) for part in error["loc"]]
    where = ".".join(location)
    match error["type"]:
        case "extra_forbidden":
            return f"{where}: unknown setting{suggestion(location)}"
        case "missing":
            return f"{where}: missing; it is required"
        case "contradiction":
            setting = error["ctx"]["setting"]
            return f"{'.'.join([*location, setting])}: {error['msg']}"
        case "value_error":
            return f"{where}: {error['msg'].removeprefix('Value error, ')}"
    if error["type"] == "tuple_type" and isinstance(error["input"], dict):
        return f"{where}: is a list of tables: write [[{where}]], once for each"
    wanted = complaint(error["type"], error.get("ctx", {}), error["msg"])
    if error["type"] == "string_type":
        wanted = f"must be {meaning(location) or 'a string in quotes'}"
    return f"{where}: {wanted}, not {shown(error['input'])}"


def meaning(location: list[str]) -> str:
    """What a setting is, in words, where its shape says so."""
    section = innermost(location)
    field = section.model_fields.get(location[-1]) if section else None
    shapes = [one for one in field.metadata if isinstance(one, Shape)] if field else []
    return shapes[0].meaning if shapes else ""


def innermost(location: list[str]) -> type[BaseModel] | None:
    """The section that a setting is in; numbers count the tables of a list."""
    section: type[BaseModel] | None = Environment
    for part in location[:-1]:
        if section and not part.isdecimal():
            section = section_of(section, part)
    return section


def suggestion(location: list[str]) -> str:
    """The setting that was probably meant."""
    section = innermost(location)
    ours = {"name"} if section is Environment else set()
    known = sorted(set(section.model_fields) - ours) if section else []
    close = closest(location[-1], known)
    if close:
        return f"; did you mean {close}?"
    elsewhere = [
        f"{name}.{location[-1]}"
        for name in Environment.model_fields
        if (inner := section_of(Environment, name)) and location[-1] in inner.model_fields
    ]
    return f"; did you mean {elsewhere[0]}?" if elsewhere else f"; known here: {', '.join(known)}"


def section_of(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model of a section, where the setting is one."""
    field = model.model_fields.get(name)
    if field is None:
        return None
    candidates: tuple[Any, ...] = (field.annotation, *get_args(field.annotation))
    for candidate in candidates:
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


SCHEMA = "schema.json"
"""The JSON Schema of environment files, beside them, for editors."""


def schema() -> dict[str, Any]:
    """The JSON Schema of an environment file. TOML knows no null: what is left out is absent."""
    found: dict[str, Any] = without_null(Environment.model_json_schema())
    del found["properties"]["name"]
    found["required"].remove("name")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Environment of ses-provision",
        **{key: value for key, value in found.items() if key != "title"},
    }


def without_null(node: Any) -> Any:
    """A schema without null, titles, and defaults that only say "left out"; lists in one order."""
    if isinstance(node, list):
        return [without_null(one) for one in node]
    if not isinstance(node, dict):
        return node
    options = [one for one in node.get("anyOf", ()) if one != {"type": "null"}]
    merged = {**node, **options[0]} if len(options) == 1 else node
    if len(options) == 1:
        del merged["anyOf"]
    return {
        key: sorted(value) if key == "default" and isinstance(value, list) else without_null(value)
        for key, value in merged.items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "default" and (value is None or isinstance(value, dict)))
    }
