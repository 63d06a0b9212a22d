"""Nothing secret in whatever is printed or written, and whatever a config holds, no traceback."""

from __future__ import annotations

import json
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ses_provision.cli.app import run
from ses_provision.environment import Environment, loading
from ses_provision.errors import ConfigError
from ses_provision.local import LocalAws
from ses_provision.local.server import serving
from ses_provision.outside.secrets import SECRETS, Known
from ses_provision.worlds.real import RealWorld
from tests.conftest import CONFIG, ROOT, Cli
from tests.functional.sweep import no_backoff

SECRET, TOKEN = "s3cr3t/PLANTED+key0000000000000000000000", "t0k3n-PLANTED-0000"
COMMANDS = (
    ("plan",),
    ("apply", "--yes"),
    ("plan", "--verbose"),
    ("checklist", "--no-dns"),
    ("dkim-status", "--no-dns"),
    ("status",),
    ("whoami",),
    ("outputs",),
    ("permissions",),
    ("send-test",),
)


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, env: Environment) -> None:
    """Keys in the environment that must not be seen again."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"LOCAL000{env.account_id}")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    monkeypatch.chdir(ROOT)
    no_backoff(monkeypatch, lambda _: None)


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("extra", [(), ("--json",), ("--debug",), ("--debug", "--json")])
def test_no_key_is_in_what_any_command_prints(
    extra: tuple[str, ...],
    local: LocalAws,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = ""
    with serving(local) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address.url)
        for name, *arguments in COMMANDS:
            local.fault("deny", number=4) if name == "plan" else None
            run([name, "--env", "prod", *arguments, *extra], RealWorld())
            captured = capsys.readouterr()
            seen += captured.out + captured.err
            local.clear_faults()

    assert len(seen) > 5000
    assert "PLANTED" not in seen
    assert "Signature=" not in seen
    if "--debug" in extra:
        assert "aws: sesv2 us-east-2 CreateConfigurationSet -> 200" in seen


@pytest.mark.usefixtures("planted")
def test_files_that_are_written_are_no_programs_and_hold_no_key(
    local: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    with serving(local) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address.url)
        assert run(["plan", "--env", "prod", "--out", str(plan)], RealWorld()) == 0

    mode = stat.S_IMODE(plan.stat().st_mode)
    assert mode & 0o133 == 0, oct(mode)
    assert "PLANTED" not in plan.read_text(encoding="utf-8")


@pytest.fixture
def forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is learnt in a test stays there: here ordinary words are secrets."""
    monkeypatch.setattr(SECRETS, "_certain", Known())
    monkeypatch.setattr(SECRETS, "_likely", Known())


