"""Next commands as the person at hand can type them: with the flags of this run, on its files.

What advises a command says `ses-provision COMMAND …` for the folder config/ and the ordinary
credentials. Here, and nowhere else, it becomes the command that leads on from this run: all that
is told passes here.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Group
from rich.text import Span, Text

from ses_provision.cli.options import USUAL_FOLDER
from ses_provision.cli.table import COMMANDS
from ses_provision.dataclass import dataclass
from ses_provision.render.layout import Folded

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from ses_provision.errors import ProvisionError

T = TypeVar("T")

COMMAND = re.compile(r"(?P<tick>`?)\bses-provision (?P<name>[a-z][a-z-]*)(?![\w:-])")
WORD = re.compile(r" +('[^']*'|[^\s`]+)")
AWS = re.compile(r"(?<![\w`-])aws (?:sesv2|sns|kms|iam|route53|cloudwatch) [a-z][a-z0-9-]+\b")
FILE = re.compile(r"(?<![\w./-])config/(?=[\w-]+\.toml\b)")


@dataclass(frozen=True)
class Grammar:
    """What may follow the name of a command: options, by whether they take a value; arguments."""

    options: Mapping[str, bool]
    required: int
    optional: int


@dataclass(frozen=True)
class Shown:
    """A command in a sentence: its name, where it begins and ends, and whether it is alone in
    backquotes, so that it may only be spoken of."""

    name: str
    begin: int
    end: int
    spoken_of: bool


def commands(text: str, grammars: Mapping[str, Grammar]) -> Iterator[Shown]:
    """The commands of ours in a text."""
    for match in COMMAND.finditer(text):
        grammar = grammars.get(match["name"])
        if grammar is not None:
            end = end_of(text, match.end(), grammar)
            alone = bool(match["tick"]) and end == match.end() and text[end : end + 1] == "`"
            yield Shown(match["name"], match.end("tick"), end, alone)


def end_of(text: str, at: int, grammar: Grammar) -> int:
    """Where a command ends in a sentence: before the first word that it cannot take."""
    needed, more = grammar.required, grammar.optional
    end = at
    while (match := WORD.match(text, end)) is not None:
        word = trimmed(match[1])
        after = match.start(1) + len(word)
        following = WORD.match(text, after)
        if grammar.options.get(word) and following is not None:
            match, word = following, trimmed(following[1])
            after = match.start(1) + len(word)
        elif word not in grammar.options:
            led_on = following is not None and trimmed(following[1]) in grammar.options
            if needed:
                needed -= 1
            elif more and (led_on or (end == at and after == len(text))):
                more -= 1
            else:
                break
        end = after
        if word != match[1]:
            break
    return end


def trimmed(word: str) -> str:
    """A word without the punctuation of the sentence around it."""
    return word.rstrip(",;.:)") or word


@dataclass(frozen=True)
class Advice:
    """The flags of a run that its next commands need."""

    folder: str
    flags: Mapping[str, tuple[str, ...]]
    grammars: Mapping[str, Grammar]
    aws: tuple[str, ...] = ()

    def sentence(self, text: str, *, bare: bool = True) -> str:
        """A text with its commands completed; with `bare` also those that may be spoken of."""
        for begin, end, words in self.amendments(text, bare=bare):
            text = text[:begin] + words + text[end:]
        return text

    def shown(self, renderable: RenderableType) -> RenderableType:
        """The same for what is shown; tables hold values that were completed before."""
        if isinstance(renderable, Folded):
            return Folded(self.styled(renderable.text))
        if isinstance(renderable, Group):
            return Group(*(self.shown(inner) for inner in renderable.renderables))
        return self.styled(renderable) if isinstance(renderable, Text) else renderable

    def styled(self, text: Text) -> Text:
        """The same for text with styles."""
        for begin, end, words in self.amendments(text.plain, bare=False):
            text = amended(text, begin, end, words)
        return text

    def within(self, value: T) -> T:
        """The same for each sentence in a value."""
        return self.completed(value)  # type: ignore[no-any-return]

    def completed(self, value: Any) -> Any:
        """A value of any kind with its sentences completed."""
        if type(value) is str:
            return self.sentence(value, bare=False)
        if type(value) is tuple:
            return tuple(map(self.completed, value))
        if isinstance(value, list):
            return list(map(self.completed, value))
        if isinstance(value, dict):
            return {key: self.completed(one) for key, one in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value,
                **{one.name: self.completed(getattr(value, one.name)) for one in fields(value)},
            )
        return value

    def error(self, error: ProvisionError) -> ProvisionError:
        """An error whose next action is for this run."""
        # Made past its own __init__, which wants other arguments for each kind of error.
        said = type(error).__new__(type(error), *error.args)
        vars(said).update(vars(error))
        said.hint = self.sentence(error.hint)
        return said

    def amendments(self, text: str, *, bare: bool) -> list[tuple[int, int, str]]:
        """What is put where in a text, last first."""
        found = [
            (one.end, one.end, f" {shlex.join(words)}")
            for one in commands(text, self.grammars)
            if (bare or not one.spoken_of) and (words := self.lacking(text, one))
        ]
        if self.aws:
            found += [(m.end(), m.end(), f" {shlex.join(self.aws)}") for m in AWS.finditer(text)]
        if self.folder != USUAL_FOLDER:
            found += [(m.start(), m.end(), f"{self.folder}/") for m in FILE.finditer(text)]
        return sorted(found, reverse=True)

    def lacking(self, text: str, one: Shown) -> list[str]:
        """The flags of this run that a command takes and does not have."""
        there, takes = text[one.begin : one.end].split(), self.grammars[one.name].options
        return [
            word
            for flag, words in self.flags.items()
            if flag in takes and flag not in there
            for word in words
        ]


def amended(text: Text, begin: int, end: int, words: str) -> Text:
    """A text with other words at a place, in the style of what they belong to."""
    longer = len(words) - (end - begin)
    spans = [
        Span(
            span.start if span.start < begin else span.start + longer,
            span.end if span.end < begin else span.end + longer,
            span.style,
        )
        for span in text.spans
    ]
    plain = text.plain[:begin] + words + text.plain[end:]
    return Text(plain, style=text.style, spans=spans)


def of_run(folder: Path, profile: str | None, *, local: bool) -> Advice:
    """The advice of a run, from its own flags."""
    flags: dict[str, tuple[str, ...]] = {}
    if str(folder) != USUAL_FOLDER:
        flags["--config-dir"] = ("--config-dir", str(folder))
    if profile is not None:
        flags["--profile"] = ("--profile", profile)
    if local:
        flags["--local"] = ("--local",)
    aws = ("--endpoint-url", local_endpoint()) if local else flags.get("--profile", ())
    return Advice(str(folder), flags, grammars() if flags else {}, aws)


def local_endpoint() -> str:
    """Where the local AWS is served that this run talks to."""
    from ses_provision.worlds.served import LocalServer

    return LocalServer().endpoint_url


class Grammars(Mapping[str, Grammar]):
    """What each command takes, looked up when it is needed."""

    def __getitem__(self, name: str) -> Grammar:
        from ses_provision.cli.app import command_line

        return grammar(command_line().commands[name])

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def grammars() -> Grammars:
    """What each command takes."""
    return Grammars()


def grammar(command: Any) -> Grammar:
    """What one command takes."""
    options = [one for one in command.params if one.param_type_name == "option"]
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    return Grammar(
        {name: not one.is_flag for one in options for name in (*one.opts, *one.secondary_opts)},
        sum(one.required for one in arguments),
        sum(not one.required for one in arguments),
    )
