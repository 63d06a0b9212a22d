"""A machine's AWS configuration that cannot work: what is really wrong, and where to mend it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import botocore.exceptions
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_provision.cli.app import run
from ses_provision.environment import Environment
from ses_provision.errors import CannotReachAws
from ses_provision.local import Clock, LocalAws
from ses_provision.local.server import serving
from ses_provision.outside import sessions
from ses_provision.outside.refusals import explain
from tests.conftest import NOON, ROOT, Cli
from tests.functional.sweep import no_backoff

PROFILE = "starlightpractice-prod"
HEAD = f"[profile {PROFILE}]\nregion = us-east-2\n"
ROLE = "role_arn = arn:aws:iam::524471258033:role/x\n"
SECRET = "WhatNobodyMayRead"
KEYS = f"aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {SECRET}\n"
NOWHERE = "http://127.0.0.1:9"

Told = Callable[[], str]


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the project, with an empty home, nobody at the endpoint, and without waits."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOWHERE)
    no_backoff(monkeypatch, lambda _: None)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """What `plan` says on standard error and in its document, where it cannot work."""

    def plan() -> str:
        capsys.readouterr()
        assert run(["plan", "--env", "prod", "--json"]) == 1
        captured = capsys.readouterr()
        error = json.loads(captured.out)["environments"][0]["error"]
        assert error["kind"] == "CannotReachAws"
        assert "Traceback" not in captured.err
        return f"{captured.out}\n{captured.err}"

    return plan


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Path]:
    """Write the file of profiles."""

    def write(text: str) -> Path:
        path = tmp_path / "aws-config"
        path.write_text(text)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
        return path

    return write


HINTS = {
    "an sso-session that is not there": (
        HEAD + "sso_session = gone\nsso_account_id = 1\nsso_role_name = x\n",
        "[sso-session gone]",
    ),
    "services that are not there": (HEAD + KEYS + "services = gone\n", "[services gone]"),
    "a source_profile that is not there": (HEAD + ROLE + "source_profile = gone\n",
                                           "[profile gone]"),
    "a section without the word profile": (
        f"[{PROFILE}]\nregion = us-east-2\n", f"written [profile {PROFILE}]"
    ),
    "aws login without its library": (
        HEAD + "login_session = arn:aws:iam::1:user/x\n", "botocore[crt]"
    ),
    "certificate authorities that are not there": (
        HEAD + "ca_bundle = /does/not/exist.pem\n", "Correct ca_bundle in"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HINTS)
def test_the_hint_names_what_is_wrong_and_the_file(
    case: str, told: Told, config: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, hint = HINTS[case]
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    path = config(text)

    said = told()

    assert hint in said
    assert case.startswith("aws login") or str(path) in said
    assert "Check the network" not in said


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_a_variable_that_names_no_certificate_authorities_is_named(
    variable: str, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv(variable, "/does/not/exist.pem")

    assert f"Correct {variable}" in told()


@pytest.mark.parametrize(
    "variable", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_variable_that_ends_in_a_line_break_is_named_and_its_value_never_shown(
    variable: str, end: str, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv(variable, SECRET + end)

    said = told()

    assert f"{variable} ends in a line break" in said
    assert SECRET not in said


def test_a_line_break_from_a_credential_process_is_told_without_its_value(
    told: Told, config: Callable[[str], Path]
) -> None:
    keys = {"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": f"{SECRET}\n"}
    answer = Path(os.environ["HOME"]) / "keys"
    answer.write_text(json.dumps(keys))
    config(HEAD + f"credential_process = cat {answer}\n")

    said = told()

    assert "a character that HTTP does not carry" in said
    assert SECRET not in said


def test_a_temporary_key_without_its_token_is_told(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)

    assert "AWS_SESSION_TOKEN is missing" in told()


def refused(code: str, said: str, operation: str) -> str:
    """What is said to a refusal of AWS."""
    answer = {"Error": {"Code": code, "Message": said}}
    error = botocore.exceptions.ClientError(answer, operation)
    explained = explain(error, "cloudwatch", "us-east-1", "DescribeAlarms", "work")
    return f"{explained.message} {explained.hint}"


def test_a_trust_policy_that_denies_is_what_the_hint_is_about() -> None:
    said = refused("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole on "
                   "resource: arn:aws:iam::1:role/x", "AssumeRole")  # fmt: skip

    assert "trust policy of the role" in said
    assert "role_arn" in said
    assert "ses-provision permissions" not in said


def test_a_permission_set_that_nobody_assigned_is_what_the_hint_is_about() -> None:
    said = refused("ForbiddenException", "No access", "GetRoleCredentials")

    assert "sso_account_id and sso_role_name" in said


def test_an_organisation_that_denies_a_region_is_what_the_hint_is_about() -> None:
    said = refused(
        "AccessDenied",
        "User: x is not authorized to perform: cloudwatch:DescribeAlarms with an explicit deny in "
        "a service control policy",
        "DescribeAlarms",
    )

    assert "alarms.regions" in said
    assert "--skip alarms" in said
    assert "us-east-1" in said


def test_an_expired_aws_login_says_aws_login() -> None:
    expired = botocore.exceptions.LoginRefreshRequired()

    assert "`aws login --profile work`" in explain(expired, "sts", "us-east-2", "x", "work").hint


@pytest.fixture(params=["a missing profile", "a broken file"])
def nobodys(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, config: Callable[[str], Path]
) -> None:
    """An AWS configuration that nothing local needs."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    if request.param == "a missing profile":
        monkeypatch.setenv("AWS_PROFILE", "nobody")
    else:
        config("this is no configuration")


