"""init: write an environment file that loads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from ses_provision.cli.dns_options import DnsOptions, options
from ses_provision.cli.first_answers import Answers, complete, insist_on_flags, refused
from ses_provision.cli.options import offered
from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.errors import ConfigError, UsageError
from ses_provision.names import DnsProviderName
from ses_provision.outside import files

if TYPE_CHECKING:
    from ses_provision.environment import Environment


HostedZoneId = Annotated[
    str | None, typer.Option("--zone-id", metavar="ID", help="The Route 53 hosted zone.")
]
DnsServer = Annotated[
    str | None,
    typer.Option("--dns-server", metavar="HOST", help="rfc2136: who takes dynamic updates."),
]


def complete_region(incomplete: str) -> list[str]:
    """The regions that have SES, for the shell."""
    from ses_provision.outside import regions

    return offered(sorted(name for name, has in regions.has_ses().items() if has), incomplete)


Sending = Annotated[
    str | None,
    typer.Option(
        "--region",
        metavar="REGION",
        help="The region that sends.",
        autocompletion=complete_region,
    ),
]


@without("env", "every")
def init(
    run: Run,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Name of the environment, such as prod.")
    ] = None,
    domain: Annotated[
        str | None, typer.Option("--domain", metavar="NAME", help="The domain mail comes from.")
    ] = None,
    account_id: Annotated[
        str | None, typer.Option("--account-id", metavar="ID", help="The AWS account.")
    ] = None,
    region: Sending = None,
    dns: Annotated[
        DnsProviderName | None, typer.Option("--dns", help="Where the domain's DNS is.")
    ] = None,
    zone_id: HostedZoneId = None,
    dns_server: DnsServer = None,
    dns_option: DnsOptions = None,
    configuration_set: Annotated[
        str | None, typer.Option("--configuration-set", metavar="NAME", help="Its name.")
    ] = None,
    email: Annotated[
        str | None,
        typer.Option("--email", metavar="ADDRESS", help="Who is told of bounces and alarms."),
    ] = None,
    hipaa: Annotated[
        bool | None, typer.Option("--hipaa/--no-hipaa", help="Mails may concern patients.")
    ] = None,
    non_interactive: Annotated[
        bool, typer.Option("--non-interactive", help="Ask nothing: take flags and defaults.")
    ] = False,
) -> None:
    """Write a new environment file, with comments; never over an existing one.

    Asks for what no flag says. Defaults come from AWS where credentials allow: the account, the
    region of the profile, the hosted zones.

    Example: ses-provision init

    Example: ses-provision init prod --domain example.com --region eu-central-1 --non-interactive
    """
    from ses_provision.environment import loading
    from ses_provision.render import environment_file

    answers = Answers(
        name, domain, account_id, region, dns, zone_id, dns_server, options(dns_option),
        configuration_set, email, hipaa, run.profile,
    )  # fmt: skip
    insist_on_flags(answers)
    asks = not non_interactive
    if asks and not run.may_ask:
        raise UsageError(
            "`ses-provision init` asks questions, and nobody is there to answer.",
            "Add --non-interactive, with --domain, --region and NAME.",
        )
    path = complete(run, answers, asks=asks)
    text = environment_file.render(answers.__dict__)
    try:
        env = loading.parse(text.encode(), str(answers.name), str(path))
    except ConfigError as error:
        raise refused(error.headline, error.points) from error
    write_new(path, text)
    schema = run.config_dir / loading.SCHEMA
    if not files.is_there(schema):
        write_new(schema, environment_file.schema())
    run.report(env.name, {"file": str(path)})
    run.show(
        Text(f"Wrote {path}: every setting it has, and those it could have."),
        Text(f"Look at it, then: ses-provision plan --env {env.name}"),
        *allowed_by_provider(env),
    )


def allowed_by_provider(env: Environment) -> list[Text]:
    """Where to read what a DNS provider outside AWS has to allow."""
    if not env.dns.kept_by.credentials:
        return []
    keeper = env.dns.kept_by.keeper(env.dns)
    return [Text(f"What {keeper} has to allow: ses-provision permissions --env {env.name} --dns")]


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet; one that is stays as it is."""
    try:
        files.write_new(path, text)
    except FileExistsError as error:
        raise UsageError(f"{path} exists already, and is left as it is.") from error
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {files.reason(error)}.",
            "--config-dir names another folder.",
        ) from error
