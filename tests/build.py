"""The wheel and the sdist: built the same every time, and proved by installing them.

`python -m tests.build` builds both into dist/ with the time of the last commit, builds the wheel
again from the sdist, and installs it into an empty environment of the oldest and of the newest
Python that are there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import ROOT

OLDEST = (3, 11)
WITHOUT_GIT = "1580601600"
"""A time for those who build outside a clone: the one that hatchling takes by itself."""
PIP = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")


def epoch(root: Path) -> str:
    """The time of the last commit, in seconds."""
    asked = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return WITHOUT_GIT


def build(
    root: Path, into: Path, *kinds: str, when: str, env: Mapping[str, str] = os.environ
) -> list[Path]:
    """Build `wheel` and `sdist`, or those named, in this order."""
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(into)]
    targets = [part for kind in kinds or ("sdist", "wheel") for part in ("--target", kind)]
    subprocess.run(
        [*command, *targets],
        cwd=root,
        env={**env, "SOURCE_DATE_EPOCH": when},
        check=True,
        capture_output=True,
    )
    return sorted(path for path in into.iterdir() if path.suffix in (".gz", ".whl"))


def unpacked(sdist: Path, into: Path) -> Path:
    """The folder of an unpacked sdist."""
    with tarfile.open(sdist) as archive:
        archive.extractall(into, filter="data")
    return into / sdist.name.removesuffix(".tar.gz")


def pythons() -> dict[tuple[int, int], str]:
    """The Pythons of this machine that can run us, by version: on the path, and beside this one."""
    beside = Path(sys.base_prefix).parent.glob("*/bin/python3")
    on_path = filter(None, (shutil.which(f"python3.{minor}") for minor in range(OLDEST[1], 30)))
    found: dict[tuple[int, int], str] = {}
    for candidate in [sys.executable, *on_path, *map(str, sorted(beside))]:
        version = version_of(candidate)
        if version and version >= OLDEST:
            found.setdefault(version, candidate)
    return found


def version_of(python: str) -> tuple[int, int] | None:
    """The version of a Python, None where it does not run."""
    asked = [python, "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        return None
    return int(said[0]), int(said[1])


def installed(python: str, wheel: Path, at: Path, source: Path) -> str:
    """What the program says of itself, installed into an empty environment, after its demo on the
    environments of `source`."""
    subprocess.run([python, "-m", "venv", str(at)], check=True)
    own = str(at / "bin" / "python")
    lock = str(source / "requirements.lock")
    subprocess.run([own, *PIP, "--require-hashes", "-r", lock], check=True)
    subprocess.run([own, *PIP, "--no-deps", str(wheel)], check=True)
    subprocess.run([own, "-m", "pip", "check"], check=True, capture_output=True)
    # Away from the source, so that what is imported is what was installed.
    shutil.copytree(source / "config", at / "config")
    said(at, "demo")
    return said(at, "--version").strip()


def said(at: Path, *arguments: str) -> str:
    """What the program prints that is installed at a folder."""
    program = str(at / "bin" / "ses-provision")
    return subprocess.run(
        [program, *arguments], cwd=at, check=True, capture_output=True, text=True
    ).stdout


def tell(what: str) -> None:
    """Say what was done."""
    sys.stdout.write(f"build: {what}\n")
    sys.stdout.flush()


def main() -> int:
    """Build into dist/, and prove what was built."""
    when, dist = epoch(ROOT), ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    [wheel, sdist] = build(ROOT, dist, when=when)
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        source = unpacked(sdist, at)
        [again] = build(source, at / "again", "wheel", when=when)
        if again.read_bytes() != wheel.read_bytes():
            tell("the sdist gives another wheel than the clone")
            return 1
        there = pythons()
        for version in sorted({min(there), max(there)}):
            name = ".".join(map(str, version))
            program = installed(there[version], wheel, at / name, source)
            tell(f"{program} installed, and its demo done, with Python {name}")
    for path in (wheel, sdist):
        tell(str(path.relative_to(ROOT)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
