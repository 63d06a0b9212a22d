"""What a terminal, or a file, gets of a renderable."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType
from rich.text import Text

from ses_provision.render.layout import Folded


def shown(one: RenderableType, width: int = 100, *, terminal: bool = False) -> str:
    """The text of a renderable, printed the way the commands print."""
    made = io.StringIO()
    console = Console(
        file=made,
        width=width,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
        highlight=False,
        emoji=False,
        markup=False,
    )
    console.print(one, soft_wrap=isinstance(one, Text | Folded))
    return made.getvalue()
