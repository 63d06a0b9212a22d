"""What the exit status says of several environments: an error in any wins."""

from __future__ import annotations

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli


class Severed(InProcess):
    """A world in which one environment's credentials do not work."""

    severed = ""

    def connect(self, env: Environment, profile: str | None, trace: object) -> object:  # type: ignore[override]
        """Connect, with another account's credentials to the one that is severed."""
        if env.name == self.severed:
            env = env.model_copy(update={"account_id": "000011112222"})
        return super().connect(env, profile, None)


@pytest.mark.parametrize("severed", ["prod", "staging"])
@pytest.mark.parametrize(
    ("command", "without_error"), [(("plan", "--detailed-exitcode"), 2),
                                   (("checklist", "--exit-code", "--no-dns"), 3)],
)  # fmt: skip
def test_an_error_in_any_environment_wins_over_what_is_to_be_done_in_another(
    severed: str, command: tuple[str, ...], without_error: int, cli: Cli, local: LocalAws
) -> None:
    world = Severed(local)
    assert cli(*command, world=world).status == without_error
    world.severed = severed

    assert cli(*command, world=world).status == 1
