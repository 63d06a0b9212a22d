"""Help: its examples run, the command reference is made from it, shells complete from it."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from ses_provision.cli import app
from ses_provision.cli.app import run
from ses_provision.local import LocalAws
from ses_provision.steps import STEPS
from tests import reference, words
from tests.conftest import ROOT, Cli
from tests.dmarc_reports import Report
from tests.functional.test_init import Person
from tests.pages import said

NEVER_ENDS = {"local"}
"""Serves until it is stopped: tests/functional/test_local_and_demo.py runs it."""

EXAMPLES = [
    (name, example)
    for name, command in reference.commands().items()
    for example in reference.paragraphs(command)[1]
]


FILES = {
    "check-message": ("received.eml", b"From: a@starlightpractice.com\n\nHello.\n"),
    "dmarc": ("reports", Report(domain="starlightpractice.com").xml()),
}
"""What an example reads."""


def test_every_command_has_an_example() -> None:
    assert {name for name, _ in EXAMPLES} == set(reference.commands())


def with_a_user(project: Path, cli: Cli, *, has_key: bool) -> None:
    """An environment with the SMTP user of the examples, applied, perhaps with a key."""
    file = project / "config" / "prod.toml"
    user = '[[smtp_users]]\nname = "auth0-mailer"\nstore = "ssm"\n'
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{user}", encoding="utf-8")
    assert cli("apply", "--env", "prod", "--yes", "--wait").status == 0
    if has_key:
        assert cli("smtp", "create", "--env", "prod", "--yes").status == 0


def with_eventbridge(project: Path, cli: Cli) -> None:
    """An environment whose events go to EventBridge, applied."""
    file = project / "config" / "prod.toml"
    text = file.read_text(encoding="utf-8").replace("[events]\n", "[events]\nevent_bridge = true\n")
    file.write_text(text, encoding="utf-8")
    assert cli("apply", "--env", "prod", "--yes").status == 0


def with_an_archive(project: Path, cli: Cli) -> None:
    """An environment that archives its events, applied."""
    file = project / "config" / "prod.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[archive]\n", encoding="utf-8")
    assert cli("apply", "--env", "prod", "--yes").status == 0


def with_an_inbox(project: Path, cli: Cli) -> None:
    """An environment that receives, applied once its domain is verified."""
    file = project / "config" / "prod.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[receiving]\n", encoding="utf-8")
    assert cli("apply", "--env", "prod", "--yes", "--wait").status == 0
    assert cli("apply", "--env", "prod", "--yes").status == 0


WITH_A_SECTION = {
    "events": with_eventbridge,
    "inbox": with_an_inbox,
    "query": with_an_archive,
    "receive-test": with_an_inbox,
}
"""Commands that want a section which the shipped environments do without."""


@pytest.mark.parametrize(
    ("name", "example"),
    [one for one in EXAMPLES if one[0] not in NEVER_ENDS],
    ids=[example for name, example in EXAMPLES if name not in NEVER_ENDS],
)
def test_the_examples_in_help_run(
    project: Path,
    cli: Cli,
    name: str,
    example: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program, *arguments = shlex.split(example.partition(" > ")[0])
    for one in (project / "config").glob("prod.toml") if name == "init" else ():
        one.unlink()
    if name == "init" and "--non-interactive" not in example:
        account = "111122223333"
        answers = ["prod", "example.com", "eu-central-1", account, "", "", "", "", ""]
        monkeypatch.setattr("sys.stdin", Person("\n".join(answers) + "\n"))
    if name == "init" and "--non-interactive" in example:
        arguments += ["--account-id", "111122223333"]
    if name == "dkim":
        assert cli("dkim-status", "--env", "prod", "--wait").status == 0
        assert cli("set", "dkim.method", "own_key", "--env", "prod").status == 0
    if name in FILES:
        (project / FILES[name][0]).write_bytes(FILES[name][1])
    if name == "bimi":
        (project / "logo.svg").write_text("<svg/>")
        file = project / "config" / "prod.toml"
        section = '[bimi]\nlogo = "https://brand.example.com/logo.svg"\n'
        file.write_text(f"{file.read_text(encoding='utf-8')}\n{section}", encoding="utf-8")
    if name == "smtp":
        with_a_user(project, cli, has_key="smtp create" not in example)
    if name in WITH_A_SECTION:
        WITH_A_SECTION[name](project, cli)
    if name in {"destroy", "dkim", "drill", "pause", "smtp", "send-test", "request-access"}:
        monkeypatch.setattr("sys.stdin", Person("staging\ny\n" if name == "destroy" else "y\n"))

    result = cli(*arguments)

    assert program == "ses-provision"
    assert result.status == 0, result.stderr


@pytest.mark.parametrize("topic", list(reference.sections()))
def test_what_the_guides_show_of_the_tool_itself_is_current(topic: str) -> None:
    text = said(reference.page(topic))

    assert text == reference.current(topic), "run `python -m tests.reference --write`"


def test_the_words_that_a_shell_completes_from_are_those_declared() -> None:
    assert said(words.FILE) == words.declared(), "run `python -m tests.reference --write`"


@pytest.mark.parametrize("name", list(reference.commands()))
def test_help_fits_80_columns_and_names_every_option(
    cli: Cli, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    shown = cli(name, "--help")

    assert shown.status == 0
    for one in reference.commands()[name].params:
        assert one.param_type_name == "argument" or one.opts[0] in shown.stdout
    assert max(len(line) for line in shown.stdout.splitlines()) <= 80 or "<" in shown.stdout


class Shell:
    """What a shell is offered after some words."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, name: str, words: str) -> str:
        """Ask as the shell's completion script does."""
        variables = {
            "_SES_PROVISION_COMPLETE": f"complete_{name}",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
            "_TYPER_COMPLETE_ARGS": words,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        }
        for variable, value in variables.items():
            self._monkeypatch.setenv(variable, value)
        return self.printed([])

    def printed(self, arguments: list[str]) -> str:
        """What a command line prints that leaves the process by itself."""
        with pytest.raises(SystemExit) as left:
            run(arguments)
        assert not left.value.code
        return self._capsys.readouterr().out


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A shell in the root of the project."""
    monkeypatch.chdir(ROOT)
    return Shell(monkeypatch, capsys)


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("words", "offered", "not_offered"),
    [
        ("ses-provision va", "validate", "plan"),
        ("ses-provision plan --env st", "staging", "prod"),
        ("ses-provision plan --only mail", "mail-from", "alarms"),
        ("ses-provision explain al", "alarms", "mail-from"),
        ("ses-provision guide tr", "troubleshooting", "safety"),
        ("ses-provision dns --fo", "--format", "--check"),
        ("ses-provision dns --format cl", "cloudflare", "bind"),
    ],
)
def test_shells_complete_commands_environments_steps_and_choices(
    shell: Shell, name: str, words: str, offered: str, not_offered: str
) -> None:
    found = shell(name, words)

    assert offered in found
    assert not_offered not in found.replace(words, "")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("plan --env prod --env ", ["staging"]),
        ("plan --only dkim --only d", ["dmarc", "dashboard"]),
        ("plan --only dkim --skip dk", []),
        ("plan --only dkim --only mail-from --take-over ", ["dkim", "mail-from"]),
        ("apply --take-over dkim --take-over dk", []),
        ("destroy --env staging --confirm-env ", ["staging"]),
        ("attest SES-DKIM", []),
        ("attest ses-handover", ["ses-handover-001"]),
        ("checklist --only ses-dkim-00", [f"ses-dkim-00{number}" for number in (1, 2, 4, 5, 6, 3)]),
        ("checklist --only hip", ["hipaa"]),
        ("checklist --only hipaa --only hip", []),
        ("init --region eu-central-", ["eu-central-1", "eu-central-2"]),
        ("init --region cn-", []),
        ("plan --profile ", ["default", "of-config", "of-credentials"]),
        ("outputs --env prod sender_", ["sender_policy_name"]),
        (
            "outputs --env staging alarm_topic_arn_us_east_",
            ["alarm_topic_arn_us_east_2", "alarm_topic_arn_us_east_1"],
        ),
    ],
)
def test_shells_are_offered_only_what_can_be_meant(
    shell: Shell, words: str, offered: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(
        "[default]\n[profile of-config]\n[sso-session no-profile]\n[ profile  of-config ]\n",
        encoding="utf-8",
    )
    (tmp_path / "credentials").write_text("[of-credentials]\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))

    assert shell("bash", f"ses-provision {words}").split() == offered


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_can_be_installed_for_each_shell(
    shell: Shell, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    # Typer looks for the shell when the commands are worked out, which is done once.
    monkeypatch.setattr(app, "command_line", app.command_line.__wrapped__)

    assert "_SES_PROVISION_COMPLETE" in shell.printed(["--show-completion", name])


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("pln",), "plan"),
        (("checklst",), "checklist"),
        (("plan", "--env", "prd"), "prod"),
        (("plan", "--only", "alarm"), "alarms"),
        (("explain", "mailfrom"), "mail-from"),
        (("plan", "--detailed-exitcod"), "--detailed-exitcode"),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_what_was_meant(
    cli: Cli, arguments: tuple[str, ...], meant: str
) -> None:
    refused = cli(*arguments)

    assert refused.status == 64
    assert meant in refused.stderr
    assert "?." not in refused.stderr
    assert refused.calls == []


def test_the_version_is_printed(cli: Cli) -> None:
    assert cli("--version").stdout.startswith("ses-provision ")


def test_explain_lists_the_steps_in_their_order(cli: Cli) -> None:
    shown = cli("explain")

    assert [one["id"] for one in cli("explain", "--json").json["steps"]] == [s.id for s in STEPS]
    assert [line.split()[1] for line in shown.stdout.splitlines()[: len(STEPS)]] == [
        step.id for step in STEPS
    ]


def in_words(call: Any) -> str:
    """A call as `explain` names it."""
    return f"{call.service} {call.operation}"


@pytest.mark.parametrize("step", [step.id for step in STEPS])
def test_what_explain_says_of_a_step_is_what_it_really_calls(
    cli: Cli, local: LocalAws, env: Any, step: str
) -> None:
    local.seed(env.account_id, roles=["application"])
    cli("apply", "--env", "prod", "--yes", "--skip", step, "--role", "application")
    role = ["--role", "application"] if step == "role" else []
    about = [] if step == "role" else ["--env", "prod"]
    said = cli("explain", step, *about, "--json").json["explanation"]

    applied = cli("apply", "--env", "prod", "--yes", "--only", step, *role)

    assert applied.status == 0
    reads = {in_words(call) for call in applied.calls if call not in applied.writes}
    assert {in_words(call) for call in applied.writes} <= {*said["creates"], *said["changes"]}
    assert reads - {"sts GetCallerIdentity"} <= set(said["reads"])


def test_explain_is_about_the_environment_that_is_named(cli: Cli) -> None:
    shown = cli("explain", "alarms", "--env", "prod")

    assert "alarm ses-bounce-rate-prod in us-east-1" in shown.stdout
    assert "cloudwatch:PutMetricAlarm" in shown.stdout
    assert "https://docs.aws.amazon.com/" in shown.stdout
    assert shown.calls == []


def test_explain_says_why_a_step_does_nothing_here(cli: Cli) -> None:
    assert "nothing here: no role name yet" in cli("explain", "role", "--env", "prod").stdout


def test_explain_takes_one_environment(cli: Cli) -> None:
    assert cli("explain", "dkim", "--env", "prod", "--env", "staging").status == 64


def test_a_mistyped_option_is_answered_in_whole_sentences(cli: Cli) -> None:
    refused = cli("plan", "--detailed-exitcod")

    assert "No such option: --detailed-exitcod. Did you mean --detailed-exitcode?" in refused.stderr
