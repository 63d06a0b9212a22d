"""The data of AWS that lie beside botocore: each file is read once a process, whoever needs it."""

from __future__ import annotations

import functools
import gzip
import json
from pathlib import Path
from typing import Any


@functools.cache
def content(path: str) -> Any:
    """What a file says; its name may lack the ending. None where there is no such file.

    Objects are plain dicts, which keep their order: botocore asks for an OrderedDict of each, and
    takes twice as long for a service. Raises OSError and ValueError.
    """
    plain, packed = Path(f"{path}.json"), Path(f"{path}.json.gz")
    if plain.is_file():
        return json.loads(plain.read_bytes())
    return json.loads(gzip.decompress(packed.read_bytes())) if packed.is_file() else None
