"""Real name servers that take updates, where they are installed: BIND and PowerDNS, on loopback."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdata
import dns.rdatatype
import dns.tsig
import dns.zone

from tests.functional.test_local_and_demo import free_port

SECRET = "c2VzLXByb3Zpc2lvbi1pbi1hLXRlc3Q="
KEY = dns.tsig.Key("ours", SECRET, "hmac-sha256")
CLAUSE = f'key "ours" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\n'
PATIENCE = 100  # looks at a server that starts

TABLE = [
    ("example.com.", "SOA", "ns1.example.com. hostmaster.example.com. 1 7200 900 1209600 300"),
    ("example.com.", "NS", "ns1.example.com."),
    ("example.com.", "MX", "10 mx.example.net."),
    ("ns1.example.com.", "A", "127.0.0.1"),
    ("*.example.com.", "A", "192.0.2.1"),
    ("other._domainkey.example.com.", "CNAME", "key.example.net."),
    ("mail.example.com.", "TXT", r'"a\\b"'),
    ("mail.example.com.", "TXT", r'"say \"hi\""'),
    ("mail.example.com.", "TXT", '"part one " "part two"'),
    ("mail.example.com.", "TXT", r'"caf\195\169"'),
    ("mail.example.com.", "TXT", r'"\255\254"'),
]
"""A zone of others, with strings that are easily spoilt."""


@contextmanager
def bind(folder: Path, update_policy: str) -> Iterator[int]:
    """BIND with the zone, and with the rule that is printed for it."""
    port = free_port()
    zone = "".join(f"{name} 3600 IN {kind} {value}\n" for name, kind, value in TABLE)
    (folder / "zone").write_text(zone, encoding="utf-8")
    (folder / "named.conf").write_text(
        f"""{CLAUSE}
options {{
  directory "{folder}"; pid-file "{folder}/pid"; session-keyfile none; recursion no;
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  allow-transfer {{ key ours; }}; dnssec-validation no;
}};
controls {{ }};
zone "example.com" {{ type primary; file "zone"; {update_policy} }};
""",
        encoding="utf-8",
    )
    with running(["named", "-g", "-c", str(folder / "named.conf")], port):
        yield port


@contextmanager
def powerdns(folder: Path, update_policy: str) -> Iterator[int]:
    """PowerDNS with the zone; which names a key may change, it cannot say. It has its API as well,
    at the port in the file `api`."""
    del update_policy
    port, api = free_port(), free_port()
    (folder / "api").write_text(str(api), encoding="utf-8")
    program = Path(shutil.which("pdns_server") or "")
    schema = program.parents[1] / "share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"
    database = sqlite3.connect(folder / "zone.db")
    database.executescript(schema.read_text(encoding="utf-8"))
    database.execute("INSERT INTO domains (id, name, type) VALUES (1, 'example.com', 'NATIVE')")
    database.execute("INSERT INTO tsigkeys (name, algorithm, secret) VALUES (?, ?, ?)",
                     ("ours", "hmac-sha256", SECRET))  # fmt: skip
    database.executemany(
        "INSERT INTO domainmetadata (domain_id, kind, content) VALUES (1, ?, ?)",
        [("TSIG-ALLOW-DNSUPDATE", "ours"), ("ALLOW-DNSUPDATE-FROM", "127.0.0.0/8"),
         ("TSIG-ALLOW-AXFR", "ours")],
    )  # fmt: skip
    database.executemany(
        "INSERT INTO records (domain_id, name, type, content, ttl, prio, auth)"
        " VALUES (1, ?, ?, ?, 3600, ?, 1)",
        [
            (name.rstrip("."), kind, value.removeprefix("10 "), 10 if kind == "MX" else 0)
            for name, kind, value in undotted()
        ],
    )
    database.commit()
    database.close()
    options = {
        "config-dir": folder, "launch": "gsqlite3", "gsqlite3-database": folder / "zone.db",
        "local-address": "127.0.0.1", "local-port": port, "dnsupdate": "yes",
        "socket-dir": folder, "daemon": "no", "guardian": "no", "write-pid": "no",
        "security-poll-suffix": "", "api": "yes", "api-key": SECRET, "webserver": "yes",
        "webserver-address": "127.0.0.1", "webserver-port": api,
    }  # fmt: skip
    with running([program, *(f"--{name}={value}" for name, value in options.items())], port):
        yield port


def undotted() -> Iterator[tuple[str, str, str]]:
    """The table as PowerDNS keeps it: host names without their last dot."""
    for name, kind, value in TABLE:
        words = value if kind == "TXT" else " ".join(one.rstrip(".") for one in value.split())
        yield name, kind, words


@contextmanager
def running(command: Sequence[str | Path], port: int) -> Iterator[None]:
    """A server from its first answer to the end of the block."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        query = dns.message.make_query("example.com.", "SOA")
        for _ in range(PATIENCE):
            try:
                dns.query.udp(query, "127.0.0.1", port=port, timeout=0.3)
            except (dns.exception.Timeout, OSError):
                if server.poll() is not None:
                    raise AssertionError(f"{command[0]} has ended: {server.returncode}") from None
                continue
            break
        else:
            raise AssertionError(f"{command[0]} does not answer")
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def rows(port: int) -> list[tuple[str, int, str, str]]:
    """Every record of the zone but the SOA, octet by octet."""
    listed = dns.query.xfr(
        "127.0.0.1",
        "example.com",
        port=port,
        keyring={KEY.name: KEY},
        relativize=False,
        lifetime=10,
    )
    zone = dns.zone.from_xfr(listed, relativize=False)
    return sorted(
        (str(name), held.ttl, dns.rdatatype.to_text(held.rdtype), record.to_wire().hex())
        for name, held in zone.iterate_rdatasets()
        if held.rdtype != dns.rdatatype.SOA
        for record in held
    )
