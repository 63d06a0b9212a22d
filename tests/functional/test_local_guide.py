"""What the guide on the local AWS tells an application's developers works as it stands."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from ses_provision.cli.commands.local import SOMEBODY
from ses_provision.local import LocalAws
from ses_provision.local.control import Control
from tests.conftest import ROOT
from tests.functional.test_local_and_demo import COMMAND, free_port
from tests.pages import fenced, guide
from tests.reference import of_service

yaml: Any = importlib.import_module("yaml")  # without stubs; it comes with the local AWS


def test_the_fixture_and_the_tests_of_the_guide_run(tmp_path: Path) -> None:
    for block in fenced(guide("local-aws"), "python"):
        name = block.partition("\n")[0].removeprefix("# ")
        (tmp_path / name).write_text(block, encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--rootdir", tmp_path],
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_the_rehearsal_of_dns_at_another_provider_runs_as_it_stands(tmp_path: Path) -> None:
    section = guide("local-aws").partition("## Rehearsing DNS at another provider\n")[2]
    [block] = fenced(section.partition("\n## ")[0], "console")
    lines = [line.removeprefix("$ ") for line in block.splitlines()]
    port = free_port()
    expected = [0, 3, 0, 0, 0]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**clean, "PYTHONPATH": str(ROOT), "SES_PROVISION_LOCAL_PORT": str(port)}

    def execute(line: str, **options: Any) -> Any:
        words = shlex.split(line.replace("4579", str(port)), comments=True)
        name, *arguments = words[: words.index(">")] if ">" in words else words
        assert name == "ses-provision"
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    init, local, *rest = lines
    with execute(init) as begun:
        _, told = begun.communicate(timeout=60)
    assert begun.returncode == 0, told
    with execute(local) as server:
        try:
            assert "AWS_ENDPOINT_URL" in server.stdout.readline()
            ended, printed = [], ""
            for line in rest:
                if line.startswith("curl "):
                    post(line.replace("4579", str(port)), printed)
                    continue
                with execute(line) as process:
                    printed, told = process.communicate(timeout=60)
                ended.append(process.returncode)
                assert "REFUSED" not in printed + told, told
        finally:
            server.terminate()

    assert ended == expected, told


def post(line: str, records: str) -> None:
    """What a curl line of the guide sends."""
    _, _, data, address = shlex.split(line)
    body = records if data.startswith("@") else data
    with urllib.request.urlopen(f"http://{address}", body.encode()) as answer:
        assert json.load(answer)


def test_the_service_of_the_guide_answers_in_a_folder_without_environments(
    tmp_path: Path,
) -> None:
    [text] = fenced(guide("local-aws"), "yaml")
    job = yaml.safe_load(text)["jobs"]["test"]
    [_, install, start, _] = (step.get("run", "") for step in job["steps"])
    assert install == "pip install 'ses-provision[local]'"
    command, _, wait = start.partition(" > local.log &\n")
    assert command == "ses-provision local --port 4579"
    assert re.search(r"127\.0\.0\.1:4579/_local/health", wait)

    port = free_port()
    with subprocess.Popen(
        [*COMMAND, "local", "--port", str(port)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            exports = dict(
                process.stdout.readline().removeprefix("export ").strip().split("=", 1)
                for _ in range(9)
            )
            health = f"http://127.0.0.1:{port}/_local/health"
            with urllib.request.urlopen(health) as answer:
                assert json.load(answer)["ok"]
        finally:
            process.terminate()

    assert exports["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{port}"
    assert SOMEBODY.items() <= exports.items()
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    assert {name: job["env"][name] for name in keys} == {name: SOMEBODY[name] for name in keys}


def test_every_service_is_listed_with_what_it_serves() -> None:
    aws = LocalAws()
    page = guide("local-aws")
    for service in aws.services:
        assert re.search(rf"^### {service}: \d+ of \d+$", page, re.MULTILINE), service
        assert aws.operations(service), service


def test_operations_that_are_not_served_are_named_or_counted() -> None:
    named = of_service("sts", {"GetCallerIdentity"})
    assert "### sts: 1 of" in named
    assert "Served: `GetCallerIdentity`." in named
    assert "`AssumeRole`" in named.partition("Not served:")[2]
    assert re.search(r"Not served: \d+ more\.", of_service("iam", {"GetRole"}))


def test_every_request_that_drives_it_is_told_once_and_is_served() -> None:
    rows = [row for row in guide("local-aws").splitlines() if row.startswith(("| `GET", "| `POST"))]
    cells = " ".join(row.split("|")[1] for row in rows)
    told = re.findall(r"`(GET|POST|DELETE) ([a-z-]+)", cells)
    assert sorted(told) == sorted(Control(LocalAws()).table)


def test_what_the_local_aws_adds_to_moto_is_among_what_is_served() -> None:
    aws = LocalAws()
    assert {"SimulateCustomPolicy", "SimulatePrincipalPolicy"} <= set(aws.operations("iam"))
