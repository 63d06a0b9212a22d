"""The environments of a folder together: whether they clash, and who claims what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ses_provision.environment import Environment


def insist_on_no_clash(chosen: Sequence[Environment], folder: Path) -> None:
    """Raise ConfigError with every clash of a chosen environment with any other in the folder.

    Files with mistakes are left out: they are told of when their environment is chosen.
    """
    from ses_provision.engine.clashes import clashes
    from ses_provision.steps import STEPS

    names = {env.name for env in chosen}
    every = [*chosen, *others(names, folder)]
    found = {
        problem: (first.name, second.name)
        for first, second, problem in clashes(every, STEPS)
        if {first.name, second.name} & names
    }
    if found:
        raise ConfigError(
            f"Environments in {folder}/ want the same things:",
            "Nothing was read or written. Change one of the settings named.",
            problems=tuple(
                f"{folder / f'{name}.toml'}: {problem}"
                for problem, both in found.items()
                for name in both
            ),
            points=found,
        )


def others(chosen: Iterable[str], folder: Path) -> Iterator[Environment]:
    """The other environments of the folder, as far as they can be read."""
    from ses_provision.environment import loading

    for name in loading.names(folder):
        if name not in chosen:
            try:
                yield loading.load(name, folder)
            except ConfigError:
                continue


def also_there(env: Environment, folder: Path) -> str:
    """Which other environments send from the same account and region, as the end of a question
    about what they share."""
    place = env.account_id, env.region
    near = sorted(
        other.name
        for other in others([env.name], folder)
        if (other.account_id, other.region) == place
    )
    return f", and so of {', '.join(near)} as well" if near else ""
