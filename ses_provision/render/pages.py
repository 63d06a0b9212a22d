"""HTML pages from the templates in `templates`: self-contained, to be read, mailed and printed.

Every value is escaped, and passes the gate for foreign text; a name that a template has and nobody
gives is a mistake. jinja2 is imported when a page is made.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ses_provision import __version__
from ses_provision.checks.finding import Status
from ses_provision.render.checklist import MARKS, SEVERAL, word
from ses_provision.render.message import safe
from ses_provision.render.prose import pieces

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

    from ses_provision.checks.finding import Severity
    from ses_provision.checks.report import Checklist

TEMPLATES = Path(__file__).with_name("templates")
LONG_WORD = 25
"""Letters that may not fit beside each other on a phone."""


def page(template: str, name: str, names: str, **values: Any) -> str:
    """A page by its template: what it is, what it is about, and what the template shows."""
    found = templates().get_template(template)
    return found.render(name=name, names=names, version=__version__, **values)


@functools.cache
def templates() -> jinja2.Environment:
    """The templates, and what they may do to a value."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "css": css,
        "mark": lambda status: MARKS[status][0],
        "prose": prose,
        "several": lambda severity: SEVERAL[severity].capitalize(),
        "statuses": statuses,
        "word": word,
    }
    return made


def shown(value: Any) -> Any:
    """A value as it is put into a page: text of others steers nothing."""
    return safe(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def css(status: Status | Severity) -> str:
    """The class of a status."""
    return "na" if status is Status.NOT_APPLICABLE else status.value


def statuses(value: Checklist) -> list[Status]:
    """The statuses that any item is in."""
    return [status for status in Status if value.count(status)]


def prose(value: str) -> Markup:
    """Prose, with the commands in it as code."""
    from markupsafe import Markup

    return Markup().join(
        command(said) if is_command else said for said, is_command in pieces(safe(value))
    )


def command(value: str) -> Markup:
    """A command, whose words are not broken at their hyphens unless they are too long to stay."""
    from markupsafe import Markup

    words = [
        Markup('<span class="w">{}</span>').format(each) if len(each) < LONG_WORD else each
        for each in value.split(" ")
    ]
    return Markup("<code>{}</code>").format(Markup(" ").join(words))
