"""Whatever the user's world is like, a command ends in a sentence and never in a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ses_provision.cli.app import command_line, run
from ses_provision.local import LocalAws
from ses_provision.local.server import serving
from ses_provision.outside.sessions import ENVIRONMENT_CREDENTIALS
from ses_provision.worlds.in_process import InProcess
from tests.conftest import ROOT, Cli, Result
from tests.functional.folders import HOSTED, bench

COMMANDS: dict[str, Any] = command_line().commands
LONG = "n" * 300
ODD = [
    "", " ", "-", "--", ".", "..", "/", "/dev/null", "/dev/full", "/proc/self/mem", LONG,
    "\n", "\x7f", "é", "\ud800", "0", "-1", "1e400", "nan", "inf", "99999999999999999999",
    "9999-12-31", "0001-01-01", "x:99999", "1.1.1.1:99999", "999.1.1.1", "[::1", "[::1]:x", "::",
    "prod", "PROD", "prod.toml", "config/prod.toml", "example", "schema", "dkim", "SES-DKIM-001",
    "html", "json", "a@b", "*@example.com", "http://", "https://x", "arn:aws:iam::1:role/x",
    "true", "[bold]", "%s", "{0}", "$HOME", "~", "2027-02-30", "--env", "-e", "--json", "-h",
]  # fmt: skip


def insist_on_sentences(done: Result, what: object) -> None:
    """No traceback; a failure says something; a document is one document."""
    assert "Traceback" not in done.stderr, what
    assert "Unexpected" not in done.stderr, what
    assert done.status in {0, 1, 2, 3, 64, 75}, what
    if done.status in {1, 64, 75}:
        assert done.stderr.strip() or done.stdout.strip(), what


def options_of(command: str) -> list[tuple[str, bool]]:
    """The options and arguments of a command, each with whether it takes a value."""
    found = []
    for param in COMMANDS[command].params:
        is_flag = bool(getattr(param, "is_flag", False))
        name = max(param.opts, key=len) if param.param_type_name == "option" else ""
        found.append((name, not is_flag))
    return [one for one in found if one[0] not in {"--install-completion", "--show-completion"}]


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """A command with some of its options, most with odd values; or nonsense."""
    command = draw(st.sampled_from(sorted(set(COMMANDS) - {"demo", "local"})))
    line = [command]
    for name, takes_value in draw(
        st.lists(st.sampled_from(options_of(command)), max_size=4, unique=True)
    ):
        line += [name] if name else []
        line += (
            [draw(st.sampled_from(ODD) | st.text(max_size=8))] if takes_value or not name else []
        )
    if draw(st.booleans()):
        line += ["--env", "prod"]
    # What asks nothing and waits for nothing; time-outs would otherwise move the clock for days.
    return [one.replace("\0", "") for one in line]


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(line=command_lines())
@example(line=["plan", "--env", LONG])
@example(line=["plan", "--config-dir", LONG])
@example(line=["plan", "--config-dir", "/dev/null"])
@example(line=["plan", "--out", LONG])
@example(line=["plan", "--env", "prod", "--out", "/"])
@example(line=["apply", LONG])
@example(line=["apply", "/"])
@example(line=["checklist", "--resolver", "x:99999"])
@example(line=["checklist", "--resolver", "1.1.1.1:99999"])
@example(line=["dns", "--check", "--resolver", "[::1]:99999"])
@example(line=["dkim-status", "--env", "prod", "--wait", "--timeout", "inf"])
@example(line=["dns", "--env", "prod", "--wait", "--timeout", "1e308"])
@example(line=["attest", "SES-HANDOVER-001", "--env", "prod", "--by", "x", "--evidence", LONG])
@example(line=["attest", "SES-HANDOVER-001", "--by", "x", "--note", "x", "--until", "10000-01-01"])
@example(
    line=["init", LONG, "--non-interactive", "--domain", "example.com", "--region", "us-east-2"]
)
@example(line=["send-test", "--env", "prod", "--to", "x@" + "a." * 300])
def test_any_command_line_ends_in_a_sentence(
    line: list[str], cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "config"
    if not folder.exists():
        folder.mkdir()
        (folder / "prod.toml").write_text(
            (ROOT / "config" / "prod.toml").read_text(encoding="utf-8"), encoding="utf-8"
        )

    insist_on_sentences(cli(*line), line)


VARIABLES = {
    "SES_PROVISION_LOCAL_PORT": ["abc", "0", "-1", "65535", "99999999", "٣", " 4579"],
    "SES_PROVISION_RESOLVERS": ["x", "1.1.1.1:99999", ",,,", "[::1", "a.example", "1.1.1.1,"],
    "AWS_REGION": ["", "x y", LONG],
    "AWS_DEFAULT_REGION": ["no where"],
    "AWS_PROFILE": [LONG, "é", "[x]"],
    "AWS_DEFAULT_PROFILE": ["nobody"],
    "AWS_CONFIG_FILE": ["/", LONG, "/dev/null"],
    "AWS_SHARED_CREDENTIALS_FILE": ["/", LONG],
    "AWS_ENDPOINT_URL": ["x", "http://", "http://127.0.0.1:99999", "http://[::1", "ftp://x", "é"],
    "AWS_MAX_ATTEMPTS": ["x"],
    "AWS_RETRY_MODE": ["x"],
    "AWS_CA_BUNDLE": ["/nowhere", "/"],
    "AWS_USE_FIPS_ENDPOINT": ["perhaps"],
    "AWS_EC2_METADATA_DISABLED": ["perhaps"],
    "AWS_STS_REGIONAL_ENDPOINTS": ["x"],
    "AWS_WEB_IDENTITY_TOKEN_FILE": ["/nowhere", "/"],
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": ["x", "http://example.com"],
    "HTTPS_PROXY": ["x", "http://[", "http://127.0.0.1:1"],
    "COLUMNS": ["x", "0", "-1", "1", "99999999999"],
    "LINES": ["x"],
    "TERM": ["", "x", "dumb"],
    "HOME": ["", "/nowhere"],
    "TZ": ["Nowhere/Never"],
    "NO_COLOR": ["", "0"],
    "FORCE_COLOR": ["", "x"],
    "GITHUB_ACTIONS": ["true"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in VARIABLES.items() for value in values]
)
def test_any_value_of_a_variable_ends_in_a_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    if name in ENVIRONMENT_CREDENTIALS:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv(name, value)

    for line in (["status", "--local"], ["plan", "--env", "prod"], ["validate"]):
        status = run(line)
        captured = capsys.readouterr()
        insist_on_sentences(Result(status, captured.out, captured.err, []), (name, value, line))


def test_a_port_of_the_local_aws_that_is_none_names_the_variable(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SES_PROVISION_LOCAL_PORT", "abc")

    assert run(["plan", "--local"]) == 64
    assert "SES_PROVISION_LOCAL_PORT wants a port" in capsys.readouterr().err


NESTED = "a = " + "[" * 20000 + "]" * 20000 + "\n"
ATTESTED = '[[attestation]]\nitem = "SES-HANDOVER-001"\nby = "a"\nnote = "b"\nat = {at}\n'
FILES: dict[str, str | bytes] = {
    "empty": "",
    "deeply nested": NESTED,
    "deeply nested tables": "[" + ".".join("a" * 5000) + "]\n",
    "a huge number": f"account_id = {'9' * 5000}\n",
    "huge": "# x\n" * 600_000,
    "not UTF-8": b"\xff\xfe\x00",
    "a NUL": b"a = 1\x00",
    "UTF-16": "account_id = 1\n".encode("utf-16"),
    "the first hour of the calendar": ATTESTED.format(at="0001-01-01T00:00:00+23:59"),
    "the last hour of the calendar": ATTESTED.format(at="9999-12-31T23:59:59-23:59"),
    "the first day": ATTESTED.format(at="0001-01-01T00:00:00Z") + "until = 0001-01-01\n",
    "the last day": ATTESTED.format(at="9999-12-31T23:59:59Z") + "until = 9999-12-31\n",
    "a time of day": ATTESTED.format(at="07:32:00"),
    "a table where a list is": "attestation = {}\n",
    "an array of arrays": "attestation = [[]]\n",
    "many": ATTESTED.format(at="2026-01-01T00:00:00Z") * 300,
}
READS = ("validate", "plan", "checklist", "status", "attest")


def place(path: Path, content: str | bytes) -> None:
    """Put a file there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config folder with one environment."""
    place(
        tmp_path / "config" / "prod.toml",
        (ROOT / "config" / "prod.toml").read_text(encoding="utf-8"),
    )
    return tmp_path / "config"


def every_command(cli: Cli, folder: Path) -> None:
    """Each command that reads files, on the folder."""
    by = ("SES-HANDOVER-001", "--env", "prod", "--by", "me", "--note", "x")
    for command in READS:
        line = [command, *(by if command == "attest" else ()), "--config-dir", str(folder)]
        insist_on_sentences(cli(*line), line)


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_any_environment_file_or_attestation_ends_in_a_sentence(
    content: str | bytes, cli: Cli, folder: Path
) -> None:
    place(folder / "attestations" / "prod.toml", content)
    every_command(cli, folder)

    place(folder / "prod.toml", content)
    every_command(cli, folder)


def make_folder(path: Path) -> None:
    path.mkdir(parents=True)


def make_fifo(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


def make_endless(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/dev/zero")


def make_loop(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(path)


def make_dangling(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(path.parent / "nowhere" / "else")


NEW = (
    "init", "new", "--non-interactive", "--domain", "example.com", "--region", "us-east-2",
    "--account-id", "111122223333",
)  # fmt: skip
PLACES = ("prod.toml", "attestations/prod.toml", "attestations", "schema.json")


@pytest.mark.parametrize("what", [make_folder, make_fifo, make_endless, make_loop, make_dangling])
@pytest.mark.parametrize("where", PLACES)
def test_what_is_no_file_where_a_file_should_be_ends_in_a_sentence(
    what: Callable[[Path], None], where: str, cli: Cli, folder: Path
) -> None:
    (folder / where).unlink(missing_ok=True)
    what(folder / where)

    every_command(cli, folder)
    for line in (("schema", "--write"), NEW):
        insist_on_sentences(cli(*line, "--config-dir", str(folder)), line)


def test_a_folder_that_is_a_file_or_cannot_be_made_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for where in (tmp_path / "file", tmp_path / "file" / "config", Path("/proc/none")):
        for line in (("schema", "--write"), NEW):
            done = cli(*line, "--config-dir", str(where))
            insist_on_sentences(done, (line, where))
            assert done.status != 0
            assert "cannot be written" in done.stderr


@pytest.mark.parametrize("target", ["none/summary.md", ".", "x" * 300, "/dev/full"])
def test_a_job_summary_that_cannot_be_written_is_named(
    target: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / target))

    for command in ("plan", "checklist"):
        done = cli(command, "--env", "prod", "--github-summary")
        assert done.status == 64
        assert "GITHUB_STEP_SUMMARY" in done.stderr
        insist_on_sentences(done, target)


# Streams: a process of its own, for what Python makes of them when it starts.

REDIRECTED = {
    "stdin closed": "<&-",
    "stdout closed": ">&-",
    "stderr closed": "2>&-",
    "both closed": ">&- 2>&-",
    "all closed": "<&- >&- 2>&-",
    "stdout full": ">/dev/full",
    "stderr full": "2>/dev/full",
    "both full": ">/dev/full 2>/dev/full",
    "stdout read-only": "1</dev/null",
    "nobody reads": "| true",
}
LINES = {
    "validate": "validate",
    "json": "validate --json",
    "help": "--help",
    "usage": "plan --nonsense",
    "usage in json": "plan --nonsense --json",
    "schema": "schema",
    "explain": "explain",
    "apply": "apply --env prod",
    "init": "init",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_streams_that_are_closed_full_or_read_by_nobody_end_in_a_sentence(
    line: str, tmp_path: Path, dense: bool
) -> None:
    some = ["stdin closed", "both closed", "both full"] if line == "validate" else ["all closed"]
    chosen = REDIRECTED if dense else some
    script = "\n".join(
        f"(timeout 60 {sys.executable} -m ses_provision {line} {REDIRECTED[one]}) 2>>{tmp_path}/err"
        for one in chosen
    )
    subprocess.run(["bash", "-c", script], cwd=ROOT, check=False, capture_output=True)

    seen = (tmp_path / "err").read_text(encoding="utf-8")
    for word in ("Traceback", "Exception ignored", "Unexpected", "Fatal"):
        assert word not in seen, seen


def test_output_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    def told(line: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-c", f"{sys.executable} -m ses_provision {line}"],
            cwd=ROOT, check=False, capture_output=True, text=True,
        )  # fmt: skip
        return done.returncode, done.stderr

    full = "error: Standard output could not be written: No space left on device.\n"
    assert told("validate >/dev/full") == (1, full)
    assert told("validate --json >/dev/full") == (1, full)
    assert told("--help >/dev/full")[0] == 1
    status, said = told("validate >&-")
    assert status == 1
    assert said.startswith("error: Standard output is closed.")


class Gone:
    """A standard output whose reader leaves after the first line."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.lines = 0

    def write(self, text: str) -> int:
        self.lines += text.count("\n")
        if self.lines > 1:
            raise BrokenPipeError(32, "Broken pipe")
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


