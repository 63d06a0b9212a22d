"""Everything a person or a test may turn: faults, rate limit, latency, the journal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from ses_provision.local import Fault, FaultKind, Knobs, LocalAws
from tests.local.conftest import HOME, PROD, STAGING, ZONE, refused

ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})


@pytest.fixture
def ses(aws):
    return aws.session(PROD, HOME).client("sesv2", config=ONCE)


@pytest.mark.parametrize(
    ("service", "call", "params", "code", "status"),
    [
        ("sesv2", "get_account", {}, "TooManyRequestsException", 429),
        ("route53", "list_hosted_zones", {}, "Throttling", 400),
        ("sns", "list_topics", {}, "Throttling", 400),
        ("iam", "list_roles", {}, "Throttling", 400),
        ("cloudwatch", "describe_alarms", {}, "Throttling", 400),
        ("sts", "get_caller_identity", {}, "Throttling", 400),
        ("artifact", "list_customer_agreements", {}, "ThrottlingException", 429),
    ],
)
def test_each_service_throttles_in_its_own_words(aws, service, call, params, code, status):
    """aws-facts 10; message: exercism/website#7075."""
    aws.fault("throttle")
    client = aws.session(PROD, HOME).client(service, config=ONCE)
    found = refused(getattr(client, call), **params)
    assert (found.code, found.status, found.message) == (code, status, "Rate exceeded")
    getattr(client, call)(**params)


def test_a_throttled_sesv2_call_is_the_modelled_exception(aws, ses):
    aws.fault("throttle", "sesv2:*")
    with pytest.raises(ses.exceptions.TooManyRequestsException):
        ses.get_account()


