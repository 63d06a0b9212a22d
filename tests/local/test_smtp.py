"""The SMTP side of the local SES: real clients, TLS, passwords, IAM, headers, refusals.

SES Developer Guide, "Using the Amazon SES SMTP interface", and facts-sending F.
"""

from __future__ import annotations

import json
import shutil
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ses_provision.local import LocalAws
from ses_provision.local.server import serving
from ses_provision.local.smtp import server
from ses_provision.local.smtp.password import derived
from ses_provision.local.smtp.server import SmtpAddress, serving_smtp
from ses_provision.outside.smtp import PORTS, Endpoint, Walk
from ses_provision.worlds.served import LocalServer
from tests.local.conftest import AWAY, HOME, PROD

SENDER, SUCCESS = "shop@example.com", "success@simulator.amazonses.com"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
VECTORS = {
    "us-east-1": "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9",
    "us-east-2": "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS",
    "us-west-2": "BF2PynzbSCAjX08zhZZnP/kW+T9P5zs/1Er0pi5vTEmd",
    "eu-west-1": "BMW5RDrXmmVs0lV7GpI4oLkHXpZ4stDsk6q91z1g38Pk",
}
IDENTITY = f"arn:aws:ses:{HOME}:{PROD}:identity/{SENDER}"
SET = f"arn:aws:ses:{HOME}:{PROD}:configuration-set/rules"


