"""django-ses as a project uses it: `send_mail`, over the API it takes by itself and over SESv2."""

import json
import os
import urllib.request

import boto3
import django
from django.conf import settings

SENDER, ACCOUNT = os.environ["SENDER"], os.environ["ACCOUNT"]
REGION, URL = os.environ["AWS_REGION"], os.environ["AWS_ENDPOINT_URL"]

settings.configure(
    EMAIL_BACKEND="django_ses.SESBackend",
    AWS_SES_REGION_NAME=REGION,
    AWS_SES_REGION_ENDPOINT_URL=URL,
    AWS_ACCESS_KEY_ID=os.environ["AWS_ACCESS_KEY_ID"],
    AWS_SECRET_ACCESS_KEY=os.environ["AWS_SECRET_ACCESS_KEY"],
    INSTALLED_APPS=["django_ses"],
)
django.setup()

from django.core.mail import EmailMultiAlternatives, send_mail  # noqa: E402

boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
place = {"account": ACCOUNT, "region": REGION}
body = json.dumps({**place, "address": SENDER}).encode()
urllib.request.urlopen(f"{URL}/_local/confirm-address", body).close()  # noqa: S310 - loopback

assert send_mail("first", "text", SENDER, ["customer@example.net"]) == 1
settings.USE_SES_V2 = True
mail = EmailMultiAlternatives("second", "text", SENDER, ["customer@example.net"])
mail.attach_alternative("<p>text</p>", "text/html")
assert mail.send() == 1
assert mail.extra_headers["message_id"]

with urllib.request.urlopen(f"{URL}/_local/sent?account={ACCOUNT}&region={REGION}") as answer:  # noqa: S310
    sent = json.load(answer)
assert [each["subject"] for each in sent] == ["first", "second"], sent
