"""What the guide shows of several jobs is what a shell does with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import CONFIG
from tests.pages import fenced, guide

SCRIPT = '#!/bin/sh\nexec {python} -m ses_provision "$@"\n'


def scripts() -> list[str]:
    """The scripts of jobs that ask for the environments."""
    blocks = [yaml.safe_load(block) for block in fenced(guide("ci"), "yaml")]
    found = [block for block in blocks if isinstance(block, dict)]
    steps = [
        step
        for block in found
        for job in [*block.get("jobs", {}).values(), block]
        for step in job.get("steps", ())
    ]
    return [step["run"] for step in steps if "ses-provision environments" in step.get("run", "")]


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """Variables of a shell in which ses-provision is found, and AWS is not."""
    command = tmp_path / "bin" / "ses-provision"
    command.parent.mkdir()
    command.write_text(SCRIPT.format(python=sys.executable))
    command.chmod(0o755)
    outputs = tmp_path / "outputs"
    return {
        **os.environ,
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_OUTPUT": str(outputs),
    }


def run(script: str, variables: dict[str, str]) -> str:
    """Run a script as GitHub Actions does; what it prints."""
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=CONFIG.parent,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_first_job_hands_the_matrix_to_the_others(shell: dict[str, str]) -> None:
    [listing] = [one for one in scripts() if "github-matrix" in one]

    run(listing, shell)

    name, _, value = Path(shell["GITHUB_OUTPUT"]).read_text().partition("=")
    assert name == "matrix"
    assert [job["environment"] for job in json.loads(value)["include"]] == ["prod", "staging"]


@pytest.mark.parametrize(
    ("part", "names"),
    [("1/2", ["staging"]), ("2/2", ["prod"]), ("1/1", ["prod", "staging"]), ("3/3", [])],
)
def test_a_job_does_the_environments_of_its_part_and_nothing_for_an_empty_one(
    shell: dict[str, str], part: str, names: list[str]
) -> None:
    [planning] = [one for one in scripts() if "--shard" in one]
    validating = planning.replace("ses-provision plan", "ses-provision validate")

    said = run(validating, {**shell, "PART": part})

    assert re.findall(r"config/(\w+)\.toml is right", said) == names
