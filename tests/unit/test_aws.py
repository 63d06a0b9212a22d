"""Connections and the reader: what is asked, how often, and what an answer may mean."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ses_provision.environment import Environment
from ses_provision.errors import AccessDenied, AwsRefused, CannotReachAws, ProvisionError
from ses_provision.local import LocalAws
from ses_provision.outside import aws, memory, sessions
from ses_provision.outside.aws import Connections, Reader
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask, Outcome, ask, question, together
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Credentials
from tests.functional.sweep import no_backoff
from tests.unit.toys import Box

IDENTITY = question(
    "sesv2",
    "us-east-2",
    "GetEmailIdentity",
    on=(),
    absent=(Refusal("NotFoundException"),),
    EmailIdentity="nobody.example",
)


def toy(name: str) -> Ask:
    """A question to the toy account."""
    return question("toys", "us-east-2", "GetToy", on=(), Name=name)


def alarms(*names: str) -> Ask:
    """A question for alarms, to be asked together with others."""
    return question(
        "cloudwatch",
        "us-east-2",
        "DescribeAlarms",
        on=(),
        pages=True,
        merge="AlarmNames",
        AlarmNames=names,
    )


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore tries again at once."""
    no_backoff(monkeypatch, lambda _: None)


def test_each_question_is_asked_once_a_run_however_many_ask_it() -> None:
    box = Box({"x": {"Colour": "red"}})
    reader = box.reader

    for _ in range(2):
        assert reader.run(together([ask(toy("x")), ask(toy("x"), toy("y"))])) == [
            [{"Colour": "red"}],
            [{"Colour": "red"}, None],
        ]

    assert box.asked.count(toy("x")) == 1
    assert reader.rounds == 1


def test_after_forgetting_everything_is_asked_anew() -> None:
    box = Box()
    reader = box.reader
    assert reader.run(ask(toy("x"))) == [None]
    box.toys["x"] = {"Colour": "red"}

    assert reader.run(ask(toy("x"))) == [None]
    reader.forget()

    assert reader.run(ask(toy("x"))) == [{"Colour": "red"}]


def test_questions_of_a_round_are_under_way_together() -> None:
    together_there = threading.Barrier(aws.AT_ONCE, timeout=10)

    class Slow(Box):
        def answer(self, asked: Ask) -> Outcome:
            together_there.wait()
            return super().answer(asked)

    box = Slow()

    box.reader.run(ask(*(toy(f"t{number}") for number in range(aws.AT_ONCE))))

    assert len(box.asked) == aws.AT_ONCE


def test_a_refusal_is_raised_to_the_reading_that_asked_and_remembered() -> None:
    class Refusing(Box):
        def answer(self, asked: Ask) -> Outcome:
            self.asked.append(asked)
            return AwsRefused("no", code="BadRequestException")

    box = Refusing()
    reader = box.reader
    for _ in range(2):
        with pytest.raises(AwsRefused):
            reader.run(ask(toy("x")))

    assert len(box.asked) == 1


def test_questions_that_differ_in_a_list_alone_are_one_call() -> None:
    merged = memory.merged([alarms("a"), alarms("b"), alarms("b", "c"), toy("x")])

    assert [dict(sent.params) for sent in merged] == [
        {"AlarmNames": ("a", "b", "c")},
        {"Name": "x"},
    ]
    assert next(iter(merged.values())) == [alarms("a"), alarms("b"), alarms("b", "c")]


def test_questions_for_different_regions_are_not_merged() -> None:
    elsewhere = Ask(
        "cloudwatch", "us-east-1", "DescribeAlarms", alarms("a").params, True, "AlarmNames"
    )

    assert len(memory.merged([alarms("a"), elsewhere])) == 2


def test_the_alarms_of_a_region_are_described_in_one_call(reader: Reader, local: LocalAws) -> None:
    found = reader.run(together([ask(alarms("a")), ask(alarms("b"))]))

    assert found == [[{"CompositeAlarms": [], "MetricAlarms": []}]] * 2
    assert local.journal.operations() == ["cloudwatch:DescribeAlarms"]


