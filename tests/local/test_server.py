"""The local AWS over HTTP, for clients that we did not write, and driven over `/_local/…`."""
# ruff: noqa: S310 - every URL here is on loopback

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from ses_provision.local import LocalAws
from ses_provision.local import control as control_module
from ses_provision.local.codec.service import shared_loader
from ses_provision.local.server import serve, serving
from tests.local.conftest import AWAY, DOMAIN, HOME, PROD, STAGING, ZONE, refused

ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})


@pytest.fixture
def url(aws):
    with serving(aws) as address:
        yield address.url


def own_session(*keys):
    """An ordinary session, only that it does not read botocore's models anew."""
    core = botocore.session.Session()
    core.register_component("data_loader", shared_loader())
    return boto3.Session(*keys, botocore_session=core)


@pytest.fixture
def session(url, monkeypatch):
    """A session as any program has one: AWS_ENDPOINT_URL and keys in the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"LOCAL000{PROD}")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", HOME)
    return own_session()


@pytest.fixture
def control(url):
    def ask(method, path, **payload):
        body = json.dumps(payload).encode() if payload else None
        request = urllib.request.Request(f"{url}/_local/{path}", body, method=method)
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    return ask


def test_an_object_comes_over_http_as_it_was_put_whole_and_in_parts(session):
    s3, named = session.client("s3"), {"Bucket": "over-http", "Key": "a/b"}
    where = {"LocationConstraint": HOME}
    s3.create_bucket(Bucket=named["Bucket"], CreateBucketConfiguration=where)
    s3.put_object(**named, Body=b"0123456789")

    part = s3.get_object(**named, Range="bytes=2-4")
    assert (part["ContentLength"], part["Body"].read()) == (3, b"234")
    assert s3.get_object(**named)["Body"].read() == b"0123456789"
    assert s3.head_object(**named)["ContentLength"] == 10
    assert refused(s3.get_object, **named, Range="bytes=10-").code == "InvalidRange"
    s3.delete_object(**named)
    assert refused(s3.get_object, **named).code == "NoSuchKey"


def test_the_whole_way_of_a_domain_over_http(session, control):
    """Every protocol over the wire: rest-json, rest-xml, query, CBOR, json."""
    assert session.client("sts").get_caller_identity()["Account"] == PROD
    ses = session.client("sesv2")
    dkim = ses.create_email_identity(EmailIdentity=DOMAIN)["DkimAttributes"]
    r53 = session.client("route53")
    r53.change_resource_record_sets(
        HostedZoneId=ZONE,
        ChangeBatch={
            "Changes": [
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        "Name": f"{token}._domainkey.{DOMAIN}",
                        "Type": "CNAME",
                        "TTL": 300,
                        "ResourceRecords": [{"Value": f"{token}.{dkim['SigningHostedZone']}"}],
                    },
                }
                for token in dkim["Tokens"]
            ]
        },
    )
    control("POST", "clock", advance=3600)
    assert ses.get_email_identity(EmailIdentity=DOMAIN)["VerifiedForSendingStatus"]
    topic = session.client("sns").create_topic(Name="events")["TopicArn"]
    cloudwatch = session.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="a", Namespace="AWS/SES", MetricName="Reputation.BounceRate", Period=900,
        EvaluationPeriods=1, Threshold=0.05, Statistic="Average", AlarmActions=[topic],
        ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    assert cloudwatch.describe_alarms()["MetricAlarms"][0]["Threshold"] == 0.05
    assert session.client("iam").get_role(RoleName="app")["Role"]["RoleName"] == "app"
    session.client("sqs").create_queue(QueueName="q")
    found = refused(ses.get_email_identity, EmailIdentity="example.org")
    assert (found.kind, found.status) == ("NotFoundException", 404)


def test_each_account_by_its_key_over_http(url):
    for account in (PROD, STAGING):
        sts = own_session(f"LOCAL000{account}", "local").client("sts", AWAY, endpoint_url=url)
        assert sts.get_caller_identity()["Account"] == account


def test_many_callers_at_once(aws, session):
    sns = session.client("sns", config=Config(max_pool_connections=8))

    def create(number):
        return sns.create_topic(Name=f"t{number}")["TopicArn"]

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(create, range(40)))) == 40
    assert len(aws.sns.topics(PROD, HOME)) == 40
    assert [entry.number for entry in aws.journal] == sorted(entry.number for entry in aws.journal)


@pytest.mark.parametrize(("kind", "done"), [("drop", 0), ("lose-reply", 1)])
def test_a_fault_closes_the_socket(aws, session, control, kind, done):
    ses = session.client("sesv2", config=ONCE)
    assert control("POST", "faults", kind=kind, operation="CreateConfigurationSet")[0] == 200
    with pytest.raises(ConnectionClosedError):
        ses.create_configuration_set(ConfigurationSetName="s")
    assert len(ses.list_configuration_sets()["ConfigurationSets"]) == done


def test_faults_rate_and_latency_are_turned_over_http(aws, session, control):
    ses = session.client("sesv2", config=ONCE)
    control("POST", "faults", kind="deny", operation="sesv2:GetAccount", times=None)
    assert refused(ses.get_account).code == "AccessDeniedException"
    assert control("GET", "faults")[1][0]["kind"] == "deny"
    assert control("DELETE", "faults") == (200, [])
    assert control("POST", "rate", rate=1)[1]["rate"] == 1
    ses.get_account()
    assert refused(ses.get_account).status == 429
    control("POST", "clock", advance=1)
    ses.get_account()
    assert control("POST", "latency", latency=0)[1]["latency"] == 0
    assert control("POST", "knobs", insync_after=1, rate=None)[1]["insync_after"] == 1
    assert aws.route53.insync_after == timedelta(seconds=1)


def test_the_clock_is_set_over_http(aws, control):
    _, shown = control("POST", "clock", set="2027-01-01T00:00:00+00:00")
    assert shown == {"now": "2027-01-01T00:00:00+00:00", "frozen": True}
    control("POST", "clock", advance=60)
    assert control("GET", "clock")[1]["now"] == "2027-01-01T00:01:00+00:00"
    assert control("POST", "clock", frozen=False)[1]["frozen"] is False
    assert control("GET", "health")[1]["now"] > "2027-01-01T00:01:00+00:00"
    assert control("POST", "clock", set="2027-01-01T00:00:00")[0] == 400
    assert control("POST", "clock", back=1)[0] == 400


def test_leased_addresses_over_http(aws, session, control):
    control("POST", "ips", account=PROD, region=HOME, ips=["203.0.113.10"])
    [found] = session.client("sesv2").get_dedicated_ips()["DedicatedIps"]
    assert found["Ip"] == "203.0.113.10"
    assert control("POST", "ips", account=PROD, region=HOME, ips=["no address"])[0] == 400


def test_reviews_enforcement_baa_and_confirmations_over_http(aws, session, control):
    here = {"account": PROD, "region": HOME}
    ses = session.client("sesv2")
    ses.put_account_details(
        MailType="TRANSACTIONAL", WebsiteURL="https://example.org", ProductionAccessEnabled=True
    )
    assert control("POST", "review", **here, decision="GRANTED") == (200, {"ok": True})
    assert ses.get_account()["ProductionAccessEnabled"] is True
    assert control("POST", "review", **here, decision="GRANTED")[0] == 400
    control("POST", "enforcement", **here, status="PROBATION")
    assert ses.get_account()["EnforcementStatus"] == "PROBATION"
    control("POST", "sending", **here, paused=True)
    assert ses.get_account()["SendingEnabled"] is False
    control("POST", "sending", **here, paused=False)
    assert ses.get_account()["SendingEnabled"] is True
    control("POST", "production", account=PROD, region=AWAY)
    assert session.client("sesv2", AWAY).get_account()["ProductionAccessEnabled"] is True

    artifact = session.client("artifact", AWAY)
    control("POST", "baa", account=PROD, state="accepted", organization=True)
    assert artifact.list_customer_agreements()["customerAgreements"][0]["state"] == "ACTIVE"
    control("POST", "baa", account=PROD, state="ended")
    states = [each["state"] for each in artifact.list_customer_agreements()["customerAgreements"]]
    assert states == ["CUSTOMER_TERMINATED"]
    assert control("POST", "baa", account=PROD, state="lost")[0] == 400

    sns = session.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=f"ops@{DOMAIN}")
    assert control("GET", "outbox")[1][0]["kind"] == "confirmation"
    assert control("POST", "confirm-subscriptions", account=PROD) == (200, {"confirmed": 1})

    ses.create_email_identity(EmailIdentity="a@example.org")
    mails = control("GET", f"verification-mails?account={PROD}&region={HOME}")[1]
    assert "a@example.org" in json.dumps(mails)
    assert control("GET", "streams") == (200, [])
    confirmed = control("POST", "confirm-address", **here, address="a@example.org")
    assert confirmed == (200, {"confirmed": True})


def test_seeds_dns_snapshots_and_resets_over_http(aws, session, control):
    control("POST", "seed", account=PROD, zones=[["ZMORE", "example.org"]], roles=["more"])
    before = control("GET", f"snapshot?account={PROD}")[1]
    assert before["route53"]["ZMORE"]["name"] == "example.org."
    assert set(before["iam"]) == {"app", "more"}
    control("POST", "dns", name="x.example.net", type="TXT", values=["v"])
    assert aws.surroundings.dns(PROD, "x.example.net", "TXT") == ["v"]
    session.client("sns").create_topic(Name="t")
    control("POST", "reset")
    assert control("GET", f"snapshot?account={PROD}")[1] == before
    assert aws.surroundings.dns(PROD, "x.example.net", "TXT") is None
    assert control("GET", f"sent?account={PROD}&region={HOME}") == (200, [])


def test_the_journal_over_http_says_what_was_asked(session, control):
    session.client("sesv2").get_account()
    session.client("route53").list_hosted_zones()
    _, entries = control("GET", "journal")
    assert [(e["number"], e["service"], e["operation"], e["status"]) for e in entries] == [
        (1, "sesv2", "GetAccount", 200),
        (2, "route53", "ListHostedZones", 200),
    ]
    assert not any(entry["write"] for entry in entries)
    assert [e["number"] for e in control("GET", "journal?since=1")[1]] == [2]
    control("DELETE", "journal")
    assert control("GET", "journal")[1] == []


@pytest.mark.parametrize(
    ("method", "path", "payload", "says"),
    [
        ("POST", "review", {"account": PROD}, "region is missing"),
        ("POST", "faults", {"kind": "sabotage"}, "sabotage"),
        ("POST", "faults", {"kind": "kill-after"}, "in process only"),
        ("POST", "knobs", {"speed": 1}, "unknown: speed"),
    ],
)
def test_control_requests_that_make_no_sense_say_why(control, method, path, payload, says):
    status, answer = control(method, path, **payload)
    assert status == 400
    assert says in answer["error"]


def test_an_unknown_control_request_lists_what_is_served(control):
    status, answer = control("POST", "nonsense", a=1)
    assert status == 404
    assert "POST /_local/faults" in answer["served"]


def test_a_web_page_cannot_drive_the_local_aws(url):
    request = urllib.request.Request(
        f"{url}/_local/reset", b"{}", {"Origin": "https://example.org"}, method="POST"
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    with caught.value:
        assert caught.value.code == 403


def test_an_unsigned_request_is_told_that_it_is_unsigned(url):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{url}/v2/email/account")
    with caught.value:
        assert caught.value.code == 403
        assert caught.value.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::"])  # noqa: S104
def test_only_loopback_is_listened_on(aws, host):
    with pytest.raises(ValueError, match="loopback"), serving(aws, host):
        pass


def test_the_port_is_free_again_after_the_block(aws):
    with serving(aws) as address:
        pass
    with (
        serving(aws, port=address.port) as again,
        socket.create_connection((again.host, again.port)),
    ):
        assert again.port == address.port


PROGRAM = """
import sys
from ses_provision.local import LocalAws
from ses_provision.local import control as control_module
from ses_provision.local.codec.service import shared_loader
from ses_provision.local.server import serve

