"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")]


OPEN = 3
"""Exit status of --exit-code where something is open."""