@pytest.mark.usefixtures("nobodys")
def test_local_needs_no_aws_configuration(
    local: LocalAws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(local) as address:
        monkeypatch.setenv("SES_PROVISION_LOCAL_PORT", address.url.rpartition(":")[2])
        status = run(["apply", "--env", "prod", "--yes", "--local"])

    assert (status, capsys.readouterr().err) == (0, "")


@pytest.mark.usefixtures("nobodys")
def test_the_local_aws_in_process_needs_no_aws_configuration(cli: Cli) -> None:
    from moto.core.base_backend import AccountSpecificBackend

    AccountSpecificBackend.get_session.cache_clear()

    assert cli("apply", "--env", "prod", "--yes").status == 0


@pytest.fixture
def in_zone_account(
    env: Environment, monkeypatch: pytest.MonkeyPatch, config: Callable[[str], Path]
) -> Iterator[LocalAws]:
    """A served local AWS in which sessions end, and a profile that may take on a role."""
    local = LocalAws(Clock(frozen_at=NOON))
    local.seed(env.account_id, roles=["dns"])
    local.knobs = local.knobs.changed({"sessions_expire": True})
    with serving(local) as address:
        monkeypatch.delenv("AWS_ENDPOINT_URL")
        config(
            f"{HEAD}endpoint_url = {address.url}\nuse_fips_endpoint = true\ncredential_process = "
            f"""echo '{{"Version": 1, "AccessKeyId": "LOCAL000{env.account_id}", """
            """"SecretAccessKey": "local"}'\n"""
        )
        yield local


def test_a_role_is_taken_on_again_before_it_ends_with_the_settings_of_the_profile(
    in_zone_account: LocalAws, env: Environment
) -> None:
    role = f"arn:aws:iam::{env.account_id}:role/dns"
    with time_machine.travel(NOON, tick=False) as travel:
        base = sessions.session(PROFILE)
        in_role = sessions.assumed(base, role, "us-east-1", None)
        taken_on = in_role.core
        route53 = in_role.client("route53", region_name="us-east-1")
        route53.list_hosted_zones()
        travel.shift(2 * 3600)
        in_zone_account.clock.advance(2 * 3600)
        route53.list_hosted_zones()

    operations = [call.operation for call in in_zone_account.journal]
    assert operations.count("AssumeRole") == 2
    assert taken_on.get_config_variable("use_fips_endpoint") is True


LINES = st.lists(
    st.sampled_from(
        [
            f"[profile {PROFILE}]", "[profile other]", f"[{PROFILE}]", "[default]",
            "[sso-session s]", "[services v]", "[", "source_profile = other",
            f"source_profile = {PROFILE}", "sso_session = s", "services = v", ROLE.strip(),
            "credential_source = Environment", "credential_process = false",
            "region = us-east-2", "ca_bundle = /no/such", "sso_account_id = 1",
            "sso_role_name = r", "sts =", "  endpoint_url = nonsense", "mfa_serial = m",
            "web_identity_token_file = /no/such", "role_session_name = x", "duration_seconds = x",
            "retry_mode = sometimes", "max_attempts = many", "use_fips_endpoint = perhaps",
            f"aws_session_token = {SECRET}", f"aws_secret_access_key = {SECRET}",
            "aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "parameter_validation = 7",
        ]
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=60)
@given(LINES)
def test_no_configuration_at_all_ends_in_a_traceback_or_shows_a_secret(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config"
        path.write_text("\n".join(lines))
        with mock.patch.dict(os.environ, {"AWS_CONFIG_FILE": str(path)}):
            try:
                from ses_provision.engine.account import caller_question
                from ses_provision.outside.aws import Connections

                found = Connections(sessions.session(None, PROFILE)).answer(
                    caller_question("us-east-2")
                )
            except CannotReachAws as error:
                found = error

    assert isinstance(found, CannotReachAws)
    assert found.hint
    assert SECRET not in f"{found.message} {found.hint}"