class Mailbox:
    """A user with a key, a verified sender, a configuration set, and a server to talk to."""

    def __init__(self, aws: LocalAws, at: SmtpAddress) -> None:
        self.aws, self.at = aws, at
        self.call("iam", "CreateUser", UserName="mailer")
        key = self.call("iam", "CreateAccessKey", UserName="mailer")["AccessKey"]
        self.username, self.secret = str(key["AccessKeyId"]), str(key["SecretAccessKey"])
        self.call("sesv2", "CreateEmailIdentity", EmailIdentity=SENDER)
        self.aws.confirm_address(PROD, HOME, SENDER)
        self.call("sesv2", "CreateConfigurationSet", ConfigurationSetName="rules")
        self.allow()

    def call(self, service: str, operation: str, **params: Any) -> Any:
        """Ask AWS."""
        return self.aws.call(PROD, HOME, service, operation, params)

    def allow(self, **condition: Any) -> None:
        """Let the user send as its identity with its set, perhaps on conditions."""
        statement = {
            "Effect": "Allow",
            "Action": "ses:SendRawEmail",
            "Resource": [IDENTITY, SET],
            "Condition": {"StringEquals": {"ses:FromAddress": SENDER}, **condition},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        named = {"UserName": "mailer", "PolicyName": "send"}
        self.call("iam", "PutUserPolicy", **named, PolicyDocument=document)

    @property
    def password(self) -> str:
        """The password in the home region."""
        return derived(self.secret, HOME)

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client has to trust."""
        return ssl.create_default_context(cadata=self.at.certificate)

    def connected(self) -> smtplib.SMTP:
        """A client that speaks TLS and has not logged in."""
        made = smtplib.SMTP(self.at.host, self.at.port, timeout=10)
        made.starttls(context=self.trust)
        return made

    def send(self, *headers: str, to: str = SUCCESS, sender: str = SENDER) -> str:
        """Log in and send; what the server says to the mail."""
        lines = [f"From: {sender}", f"To: {to}", "Subject: hello", *headers, "", "body"]
        with self.connected() as client:
            client.login(self.username, self.password)
            client.mail(sender)
            client.rcpt(to)
            code, said = client.data("\r\n".join(lines))
        return f"{code} {said.decode()}"


@pytest.fixture
def at(aws: LocalAws) -> Iterator[SmtpAddress]:
    with serving_smtp(aws) as address:
        yield address


@pytest.fixture
def mailbox(aws: LocalAws, at: SmtpAddress) -> Mailbox:
    return Mailbox(aws, at)


@pytest.mark.parametrize("region", VECTORS)
def test_the_password_is_derived_as_aws_does(region: str) -> None:
    assert derived(SECRET, region) == VECTORS[region]


def test_before_tls_there_is_nothing_but_ehlo_and_starttls(mailbox: Mailbox) -> None:
    with smtplib.SMTP(mailbox.at.host, mailbox.at.port, timeout=10) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert not client.has_extn("auth")
        assert client.docmd("MAIL", f"FROM:<{SENDER}>")[0] == 530
        assert client.docmd("AUTH", "LOGIN")[0] == 530


def test_no_mail_without_a_login(mailbox: Mailbox) -> None:
    with mailbox.connected() as client:
        client.ehlo()
        assert client.docmd("MAIL", f"FROM:<{SENDER}>") == (530, b"Authentication required")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_each_mechanism_logs_in_on_each_port(
    mailbox: Mailbox, mechanism: str, wrapped: bool
) -> None:
    client = (
        smtplib.SMTP_SSL(mailbox.at.host, mailbox.at.tls_port, timeout=10, context=mailbox.trust)
        if wrapped
        else mailbox.connected()
    )
    with client:
        client.ehlo()
        client.user, client.password = mailbox.username, mailbox.password
        method = {"PLAIN": client.auth_plain, "LOGIN": client.auth_login}[mechanism]
        assert client.auth(mechanism, method)[0] == 235


def test_the_certificate_is_trusted_by_nobody_else(mailbox: Mailbox) -> None:
    with (
        smtplib.SMTP(mailbox.at.host, mailbox.at.port, timeout=10) as client,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        client.starttls(context=ssl.create_default_context())


def refused_login(mailbox: Mailbox, username: str, password: str) -> str:
    """What the server says to a wrong login."""
    with mailbox.connected() as client, pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.login(username, password)
    return f"{refused.value.smtp_code} {refused.value.smtp_error!r}"


def test_wrong_logins_are_refused(mailbox: Mailbox) -> None:
    wrong = "535 b'Authentication Credentials Invalid'"
    assert refused_login(mailbox, mailbox.username, mailbox.secret) == wrong
    assert refused_login(mailbox, mailbox.username, derived("other", HOME)) == wrong
    assert refused_login(mailbox, "AKIANOBODY0000000000", mailbox.password) == wrong
    assert refused_login(mailbox, "mailer", mailbox.password) == wrong
    state = {"UserName": "mailer", "AccessKeyId": mailbox.username}
    mailbox.call("iam", "UpdateAccessKey", **state, Status="Inactive")
    assert refused_login(mailbox, mailbox.username, mailbox.password) == wrong
    mailbox.call("iam", "UpdateAccessKey", **state, Status="Active")
    assert mailbox.send().startswith("250 ")
    mailbox.call("iam", "DeleteAccessKey", **state)
    assert refused_login(mailbox, mailbox.username, mailbox.password) == wrong


def test_temporary_keys_never_log_in(mailbox: Mailbox) -> None:
    made = mailbox.call("sts", "GetSessionToken")["Credentials"]
    password = derived(made["SecretAccessKey"], HOME)

    assert refused_login(mailbox, made["AccessKeyId"], password).startswith("535")


def test_a_new_key_works_once_it_has_spread(mailbox: Mailbox) -> None:
    mailbox.aws.knobs = replace(mailbox.aws.knobs, keys_after=30.0)

    assert refused_login(mailbox, mailbox.username, mailbox.password).startswith("535")
    mailbox.aws.clock.advance(31)
    assert mailbox.send().startswith("250 ")


@pytest.mark.parametrize(("region", "fits"), [(HOME, True), (AWAY, False)])
def test_a_password_is_right_in_the_region_of_the_endpoint_alone(
    mailbox: Mailbox, region: str, fits: bool
) -> None:
    plain = socket.create_connection((mailbox.at.host, mailbox.at.tls_port), timeout=10)
    host = f"email-smtp.{region}.amazonaws.com"
    with smtplib.SMTP(timeout=10) as client:
        client.sock = mailbox.trust.wrap_socket(plain, server_hostname=host)
        client.getreply()
        if fits:
            assert client.login(mailbox.username, mailbox.password)[0] == 235
        else:
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login(mailbox.username, mailbox.password)


def test_a_mail_is_sent_as_its_headers_say(mailbox: Mailbox) -> None:
    said = mailbox.send(
        "X-SES-CONFIGURATION-SET: rules", "X-SES-MESSAGE-TAGS: campaign=spring, kind=news"
    )

    [sent] = mailbox.aws.sesv2.sent(PROD, HOME)
    assert said == f"250 Ok {sent.message_id}"
    assert (sent.configuration_set, sent.to, sent.subject) == ("rules", (SUCCESS,), "hello")
    assert sent.tags == (("campaign", "spring"), ("kind", "news"))
    assert not any(name.lower().startswith("x-ses-") for name, _ in sent.headers)


def test_the_default_set_of_the_identity_applies_and_has_to_be_allowed(mailbox: Mailbox) -> None:
    put = "PutEmailIdentityConfigurationSetAttributes"
    mailbox.call("sesv2", put, EmailIdentity=SENDER, ConfigurationSetName="rules")
    assert mailbox.send().startswith("250 ")
    assert mailbox.aws.sesv2.sent(PROD, HOME)[0].configuration_set == "rules"

    mailbox.call("sesv2", "CreateConfigurationSet", ConfigurationSetName="other")
    mailbox.call("sesv2", put, EmailIdentity=SENDER, ConfigurationSetName="other")
    assert "configuration-set/other'" in mailbox.send()


def test_iam_decides_after_the_mail_has_come(mailbox: Mailbox) -> None:
    denied = "554 Access denied: User `arn:aws:iam::524471258033:user/mailer' is not authorized"
    mailbox.allow(IpAddress={"aws:SourceIp": "203.0.113.0/24"})
    assert mailbox.send().startswith(denied)
    mailbox.allow(IpAddress={"aws:SourceIp": "127.0.0.0/8"})
    assert mailbox.send().startswith("250 ")
    mailbox.call("iam", "DeleteUserPolicy", UserName="mailer", PolicyName="send")
    assert f"on resource `{IDENTITY}'" in mailbox.send()


def test_a_boundary_bounds_what_the_policy_allows(mailbox: Mailbox) -> None:
    nothing = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [nothing]})
    made = mailbox.call("iam", "CreatePolicy", PolicyName="bound", PolicyDocument=document)
    bound = made["Policy"]["Arn"]
    mailbox.call("iam", "PutUserPermissionsBoundary", UserName="mailer", PermissionsBoundary=bound)

    assert mailbox.send().startswith("554 Access denied")
    mailbox.call("iam", "DeleteUserPermissionsBoundary", UserName="mailer")
    assert mailbox.send().startswith("250 ")


def test_the_sandbox_holds_for_smtp_too(mailbox: Mailbox) -> None:
    said = mailbox.send(to="stranger@example.org")

    assert said.startswith("554 Message rejected: Email address is not verified.")
    assert "US-EAST-2: stranger@example.org" in said
    mailbox.aws.allow_production(PROD, HOME)
    assert mailbox.send(to="stranger@example.org").startswith("250 ")


def test_an_envelope_sender_that_is_not_verified_is_refused(mailbox: Mailbox) -> None:
    lines = [f"From: {SENDER}", f"To: {SUCCESS}", "", "body"]
    with mailbox.connected() as client:
        client.login(mailbox.username, mailbox.password)
        client.mail("bounces@elsewhere.example")
        client.rcpt(SUCCESS)
        code, said = client.data("\r\n".join(lines))

    assert code == 554
    assert b"bounces@elsewhere.example" in said


@pytest.mark.parametrize(
    ("fault", "reply"),
    [("throttle", "454 Throttling failure"), ("deny", "554 "), ("error", "451 ")],
)
def test_faults_strike_mail_by_smtp(mailbox: Mailbox, fault: str, reply: str) -> None:
    mailbox.aws.fault(fault, "ses:SendRawEmail")

    assert mailbox.send().startswith(reply)
    assert mailbox.send().startswith("250 ")


def test_a_paused_set_sends_nothing(mailbox: Mailbox) -> None:
    pause = "PutConfigurationSetSendingOptions"
    mailbox.call("sesv2", pause, ConfigurationSetName="rules", SendingEnabled=False)

    assert "paused" in mailbox.send("X-SES-CONFIGURATION-SET: rules")
    assert mailbox.send("X-SES-CONFIGURATION-SET: nothing").startswith("554 ")


def test_the_journal_has_each_mail_and_iam_the_use_of_the_key(mailbox: Mailbox) -> None:
    used = {"AccessKeyId": mailbox.username}
    before = mailbox.call("iam", "GetAccessKeyLastUsed", **used)["AccessKeyLastUsed"]
    mailbox.send()
    after = mailbox.call("iam", "GetAccessKeyLastUsed", **used)["AccessKeyLastUsed"]

    assert before == {"Region": "N/A", "ServiceName": "N/A"}
    assert (after["ServiceName"], after["Region"]) == ("ses-smtp", HOME)
    assert after["LastUsedDate"] == mailbox.aws.clock.now()
    [entry] = mailbox.aws.journal.of("ses")
    assert (entry.operation, entry.status, entry.is_write) == ("SendRawEmail", 200, True)


def test_events_come_as_for_the_api(mailbox: Mailbox) -> None:
    topic = mailbox.call("sns", "CreateTopic", Name="events")["TopicArn"]
    target = {"Enabled": True, "MatchingEventTypes": ["BOUNCE"], "SnsDestination": {
        "TopicArn": topic}}  # fmt: skip
    statement = {"Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"},
                 "Action": "sns:Publish", "Resource": topic}  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    attribute = {"AttributeName": "Policy", "AttributeValue": policy}
    mailbox.call("sns", "SetTopicAttributes", TopicArn=topic, **attribute)
    mailbox.call("sns", "Subscribe", TopicArn=topic, Protocol="email", Endpoint="ops@example.com")
    mailbox.aws.confirm_subscriptions()
    mailbox.call(
        "sesv2",
        "CreateConfigurationSetEventDestination",
        ConfigurationSetName="rules",
        EventDestinationName="all",
        EventDestination=target,
    )

    said = mailbox.send("X-SES-CONFIGURATION-SET: rules", to="bounce@simulator.amazonses.com")

    message_id = said.removeprefix("250 Ok ")
    told = [json.dumps(mail.to_dict()) for mail in mailbox.aws.outbox]
    assert any(message_id in each and "Bounce" in each for each in told)


def test_a_connection_too_many_is_told_so(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_AT_ONCE", 1)
    with (
        smtplib.SMTP(mailbox.at.host, mailbox.at.port, timeout=10),
        pytest.raises(smtplib.SMTPConnectError) as refused,
    ):
        smtplib.SMTP(mailbox.at.host, mailbox.at.port, timeout=10)

    assert refused.value.smtp_code == 421


def test_it_listens_on_loopback_alone(aws: LocalAws) -> None:
    with pytest.raises(ValueError, match="loopback"), serving_smtp(aws, "0.0.0.0"):  # noqa: S104
        pass


def test_a_served_local_aws_says_where_it_speaks_smtp(aws: LocalAws, at: SmtpAddress) -> None:
    with serving(aws) as address, LocalServer(address.port).smtp(HOME) as endpoint:
        for port in PORTS:
            hops = list(Walk(endpoint, port).hops(None, None))
            assert [hop.failed for hop in hops] == [""] * len(hops)
            assert hops[-1].name == "QUIT"


def test_a_name_that_is_not_the_certificates_is_not_trusted(at: SmtpAddress) -> None:
    ports = {587: at.port}
    endpoint = Endpoint("mail.example.com", at.host, ports, at.certificate)

    *_, last = Walk(endpoint, 587).hops(None, None)

    assert last.name == "STARTTLS"
    assert "the certificate is not trusted" in last.failed


def test_where_nobody_listens_the_walk_ends(at: SmtpAddress) -> None:
    with socket.create_server((at.host, 0)) as free:
        port = free.getsockname()[1]
    endpoint = Endpoint("email-smtp.us-east-2.amazonaws.com", at.host, {587: port}, "")

    assert [hop.name for hop in Walk(endpoint, 587).hops(None, None)] == ["DNS", "TCP"]


def certificate(at: SmtpAddress, folder: Path) -> str:
    """A file with the certificate to trust."""
    file = folder / "authority.pem"
    file.write_text(at.certificate)
    return str(file)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_sends_through_it(mailbox: Mailbox, tmp_path: Path) -> None:
    mail = tmp_path / "mail"
    mail.write_text(f"From: {SENDER}\r\nTo: {SUCCESS}\r\nSubject: curl\r\n\r\nhello\r\n")

    curl = [
        "curl", "--silent", "--show-error", "--max-time", "20", "--noproxy", "*", "--ssl-reqd",
        "--cacert", certificate(mailbox.at, tmp_path),
        "--mail-from", SENDER, "--mail-rcpt", SUCCESS,
        "--user", f"{mailbox.username}:{mailbox.password}", "--upload-file", str(mail),
        f"smtp://localhost:{mailbox.at.port}",
    ]  # fmt: skip
    ran = subprocess.run(curl, capture_output=True, text=True, timeout=30, check=False)

    assert ran.returncode == 0, ran.stderr
    assert [sent.subject for sent in mailbox.aws.sesv2.sent(PROD, HOME)] == ["curl"]


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
def test_swaks_sends_through_it(mailbox: Mailbox, tmp_path: Path) -> None:
    swaks = [
        "swaks", "--server", "localhost", "--port", str(mailbox.at.port), "--tls", "--tls-verify",
        "--tls-ca-path", certificate(mailbox.at, tmp_path), "--from", SENDER, "--to", SUCCESS,
        "--auth-user", mailbox.username, "--auth-password", mailbox.password,
        "--timeout", "20", "--header", "Subject: swaks",
    ]  # fmt: skip
    ran = subprocess.run(swaks, capture_output=True, text=True, timeout=30, check=False)

    assert ran.returncode == 0, ran.stdout
    assert [sent.subject for sent in mailbox.aws.sesv2.sent(PROD, HOME)] == ["swaks"]