@pytest.mark.parametrize(
    ("region", "partition"), [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")]
)
def test_denials_name_a_caller_of_the_partition_that_was_asked(aws, region, partition):
    session = aws.session(PROD, region)
    who = f"arn:{partition}:iam::{PROD}:user/local"
    assert session.client("sts").get_caller_identity()["Arn"] == who
    aws.fault("deny", "sts:GetCallerIdentity")
    denied = refused(session.client("sts").get_caller_identity)
    assert denied.message.startswith(f"User: {who} is not authorized")
    topic = f"arn:{partition}:sns:{region}:{STAGING}:events"
    aws.session(STAGING, region).client("sns").create_topic(Name="events")
    denied = refused(session.client("sns").publish, TopicArn=topic, Message="hello")
    assert denied.message.startswith(f"User: {who} is not authorized")


def test_access_denied_names_caller_action_and_resource(aws, ses):
    """aws-facts 4: the message names the action and the resource really checked."""
    aws.fault("deny", "CreateEmailIdentity")
    found = refused(ses.create_email_identity, EmailIdentity="example.org")
    assert (found.code, found.status) == ("AccessDeniedException", 403)
    assert found.message.startswith(
        f"User: arn:aws:iam::{PROD}:user/local is not authorized to perform: "
        f"ses:CreateEmailIdentity on resource: arn:aws:ses:{HOME}:{PROD}:identity/example.org"
    )
    sns = aws.session(PROD, HOME).client("sns", config=ONCE)
    aws.fault("deny", "sns:CreateTopic")
    found = refused(sns.create_topic, Name="t")
    assert (found.code, found.status) == ("AuthorizationError", 403)
    assert f"arn:aws:sns:{HOME}:{PROD}:t" in found.message


def test_an_error_is_a_500_and_nothing_is_done(aws, ses):
    aws.fault("error", "CreateConfigurationSet")
    found = refused(ses.create_configuration_set, ConfigurationSetName="s")
    assert (found.code, found.status) == ("InternalFailure", 500)
    assert ses.list_configuration_sets()["ConfigurationSets"] == []


def test_a_dropped_connection_reaches_botocore_and_nothing_is_done(aws, ses):
    aws.fault("drop", "CreateConfigurationSet")
    with pytest.raises(ConnectionClosedError):
        ses.create_configuration_set(ConfigurationSetName="s")
    assert ses.list_configuration_sets()["ConfigurationSets"] == []
    assert (aws.journal[0].status, aws.journal[0].error) == (None, "ConnectionLost")


def test_a_lost_reply_leaves_the_call_done(aws, ses):
    aws.fault("lose-reply", "CreateConfigurationSet")
    with pytest.raises(ConnectionClosedError):
        ses.create_configuration_set(ConfigurationSetName="s")
    assert len(ses.list_configuration_sets()["ConfigurationSets"]) == 1


def test_botocore_rides_out_a_dropped_connection_by_itself(aws):
    retrying = Config(retries={"total_max_attempts": 2, "mode": "standard"})
    ses = aws.session(PROD, HOME).client("sesv2", config=retrying)
    aws.fault("drop")
    assert ses.get_account()["SendingEnabled"]
    assert [entry.status for entry in aws.journal] == [None, 200]


def test_a_prior_request_may_not_be_complete(aws):
    """API Reference, ChangeResourceRecordSets: PriorRequestNotComplete, 400."""
    r53 = aws.session(PROD, HOME).client("route53", config=ONCE)
    aws.fault("prior-request", "ListHostedZones")
    assert refused(r53.list_hosted_zones).code == "PriorRequestNotComplete"


def test_a_fault_hits_the_calls_it_counts_and_no_others(aws, ses):
    aws.fault("error", "sesv2:GetAccount", number=2, times=2)
    seen = []
    for _ in range(5):
        try:
            seen.append(bool(ses.get_account()))
        except ses.exceptions.ClientError:
            seen.append(False)
        ses.list_email_identities()
    assert seen == [True, False, False, True, True]


def test_a_fault_without_operation_counts_all_calls(aws, ses):
    aws.fault("error", number=3)
    ses.get_account()
    ses.list_email_identities()
    assert refused(ses.get_account).status == 500
    ses.get_account()


def test_a_fault_without_end_stays_until_it_is_taken_away(aws, ses):
    aws.fault("error", "GetAccount", times=None)
    assert [refused(ses.get_account).status for _ in range(3)] == [500] * 3
    aws.clear_faults()
    ses.get_account()


def test_adding_a_fault_does_not_count_the_others_anew(aws, ses):
    aws.fault("error", "GetAccount", number=2)
    ses.get_account()
    aws.fault("error", "ListEmailIdentities")
    assert refused(ses.get_account).status == 500


@pytest.mark.parametrize(("kind", "done"), [("kill-before", 0), ("kill-after", 1)])
def test_a_test_may_die_before_or_after_a_call(aws, ses, kind, done):
    class Death(BaseException):
        pass

    def die() -> None:
        raise Death

    aws.fault(kind, "CreateConfigurationSet", action=die)
    with pytest.raises(Death):
        ses.create_configuration_set(ConfigurationSetName="s")
    assert len(ses.list_configuration_sets()["ConfigurationSets"]) == done


def test_the_ses_control_plane_admits_one_call_a_second_when_strict(aws, ses):
    """SES Developer Guide, quotas.md: one request a second in each account and region."""
    aws.knobs = Knobs(rate=1)
    ses.get_account()
    found = refused(ses.get_account)
    assert (found.code, found.status) == ("TooManyRequestsException", 429)
    aws.session(PROD, "us-east-1").client("sesv2", config=ONCE).get_account()
    aws.session(PROD, HOME).client("route53").list_hosted_zones()
    aws.clock.advance(0.5)
    assert refused(ses.get_account).status == 429
    aws.clock.advance(0.5)
    ses.get_account()


def test_latency_is_slept_for_every_call():
    slept: list[float] = []
    aws = LocalAws(sleep=slept.append)
    sts = aws.session(PROD, HOME).client("sts")
    sts.get_caller_identity()
    aws.knobs = Knobs(latency=0.05)
    sts.get_caller_identity()
    assert slept == [0.05]


def test_the_journal_holds_every_call_and_how_it_ended(aws, ses):
    ses.get_account()
    refused(ses.get_email_identity, EmailIdentity="example.org")
    aws.session(PROD, HOME).client("route53").get_hosted_zone(Id=ZONE)
    ses.create_configuration_set(ConfigurationSetName="s")
    assert aws.journal.operations() == [
        "sesv2:GetAccount",
        "sesv2:GetEmailIdentity",
        "route53:GetHostedZone",
        "sesv2:CreateConfigurationSet",
    ]
    assert [(each.number, each.status, each.error) for each in aws.journal] == [
        (1, 200, None),
        (2, 404, "NotFoundException"),
        (3, 200, None),
        (4, 200, None),
    ]
    assert {(each.account, each.region) for each in aws.journal.of("sesv2")} == {(PROD, HOME)}
    assert [each.operation for each in aws.journal.writes()] == ["CreateConfigurationSet"]
    aws.journal.clear()
    ses.get_account()
    assert [each.number for each in aws.journal] == [5]


def test_a_service_that_is_not_served_says_so_and_names_the_operation(aws):
    for service, call in (("eks", "list_clusters"), ("ec2", "describe_vpcs"),
                          ("batch", "list_jobs"), ("dynamodb", "list_tables")):  # fmt: skip
        found = refused(getattr(aws.session(PROD, HOME).client(service, config=ONCE), call))
        assert found.code == "NotImplementedByLocalAws"
        assert service in found.message
        assert call.replace("_", "") in found.message.lower()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "sabotage"},
        {"kind": "throttle", "colour": "red"},
        {"kind": "throttle", "number": 0},
        {"kind": "kill-after"},
    ],
)
def test_a_fault_that_makes_no_sense_is_not_set(wrong):
    with pytest.raises(ValueError, match=r"."):
        Fault.from_dict(wrong)


def test_knobs_say_what_is_wrong_with_them():
    for wrong in ({"rate": -1}, {"latency": "slow"}, {"colour": 1}, {"latency": None},
                  {"refuse_same_key_length": "yes"}):  # fmt: skip
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Knobs().changed(wrong)


def test_knobs_survive_the_way_through_json():
    fault = Fault(FaultKind.DROP, "sesv2:*", 2, None)
    knobs = Knobs(1.0, 0.1, 30.0, 10.0, (fault,), refuse_same_key_length=True)
    assert Knobs().changed(knobs.to_dict()) == knobs
    assert replace(knobs, rate=None).to_dict()["rate"] is None


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("sts", "get_caller_identity", "ExpiredToken"),
        ("sesv2", "get_account", "ExpiredTokenException"),
    ],
)
def test_credentials_may_have_expired(aws, service, call, code):
    aws.fault("expired-token")
    client = aws.session(PROD, HOME).client(service, config=ONCE)
    found = refused(getattr(client, call))
    assert (found.code, found.status) == (code, 403)
