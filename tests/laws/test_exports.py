"""Every export is parsed by who would read it, with hostile texts in every field."""

from __future__ import annotations

import csv
import io
import itertools
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.zone
import hcl2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ses_provision.engine.account import Account
from ses_provision.engine.planning import plan
from ses_provision.environment import Environment
from ses_provision.export import cloudformation, hcl, terraform
from ses_provision.outside.aws import Reader
from ses_provision.render import document, outputs, records
from ses_provision.render.records import Sheet
from ses_provision.resources.policies import Statement
from ses_provision.steps import STEPS
from ses_provision.steps.records import PublishedRecord
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.laws.hostile import HOSTILE, MARK, faults_of
from tests.prepared import prepared_by

INJECTIONS = (
    HOSTILE,
    f'\n}}\nresource "null_resource" "{MARK}" {{}}\n#',
    '"\n}\nlocals { x = file("/etc/passwd") }\n',
    '${file("/etc/passwd")}%{ for x in y }{{resolve:ssm:/a:1}}%{ endfor }',
    "$${x}$$${x}%%{x}\\",
    "\n$INCLUDE /etc/passwd\n@ IN NS evil.example.\n(",
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)*\t-2+3",
    "\n$(touch x)`touch y`'\"; export PATH=.\n",
    f"\n{MARK}<<EOF\nx\nEOF\n",
    "*/ // # <<EOT\nEOT",
    "\U000e0001\x7f\x80é\u2028",
)


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the texts of a resource stand, at any depth; values of policies as they are parsed."""
    if isinstance(value, str):
        # A principal that is a text is "*", and nothing else is a policy.
        yield from [at] if value != "*" else []
    elif isinstance(value, Statement):
        yield from leaves(value.parsed, (*at, "parsed"))
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from leaves(getattr(value, one.name), (*at, one.name))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from leaves(one, (*at, key))
    elif isinstance(value, tuple | list):
        for number, one in enumerate(value):
            yield from leaves(one, (*at, number))


def planted(value: Any, at: tuple[Any, ...], text: str) -> Any:
    """A resource with another text at one place, appended so that ARNs stay ARNs."""
    if not at:
        return value + text
    first, *rest = at
    if isinstance(value, Statement):
        return Statement.of(planted(value.parsed, tuple(rest), text))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{first: planted(getattr(value, first), tuple(rest), text)})
    if isinstance(value, Mapping):
        return {**value, first: planted(value[first], tuple(rest), text)}
    return type(value)(
        planted(one, tuple(rest), text) if number == first else one
        for number, one in enumerate(value)
    )


@pytest.fixture
def live(cli: Cli, env: Environment, world: InProcess) -> list[Any]:
    """What stands in AWS for prod."""
    prepared_by(cli, world.local, "apply", "--env", "prod", "--yes", "--wait")
    account = Account(env.account_id, env.region)
    planned = plan(STEPS, env, account, Reader(world.connect(env, None, None)))
    return [one.found.live for step in planned.steps for one in step.changes]


def hostile_variants(live: list[Any], dense: bool) -> Iterator[tuple[str, list[Any]]]:
    """The live resources with hostile texts in all places of one of them; dense: in one place."""
    texts = itertools.cycle(INJECTIONS)
    for index, resource in enumerate(live):
        places = list(leaves(resource))
        for group in [[at] for at in places] if dense else [places]:
            changed = resource
            for at in group:
                changed = planted(changed, at, next(texts))
            yield f"{resource.label}: {group}", [*live[:index], changed, *live[index + 1 :]]


def shape(text: str) -> list[tuple[str, str]]:
    """The blocks of a Terraform file, by type and first label."""
    parsed = hcl2.loads(text)
    return sorted(
        (kind, next(iter(block)) if kind == "resource" else "")
        for kind, blocks in parsed.items()
        if kind != "__comments__"
        for block in blocks
    )


def test_terraform_reads_the_blocks_that_were_written_and_no_other(
    live: list[Any], env: Environment, dense: bool
) -> None:
    wanted = shape(terraform.export(env, live))
    seen = 0

    for where, variant in hostile_variants(live, dense):
        text = terraform.export(env, variant)
        assert set(shape(text)) <= set(wanted), where
        assert not list(faults_of(text)), where
        seen += MARK in text
    assert seen > 5


def test_what_is_left_out_is_told_in_one_comment_line(live: list[Any], env: Environment) -> None:
    left = [
        replace(one, arn="PendingConfirmation", endpoint=text)
        for one in live
        if hasattr(one, "endpoint")
        for text in INJECTIONS
    ] + [
        replace(one, served_by=text)
        for one in live
        if hasattr(one, "served_by")
        for text in INJECTIONS
    ]

    text = terraform.export(env, left)

    assert {kind for kind, _ in shape(text)} == {"terraform", "provider"}
    assert text.count("# Left out") == len(left) > len(INJECTIONS)


@given(st.text())
@example(HOSTILE)
@example("$${x}$$${x}%%{x}\\")
def test_a_text_in_terraform_means_itself(text: str) -> None:
    legible = text.encode(errors="replace").decode().replace("\ufffd", "")
    clean = "".join(c for c in legible if not "\ud800" <= c <= "\udfff")
    written = hcl.quoted(clean)

    assert "\n" not in written
    assert written.isprintable()
    assert "${" not in written
    assert written[1:-1].encode("latin-1", "backslashreplace").decode("unicode_escape") == clean


def test_cloudformation_is_json_with_the_resources_that_were_written_and_resolves_nothing(
    live: list[Any], env: Environment, dense: bool
) -> None:
    wanted = {
        one["Type"] for one in cloudformation.export(env, live)["template"]["Resources"].values()
    }

    for where, variant in hostile_variants(live, dense):
        text = document.text(cloudformation.template(env, variant))
        parsed = json.loads(text)
        resources = parsed["Resources"]
        assert {one["Type"] for one in resources.values()} <= wanted, where
        assert all(key.isalnum() and key.isascii() for key in resources), where
        assert "{{resolve:" not in json.dumps(resources), where
        assert not [fault for fault in faults_of(text) if "line" not in fault], where


def sheet(env: Environment, text: str) -> Sheet:
    """Records with a hostile text in every field."""
    kinds = ("CNAME", "TXT", "MX")
    values = {"CNAME": "a", "TXT": "v=DMARC1;", "MX": "10 a"}
    made = [
        PublishedRecord(f"a{text}.example.com", kind, f"{values[kind]}{text}", 300, f"why{text}")
        for kind in kinds
    ]
    return Sheet(env, f"example.com{text}", tuple(made))


@pytest.mark.parametrize("text", INJECTIONS)
def test_csv_has_a_line_a_record_and_no_formula(text: str, env: Environment) -> None:
    written = records.comma_separated([sheet(env, text), sheet(env, "")]).plain

    read = list(csv.DictReader(io.StringIO(written)))
    assert len(read) == 6
    assert len(written.splitlines()) == 7
    cells = [cell for row in read for cell in row.values() if cell]
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r"]
    assert not list(faults_of(written))


def test_a_cell_that_begins_like_a_formula_is_a_text() -> None:
    assert [records.cell(f"{sign}1+1") for sign in "=+-@"] == ["'=1+1", "'+1+1", "'-1+1", "'@1+1"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_script_for_nsupdate_has_no_command_but_ours(text: str, env: Environment) -> None:
    made = sheet(env, text[:40])

    written = records.nsupdate([made]).plain.splitlines()

    commands = [line.split()[0] for line in written]
    prerequisites = sum(1 if one.type == "CNAME" else 2 for one in made.records)
    assert commands == [
        ";",
        "zone",
        *["prereq"] * prerequisites,
        *["update"] * len(made.records),
        "send",
    ]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_zone_file_has_the_records_that_were_written_with_their_values(
    text: str, env: Environment
) -> None:
    made = sheet(env, text[:40])
    origin = dns.name.from_text("example.com.")

    for written in (records.bind([made]).plain, records.cloudflare([made]).plain):
        lines = [line for line in written.splitlines() if not line.startswith(";")]
        assert len(lines) == len(made.records)
        assert not list(faults_of(written))
        for line, record in zip(lines, made.records, strict=True):
            soa = "@ 1 IN SOA a. b. 1 1 1 1 1\n@ 1 IN NS a.\n"
            zone = dns.zone.from_text(soa + line, origin, relativize=False)
            [(name, _, data)] = [
                each
                for each in zone.iterate_rdatas()
                if each[2].rdtype not in {dns.rdatatype.SOA, dns.rdatatype.NS}
            ]
            assert name.labels[-3:] == (b"example", b"com", b"")
            assert dns.rdatatype.to_text(data.rdtype) == record.type
            if record.type == "TXT":
                said = b"".join(data.strings)  # type: ignore[attr-defined]
                assert said == record.value.encode(errors="surrogatepass")


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_table_of_markdown_has_a_row_a_record(text: str, env: Environment) -> None:
    written = records.markdown(sheet(env, text)).plain

    rows = [line for line in written.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 3
    assert not list(faults_of(written))


@pytest.mark.parametrize("text", INJECTIONS)
def test_outputs_for_shells_and_github_hold_one_line_each(text: str, env: Environment) -> None:
    values = {"region": text, "from_address": f"a{text}"}

    shell = outputs.render(values, env, "env").plain
    words = [shlex.split(line) for line in shell.splitlines()]
    assert [one[0].partition("=")[0] for one in words] == ["SES_REGION", "SES_FROM_ADDRESS"]
    assert all(len(one) == 1 for one in words)

    github = outputs.render(values, env, "github").plain.splitlines()
    assert [line.partition("=")[0] for line in github] == ["region", "from_address"]
    assert not list(faults_of(shell))
