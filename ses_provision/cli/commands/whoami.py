"""whoami: whose credentials are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.cli.run import Run
from ses_provision.engine.values import plain
from ses_provision.errors import WrongAccount

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.whoami import Caller
    from ses_provision.outside.aws import Connections
    from ses_provision.outside.rights import Credentials
    from ses_provision.outside.whose import Origin


def whoami(run: Run) -> None:
    """Say whose credentials each environment is worked on with, from where, and until when.

    Asks STS alone, and says too what would be refused elsewhere: credentials of another account.
    Their values are never shown.

    Example: ses-provision whoami

    Example: ses-provision whoami --env prod --profile NAME
    """
    from ses_provision.render import whoami as text

    for env in run.environments():
        with run.boundary(env.name):
            connections = run.connect(env)
            found, zones = in_account(run, env, connections), None
            try:
                zones = at_hosted_zones(run, env, connections)
            finally:
                run.report(env.name, told(found, zones))
                run.show(text.whoami(env, found, zones, run.world.now()))
            insist(env, found)


def in_account(run: Run, env: Environment, connections: Connections) -> Caller:
    """Who we are in the environment's account."""
    from ses_provision.outside.rights import Credentials
    from ses_provision.outside.whose import chosen_by

    chosen = chosen_by(run.profile, env.profile, file_of(run, env))
    return who(run, env, connections, Credentials.ACCOUNT, (env.account_id, chosen))


def at_hosted_zones(run: Run, env: Environment, connections: Connections) -> Caller | None:
    """Who we are at the environment's hosted zones, where that is somebody else."""
    from ses_provision.outside.rights import Credentials

    expected: tuple[str | None, str]
    if env.dns.assume_role_arn:
        expected = env.zone_account_id, f"dns.assume_role_arn in {file_of(run, env)}"
    elif env.dns.profile:
        expected = None, f"dns.profile in {file_of(run, env)}"
    else:
        return None
    return who(run, env, connections, Credentials.ZONES, expected)


def file_of(run: Run, env: Environment) -> str:
    """The file of an environment."""
    return f"{run.config_dir}/{env.name}.toml"


def who(
    run: Run,
    env: Environment,
    connections: Connections,
    credentials: Credentials,
    expected: tuple[str | None, str],
) -> Caller:
    """Who we are with these credentials, by the account that is expected and what chose them."""
    from ses_provision.operations.whoami import caller
    from ses_provision.outside.aws import Reader
    from ses_provision.outside.whose import origin

    wanted, chosen = expected

    def from_where() -> Origin:
        return origin(connections.session(env.region, credentials), chosen)

    with run.life.during(f"asking who we are for {env.name}"):
        # A reader of its own: the same question with other credentials has another answer.
        return Reader(connections).run(caller(env.region, wanted, from_where, credentials))


def told(found: Caller, zones: Caller | None) -> dict[str, object]:
    """The callers as the JSON document has them."""
    return {
        "caller": {**plain(found), "right": found.is_right},
        "zones_caller": None if zones is None else {**plain(zones), "right": zones.is_right},
    }


def insist(env: Environment, found: Caller) -> None:
    """End as every other command would where the account is another."""
    if not found.is_right:
        raise WrongAccount(
            f"These credentials belong to account {found.account_id}, but environment {env.name} "
            f"is account {env.account_id}.",
            f"Use the credentials of {env.account_id}: --profile NAME, or `profile` in the "
            "environment file.",
        )
