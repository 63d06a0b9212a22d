"""Whatever AWS, DNS, files, variables and arguments say, no line of output is theirs to write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ses_provision.cli import github
from ses_provision.local import LocalAws
from ses_provision.render import document
from ses_provision.render.message import LONGEST, safe
from ses_provision.worlds.in_process import InProcess
from tests.conftest import ROOT, Cli, Result
from tests.laws.hostile import COMMAND, HOSTILE, MARK, WIDE, Liar, faults_of

READS = (
    ("plan", "--verbose"),
    ("plan", "--format", "markdown"),
    ("plan", "--json"),
    ("checklist",),
    ("checklist", "--format", "markdown"),
    ("checklist", "--format", "html"),
    ("checklist", "--json"),
    ("dkim-status",),
    ("status",),
    ("outputs",),
    ("outputs", "--format", "env"),
    ("outputs", "--format", "github"),
    ("dns",),
    ("dns", "--check"),
    ("dns", "--format", "csv"),
    ("dns", "--format", "bind"),
    ("dns", "--format", "markdown"),
    ("request-access",),
    ("export",),
    ("export", "--format", "cloudformation"),
    ("export", "--format", "grafana"),
    ("report",),
    ("report", "--format", "html"),
)


THINNED = 3
"""Not dense, each command sees every so many of the lies; together the commands see all."""


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output in which nothing is folded."""
    for name, value in WIDE.items():
        monkeypatch.setenv(name, value)


def insist_on_clean(done: Result, what: object) -> None:
    """Neither stream steers anything."""
    assert not list(faults_of(done.stdout)), what
    assert not list(faults_of(done.stderr)), what


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("command", READS, ids=" ".join)
def test_no_text_in_an_answer_of_aws_or_dns_writes_a_line_of_output(
    command: tuple[str, ...], local: LocalAws, cli: Cli, dense: bool
) -> None:
    liar = Liar(local)
    liar.listen()
    assert cli("apply", "--env", "prod", "--yes", "--wait", world=liar).status == 0
    asked = liar.listen()
    insist_on_clean(cli(*command, "--env", "prod", world=liar), "the truth")

    first = READS.index(command) % THINNED
    for service, operation in asked.copy() if dense else asked[first::THINNED]:
        liar.tell_lies(service, operation, lambda truth: truth + HOSTILE)
        insist_on_clean(cli(*command, "--env", "prod", world=liar), (operation, "added"))
        if dense:
            liar.tell_lies(service, operation, lambda _: HOSTILE)
            insist_on_clean(cli(*command, "--env", "prod", world=liar), (operation, "instead"))


ATTEST = ("attest", "SES-HANDOVER-001", "--env", "prod")
CODES = ("AccessDenied", "InvalidParameterValue", "SignatureDoesNotMatch", "502", HOSTILE)
WRITES = (
    ("apply", "--yes"),
    ("destroy", "--yes", "--confirm-env", "staging"),
    ("send-test",),
    ("pause", "--yes"),
    ("drill", "--yes", "--timeout", "0"),
)


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("command", [READS[0], READS[6], READS[7], READS[8], *WRITES], ids=" ".join)
def test_no_refusal_of_aws_writes_a_line_of_output(
    command: tuple[str, ...], world: InProcess, cli: Cli, dense: bool
) -> None:
    env = "staging" if "staging" in command else "prod"
    first = cli("apply", "--env", env, "--yes", "--wait")
    calls = first.calls if command[0] == "apply" else cli(*command, "--env", env).calls
    asked = dict.fromkeys((call.service, call.operation) for call in calls)
    assert asked
    liar = Liar(world.local)

    every = list(enumerate(asked))
    is_slow = command[0] in {"apply", "destroy"}
    for number, (service, operation) in every[::THINNED] if is_slow and not dense else every:
        for code in CODES if dense else (CODES[number % len(CODES)],):
            if command[0] in {"apply", "destroy"}:
                liar.local.reset()
            if command[0] == "destroy":
                assert cli("apply", "--env", env, "--yes").status == 0
            liar.refuse(service, operation, code)
            done = cli(*command, "--env", env, world=liar)
            insist_on_clean(done, (operation, code))
            assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize(
    "arguments",
    [
        (HOSTILE,),
        ("plan", f"--{HOSTILE}"),
        ("plan", HOSTILE),
        ("plan", "--env", HOSTILE),
        ("plan", "--env", "prod", "--only", HOSTILE),
        ("plan", "--env", "prod", "--role", HOSTILE),
        ("plan", "--env", "prod", "--format", HOSTILE),
        ("plan", "--env", "prod", "--config-dir", HOSTILE.replace("\0", "")),
        ("apply", HOSTILE.replace("\0", "")),
        ("apply", "--env", "prod", "--timeout", HOSTILE),
        ("checklist", "--env", "prod", "--only", HOSTILE),
        ("checklist", "--resolver", HOSTILE),
        ("attest", HOSTILE, "--env", "prod", "--by", "me"),
        (*ATTEST, "--by", HOSTILE),
        (*ATTEST, "--by", "x", "--note", "x", "--until", HOSTILE),
        (*ATTEST, "--by", "x", "--note", "x", "--evidence", HOSTILE.replace("\0", "")),
        ("destroy", "--env", "prod", "--confirm-env", HOSTILE),
        ("send-test", "--env", "prod", "--to", HOSTILE),
        ("explain", HOSTILE),
        ("init", HOSTILE.replace("\0", ""), "--non-interactive", "--domain", "example.com"),
        ("init", "new", "--non-interactive", "--domain", HOSTILE, "--region", "us-east-2"),
        ("init", "new", "--non-interactive", "--domain", "example.com", "--region", HOSTILE),
        ("local", "--port", HOSTILE),
    ],
    ids=lambda line: " ".join(line).replace(HOSTILE, "X").replace(HOSTILE.replace("\0", ""), "X"),
)  # fmt: skip
@pytest.mark.parametrize("extra", [(), ("--json",)])
def test_no_argument_writes_a_line_of_output(
    arguments: tuple[str, ...], extra: tuple[str, ...], cli: Cli
) -> None:
    insist_on_clean(cli(*arguments, *extra), arguments)