def test_all_pages_are_one_answer(connections: Connections, local: LocalAws) -> None:
    arn = connections.send(Call("sns", "us-east-2", "CreateTopic", {"Name": "t"}, on=()))[
        "TopicArn"
    ]
    for number in range(130):
        endpoint = f"a{number}@example.com"
        local.call(
            "524471258033",
            "us-east-2",
            "sns",
            "Subscribe",
            {"TopicArn": arn, "Protocol": "email", "Endpoint": endpoint},
        )
    asked = question(
        "sns", "us-east-2", "ListSubscriptionsByTopic", on=(), pages=True, TopicArn=arn
    )

    [answer] = Reader(connections).run(ask(asked))

    assert answer is not None
    assert len(answer["Subscriptions"]) == 130


def test_what_aws_does_not_know_is_absent(connections: Connections) -> None:
    asks = [
        IDENTITY,
        question(
            "sesv2",
            "us-east-2",
            "GetConfigurationSet",
            on=(),
            absent=(Refusal("NotFoundException"),),
            ConfigurationSetName="none",
        ),
        question(
            "iam",
            "us-east-2",
            "GetRole",
            on=(),
            absent=(Refusal("NoSuchEntity"),),
            RoleName="nobody",
        ),
        question(
            "route53",
            "us-east-2",
            "GetHostedZone",
            on=(),
            absent=(Refusal("NoSuchHostedZone"),),
            Id="Z0",
        ),
        question(
            "sns",
            "us-east-2",
            "GetTopicAttributes",
            on=(),
            absent=(Refusal("NotFound"),),
            TopicArn="arn:aws:sns:us-east-2:524471258033:t",
        ),
    ]

    assert [connections.answer(one) for one in asks] == [None] * len(asks)


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("deny", AccessDenied, "AccessDeniedException"),
        ("throttle", AwsRefused, "TooManyRequestsException"),
        ("error", AwsRefused, "InternalFailure"),
        ("drop", CannotReachAws, None),
    ],
)
def test_a_refusal_never_looks_like_absence(
    fault: str,
    kind: type[ProvisionError],
    code: str | None,
    connections: Connections,
    local: LocalAws,
    no_waiting: None,
) -> None:
    local.fault(fault, times=None)

    outcome = connections.answer(IDENTITY)

    assert isinstance(outcome, kind)
    assert getattr(outcome, "code", None) == code


def test_throttling_is_ridden_out(
    connections: Connections, local: LocalAws, no_waiting: None
) -> None:
    local.fault("throttle", times=aws.ATTEMPTS - 1)

    assert connections.answer(IDENTITY) is None
    assert len(local.journal) == aws.ATTEMPTS


def test_a_write_that_is_refused_raises(connections: Connections) -> None:
    with pytest.raises(AwsRefused) as raised:
        connections.send(
            Call(
                "sesv2",
                "us-east-2",
                "DeleteEmailIdentity",
                {"EmailIdentity": "nobody.example"},
                on=(),
            )
        )

    assert raised.value.code == "NotFoundException"
    assert "sesv2 DeleteEmailIdentity in us-east-2 was refused" in raised.value.message


def test_a_mistake_of_ours_in_a_call_is_not_dressed_up(connections: Connections) -> None:
    with pytest.raises(Exception, match="EmailIdentity") as raised:
        connections.send(Call("sesv2", "us-east-2", "DeleteEmailIdentity", {}, on=()))

    assert not isinstance(raised.value, ProvisionError)


def test_a_trace_names_calls_and_outcomes_and_no_secrets(local: LocalAws, env: Environment) -> None:
    told: list[str] = []
    session = local.session(env.account_id)
    connections = Connections(session, trace=told.append)
    connections.answer(IDENTITY)
    connections.send(Call("sns", "us-east-2", "CreateTopic", {"Name": "secret-topic"}, on=()))

    assert told == [
        "sesv2 us-east-2 GetEmailIdentity -> 404",
        "sns us-east-2 CreateTopic -> 200",
    ]
    keys = session.get_credentials()
    assert keys is not None
    for line in told:
        assert keys.secret_key not in line
        assert keys.access_key not in line
        assert "secret-topic" not in line


