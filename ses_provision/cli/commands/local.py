"""local: serve a local AWS."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.errors import UsageError
from ses_provision.worlds import dns_provider
from ses_provision.worlds.real import LOCAL_PORT, name_server_port, smtp_ports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_provision.environment import Environment
    from ses_provision.local import LocalAws

LOCAL_SECRET = "local"  # noqa: S105 - the local AWS has no secrets
SOMEBODY = {
    "AWS_ACCESS_KEY_ID": "LOCAL000111122223333",
    "AWS_SECRET_ACCESS_KEY": LOCAL_SECRET,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
}
"""Who a client is where no environment says it. SDKs read one name of the region or the other."""


def start(environments: Sequence[Environment]) -> LocalAws:
    """A local AWS with the hosted zones and roles of the environments, or what it lacks to run."""
    try:
        from ses_provision.local import LocalAws
        from ses_provision.worlds.in_process import seed
    except ModuleNotFoundError as error:
        raise UsageError(
            f"The local AWS is not installed ({error.name} is missing).",
            "Install it: pip install 'ses-provision[local]'.",
        ) from error
    made = LocalAws()
    seed(made, environments)
    return made


@without("profile", "local", "quiet", "debug")
def local(
    run: Run,
    port: Annotated[
        int, typer.Option("--port", min=1, max=65532, metavar="N", help="Port on 127.0.0.1.")
    ] = LOCAL_PORT,
    verify_after: Annotated[
        float,
        typer.Option(
            "--verify-after", min=0, metavar="SEC", help="How long SES takes to see right records."
        ),
    ] = 60,
    strict_rate: Annotated[
        bool, typer.Option("--strict-rate", help="SESv2 takes one call a second, as in AWS.")
    ] = False,
    latency: Annotated[
        float, typer.Option("--latency", min=0, metavar="SEC", help="How long each call takes.")
    ] = 0,
) -> None:
    """Serve a local AWS on 127.0.0.1, with the zones and roles of your environments.

    Prints the exports that point the AWS CLI, an SDK or ses-provision at it. `--local` on the other
    commands talks to it without them. DNS answers on the next port, SMTP on the two after it. In a
    folder without environments it is an empty AWS, and the exports hold the keys of an account.

    Example: ses-provision local --port 4579
    """
    from dataclasses import replace

    from ses_provision.environment.loading import names

    environments = run.environments() if run.env or names(run.config_dir) else []
    made = start(environments)
    made.knobs = replace(
        made.knobs,
        verify_after=verify_after,
        rate=1.0 if strict_rate else None,
        latency=latency,
    )
    with tempfile.TemporaryDirectory(prefix="ses-provision-local-") as folder:
        exports = settings(environments, Path(folder), port)
        serve_until_stopped(run, made, port, exports)
    run.tell("The local AWS has stopped; everything in it is gone.")


def serve_until_stopped(run: Run, made: LocalAws, port: int, exports: dict[str, str]) -> None:
    """Serve AWS, DNS and SMTP; say where once all listen."""
    from ses_provision.local.nameserver import name_server
    from ses_provision.local.server import serve
    from ses_provision.local.smtp.server import serving_smtp

    smtp, smtp_tls = smtp_ports(port)

    def ready(_address: object) -> None:
        run.extra.update(endpoint_url=exports["AWS_ENDPOINT_URL"], exports=exports)
        run.document("\n".join(f"export {name}={shlex.quote(v)}" for name, v in exports.items()))
        run.emit()
        run.tell(
            f"The local AWS listens on 127.0.0.1:{port} (DNS on {name_server_port(port)}, SMTP on "
            f"{smtp}). Ctrl-C ends it."
        )

    try:
        with (
            name_server(made, port=name_server_port(port)),
            serving_smtp(made, port=smtp, tls_port=smtp_tls),
        ):
            serve(made, port=port, ready=ready)
    except OSError as error:
        raise UsageError(
            f"Port {port}, or one of the three after it, is not free on 127.0.0.1: "
            f"{error.strerror}.",
            "Choose another with --port, or end the local AWS that has it.",
        ) from error


def settings(environments: Sequence[Environment], folder: Path, port: int) -> dict[str, str]:
    """AWS configuration files in which each environment's profile is its account here."""
    config, credentials = folder / "config", folder / "credentials"
    profiles = {env.profile or env.name: env for env in environments}
    config.write_text(
        "".join(
            f"[profile {name}]\nregion = {env.region}\n" for name, env in sorted(profiles.items())
        )
    )
    credentials.write_text(
        "".join(
            f"[{name}]\naws_access_key_id = LOCAL000{env.account_id}\n"
            f"aws_secret_access_key = {LOCAL_SECRET}\n"
            for name, env in sorted(profiles.items())
        )
    )
    return {
        **({} if environments else SOMEBODY),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_EC2_METADATA_DISABLED": "true",
        "SES_PROVISION_RESOLVERS": f"127.0.0.1:{name_server_port(port)}",
        **{
            name: value
            for env in environments
            for name, value in dns_provider.exports(env, f"http://127.0.0.1:{port}").items()
        },
    }
