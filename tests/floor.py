"""The least that questions to AWS cost: Python, boto3, the same clients, the same questions in the
same rounds. `python -m tests.floor ROUNDS URL ACCOUNT`; nothing of ses-provision is imported.
"""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
from botocore import xform_name

AT_ONCE = 12


class Asking:
    """Clients, made when first needed, and what they are asked."""

    def __init__(self, url: str, account: str) -> None:
        self._url = url
        self._session = boto3.Session(
            aws_access_key_id=f"LOCAL000{account}", aws_secret_access_key="local"
        )
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str, region: str) -> Any:
        """The client of a service in a region."""
        with self._lock:
            if (service, region) not in self._clients:
                config = botocore.config.Config(
                    retries={"mode": "standard"}, max_pool_connections=AT_ONCE
                )
                self._clients[service, region] = self._session.client(
                    service, region_name=region, endpoint_url=self._url, config=config
                )
            return self._clients[service, region]

    def ask(self, question: dict[str, Any]) -> None:
        """Ask; what is not there is an answer, too."""
        client = self.client(question["service"], question["region"])
        method = xform_name(question["operation"])
        try:
            if question["pages"] and client.can_paginate(method):
                client.get_paginator(method).paginate(**question["params"]).build_full_result()
            else:
                getattr(client, method)(**question["params"])
        except botocore.exceptions.ClientError:
            return


def main(rounds: str, url: str, account: str) -> None:
    """Ask everything, round by round."""
    asking = Asking(url, account)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for questions in json.loads(Path(rounds).read_text()):
            list(pool.map(asking.ask, questions))


if __name__ == "__main__":
    main(*sys.argv[1:])
