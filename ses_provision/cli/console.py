"""The consoles that a run writes to: nothing that steers a terminal passes, and no secret."""

from __future__ import annotations

import io
import traceback
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment
from rich.text import Text

from ses_provision.outside.secrets import hide
from ses_provision.render import message
from ses_provision.render.layout import Folded

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderableType

NARROWEST = 100
"""Columns that output off a terminal is laid out for."""


def console(stream: Any, *, no_color: bool) -> Console:
    """A console that lays out for at least 100 columns where nobody sees its edge."""
    made = Gate(file=stream, no_color=no_color or None, highlight=False, emoji=False, markup=False)
    if not made.is_terminal:
        made.width = max(made.width, NARROWEST)
    return made


def in_one_line(found: RenderableType) -> RenderableType:
    """A str as one line; what a renderer built has its lines already."""
    return Text(message.safe(found)) if isinstance(found, str) else found


def written(to: Console, found: RenderableType) -> str:
    """What a console makes of something: folded where a person sees its edge, and never cut.

    What FORCE_COLOR colours is no terminal yet: nobody sees an edge there.
    """
    one = in_one_line(found)
    if isinstance(one, Text) and to.file.isatty():
        one = Folded(one)
    with to.capture() as captured:
        to.print(one, soft_wrap=isinstance(one, Text | Folded))
    return hide(captured.get())


def as_text(found: RenderableType, width: int) -> str:
    """A renderable as plain text of so many columns, for a file or a mail."""
    made = Gate(
        file=io.StringIO(),
        width=width,
        color_system=None,
        highlight=False,
        emoji=False,
        markup=False,
    )
    lines = written(made, found).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


class Gate(Console):
    """A console through which nothing passes that steers a terminal, and no secret."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments of something, with control characters made visible, without secrets."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(hide(message.plain(segment.text)), segment.style)


def traced(error: BaseException) -> Iterator[str]:
    """A traceback, cause first; what an exception says is foreign text, and one line of it."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from traced(before)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    for frame in traceback.format_tb(error.__traceback__):
        yield from frame.rstrip("\n").split("\n")
    yield message.safe(f"{type(error).__name__}: {error}")
