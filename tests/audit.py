"""What can be said of the dependencies on any machine: pinned with hashes, as locked, licensed.

`python -m tests.audit` looks at both locks and at what is installed. Whether a weakness is known in
one of them takes a look-up elsewhere, which `make audit` adds where that can be done.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from tests.conftest import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
OWN = {"ses-provision", "pip", "setuptools", "wheel", "uv"}
"""Ours, and what sets up: of no lock."""
LICENCES = re.compile(
    r"\b(MIT(-0)?|MIT License|BSD([ -][23]-Clause|[ -]License)?|Apache([ -]Software)?([ -]License)?"
    r"([ -]2\.0)?|ISC( License)?( \(ISCL\))?|PSF(L|-2\.0)|MPL-2\.0|Mozilla Public License 2\.0.*|"
    r"Dual License)\b"
)
"""Licences that a program under Apache-2.0 may depend on."""


@dataclass(frozen=True)
class Locked:
    """One requirement of a lock."""

    name: str
    version: str
    hashes: int


def normal(name: str) -> str:
    """A project's name as packaging compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> list[Locked]:
    """The requirements of a lock, each with the number of its hashes."""
    blocks = [text[each.start() :] for each in PIN.finditer(text)]
    return [
        Locked(normal(pin[1]), pin[2], len(HASH.findall(own)))
        for own in map(first_block, blocks)
        if (pin := PIN.match(own))
    ]


def first_block(text: str) -> str:
    """A requirement with the lines that belong to it, which are indented."""
    return re.split(r"\n(?=\S)", text, maxsplit=1)[0]


def lock_faults(text: str) -> Iterator[str]:
    """What is wrong with a lock by itself."""
    for line in text.splitlines():
        if line[:1].strip() and not line.startswith("#") and not PIN.match(line):
            yield f"is not pinned: {line.split()[0]}"
    for each in locked(text):
        if not each.hashes:
            yield f"has no hash: {each.name}"


def licences(held: Distribution) -> list[str]:
    """What a distribution says of its licence."""
    classifiers = held.metadata.get_all("Classifier") or []
    said = [
        *(held.metadata.get_all("License-Expression") or []),
        *(each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")),
        *(held.metadata.get_all("License") or []),
    ]
    return [each.splitlines()[0] for each in said if each]


def is_free(said: Iterable[str]) -> bool:
    """Whether one of the licences named may be depended on."""
    return any(LICENCES.search(each) for each in said)


def file_faults(held: Distribution) -> Iterator[str]:
    """Files of a distribution that are not as its own record has them."""
    for path in held.files or ():
        if path.hash is None:
            continue
        at = Path(str(path.locate()))
        if not at.is_file():
            yield f"{path} is missing"
        elif digest(at, path.hash.mode) != path.hash.value:
            yield f"{path} was changed"


def digest(path: Path, kind: str) -> str:
    """A hash as records have it (PEP 376)."""
    raw = hashlib.new(kind, path.read_bytes()).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def installed_faults(held: Distribution, wanted: Mapping[str, set[str]]) -> Iterator[str]:
    """What is wrong with something that is installed."""
    name = normal(held.metadata["Name"])
    if name in OWN:
        return
    if held.version not in wanted.get(name, set()):
        yield f"{name} {held.version} is installed, and no lock has it"
    if not is_free(licences(held)):
        yield f"{name}: licence {'; '.join(licences(held)) or 'not named'}"
    yield from (f"{name}: {fault}" for fault in file_faults(held))


def main() -> int:
    """Tell what is wrong; the exit status says whether something is."""
    texts = {lock: (ROOT / lock).read_text(encoding="utf-8") for lock in LOCKS}
    faults = [f"{lock} {fault}" for lock, text in texts.items() for fault in lock_faults(text)]
    wanted: dict[str, set[str]] = {}
    for text in texts.values():
        for each in locked(text):
            wanted.setdefault(each.name, set()).add(each.version)
    there = list(distributions())
    faults += [fault for held in there for fault in installed_faults(held, wanted)]
    right = f"{len(wanted)} pinned with hashes; {len(there)} installed as locked, licensed"
    for line in faults or [right]:
        sys.stdout.write(f"audit: {line}\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