def ready(address):
    print(address.url, flush=True)

serve(LocalAws(), port=0, ready=ready)
print("ended", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_cleanly_when_told(how):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COV_")}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        assert process.stdout
        url = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{url}/_local/health") as response:
            assert json.load(response)["ok"]
        process.send_signal(how)
        out, err = process.communicate(timeout=10)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (0, "ended\n", "")


def test_serving_in_the_foreground_puts_signal_handlers_back(aws):
    before = signal.getsignal(signal.SIGTERM)
    serve(aws, port=0, ready=lambda _: os.kill(os.getpid(), signal.SIGTERM))
    assert signal.getsignal(signal.SIGTERM) is before


def test_latency_is_real_over_http():
    slept: list[float] = []
    aws = LocalAws(sleep=slept.append)
    with serving(aws) as address:
        body = json.dumps({"latency": 0.25}).encode()
        urllib.request.urlopen(f"{address.url}/_local/latency", body).close()
        start = time.monotonic()
        sts = own_session(f"LOCAL000{PROD}", "local").client("sts", HOME, endpoint_url=address.url)
        sts.get_caller_identity()
        assert time.monotonic() > start
    assert slept == [0.25]


def test_a_bug_of_ours_is_a_500_and_leaves_its_trace_with_the_operator(aws, session, capsys):
    aws.fault("kill-before", action=lambda: 1 / 0)
    found = refused(session.client("sts", config=ONCE).get_caller_identity)
    assert found.status == 500
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_the_account_of_the_control_requests_names_every_one(aws):
    """The list at the head of `control` is what the README shows."""
    for method, path in control_module.Control(aws).table:
        assert re.search(rf"\b{method} +{path}\b", control_module.__doc__), (method, path)


def test_what_ses_sent_is_read_back_over_http(aws, session, control):
    aws.allow_production(PROD, HOME)
    session.client("route53")
    ses = session.client("sesv2")
    ses.create_email_identity(EmailIdentity="a@example.org")
    control("POST", "confirm-address", account=PROD, region=HOME, address="a@example.org")
    ses.send_email(
        FromEmailAddress="a@example.org",
        Destination={"ToAddresses": ["success@simulator.amazonses.com"]},
        Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}}},
    )
    (mail,) = control("GET", f"sent?account={PROD}&region={HOME}")[1]
    assert "success@simulator.amazonses.com" in json.dumps(mail)
