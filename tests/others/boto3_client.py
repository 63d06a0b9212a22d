"""The newest boto3 that can be had: SES in both its APIs, topics, queues."""

import json
import os
import urllib.request

import boto3

SENDER, ACCOUNT = os.environ["SENDER"], os.environ["ACCOUNT"]
REGION, URL = os.environ["AWS_REGION"], os.environ["AWS_ENDPOINT_URL"]

ses, older = boto3.client("sesv2"), boto3.client("ses")
sns, sqs = boto3.client("sns"), boto3.client("sqs")
ses.create_email_identity(EmailIdentity=SENDER)
body = json.dumps({"account": ACCOUNT, "region": REGION, "address": SENDER}).encode()
urllib.request.urlopen(f"{URL}/_local/confirm-address", body).close()  # noqa: S310 - loopback
assert ses.get_email_identity(EmailIdentity=SENDER)["VerifiedForSendingStatus"]
assert older.list_identities()["Identities"] == [SENDER]

mail = {"Subject": {"Data": "hello"}, "Body": {"Text": {"Data": "text"}}}
assert ses.send_email(
    FromEmailAddress=SENDER,
    Destination={"ToAddresses": ["customer@example.net"]},
    Content={"Simple": mail},
)["MessageId"]
assert older.send_email(
    Source=SENDER, Destination={"ToAddresses": ["customer@example.net"]}, Message=mail
)["MessageId"]

queue = sqs.create_queue(QueueName="jobs")["QueueUrl"]
assert queue.startswith(URL)
topic = sns.create_topic(Name="events")["TopicArn"]
arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
    "QueueArn"
]
allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
           "Action": "sqs:SendMessage", "Resource": arn}  # fmt: skip
sqs.set_queue_attributes(
    QueueUrl=queue, Attributes={"Policy": json.dumps({"Statement": [allowed]})}
)
sns.subscribe(
    TopicArn=topic, Protocol="sqs", Endpoint=arn,
    Attributes={"FilterPolicy": json.dumps({"kind": ["receipt"]}), "RawMessageDelivery": "true"},
)  # fmt: skip
for kind in ("news", "receipt"):
    attributes = {"kind": {"DataType": "String", "StringValue": kind}}
    sns.publish(TopicArn=topic, Message=kind, MessageAttributes=attributes)
[message] = sqs.receive_message(
    QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
)["Messages"]
assert message["Body"] == "receipt"
assert message["MessageAttributes"]["kind"]["StringValue"] == "receipt"
