"""Folders of environment files for tests, and a local AWS that fits them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ses_provision.environment import loading
from ses_provision.local import Clock, LocalAws
from ses_provision.worlds.in_process import InProcess, seed
from tests.conftest import NOON, Cli, Result
from tests.prepared import prepared

EXTERNAL = """
account_id = "111122223333"
region = "eu-central-1"
domain = "dev.example.com"
[dns]
provider = "external"
zone = "example.com"
[configuration_set]
name = "example"
[dmarc]
reports_to = ["dmarc@example.com"]
[events]
emails = ["ops@example.com"]
"""

HOSTED = """
account_id = "111122223333"
region = "eu-central-1"
domain = "example.com"
[configuration_set]
name = "example"
[dmarc]
reports_to = ["dmarc@example.com"]
"""


class Bench:
    """A folder of environment files, the local AWS for them, and the command line."""

    def __init__(self, cli: Cli, folder: Path, world: InProcess) -> None:
        self._cli = cli
        self.folder = folder
        self.world = world
        self.local = world.local

    def __call__(self, *arguments: str) -> Result:
        """Run a command line on the folder."""
        return self._cli(*arguments, "--config-dir", str(self.folder), world=self.world)

    def prepare(self, *arguments: str) -> Bench:
        """Begin with the account as a command line leaves it; it is run once for all tests."""
        files = [file.read_text(encoding="utf-8") for file in sorted(self.folder.glob("*.toml"))]

        def run() -> None:
            assert self(*arguments).status == 0

        prepared(self.local, (arguments, *files), run)
        return self


def write(folder: Path, **files: str) -> Path:
    """Environment files by name."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def bench(cli: Cli, folder: Path, world: type[InProcess] = InProcess, **files: str) -> Bench:
    """A bench with the hosted zones and roles that the files name."""
    write(folder, **files)
    local = LocalAws(Clock(frozen_at=NOON))
    seed(local, loading.load_all(folder))
    return Bench(cli, folder, world(local))


def publish(local: LocalAws, records: Iterable[dict[str, Any]]) -> None:
    """Put records into DNS outside of Route 53, as a person does in a panel."""
    for one in records:
        local.declare_dns(one["name"], one["type"], [one["value"]])


UPDATED = """
account_id = "111122223333"
region = "eu-central-1"
domain = "example.com"
[dns]
provider = "rfc2136"
server = "ns1.example.net"
key_name = "ours"
key_secret_env = "RFC2136_TSIG_SECRET"
[configuration_set]
name = "example"
[dmarc]
policy = "quarantine"
reports_to = ["dmarc@example.com"]
"""

AT_CLOUDFLARE = """
account_id = "111122223333"
region = "eu-central-1"
domain = "example.com"
[dns]
provider = "cloudflare"
token_env = "CLOUDFLARE_API_TOKEN"
[configuration_set]
name = "example"
[dmarc]
policy = "quarantine"
reports_to = ["dmarc@example.com"]
"""

OPTIONS = {
    "dnsimple": "options = { account = 1010 }",
    "powerdns": 'options = { host = "pdns.example.net" }',
}


def by_octodns(provider: str) -> str:
    """An environment whose zone is at a provider that octoDNS reaches."""
    return f"""
account_id = "111122223333"
region = "eu-central-1"
domain = "example.com"
[dns]
provider = "octodns:{provider}"
token_env = "PANEL_TOKEN"
{OPTIONS.get(provider, "")}
[configuration_set]
name = "example"
[dmarc]
policy = "quarantine"
reports_to = ["dmarc@example.com"]
"""
