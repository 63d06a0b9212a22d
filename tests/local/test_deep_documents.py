"""Documents inside parameters, nested beyond reason, are refused as any that are no JSON."""

from __future__ import annotations

import pytest

from ses_provision.local import strict_json
from tests.local.conftest import DOMAIN, HOME, PROD, refused

TOPIC = f"arn:aws:sns:{HOME}:{PROD}:events"


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


DEEP = [deep(levels) for levels in (300, 60_000)]


@pytest.fixture
def sns(client):
    made = client("sns")
    made.create_topic(Name="events")
    return made


@pytest.mark.parametrize("text", DEEP)
def test_a_document_has_a_depth(text):
    assert strict_json.loads(deep(100)) is not None
    with pytest.raises(ValueError, match="nested too deeply"):
        strict_json.loads(text)


@pytest.mark.parametrize("text", DEEP)
@pytest.mark.parametrize("name", ["FilterPolicy", "RedrivePolicy"])
def test_attributes_of_a_subscription(sns, name, text):
    given = {name: f'{{"a": {text}}}'}
    found = refused(
        sns.subscribe, TopicArn=TOPIC, Protocol="email", Endpoint="a@b.org", Attributes=given
    )
    assert "failed to parse JSON" in found.message


@pytest.mark.parametrize("text", DEEP)
def test_a_topic(sns, text):
    found = refused(
        sns.set_topic_attributes, TopicArn=TOPIC, AttributeName="Policy", AttributeValue=text
    )
    assert "Policy Error" in found.message
    found = refused(sns.publish, TopicArn=TOPIC, Message=text, MessageStructure="json")
    assert "JSON message body failed to parse" in found.message


@pytest.mark.parametrize("text", DEEP)
def test_a_delivery_policy_is_shown_as_it_was_given(sns, text):
    asked = {"TopicArn": TOPIC, "AttributeName": "DeliveryPolicy", "AttributeValue": text}
    sns.set_topic_attributes(**asked)
    shown = sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]
    assert shown["EffectiveDeliveryPolicy"] == text
    assert refused(sns.create_topic, Name="events", Attributes={"DeliveryPolicy": f"{text} "})


@pytest.mark.parametrize("text", DEEP)
@pytest.mark.parametrize("scope", ["MessageBody", "MessageAttributes"])
def test_a_message_that_is_compared_with_a_filter_policy(aws, sns, scope, text):
    given = {"FilterPolicy": '{"a": ["b"]}', "FilterPolicyScope": scope}
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="a@b.org", Attributes=given)
    aws.confirm_subscriptions()
    attribute = {"DataType": "String.Array", "StringValue": text}
    sns.publish(TopicArn=TOPIC, Message=text, MessageAttributes={"a": attribute})
    assert [mail.kind for mail in aws.outbox] == ["confirmation"]


@pytest.mark.parametrize("text", DEEP)
def test_iam(client, text):
    found = refused(client("iam").create_role, RoleName="r", AssumeRolePolicyDocument=text)
    assert found.code == "MalformedPolicyDocument"
    asked = {"PolicyInputList": [text], "ActionNames": ["ses:SendEmail"]}
    assert refused(client("iam").simulate_custom_policy, **asked).code == "InvalidInput"


@pytest.mark.parametrize("text", DEEP)
def test_ses(client, text):
    ses = client("sesv2")
    ses.create_email_identity(EmailIdentity=DOMAIN)
    asked = {"EmailIdentity": DOMAIN, "PolicyName": "p", "Policy": text}
    assert refused(ses.create_email_identity_policy, **asked).code == "BadRequestException"
    content = {"Subject": "s", "Text": "t"}
    ses.create_email_template(TemplateName="t", TemplateContent=content)
    found = refused(ses.test_render_email_template, TemplateName="t", TemplateData=text)
    assert found.message == "The template data is not valid JSON."