@pytest.mark.usefixtures("forgets")
@pytest.mark.parametrize(
    "command",
    [
        ["permissions"],
        ["permissions", "--json"],
        ["dns", "--format", "bind"],
        ["outputs", "--json"],
    ],
)
def test_a_variable_that_holds_an_ordinary_word_changes_no_document(
    command: list[str], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cli(*command, "--env", "prod")
    monkeypatch.setenv("APP_PASSWORD", "starlight")
    monkeypatch.setenv("APP_SECRET", "Resource")

    after = cli(*command, "--env", "prod")

    assert "starlight" in after.stdout
    assert after.stdout == before.stdout


@pytest.mark.usefixtures("forgets")
@pytest.mark.parametrize("extra", [(), ("--json",)])
def test_a_document_that_would_show_a_key_says_that_something_is_hidden(
    extra: tuple[str, ...], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "ses-events-prod")

    told = cli("permissions", "--env", "prod", *extra)

    assert "ses-events-prod" not in told.stdout
    assert told.stderr.count("A secret was to be written to standard output") == 1
    json.loads(told.stdout)


@pytest.mark.usefixtures("forgets")
def test_the_error_of_a_document_is_a_sentence_in_which_variables_are_hidden(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_PASSWORD", "hunter2-PLANTED")

    told = cli("plan", "--env", "hunter2-PLANTED", "--json")

    assert told.status == 64
    assert "PLANTED" not in told.stdout + told.stderr


def test_a_mistake_of_ours_shows_its_traceback_and_where_to_report_it_once(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("ses_provision.engine.planning.looks", broken)

    told = cli("plan", "--env", "prod", "--json")

    assert told.status == 1
    assert told.json["error"]["kind"] == "InternalError"
    assert "ZeroDivisionError: oops" in told.stderr
    assert "the issue tracker of ses-provision" in told.stderr
    assert told.stderr.count("Traceback") == 1


SHIPPED = tomllib.loads((CONFIG / "prod.toml").read_text(encoding="utf-8"))
NASTY = st.sampled_from(
    [
        '"; DROP', "a\nb", "x\r\nMX 10 evil", "\x1b[31mred", "[bold]x[/bold]", "*", "${jndi}",
        '","Action":"*', "../../etc", "ünïcode.example", "xn--", "-", ".", "", " ", "\u202e",
        "a" * 70, "a" * 300, "null\x00", "😀.example", "arn:aws:iam::1:role/x", "::", "%s", "{0}",
    ]
)  # fmt: skip
LEAF = st.one_of(
    NASTY,
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.one_of(NASTY, st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=8), NASTY, max_size=2),
)


def paths(raw: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of every setting."""
    found = []
    for key, value in raw.items():
        found.append((*above, key))
        if isinstance(value, dict):
            found += paths(value, (*above, key))
    return found


KNOWN = [
    *paths(SHIPPED),
    ("suffix",), ("tags",), ("tags", "Owner"), ("dkim", "key_length"), ("mail_from", "subdomain"),
    ("mail_from", "on_mx_failure"), ("events", "topic"), ("events", "destination"),
    ("events", "types"), ("events", "kms_key"), ("alarms", "bounce_rate"), ("sender", "role"),
    ("sender", "policy_name"), ("alarms", "bounce_name"), ("alarms", "topic"), ("dns", "ttl"),
    ("dns", "provider"), ("dns", "zone"), ("dns", "resolvers"), ("nonsense",),
]  # fmt: skip


def changed(raw: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The settings with another value at a path."""
    key, *rest = path
    inner = raw.get(key)
    if not rest:
        return {**raw, key: value}
    return {**raw, key: changed(inner if isinstance(inner, dict) else {}, tuple(rest), value)}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KNOWN), LEAF), min_size=1, max_size=4))
def test_any_config_loads_or_is_refused_in_sentences_and_what_loads_round_trips(
    edits: list[tuple[tuple[str, ...], Any]],
) -> None:
    raw = SHIPPED
    for path, value in edits:
        raw = changed(raw, path, value)

    try:
        made = loading.checked({**raw, "name": "prod"}, "prod.toml")
    except ConfigError as error:
        assert error.problems
        assert all(one.startswith("prod.toml: ") for one in error.problems)
        return

    plain = json.loads(made.model_dump_json(exclude_none=True))
    assert loading.checked({**plain, "name": "prod"}, "again") == made


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=st.lists(st.tuples(st.sampled_from(KNOWN), LEAF), min_size=1, max_size=2))
def test_what_loads_can_be_planned_and_reaches_dns_policies_and_terminal_unharmed(
    edits: list[tuple[tuple[str, ...], Any]], world: Any
) -> None:
    from ses_provision.engine.account import Account
    from ses_provision.engine.planning import plan
    from ses_provision.errors import ProvisionError
    from ses_provision.outside.aws import Reader
    from ses_provision.rehearsal.permissions import policies
    from ses_provision.render import plan as text
    from ses_provision.steps import STEPS

    raw = SHIPPED
    for path, value in edits:
        raw = changed(raw, path, value)
    try:
        env = loading.checked({**raw, "name": "prod"}, "prod.toml")
    except ConfigError:
        return

    try:
        planned = plan(
            STEPS, env, Account(env.account_id, env.region), Reader(world.connect(env, None, None))
        )
    except ProvisionError:
        return

    rendered = text.plan(planned, env, verbose=True).plain
    assert all(one == "\n" or one.isprintable() for one in rendered)
    for step in planned.steps:
        for change in step.pending:
            sent = json.dumps([dict(call.params) for call in change.calls()], default=str)
            assert "evil" not in sent
            assert "\\u001b" not in sent
    for policy in policies(env).values():
        assert all(
            set(one) <= {"Sid", "Effect", "Action", "Resource", "Condition"}
            for one in policy["Statement"]
        )
        assert not any(one["Action"] == ["*"] for one in policy["Statement"])
