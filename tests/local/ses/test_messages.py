"""What a message may look like: raw, from a template, in bulk."""

import json
from typing import Any

import pytest

from tests.local.ses.post import (
    SIMPLE,
    SIMULATOR,
    SUCCEEDS,
    UNVERIFIED,
    events,
    mail,
    named,
    sent,
    to,
)
from tests.local.ses.world import ACCOUNT, ADDRESS, DOMAIN, REGION, Ses

INLINE = {"Subject": "Dear {{ name }}", "Text": "{{{who.first}}}", "Html": "<p>{{name}}</p>"}


def test_raw_mail_speaks_for_itself(sender: Ses) -> None:
    """aws-facts 4: Raw is ses:SendRawEmail; [D23]: the X-SES headers."""
    raw = (
        f"From: Team <{ADDRESS}>\r\nTo: {SUCCEEDS}\r\nCc: success+2@{SIMULATOR}\r\n"
        "Subject: Raw\r\nX-SES-CONFIGURATION-SET: set\r\nX-SES-MESSAGE-TAGS: a=1, b=2, none\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHi"
    )
    sender("SendEmail", Content={"Raw": {"Data": raw.encode()}})
    (message,) = sent(sender)
    assert (message.source, message.subject, message.text.strip()) == (
        f"Team <{ADDRESS}>",
        "Raw",
        "Hi",
    )
    assert (message.to, message.cc) == ((SUCCEEDS,), (f"success+2@{SIMULATOR}",))
    assert message.tags == (("a", "1"), ("b", "2"))
    told = events(sender)[0]["mail"]
    assert told["tags"]["ses:operation"] == ["SendRawEmail"]
    assert all(not each["name"].startswith("X-SES") for each in told["headers"])
    sender("SendEmail", Content={"Raw": {"Data": raw.encode()}}, **to(f"ooto@{SIMULATOR}"))
    assert sent(sender)[1].recipients == (f"ooto@{SIMULATOR}",)


def test_a_template_is_filled_in(sender: Ses) -> None:
    """[M] Template: by name, ARN or content."""
    sender("CreateEmailTemplate", TemplateName="mail", TemplateContent=INLINE)
    data = '{"name": "Ann", "who": {"first": "A&B"}}'
    headers = [{"Name": "List-Unsubscribe", "Value": "<https://example.com/u>"}]
    ways = (
        {"TemplateName": "mail"},
        {"TemplateArn": sender.arn("template", "mail")},
        {"TemplateContent": INLINE},
    )
    for way in ways:
        template = {**way, "TemplateData": data, "Headers": headers}
        sender("SendEmail", **mail(Content={"Template": template}))
    assert {(each.subject, each.text, each.html) for each in sent(sender)} == {
        ("Dear Ann", "A&B", "<p>Ann</p>")
    }
    assert {"name": "List-Unsubscribe", "value": headers[0]["Value"]} in events(sender)[0]["mail"][
        "headers"
    ]
    shown = sender("TestRenderEmailTemplate", TemplateName="mail", TemplateData=data)
    assert shown["RenderedTemplate"] == "Subject: Dear Ann\r\n\r\nA&B\r\n<p>Ann</p>"


@pytest.mark.parametrize("stored", [True, False])
def test_a_template_without_its_data_is_accepted_and_fails_as_an_event(
    sender: Ses, stored: bool
) -> None:
    """[D23] event-publishing examples: Rendering Failure."""
    sender("CreateEmailTemplate", TemplateName="mail", TemplateContent=INLINE)
    way: dict[str, Any] = {"TemplateName": "mail"} if stored else {"TemplateContent": INLINE}
    sender("SendEmail", **mail(Content={"Template": {**way, "TemplateData": '{"name": "Ann"}'}}))
    (event,) = events(sender)
    expected = {"errorMessage": "Attribute 'who.first' is not present in the rendering data."}
    assert event["failure"] == expected | ({"templateName": "mail"} if stored else {})
    assert sent(sender) == []


def test_template_language_beyond_variables_says_it_is_not_served(sender: Ses) -> None:
    """Never a silent success."""
    content = {"Subject": "s", "Text": "{{#each names}}x{{/each}}"}
    template = {"TemplateContent": content, "TemplateData": "{}"}
    refusal = sender.refused("SendEmail", **mail(Content={"Template": template}))
    assert (refusal.code, refusal.status) == ("NotImplementedByLocalAws", 501)