@pytest.mark.parametrize("extra", [(), ("--json",)])
def test_an_apply_whose_output_nobody_reads_goes_on_and_says_what_it_did(
    extra: tuple[str, ...],
    world: InProcess,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.stdout", Gone())
    status = run(["apply", "--env", "prod", "--yes", *extra], world)
    monkeypatch.undo()
    said = capsys.readouterr().err
    monkeypatch.chdir(ROOT)

    assert status == 1
    assert "nobody reads it any more" in said
    assert "changes made" in said
    assert cli("plan", "--env", "prod").stdout.count("nothing to do") == 1


def test_a_plan_whose_output_nobody_reads_ends_quietly(
    world: InProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.stdout", Gone())

    assert run(["plan"], world) == 1
    assert capsys.readouterr().err == ""


def test_apply_into_head_makes_all_its_changes(local: LocalAws, tmp_path: Path) -> None:
    with serving(local) as address:
        command = f"{sys.executable} -m ses_provision apply --env prod --yes --local | head -1"
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command}"],
            cwd=ROOT, check=False, capture_output=True, text=True,
            env={**os.environ, "SES_PROVISION_LOCAL_PORT": str(address.port)},
        )  # fmt: skip

    assert done.returncode == 1
    assert "nobody reads it any more" in done.stderr
    assert any(call.operation == "PutMetricAlarm" for call in local.journal)


