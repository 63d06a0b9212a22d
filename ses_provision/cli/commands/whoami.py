"""whoami: whose credentials are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.cli.run import Run
from ses_provision.engine.values import plain
from ses_provision.errors import WrongAccount

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.whoami import Caller


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
            found, zones = look(run, env)
            run.report(env.name, told(found, zones))
            run.show(text.whoami(env, found, zones, run.world.now()))
            insist(env, found)


def look(run: Run, env: Environment) -> tuple[Caller, Caller | None]:
    """Who we are in the environment's account, and at its hosted zones where that is another."""
    from ses_provision.operations.whoami import caller
    from ses_provision.outside.aws import Reader
    from ses_provision.outside.rights import Credentials
    from ses_provision.outside.whose import chosen_by, origin

    file = f"{run.config_dir}/{env.name}.toml"
    with run.life.during(f"asking who we are for {env.name}"):
        connections = run.connect(env)

        def who(credentials: Credentials, wanted: str | None, chosen: str) -> Caller:
            from_where = origin(connections.session(env.region, credentials), chosen)
            # A reader of its own: the same question with other credentials has another answer.
            return Reader(connections).run(caller(env.region, wanted, from_where, credentials))

        found = who(Credentials.ACCOUNT, env.account_id, chosen_by(run.profile, env.profile, file))
        if not (env.dns.profile or env.dns.assume_role_arn):
            return found, None
        if env.dns.assume_role_arn:
            chosen, wanted = f"dns.assume_role_arn in {file}", env.zone_account_id
        else:
            chosen, wanted = f"dns.profile in {file}", None
        return found, who(Credentials.ZONES, wanted, chosen)


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