FILES = {
    "a key": f"{json.dumps(HOSTILE[:-30])} = 1\n",
    "a value": f"region = {json.dumps(HOSTILE.replace(chr(0xD800), ''))}\n",
    "a value in a list": f"[dmarc]\nreports_to = [{json.dumps(MARK)}, '''{MARK}\n{MARK}\x85''']\n",
    "a section": f"[{json.dumps('x' + chr(10) + MARK)}]\na = 1\n",
    "broken text": "region = '\n::error::FORGED\n",
}


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
@pytest.mark.parametrize("github", ["", "true"])
def test_no_environment_file_writes_a_line_of_output(
    text: str, github: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", github)
    (tmp_path / "prod.toml").write_text(text, encoding="utf-8")

    for command in ("validate", "plan", "explain"):
        done = cli(command, "--config-dir", str(tmp_path))
        ours = (f"::error file={tmp_path}",)
        assert not list(faults_of(done.stdout, ours=ours)), command
        assert not list(faults_of(done.stderr, ours=ours)), command


@pytest.mark.usefixtures("wide")
def test_the_name_of_a_file_writes_no_line_of_output(cli: Cli, tmp_path: Path) -> None:
    shipped = (ROOT / "config" / "prod.toml").read_text(encoding="utf-8")
    (tmp_path / f"x\n::error::{MARK}\u2028{MARK}.toml").write_text(shipped, encoding="utf-8")

    for command in ("validate", "plan", "status"):
        for extra in ((), ("--json",)):
            insist_on_clean(cli(command, "--config-dir", str(tmp_path), *extra), command)


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("output_format", ["table", "markdown", "html", "json"])
def test_no_attestation_writes_a_line_of_output(
    output_format: str, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "prod.toml").write_text(
        (ROOT / "config" / "prod.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "attestations").mkdir()
    said = json.dumps(HOSTILE.replace(chr(0xD800), ""))
    (tmp_path / "attestations" / "prod.toml").write_text(
        f'[[attestation]]\nitem = "SES-HANDOVER-001"\nby = {said}\nnote = {said}\n'
        f"at = 2026-01-01T00:00:00Z\nevidence = {said}\n",
        encoding="utf-8",
    )

    done = cli("checklist", "--config-dir", str(tmp_path), "--format", output_format)

    assert MARK in done.stdout
    insist_on_clean(done, output_format)


@settings(max_examples=300)
@given(st.text())
@example(HOSTILE)
@example("::" * 4000)
def test_the_gate_makes_one_bounded_printable_line_of_anything(text: str) -> None:
    shown = safe(text)

    assert shown.isprintable()
    assert len(shown) <= LONGEST * 10
    assert not COMMAND.search(shown)


@given(st.integers(0, 200))
def test_no_fold_of_a_passed_text_makes_a_command(width: int) -> None:
    shown = safe(HOSTILE)

    assert not any(COMMAND.search(shown[start:]) for start in range(width, len(shown)))


@given(st.text(max_size=LONGEST).filter(str.isprintable).filter(lambda text: "#" not in text))
def test_the_gate_lets_ordinary_text_pass_as_it_is(text: str) -> None:
    assert safe(text) == text or "::" in text


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
@example({"a": HOSTILE})
def test_a_json_document_means_what_it_meant_and_steers_nothing(value: dict[str, object]) -> None:
    written = document.text(value)

    assert json.loads(written) == value
    assert not [fault for fault in faults_of(written) if "line" not in fault]


@given(st.text(), st.text())
@example(HOSTILE, HOSTILE)
def test_an_annotation_is_one_command_whatever_it_says(title: str, said: str) -> None:
    shown = github.command("error", said, title=title).plain

    assert shown.isprintable()
    assert shown.startswith("::error title=")
    properties = shown.removeprefix("::error title=").partition("::")[0]
    assert ":" not in properties
    assert "," not in properties
