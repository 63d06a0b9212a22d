"""--dns-option: what a provider by octoDNS has to know beside its token."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated

import typer

from ses_provision.errors import UsageError

DnsOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--dns-option",
        metavar="NAME=VALUE",
        help="octodns:NAME: what it has to know beside the token; again for another.",
    ),
]


def options(given: Iterable[str] | None) -> dict[str, str]:
    """What is given as NAME=VALUE."""
    pairs = [one.partition("=") for one in given or ()]
    if not all(name and sign for name, sign, _ in pairs):
        raise UsageError(
            "--dns-option wants NAME=VALUE, such as account=1010.", "It takes no secrets."
        )
    return {name: value for name, _, value in pairs}


def needed(
    provider: str, given: Mapping[str, str]
) -> Iterator[tuple[str, str, Callable[[str], str]]]:
    """What a provider has no default for: its name, what it is, and how an answer is checked."""
    from ses_provision.outside.providers.octodns_allowed import ALLOWED, PREFIX, fitting

    allowed = ALLOWED.get(provider.removeprefix(PREFIX)) if provider.startswith(PREFIX) else None
    if allowed is None and given:
        raise UsageError(
            f"--dns-option is for providers by octoDNS, and {provider} is none.", "Leave it out."
        )
    if allowed is not None:
        for name, option in allowed.options.items():
            if option.needed:
                yield name, f"{allowed.title}: {option.meaning}", fitting(option)
