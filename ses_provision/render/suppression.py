"""The suppression list, and what a file wants of it, as text."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from ses_provision.operations.suppression import A_SECOND
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ses_provision.environment import Environment
    from ses_provision.operations.suppression import Lacking
    from ses_provision.operations.suppression_files import Wanted
    from ses_provision.resources.ses.suppression import Settings, Suppressed

FEW = 5  # lines of a file that are named


def listed(env: Environment, found: Sequence[Suppressed]) -> Text:
    """The list, who was suppressed last at its end, and how many for which reason."""
    ordered = sorted(found, key=lambda each: (moment(each), each.address))
    text = Text()
    for each in ordered:
        text.append(f"{moment(each):<20}  {each.reason:<9}  {safe(each.address)}\n")
    counts = {reason: sum(each.reason == reason for each in found) for reason in reasons(found)}
    told = ", ".join(f"{count} for {reason}" for reason, count in counts.items())
    text.append(f"{place(env)}: {addresses(len(found))}{f' ({told})' if told else ''}")
    return text


def reasons(found: Sequence[Suppressed]) -> list[str]:
    """The reasons that occur."""
    return sorted({each.reason for each in found})


def moment(each: Suppressed) -> str:
    """Since when an address is on the list."""
    return f"{each.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if each.since else ""


def place(env: Environment) -> str:
    """Whose list it is."""
    return f"Suppression list of account {env.account_id} in {env.region}"


def addresses(count: int) -> str:
    """A number of addresses."""
    return f"{count} {noun(count)}"


def noun(count: int) -> str:
    """What is counted."""
    return "address" if count == 1 else "addresses"


def judged(wanted: Wanted, lacks: Lacking) -> Text:
    """What becomes of the rows of a file."""
    lines = [f"{addresses(len(wanted.reasons))} in the file, each once"]
    if wanted.doubled:
        lines.append(f"  {wanted.doubled} more named one of them again")
    if lacks.stand:
        lines.append(f"  {lacks.stand} of them on the list already: left as they are")
    if wanted.without_reason:
        lines.append(
            f"  {wanted.without_reason} left out ({kinds(wanted.kinds)}): SES knows BOUNCE and "
            "COMPLAINT alone; --reason takes them in"
        )
    if wanted.no_address:
        named = ", ".join(map(str, wanted.no_address[:FEW]))
        more = " …" if len(wanted.no_address) > FEW else ""
        what = f"line{'' if len(wanted.no_address) == 1 else 's'}"
        lines.append(f"  {len(wanted.no_address)} left out: no address in {what} {named}{more}")
    return Text("\n".join(lines))


def kinds(found: Mapping[str, int]) -> str:
    """What the rows without a reason are."""
    most = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    told = [f"{safe(word)}: {count}" for word, count in most[:FEW]]
    return ", ".join([*told, *(["…"] if len(most) > FEW else [])])


def duration(count: int, rate: float = A_SECOND) -> str:
    """How long so many calls take."""
    return str(timedelta(seconds=int(count / rate)))


def settings(env: Environment, found: Settings) -> Text:
    """What the account takes in by itself."""
    takes = " and ".join(sorted(found.reasons)) or "nothing"
    checks = "Auto Validation set" if found.validation else "no Auto Validation"
    return Text(f"{place(env)} takes in {takes} by itself; {checks}")
