"""SNS as strict as the real one. Rows of D2 (where moto is too kind) by their numbers."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ses_provision.local import sns_envelope
from tests.local.conftest import AWAY, DOMAIN, HOME, PROD, STAGING, refused

OPS = f"ops@{DOMAIN}"
OWNER = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{PROD}:root"},
    "Action": ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:Publish"],
    "Resource": f"arn:aws:sns:{HOME}:{PROD}:events",
}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def sns(client):
    return client("sns")


@pytest.fixture
def topic(sns):
    return sns.create_topic(Name="events")["TopicArn"]


def attributes_of(sns, topic):
    return sns.get_topic_attributes(TopicArn=topic)["Attributes"]


def subscriptions(sns, topic):
    return [
        each["SubscriptionArn"]
        for each in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    ]


def test_an_email_subscription_is_pending_until_its_owner_confirms(aws, sns, topic):
    """D2 row 16; API Reference, Subscribe: the endpoint owner must confirm."""
    made = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
    assert made["SubscriptionArn"] == "pending confirmation"
    assert subscriptions(sns, topic) == ["PendingConfirmation"]
    held = attributes_of(sns, topic)
    assert (held["SubscriptionsPending"], held["SubscriptionsConfirmed"]) == ("1", "0")
    assert aws.confirm_subscriptions() == 1
    (arn,) = subscriptions(sns, topic)
    assert arn.startswith(f"{topic}:")
    held = attributes_of(sns, topic)
    assert (held["SubscriptionsPending"], held["SubscriptionsConfirmed"]) == ("0", "1")
    assert aws.confirm_subscriptions() == 0


def test_subscribing_a_pending_address_again_mails_the_person_again(aws, sns, topic):
    for expected in (1, 2):
        made = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
        assert made["SubscriptionArn"] == "pending confirmation"
        assert [mail.kind for mail in aws.outbox.to(OPS)] == ["confirmation"] * expected
    assert subscriptions(sns, topic) == ["PendingConfirmation"]


def test_subscribing_a_confirmed_address_again_mails_nobody(aws, sns, topic):
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
    aws.confirm_subscriptions(PROD, OPS)
    made = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
    assert [made["SubscriptionArn"]] == subscriptions(sns, topic)
    assert len(aws.outbox.to(OPS)) == 1


def test_the_token_of_the_mail_confirms(aws, sns, topic):
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
    assert refused(sns.confirm_subscription, TopicArn=topic, Token="wrong").code == (
        "InvalidParameter"
    )
    token = aws.outbox.to(OPS)[0].token
    made = sns.confirm_subscription(TopicArn=topic, Token=token)
    assert [made["SubscriptionArn"]] == subscriptions(sns, topic)


def test_a_pending_subscription_shows_its_arn_only_when_asked(sns, topic):
    """API Reference, Subscribe: ReturnSubscriptionArn."""
    made = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS, ReturnSubscriptionArn=True)
    held = sns.get_subscription_attributes(SubscriptionArn=made["SubscriptionArn"])["Attributes"]
    assert held["PendingConfirmation"] == "true"
    assert subscriptions(sns, topic) == ["PendingConfirmation"]


def test_the_placeholder_of_a_pending_subscription_is_no_arn(sns, topic):
    found = refused(sns.unsubscribe, SubscriptionArn="PendingConfirmation")
    assert "An ARN must have at least 6 elements, not 1" in found.message


@pytest.mark.parametrize(
    ("protocol", "endpoint", "says"),
    [
        ("email", "nobody", "Email address"),
        ("email", "a b@example.org", "Email address"),
        ("email", "a@localhost", "Email address"),
        ("lambda", "arn:aws:lambda:us-east-2:524471258033:function:gone", "no such function"),
        ("lambda", "nonsense", "Lambda endpoint ARN"),
        ("sqs", "queue", "SQS endpoint ARN"),
        ("https", "http://example.org", "must match the specified protocol"),
        ("pigeon", "coop", "does not support this protocol string: pigeon"),
    ],
)
def test_endpoints_that_do_not_fit_their_protocol_are_refused(sns, topic, protocol, endpoint, says):
    """D2 row 16."""
    found = refused(sns.subscribe, TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    assert (found.kind, found.status) == ("InvalidParameterException", 400)
    assert says in found.message


def test_creating_a_topic_again_gives_the_same_topic(sns):
    """API Reference, CreateTopic: idempotent on the name."""
    first = sns.create_topic(
        Name="t", Attributes={"DisplayName": "T"}, Tags=[{"Key": "a", "Value": "1"}]
    )
    same = sns.create_topic(
        Name="t", Attributes={"DisplayName": "T"}, Tags=[{"Key": "a", "Value": "1"}]
    )
    assert first["TopicArn"] == same["TopicArn"] == sns.create_topic(Name="t")["TopicArn"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"Attributes": {"DisplayName": "other"}}, "different attributes"),
        ({"Tags": [{"Key": "a", "Value": "2"}]}, "different tags"),
    ],
)
def test_creating_a_topic_again_with_a_difference_is_refused(sns, more, says):
    """D2 row 17; aws-facts 3."""
    sns.create_topic(Name="t", Attributes={"DisplayName": "T"}, Tags=[{"Key": "a", "Value": "1"}])
    found = refused(sns.create_topic, Name="t", **more)
    assert found.kind == "InvalidParameterException"
    assert says in found.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "Policy Error"),
        ("{}", "Policy Error"),
        (policy({"Effect": "Maybe"}), "Policy Error"),
        (policy({**OWNER, "Action": "SNS:*"}), "out of service scope"),
        (policy({**OWNER, "Action": "sqs:SendMessage"}), "out of service scope"),
        (policy({k: v for k, v in OWNER.items() if k != "Principal"}), "Policy Error"),
    ],
)
def test_a_broken_topic_policy_is_an_invalid_parameter(sns, topic, text, says):
    """D2 row 17. SNS refuses `SNS:*` and foreign actions in the words quoted here."""
    found = refused(
        sns.set_topic_attributes, TopicArn=topic, AttributeName="Policy", AttributeValue=text
    )
    assert found.kind == "InvalidParameterException"
    assert says in found.message


def test_a_topic_policy_comes_back_as_it_was_set(sns, topic):
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy(OWNER))
    assert json.loads(attributes_of(sns, topic)["Policy"]) == json.loads(policy(OWNER))


def test_a_new_topic_has_the_policy_that_aws_gives_every_topic(sns, topic):
    document = json.loads(attributes_of(sns, topic)["Policy"])
    (statement,) = document["Statement"]
    assert document["Id"] == "__default_policy_ID"
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceOwner": PROD}}
    assert "SNS:Publish" in statement["Action"]


def test_an_attribute_unknown_to_topics_is_refused(sns, topic):
    found = refused(
        sns.set_topic_attributes, TopicArn=topic, AttributeName="Colour", AttributeValue="red"
    )
    assert found.message == "Invalid parameter: AttributeName"


def test_tags_of_a_topic_have_one_store(sns):
    arn = sns.create_topic(Name="t", Tags=[{"Key": "a", "Value": "1"}])["TopicArn"]
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    sns.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert sns.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    assert refused(sns.list_tags_for_resource, ResourceArn=f"{arn}x").kind == (
        "ResourceNotFoundException"
    )


def test_topics_belong_to_one_account_and_region(client, sns, topic):
    assert refused(client("sns", PROD, AWAY).get_topic_attributes, TopicArn=topic).code == (
        "InvalidParameter"
    )
    stranger = refused(client("sns", STAGING).get_topic_attributes, TopicArn=topic)
    assert (stranger.kind, stranger.status) == ("AuthorizationErrorException", 403)
    assert client("sns", STAGING).list_topics()["Topics"] == []
    assert client("sns", PROD, AWAY).list_topics()["Topics"] == []


def test_deleting_a_topic_twice_is_no_error(sns, topic):
    """API Reference, DeleteTopic."""
    sns.delete_topic(TopicArn=topic)
    sns.delete_topic(TopicArn=topic)
    found = refused(sns.get_topic_attributes, TopicArn=topic)
    assert (found.kind, found.message) == ("NotFoundException", "Topic does not exist")


def test_topics_are_listed_page_by_page(sns):
    for number in range(205):
        sns.create_topic(Name=f"t{number:03d}")
    assert len(sns.list_topics()["Topics"]) == 100
    pages = sns.get_paginator("list_topics").paginate()
    assert len([topic for page in pages for topic in page["Topics"]]) == 205


@pytest.fixture
def queue(client):
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    return sqs, url, f"arn:aws:sqs:{HOME}:{PROD}:events"


def admit(sqs, url, arn, topic):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(statement)})


def test_a_queue_that_admits_the_topic_gets_its_messages(sns, topic, queue):
    """SNS Developer Guide, "Fanout to Amazon SQS queues"."""
    sqs, url, arn = queue
    admit(sqs, url, arn, topic)
    made = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sent = sns.publish(TopicArn=topic, Message="hello", Subject="greeting")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    body = json.loads(message["Body"])
    assert (body["Type"], body["Message"], body["Subject"]) == ("Notification", "hello", "greeting")
    assert (body["TopicArn"], body["MessageId"]) == (topic, sent["MessageId"])
    sns.set_subscription_attributes(
        SubscriptionArn=made["SubscriptionArn"],
        AttributeName="RawMessageDelivery",
        AttributeValue="true",
    )
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    sns.publish(TopicArn=topic, Message="raw")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "raw"


def test_a_queue_without_a_policy_for_the_topic_gets_nothing(aws, sns, topic, queue):
    sqs, url, arn = queue
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hello")
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    (lost,) = aws.outbox.to(arn)
    assert lost.kind == "undelivered"
    assert "policy" in lost.subject


def test_a_message_reaches_confirmed_addresses_only(aws, sns, topic):
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
    sns.publish(TopicArn=topic, Message="early")
    aws.confirm_subscriptions()
    sns.publish(TopicArn=topic, Message="late", Subject="s")
    assert [mail.body for mail in aws.outbox if mail.kind == "notification"] == ["late"]
    (arn,) = subscriptions(sns, topic)
    sns.unsubscribe(SubscriptionArn=arn)
    assert attributes_of(sns, topic)["SubscriptionsDeleted"] == "1"
    assert [held["SubscriptionArn"] for held in sns.list_subscriptions()["Subscriptions"]] == [
        "Deleted"
    ]
    aws.clock.advance(72 * 3600)
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_a_deleted_subscription_gets_nothing_and_may_be_asked_for_again(aws, sns, topic):
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
    aws.confirm_subscriptions()
    sns.unsubscribe(SubscriptionArn=subscriptions(sns, topic)[0])
    sns.publish(TopicArn=topic, Message="nobody hears it")
    assert [mail.kind for mail in aws.outbox.to(OPS)] == ["confirmation"]
    made = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
    assert made["SubscriptionArn"] == "pending confirmation"
    assert sorted(subscriptions(sns, topic)) == ["Deleted", "PendingConfirmation"]


def test_a_pending_subscription_ends_after_two_days_and_its_link_with_it(aws, sns, topic):
    """SNS Developer Guide: the confirmation link is good for two days."""
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
    aws.clock.advance(48 * 3600 - 1)
    assert subscriptions(sns, topic) == ["PendingConfirmation"]
    aws.clock.advance(1)
    assert subscriptions(sns, topic) == []
    token = aws.outbox.to(OPS)[0].token
    assert refused(sns.confirm_subscription, TopicArn=topic, Token=token).message == (
        "Invalid parameter: Token"
    )


def test_asking_again_gives_a_pending_subscription_two_more_days(aws, sns, topic):
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
    aws.clock.advance(47 * 3600)
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=OPS)
    aws.clock.advance(47 * 3600)
    assert subscriptions(sns, topic) == ["PendingConfirmation"]


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_signature_of_an_envelope_is_that_of_its_certificate(sns, topic, queue, version):
    """SNS Developer Guide, "Verifying the signatures of Amazon SNS messages"."""
    sqs, url, arn = queue
    admit(sqs, url, arn, topic)
    sns.set_topic_attributes(
        TopicArn=topic, AttributeName="SignatureVersion", AttributeValue=version
    )
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hello", Subject="greeting")
    body = json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])
    text = "".join(
        f"{name}\n{body[name]}\n"
        for name in ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    )
    key = x509.load_pem_x509_certificate(sns_envelope.certificate()).public_key()
    digest = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303
    assert isinstance(key, rsa.RSAPublicKey)
    signature = base64.b64decode(body["Signature"])
    key.verify(signature, text.encode(), padding.PKCS1v15(), digest)
    with pytest.raises(InvalidSignature):
        key.verify(signature, b"another text", padding.PKCS1v15(), digest)


def test_what_is_not_served_is_never_silently_ignored(sns):
    for call, params in (
        (sns.list_phone_numbers_opted_out, {}),
        (sns.publish, {"PhoneNumber": "+15555550100", "Message": "x"}),
    ):  # fmt: skip
        assert refused(call, **params).code == "NotImplementedByLocalAws"


def test_a_topic_name_follows_the_rules(sns):
    """API Reference, CreateTopic: letters, digits, _ and -; FIFO topics end in .fifo."""
    for name, attributes in (("a b", {}), ("x" * 257, {}), ("t", {"FifoTopic": "true"}),
                             ("t.fifo", {})):  # fmt: skip
        assert refused(sns.create_topic, Name=name, Attributes=attributes).message == (
            "Invalid parameter: Topic Name"
        )
    made = sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    assert attributes_of(sns, made)["FifoTopic"] == "true"


def test_a_stranger_may_do_what_the_topic_policy_lets_him(client, sns, topic):
    stranger = client("sns", STAGING)
    assert refused(stranger.publish, TopicArn=topic, Message="m").status == 403
    statement = OWNER | {"Principal": {"AWS": STAGING}, "Action": "SNS:Publish"}
    sns.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=policy(statement)
    )
    stranger.publish(TopicArn=topic, Message="m")
    assert refused(stranger.get_topic_attributes, TopicArn=topic).status == 403
    assert refused(stranger.delete_topic, TopicArn=topic).status == 403


def test_an_attribute_that_is_emptied_is_gone(sns, topic):
    for value in ("alias/mine", ""):
        sns.set_topic_attributes(
            TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue=value
        )
    assert "KmsMasterKeyId" not in attributes_of(sns, topic)


def test_the_same_policy_written_differently_is_no_difference(sns):
    sns.create_topic(Name="events", Attributes={"Policy": policy(OWNER)})
    spaced = json.dumps(json.loads(policy(OWNER)), indent=2)
    sns.create_topic(Name="events", Attributes={"Policy": spaced})
    found = refused(sns.create_topic, Name="events", Attributes={"Policy": "{"})
    assert "different attributes" in found.message


def test_a_queue_that_does_not_exist_gets_nothing_and_that_is_noted(aws, sns, topic):
    arn = f"arn:aws:sqs:{HOME}:{PROD}:none"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hello")
    assert aws.outbox.to(arn)[0].kind == "undelivered"


def test_a_subscription_with_other_attributes_is_not_the_same(sns, topic, queue):
    asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue[2]}
    sns.subscribe(**asked, Attributes={"RawMessageDelivery": "true"})
    found = refused(sns.subscribe, **asked, Attributes={"RawMessageDelivery": "false"})
    assert "Subscription already exists with different attributes" in found.message