# What usage says.


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("attest",), "`ses-provision attest` wants ITEM"),
        (("attest", "SES-HANDOVER-001", "--env", "prod"), "wants --by NAME"),
        (
            ("outputs", "--format", "yaml"),
            "--format takes one of table, json, env, github, not 'yaml'",
        ),
        (("apply", "--timeout", "soon"), "--timeout wants a number, not 'soon'"),
        (("local", "--port", "0"), "--port wants at least 1, not '0'"),
        (("local", "--port", "70000"), "--port wants at most 65532, not '70000'"),
        (("plan", "--env"), "'--env' requires an argument"),
        (("plan", "x"), "`ses-provision plan` has no use for x"),
        (
            ("init", "--dns", "hetzner"),
            "octodns:dnsimple, octodns:gandi, octodns:hetzner, octodns:powerdns, not 'hetzner'",
        ),
        (("nonsense",), "No such command 'nonsense'"),
        (("checklist", "--resolver", "x:99999"), "--resolver must be the IP address"),
    ],
)
def test_a_mistake_names_option_value_and_what_would_be_right(
    line: tuple[str, ...], words: str, cli: Cli
) -> None:
    refused = cli(*line)

    assert refused.status == 64
    assert words in refused.stderr
    assert (
        cli(line[0], "--json", *line[1:])
        .json["error"]["message"]
        .startswith(refused.stderr.splitlines()[0].removeprefix("error: ")[:40])
    )


