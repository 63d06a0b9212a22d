"""Events as lines, one each, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text

from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.operations.happened import Happened

BAD = {"Bounce": "red", "Complaint": "red", "Reject": "red", "Rendering Failure": "red"}
COLOURS = {**BAD, "DeliveryDelay": "yellow", "Delivery": "green"}
SHORT = {"Rendering Failure": "RenderFailure"}
TYPE, WHOM, MAIL = 13, 22, 8
WIDE = 160
"""Columns from which a message id is shown whole; it has 60."""


def line(event: Happened, width: int | None) -> Text:
    """One event; cut at the edge of a screen, whole where there is none."""
    shown = Text(f"{event.at:%H:%M:%S}  " if event.at else "??:??:??  ")
    kind = SHORT.get(event.type, safe(event.type, TYPE))
    shown.append(f"{kind:<{TYPE}}  ", style=COLOURS.get(event.type, ""))
    whom = people(event)
    shown.append(whom + " " * max(0, WHOM - cell_len(whom)) + "  ")
    is_short = width is not None and width < WIDE
    shown.append(f"{shortened(event.message_id) if is_short else safe(event.message_id)}  ")
    shown.append(safe(event.reason))
    shown.rstrip()
    if width is not None:
        shown.truncate(width, overflow="ellipsis")
    return shown


def people(event: Happened) -> str:
    """Whom it is about: the first, and how many more."""
    first, *more = [safe(each) for each in event.recipients] or ["?"]
    return f"{first} +{len(more)}" if more else first


def shortened(message_id: str) -> str:
    """The part of a message id in which two differ that were sent in the same moment."""
    parts = safe(message_id).split("-")
    return f"{parts[1] if len(parts) > 1 else parts[0]:<{MAIL}.{MAIL}}"


def document(event: Happened, *, whole: bool) -> dict[str, Any]:
    """One event for programs; with all that SES said where addresses may be shown."""
    return {
        "time": event.at.isoformat() if event.at else None,
        "type": event.type,
        "recipients": list(event.recipients),
        "message_id": event.message_id,
        "reason": event.reason,
        **({"event": dict(event.whole)} if whole else {}),
    }