def test_a_client_is_made_once_for_each_service_and_region(connections: Connections) -> None:
    first = connections._client("sns", "us-east-2", Credentials.ACCOUNT)

    assert connections._client("sns", "us-east-2", Credentials.ACCOUNT) is first
    assert connections._client("sns", "us-east-1", Credentials.ACCOUNT) is not first


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A machine with these profiles and this environment."""

    def make(*names: str, **environment: str) -> None:
        file = tmp_path / "credentials"
        file.write_text(
            "".join(
                f"[{name}]\naws_access_key_id = of-{name}\naws_secret_access_key = s\n"
                for name in names
            )
        )
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    return make


KEYS = {"AWS_ACCESS_KEY_ID": "of-the-environment", "AWS_SECRET_ACCESS_KEY": "s"}


@pytest.mark.parametrize(
    ("profile", "fallback", "environment", "used"),
    [
        ("given", "file", KEYS, "of-given"),
        (None, "file", KEYS, "of-the-environment"),
        (None, "file", {"AWS_PROFILE": "given"}, "of-given"),
        (None, "file", {"AWS_DEFAULT_PROFILE": "given"}, "of-given"),
        (None, "file", {"AWS_DEFAULT_PROFILE": "given", "AWS_PROFILE": "x"}, "of-given"),
        (None, "file", {}, "of-file"),
        (None, None, {}, "of-default"),
    ],
)
def test_an_explicit_profile_wins_then_the_environment_then_the_files_profile(
    profiles: Callable[..., None],
    profile: str | None,
    fallback: str | None,
    environment: dict[str, str],
    used: str,
) -> None:
    profiles("given", "file", "default", **environment)

    credentials = sessions.session(profile, fallback).get_credentials()

    assert credentials is not None
    assert credentials.access_key == used


@pytest.mark.parametrize(
    ("profile", "fallback", "environment"),
    [("ghost", None, {}), (None, "ghost", {}), (None, None, {"AWS_PROFILE": "ghost"})],
)
def test_a_profile_that_does_not_exist_is_named(
    profiles: Callable[..., None],
    profile: str | None,
    fallback: str | None,
    environment: dict[str, str],
) -> None:
    profiles("default", **environment)

    with pytest.raises(CannotReachAws) as raised:
        sessions.session(profile, fallback)

    assert "There is no AWS profile ghost on this machine" in raised.value.message
    assert "aws configure sso --profile ghost" in raised.value.hint


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_the_variable_that_names_a_profile_that_does_not_exist_is_named(
    profiles: Callable[..., None], variable: str
) -> None:
    profiles("default", **{variable: "ghost"})

    with pytest.raises(CannotReachAws) as raised:
        sessions.session(None)

    assert f"({variable} names it)" in raised.value.message
    assert f"Unset {variable}, " in raised.value.hint


def test_a_broken_aws_configuration_is_told_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").write_text("[[[ nonsense\n= x")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "broken"))

    with pytest.raises(CannotReachAws, match="cannot be used"):
        sessions.session(None)


def test_an_endpoint_that_is_no_url_is_told_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)

    outcome = Connections(sessions.session(None)).answer(IDENTITY)

    assert isinstance(outcome, CannotReachAws)
    assert "AWS_ENDPOINT_URL" in outcome.hint


def test_without_credentials_it_says_what_is_missing_and_how_to_give_it() -> None:
    outcome = Connections(sessions.session(None)).answer(IDENTITY)

    assert isinstance(outcome, CannotReachAws)
    assert outcome.message.startswith("There are no usable AWS credentials")
    assert "--profile" in outcome.hint


def test_dns_is_asked_of_whoever_resolves(env: Environment) -> None:
    asked = question("dns", "", "TXT", on=(), name="example.com")
    session = sessions.local_session(env.account_id)

    resolved = Connections(session, resolve=lambda one: {"values": [one.operation]})

    assert resolved.answer(asked) == {"values": ["TXT"]}
    assert isinstance(Connections(session).answer(asked), CannotReachAws)
