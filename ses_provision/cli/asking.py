"""Questions to a person: what may be answered, checked when it is given, and asked again.

Only where `Run.may_ask`. Questions go to standard error; standard output is for data.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence

from ses_provision.cli.outlet import Outlet
from ses_provision.errors import NotAnswered
from ses_provision.outside.secrets import hide
from ses_provision.render.message import safe

Check = Callable[[str], str]
"""Lets an answer pass, perhaps in another form, or raises ValueError with what it must be."""


def ask(
    question: str,
    *,
    default: str | None = None,
    choices: Sequence[str] = (),
    check: Check = str,
) -> str:
    """An answer that fits: one of the choices, where there are some."""
    among = f" ({', '.join(choices)})" if choices else ""
    usual = f" [{default}]" if default else ""
    while True:
        answer = answered(f"{question}{among}{usual}: ") or default or ""
        try:
            return check(choice(answer, choices) if choices else needed(answer))
        except ValueError as wrong:
            tell(folded(f"  {wrong}"))


def needed(answer: str) -> str:
    """Insist on an answer where there is no default."""
    if not answer:
        raise ValueError("There is no default: please type an answer, or end with Ctrl-C.")
    return answer


def choice(answer: str, choices: Sequence[str]) -> str:
    """The choice that was meant: its name, or as many of its first letters as tell it apart."""
    meant = [one for one in choices if one.lower() == answer.lower()] or [
        one for one in choices if answer and one.lower().startswith(answer.lower())
    ]
    if len(meant) != 1:
        raise ValueError(f"Please answer one of: {', '.join(choices)}.")
    return meant[0]


def confirmed(question: str) -> bool:
    """Whether the person says yes; Enter alone says no."""
    while True:
        answer = answered(f"{question} [y/N]: ").lower()
        if answer in {"y", "yes"}:
            return True
        if answer in {"", "n", "no"}:
            return False
        tell(folded("  Please answer y for yes or n for no; Enter alone means no."))


def unseen(question: str) -> str:
    """An answer that is not shown while it is typed."""
    import getpass

    try:
        answer = getpass.getpass(f"{question}: ", sys.stderr)
    except EOFError:
        raise NotAnswered("No answer came: the input has ended.", "Nothing was changed.") from None
    return needed(answer.strip())


def answered(question: str) -> str:
    """One line of what the person types. Ctrl-C ends the command, and so does Ctrl-D."""
    *above, last = folded(question)
    tell(above)
    say(f"{last} ")
    try:
        line = sys.stdin.readline()
    except BaseException:
        say(end="\n")
        raise
    if not line:
        say(end="\n")
        raise NotAnswered(
            "No answer came: the input has ended.",
            "Nothing more was changed.",
        )
    return line.strip()


def folded(text: str) -> list[str]:
    """Lines that fit the terminal, broken between words."""
    width = shutil.get_terminal_size().columns - 1
    return textwrap.wrap(
        safe(text), width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def tell(lines: Sequence[str]) -> None:
    """Whole lines on standard error."""
    for line in lines:
        say(line, end="\n")


def say(text: str = "", *, end: str = "") -> None:
    """Text on standard error."""
    stream = Outlet(sys.stderr)
    stream.write(hide(safe(text)) + end)
    stream.flush()
