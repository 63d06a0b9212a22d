"""`dns --format bind`, served by name servers on the loopback address, is right for `--check`."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.zone
import pytest

from ses_provision.outside import dns as asking
from ses_provision.outside.reading import Ask, Outcome
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.folders import EXTERNAL, bench

APEX = """$TTL 300
example.com. IN SOA ns.example.com. hostmaster.example.com. 1 3600 600 604800 300
example.com. IN NS ns.example.com.
ns.example.com. IN A 127.0.0.1
"""

Serve = Callable[[str, Path], AbstractContextManager[int]]


class Networked(InProcess):
    """A world whose questions to DNS really go to the server that is asked."""

    def resolve(self, asked: Ask) -> Outcome:
        """Ask over the loopback."""
        return asking.answer(asked)


@contextmanager
def small_server(text: str, folder: Path) -> Iterator[int]:
    """A name server in this process that loads the text as a zone, as RFC 1035 has it."""
    del folder
    zone = dns.zone.from_text(text, origin="example.com.", relativize=False)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(server, zone), daemon=True)
    thread.start()
    try:
        yield int(server.getsockname()[1])
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", server.getsockname())
        thread.join()
        server.close()


def serve(server: socket.socket, zone: dns.zone.Zone) -> None:
    """Answer until an empty datagram comes."""
    while True:
        data, client = server.recvfrom(4096)
        if not data:
            return
        query = dns.message.from_wire(data)
        [asked] = query.question
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        found = zone.get_rrset(asked.name, asked.rdtype)
        if found is not None:
            response.answer.append(found)
        elif zone.get_node(asked.name) is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(response.to_wire(), client)


@contextmanager
def nsd(text: str, folder: Path) -> Iterator[int]:
    """NLnet Labs' authoritative server."""
    port = free_port()
    (folder / "zone").write_text(text, encoding="utf-8")
    (folder / "nsd.conf").write_text(
        f"""server:
  ip-address: 127.0.0.1@{port}
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  xfrdir: "{folder}"
remote-control:
  control-enable: no
zone:
  name: example.com
  zonefile: zone
""",
        encoding="utf-8",
    )
    running = subprocess.Popen(
        ["nsd", "-d", "-c", str(folder / "nsd.conf")], stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for_answers(port, running)
        yield port
    finally:
        running.terminate()
        running.communicate(timeout=30)


def wait_for_answers(port: int, running: subprocess.Popen[str]) -> None:
    """Ask until the server answers; it has failed if it ends before."""
    query = dns.message.make_query("example.com.", "SOA")
    for _ in range(100):
        if running.poll() is not None:
            raise AssertionError(running.communicate()[1])
        try:
            dns.query.udp(query, "127.0.0.1", port=port, timeout=0.3)
        except (dns.exception.Timeout, OSError):
            continue
        return
    raise AssertionError("the name server does not answer")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


needs_nsd = pytest.mark.skipif(shutil.which("nsd") is None, reason="nsd is not installed")
SERVERS = [
    pytest.param(small_server, id="in this process"),
    pytest.param(nsd, id="nsd", marks=needs_nsd),
]


@pytest.mark.parametrize("server", SERVERS)
def test_the_check_finds_right_what_a_name_server_serves_from_the_zone_text(
    cli: Cli, tmp_path: Path, server: Serve
) -> None:
    made = bench(cli, tmp_path / "config", Networked, ext=EXTERNAL)
    made("apply", "--env", "ext", "--yes")
    text = made("dns", "--format", "bind").stdout

    with server(APEX + text, tmp_path) as port:
        checked = made("dns", "--check", "--resolver", f"127.0.0.1:{port}")

    assert "DNS: all 6 records are right." in checked.stdout
    assert checked.status == 0


@pytest.mark.parametrize("server", SERVERS)
def test_the_check_finds_what_the_served_zone_lacks(
    cli: Cli, tmp_path: Path, server: Serve
) -> None:
    made = bench(cli, tmp_path / "config", Networked, ext=EXTERNAL)
    made("apply", "--env", "ext", "--yes")
    lines = made("dns", "--format", "bind").stdout.splitlines()
    without_mx = "\n".join(line for line in lines if " IN MX " not in line)

    with server(f"{APEX}{without_mx}\n", tmp_path) as port:
        checked = made("dns", "--check", "--resolver", f"127.0.0.1:{port}")

    assert "! missing        MX    mail.dev.example.com" in checked.stdout
    assert "DNS: 5 of 6 records are right." in checked.stdout
    assert checked.status == 3