def test_a_value_of_60_kb_is_not_repeated(cli: Cli) -> None:
    for line in (("outputs", "--format", "x" * 60_000), ("plan", "--env", "x" * 60_000)):
        assert len(cli(*line).stderr) < 5000


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_wrong_option_of_any_command_points_to_its_help(command: str, cli: Cli) -> None:
    refused = cli(command, "--nonsense")

    assert refused.status == 64
    assert refused.stderr.startswith("error: No such option: --nonsense.")
    assert f"`ses-provision {command} --help`" in refused.stderr


def test_a_bare_call_prints_the_help(cli: Cli) -> None:
    shown = cli()

    assert shown.status == 0
    assert shown.stdout == cli("--help").stdout


def test_hidden_files_and_a_byte_order_mark(cli: Cli, folder: Path) -> None:
    shipped = (folder / "prod.toml").read_bytes()
    (folder / "prod.toml").write_bytes(b"\xef\xbb\xbf" + shipped)
    (folder / "._prod.toml").write_bytes(b"\x00\x05\x16\x07")
    (folder / ".#prod.toml").symlink_to("me@host.1234")

    done = cli("validate", "--config-dir", str(folder))

    assert done.status == 0
    assert len(done.stdout.splitlines()) == 1


def test_a_bench_is_a_bench(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "x", prod=HOSTED)

    assert made("validate").status == 0
