"""What runs in AWS Lambda, and never here: each file is a whole function, on boto3 and the standard
library of its runtime alone.

Its code goes to AWS as it stands, with its constants filled in, in a zip file that is the same on
every machine, so that Lambda's checksum of it can be compared.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from importlib.resources import files

MODULE = "index"  # what CloudFormation calls code that stands in a template
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can hold
UNIX = 3
READABLE = 0o644 << 16  # Lambda's own user has to be able to read it


def source(name: str, **constants: str) -> str:
    """The code of a function, with its empty constants filled in."""
    text = files(__name__).joinpath(f"{name}.py").read_text(encoding="utf-8")
    for constant, value in constants.items():
        empty = f'\n{constant} = ""\n'
        if text.count(empty) != 1:
            raise ValueError(f"{name}.py has no constant {constant} to fill in")
        text = text.replace(empty, f"\n{constant} = {json.dumps(value)}\n")
    return text


def zipped(text: str) -> bytes:
    """Code as Lambda takes it, byte for byte the same wherever it is made: not compressed, for
    libraries compress in different ways."""
    entry = zipfile.ZipInfo(f"{MODULE}.py", EPOCH)
    entry.create_system, entry.external_attr = UNIX, READABLE
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(entry, text.encode())
    return held.getvalue()


def checksum(archive: bytes) -> str:
    """Lambda's checksum of a zip file (CodeSha256)."""
    return base64.b64encode(hashlib.sha256(archive).digest()).decode()


def unzipped(archive: bytes) -> str:
    """The code in a zip file of ours; empty where there is none."""
    if not archive:
        return ""
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        return held.read(f"{MODULE}.py").decode()
