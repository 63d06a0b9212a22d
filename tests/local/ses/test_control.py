"""What a person or a program outside does to SES: over `/_local/…`, as they would over HTTP."""

import json
from typing import Any

import pytest

from ses_provision.local import LocalAws
from ses_provision.local.control import Control
from tests.local.conftest import DOMAIN, HOME, PROD
from tests.local.recorded.ses_words import ADDRESS, LIST, SENDER, SUCCESS, VDM, verify
from tests.local.recorded.table import Call
from tests.local.ses.keys import private_key


@pytest.fixture
def sender(aws: LocalAws) -> LocalAws:
    """A local AWS served at an address, with a verified domain and a contact list."""
    aws.served_at = "http://127.0.0.1:4579"
    for step in (*SENDER, LIST, VDM):
        if isinstance(step, Call):
            aws.call(PROD, HOME, step.service, step.operation, dict(step.params))
    verify(aws)
    return aws


def send(aws: LocalAws) -> Any:
    given = {
        "FromEmailAddress": ADDRESS,
        "Destination": {"ToAddresses": [SUCCESS]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
        "ListManagementOptions": {"ContactListName": "patients", "TopicName": "news"},
    }
    aws.call(PROD, HOME, "sesv2", "SendEmail", given)
    return aws.sesv2.sent(PROD, HOME)[-1]


def test_a_mail_client_unsubscribes_with_one_click(sender: LocalAws) -> None:
    """RFC 8058: the address in List-Unsubscribe is posted to, with one pair as its body."""
    link = dict(send(sender).headers)["List-Unsubscribe"].strip("<>")
    path = link.removeprefix("http://127.0.0.1:4579")
    status, _ = Control(sender).answer("POST", path, b"List-Unsubscribe=One-Click")
    assert status == 200
    contact = {"ContactListName": "patients", "EmailAddress": SUCCESS}
    shown = sender.call(PROD, HOME, "sesv2", "GetContact", contact)
    assert shown["TopicPreferences"] == [{"TopicName": "news", "SubscriptionStatus": "OPT_OUT"}]


def test_an_export_is_fetched_where_its_job_says(sender: LocalAws) -> None:
    send(sender)
    now = sender.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    window = {"StartDate": now, "EndDate": now.replace(day=now.day + 1)}
    given = {
        "ExportDataSource": {"MessageInsightsDataSource": window},
        "ExportDestination": {"DataFormat": "CSV"},
    }
    job = sender.call(PROD, HOME, "sesv2", "CreateExportJob", given)
    sender.clock.advance(5)
    shown = sender.call(PROD, HOME, "sesv2", "GetExportJob", job)
    url = shown["ExportDestination"]["S3Url"]
    assert url.startswith("http://127.0.0.1:4579/_local/export?job=")
    path = url.removeprefix("http://127.0.0.1:4579")
    status, body = Control(sender).answer("GET", path, b"")
    assert status == 200
    assert body.startswith(b'"messageid","sendtimestamp"')
    assert SUCCESS.encode() in body


@pytest.mark.parametrize(
    ("method", "path", "says"),
    [
        ("POST", "unsubscribe?token=x", "No message holds this link."),
        ("GET", "export?job=x", "No export job has written this file."),
        ("GET", "export", "job is missing."),
    ],
)
def test_what_leads_nowhere_says_so(aws: LocalAws, method: str, path: str, says: str) -> None:
    status, body = Control(aws).answer(method, f"/_local/{path}", b"")
    assert (status, json.loads(body)["error"]) == (400, says)


def test_a_finding_pauses_a_tenant(sender: LocalAws) -> None:
    sender.call(PROD, HOME, "sesv2", "CreateTenant", {"TenantName": "clinic"})
    finding = {"account": PROD, "region": HOME, "tenant": "clinic", "impact": "HIGH"}
    status, _ = Control(sender).answer("POST", "/_local/finding", json.dumps(finding).encode())
    assert status == 200
    shown = sender.call(PROD, HOME, "sesv2", "GetTenant", {"TenantName": "clinic"})
    assert shown["Tenant"]["SendingStatus"] == "DISABLED"
    wrong = json.dumps({**finding, "tenant": "gone"}).encode()
    status, body = Control(sender).answer("POST", "/_local/finding", wrong)
    assert (status, "no tenant gone" in json.loads(body)["error"]) == (400, True)


def test_the_knob_refuses_a_key_length_that_is_set(aws: LocalAws) -> None:
    aws.call(PROD, HOME, "sesv2", "CreateEmailIdentity", {"EmailIdentity": DOMAIN})
    client = aws.session(PROD, HOME).client("sesv2")
    put = client.put_email_identity_dkim_signing_attributes
    origin = {"EmailIdentity": DOMAIN, "SigningAttributesOrigin": "AWS_SES"}
    same = {"SigningAttributes": {"NextSigningKeyLength": "RSA_2048_BIT"}}
    put(**origin, **same)
    aws.knobs = aws.knobs.changed({"refuse_same_key_length": True})
    with pytest.raises(client.exceptions.BadRequestException, match="already RSA_2048_BIT"):
        put(**origin, **same)
    put(**origin)


def test_the_knob_hides_the_selector_of_an_own_key(aws: LocalAws) -> None:
    own = {"DomainSigningSelector": "mine", "DomainSigningPrivateKey": private_key(2048)[0]}
    made = {"EmailIdentity": DOMAIN, "DkimSigningAttributes": own}
    aws.call(PROD, HOME, "sesv2", "CreateEmailIdentity", made)

    def tokens() -> list[str]:
        shown = aws.call(PROD, HOME, "sesv2", "GetEmailIdentity", {"EmailIdentity": DOMAIN})
        return list(shown["DkimAttributes"]["Tokens"])

    assert tokens() == ["mine"]
    aws.knobs = aws.knobs.changed({"hide_own_selector": True})
    assert tokens() == []
