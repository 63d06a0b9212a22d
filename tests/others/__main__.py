"""Serve, run each client, tell how each went; the exit status says whether one failed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.functional.test_local_and_demo import free_port

HERE = Path(__file__).parent
HOUSE = Path(sys.prefix) / ".clients"
ACCOUNT, REGION, SENDER = "111122223333", "us-east-1", "shop@example.com"
PATIENCE = 600  # seconds that installing a client may take
READY_LINES = 9  # what `local` exports in a folder without environments


class NotHereError(Exception):
    """A client that cannot be had on this machine, and why."""


@dataclass(frozen=True)
class Client:
    """A client: how it is installed, which gives the program that runs its script."""

    name: str
    script: str
    program: Callable[[Path], list[str]]


def run(*command: str | Path, at: Path, patience: float = PATIENCE) -> None:
    """Install something, or say why that cannot be done."""
    try:
        subprocess.run(
            command, cwd=at, check=True, capture_output=True, text=True, timeout=patience
        )
    except subprocess.CalledProcessError as error:
        told = (error.stderr or error.stdout).strip().splitlines() or [str(error)]
        raise NotHereError(f"{Path(command[0]).name} failed: {told[-1]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotHereError(str(error)) from error


def of_python(*packages: str) -> Callable[[Path], list[str]]:
    """A client from PyPI, in an environment of its own."""

    def install(at: Path) -> list[str]:
        python = at / "bin" / "python"
        if not python.exists():
            run(sys.executable, "-m", "venv", at, at=HOUSE)
        run(python, "-m", "pip", "install", "--quiet", *packages, at=at)
        return [str(python)]

    return install


def aws_cli(at: Path) -> list[str]:
    """The AWS CLI, which its script finds first on the path."""
    of_python("awscli>=1.46,<2")(at)
    return ["bash"]


def of_node(*packages: str) -> Callable[[Path], list[str]]:
    """A client from npm, in a folder of its own."""

    def install(at: Path) -> list[str]:
        for program in ("node", "npm"):
            if not shutil.which(program):
                raise NotHereError(f"{program} is not installed")
        at.mkdir(exist_ok=True)
        (at / "package.json").write_text('{"private": true}\n')
        run("npm", "install", "--silent", "--no-audit", "--no-fund", *packages, at=at)
        return ["node"]

    return install


def terraform(at: Path) -> list[str]:
    """Terraform with its aws provider, which is looked for where the environment says."""
    plugins = os.environ.get("SES_PROVISION_TERRAFORM_PLUGINS")
    if not shutil.which("terraform"):
        raise NotHereError("terraform is not installed")
    if not plugins:
        raise NotHereError("SES_PROVISION_TERRAFORM_PLUGINS names no folder with the aws provider")
    at.mkdir(exist_ok=True)
    shutil.copy(HERE / "main.tf", at)
    run("terraform", "init", "-input=false", f"-plugin-dir={plugins}", at=at)
    return ["bash"]


CLIENTS = (
    Client("aws-cli", "aws_cli.sh", aws_cli),
    Client("boto3", "boto3_client.py", of_python("boto3")),
    Client("django-ses", "django_ses_client.py", of_python("django", "django-ses")),
    Client("nodemailer", "nodemailer_client.mjs", of_node("nodemailer", "@aws-sdk/client-sesv2")),
    Client("terraform", "terraform.sh", terraform),
)


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """`ses-provision local` in an empty folder; yields what it exports."""
    port = free_port()
    command = [sys.executable, "-m", "ses_provision", "local", "--port", str(port)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(READY_LINES)]
            yield dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        finally:
            process.terminate()


def tell_local(url: str, name: str, **payload: str) -> None:
    """Drive the local AWS."""
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{url}/_local/{name}", json.dumps(payload).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request).close()  # noqa: S310


def outcome(client: Client, exports: Mapping[str, str]) -> str:
    """How a client fared: "right", or what went wrong, on an AWS of its own."""
    url = exports["AWS_ENDPOINT_URL"]
    tell_local(url, "reset")
    tell_local(url, "production", account=ACCOUNT, region=REGION)
    at = HOUSE / client.name
    program = client.program(at)
    script = HERE / client.script
    if script.suffix == ".mjs":
        script = Path(shutil.copy(script, at))
    path = f"{at / 'bin'}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [*program, script],
        cwd=at,
        env={**kept, **exports, "PATH": path, "SENDER": SENDER, "ACCOUNT": ACCOUNT},
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return "right" if done.returncode == 0 else f"FAILED\n{done.stdout}{done.stderr}"


def main() -> int:
    """Run them all."""
    HOUSE.mkdir(exist_ok=True)
    failed = False
    with served() as exports:
        for client in CLIENTS:
            try:
                said = outcome(client, exports)
            except NotHereError as reason:
                said = f"skipped: {reason}"
            failed = failed or said.startswith("FAILED")
            sys.stdout.write(f"clients: {client.name}: {said}\n")
            sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
