"""One setting of an environment file put otherwise: comments, order and line ends stay.

Pure. Every edit is read again: it counts only where the file then says what was wanted, and nothing
else otherwise.
"""

from __future__ import annotations

import copy
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from ses_provision.environment import Environment, loading
from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

BOM = "\ufeff"


def settings() -> list[str]:
    """Every setting that has a name of its own."""
    found = []
    for name, field in Environment.model_fields.items():
        section = loading.section_of(Environment, name)
        if section is not None and not holds_many(field.annotation):
            found += [f"{name}.{inner}" for inner in section.model_fields]
        elif section is None and name != "name":
            found.append(name)
    return found


def holds_many(annotation: Any) -> bool:
    """Whether a setting is a list of sections: its entries have no name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return False
    return any(
        inner is Ellipsis or (holds_many(inner) if get_args(inner) else False)
        for inner in get_args(annotation)
    )


def known_key(key: str) -> tuple[str, ...]:
    """The way to a setting in the file. Raises UsageError where there is none of the name."""
    known = settings()
    way = tuple(key.split("."))
    if key in known or (way[0] == "tags" and len(way) == 2 and all(way)):
        return way
    inside = [one for one in known if one.startswith(f"{key}.")]
    if inside:
        raise UsageError(f"{key} is a section.", f"Its settings: {', '.join(inside)}.")
    close = difflib.get_close_matches(key, known, n=1)
    ends = [one for one in known if one.rpartition(".")[2] == way[-1]]
    meant = [*ends, *close][:1]
    raise UsageError(
        f"There is no setting {key[:100]}." + (f" Did you mean {meant[0]}?" if meant else ""),
        loading.EVERY_SETTING,
    )


def candidates(text: str) -> Iterator[Any]:
    """What a word on the command line may stand for: a TOML value, a string, a list of strings."""
    try:
        found = tomllib.loads(f"value = {text}")
        if set(found) == {"value"}:
            yield found["value"]
    except (ValueError, RecursionError):
        pass
    yield text
    yield [one.strip() for one in text.split(",") if one.strip()]


def changed(raw: Mapping[str, Any], way: Sequence[str], value: Any) -> dict[str, Any]:
    """Settings with one of them put otherwise."""
    whole = copy.deepcopy(dict(raw))
    inner = whole
    for part in way[:-1]:
        inner = inner.setdefault(part, {})
        if not isinstance(inner, dict):
            raise UsageError(f"{part} is no section in this file.", "Correct the file first.")
    inner[way[-1]] = value
    return whole


def fitting(raw: Mapping[str, Any], way: Sequence[str], text: str, source: str) -> Any:
    """The value that a word stands for in this setting, where the whole file is right with it.

    Raises ConfigError with every mistake that the file would have.
    """
    first: list[ErrorDetails] = []
    for value in candidates(text):
        try:
            Environment.model_validate(changed(raw, way, value))
        except ValidationError as error:
            found = error.errors()
            about = [one for one in found if one["loc"][: len(way)] == tuple(way)]
            if not any(map(is_of_type, about)):  # of the right kind, and wrong all the same
                first = found
                break
            first = first or found
        else:
            return value
    raise loading.mistakes(source, [loading.describe(one) for one in first])


def is_of_type(error: ErrorDetails) -> bool:
    """Whether a mistake is that the value is of another kind."""
    return error["type"].endswith(("_type", "_parsing"))


def edited(text: str, way: Sequence[str], value: Any) -> str:
    """The text of a file with one setting put otherwise."""
    if text.startswith(BOM):
        return BOM + edited(text.removeprefix(BOM), way, value)
    before = tomllib.loads(text)
    wanted = changed(before, way, value)
    if before == wanted:
        return text
    tries = [*uncommented(text, way[-1], value), rewritten(text, way, value)]
    for found in tries:
        whole = with_line_ends_of(text, found)
        if says(whole, wanted):
            return whole
    raise UsageError(
        f"The file is laid out in a way in which {'.'.join(way)} cannot be put by a command.",
        "Edit it by hand.",
    )


def says(text: str, wanted: Mapping[str, Any]) -> bool:
    """Whether a text is TOML that says exactly this."""
    try:
        return tomllib.loads(text) == wanted
    except ValueError:
        return False


def uncommented(text: str, name: str, value: Any) -> Iterator[str]:
    """The text with a commented line of the setting made one that counts, for each there is."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        found = re.match(rf"(\s*)#\s*({re.escape(name)}\s*=.*)", line)
        if found is None:
            continue
        try:
            shown = tomlkit.parse(found[2])
        except TOMLKitError:
            continue
        shown[name] = value
        ending = line[len(line.rstrip("\r\n")) :]
        made = f"{found[1]}{shown.as_string().rstrip()}{ending}"
        yield "".join([*lines[:number], made, *lines[number + 1 :]])


def rewritten(text: str, way: Sequence[str], value: Any) -> str:
    """The text with the setting put where it stands, else at the end of its section."""
    import tomlkit

    whole = tomlkit.parse(text)
    inner: Any = whole
    for part in way[:-1]:
        if part not in inner:
            inner[part] = tomlkit.table()
        inner = inner[part]
    inner[way[-1]] = value
    return whole.as_string()


def with_line_ends_of(before: str, after: str) -> str:
    """A text with the line ends of the one that it was."""
    if "\r\n" not in before or re.search(r"(?<!\r)\n", before):
        return after
    return re.sub(r"(?<!\r)\n", "\r\n", after)


def difference(before: str, after: str) -> list[tuple[int, str, str]]:
    """The lines that differ: number in the new text, sign, line."""
    old, new = before.splitlines(), after.splitlines()
    found = []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for kind, start, end, at, to in matcher.get_opcodes():
        if kind != "equal":
            found += [(at + 1, "-", line) for line in old[start:end]]
            found += [(number + 1, "+", new[number]) for number in range(at, to)]
    return found