@pytest.mark.parametrize(
    "name",
    ["FromEmailAddressIdentityArn", "FeedbackForwardingEmailAddressIdentityArn"],
)
def test_sending_for_another_account_is_not_served_and_says_so_first(
    sender: Ses, name: str
) -> None:
    """Never a silent success, and nothing else of the request is judged before."""
    foreign = f"arn:aws:ses:us-east-2:421807902331:identity/{DOMAIN}"
    for given in (mail(**{name: foreign}), {name: foreign}):
        refusal = sender.refused("SendEmail", **given)
        assert (refusal.code, refusal.status) == ("NotImplementedByLocalAws", 501)
        assert name in refusal.message
    sender("SendEmail", **mail(**{name: sender.arn("identity", DOMAIN)}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"Content": {**SIMPLE, "Raw": {"Data": b""}}},
        {"Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {}}}},
        {"Content": {"Raw": {"Data": b"x" * (40 * 1024 * 1024 + 1)}}},
        {"Content": {"Template": {"TemplateContent": INLINE, "TemplateData": "[]"}}},
        {"Content": {"Template": {"TemplateContent": INLINE, "TemplateName": "x"}}},
        {"FromEmailAddress": ""},
        {"FromEmailAddress": "nobody"},
        {"Destination": {}},
        {"Destination": {"ToAddresses": [SUCCEEDS] * 51}},
        {"Destination": {"ToAddresses": ["nobody"]}},
        {"EmailTags": [{"Name": "a b", "Value": "c"}]},
        {"EmailTags": [{"Name": "a", "Value": ""}]},
    ],
)
def test_a_message_that_is_not_right_is_refused(sender: Ses, wrong: dict[str, Any]) -> None:
    """aws-facts 10: 50 recipients, 40 MB; [M] the rest."""
    assert sender.refused("SendEmail", **mail(**wrong)).code == "BadRequestException"
    assert sent(sender) == []


def test_bulk_mail_has_a_result_for_each_entry(sender: Ses) -> None:
    """[M] SendBulkEmail: BulkEmailEntryResults."""
    sender("CreateEmailTemplate", TemplateName="mail", TemplateContent=INLINE)
    default = {"Template": {"TemplateName": "mail", "TemplateData": '{"who": {"first": "W"}}'}}

    def entry(address: str, name: str) -> dict[str, Any]:
        data = {"ReplacementTemplate": {"ReplacementTemplateData": json.dumps({"name": name})}}
        return {
            "Destination": {"ToAddresses": [address]},
            "ReplacementEmailContent": data,
            "ReplacementTags": [{"Name": "who", "Value": name}],
            "ReplacementHeaders": [{"Name": "X-Who", "Value": name}],
        }

    results = sender(
        "SendBulkEmail",
        FromEmailAddress=ADDRESS,
        DefaultContent=default,
        DefaultEmailTags=[{"Name": "who", "Value": "no"}, {"Name": "kind", "Value": "k"}],
        BulkEmailEntries=[entry(SUCCEEDS, "Ann"), entry("x@y.com", "Bob"), entry("nobody", "Cy")],
        **named("set"),
    )["BulkEmailEntryResults"]
    assert [each["Status"] for each in results] == [
        "SUCCESS",
        "MESSAGE_REJECTED",
        "INVALID_PARAMETER",
    ]
    assert results[1]["Error"] == f"{UNVERIFIED}x@y.com"
    (message,) = sent(sender)
    assert (message.subject, message.message_id) == ("Dear Ann", results[0]["MessageId"])
    assert dict(message.tags) == {"who": "Ann", "kind": "k"}
    assert {"name": "X-Who", "value": "Ann"} in events(sender)[0]["mail"]["headers"]


def test_a_paused_set_stops_bulk_mail_entry_by_entry(sender: Ses) -> None:
    """[M] BulkEmailStatus CONFIGURATION_SET_SENDING_PAUSED."""
    sender("PutConfigurationSetSendingOptions", **named("set"))
    bulk = {
        "FromEmailAddress": ADDRESS,
        "DefaultContent": {"Template": {"TemplateContent": {"Subject": "s", "Text": "t"}}},
        "BulkEmailEntries": [to(SUCCEEDS)],
    }
    (result,) = sender("SendBulkEmail", **bulk, **named("set"))["BulkEmailEntryResults"]
    assert result["Status"] == "CONFIGURATION_SET_SENDING_PAUSED"
    sender.service.pause(ACCOUNT, REGION)
    assert sender.refused("SendBulkEmail", **bulk).code == "SendingPausedException"
