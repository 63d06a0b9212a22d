"""The JSON in which SNS wraps a message, signed so that a subscriber's own code can verify it.

SNS Developer Guide, "Verifying the signatures of Amazon SNS messages": SHA1 for signature version
1, SHA256 for 2, RSA over the names and values below. The key is the local AWS's own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from ses_provision.dataclass import dataclass

CERTIFICATE_PATH = "/SimpleNotificationService-localaws.pem"
_SIGNED = (
    "Message",
    "MessageId",
    "Subject",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)
_VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_VALID_FOR = timedelta(days=365 * 200)


@dataclass(frozen=True)
class Message:
    """One message on its way to the subscribers of a topic."""

    topic_arn: str
    message_id: str
    texts: Mapping[str, str]
    subject: str | None
    at: datetime
    group: str | None = None
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Its text, for all who get no other."""
        return self.texts["default"]

    def text_for(self, protocol: str) -> str:
        """Its text for a protocol."""
        return self.texts.get(protocol, self.text)


def notification(
    message: Message, subscription_arn: str, address: str, version: str, protocol: str = "sqs"
) -> str:
    """The envelope of a notification; `address` is where the local SNS answers."""
    envelope = {
        "Type": "Notification",
        "MessageId": message.message_id,
        "TopicArn": message.topic_arn,
        **({"Subject": message.subject} if message.subject else {}),
        "Message": message.text_for(protocol),
        "Timestamp": message.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": version,
    }
    leave = urlencode({"Action": "Unsubscribe", "SubscriptionArn": subscription_arn}, safe=":")
    envelope |= {
        "Signature": _signature(envelope, version),
        "SigningCertURL": f"{address}{CERTIFICATE_PATH}",
        "UnsubscribeURL": f"{address}/?{leave}",
    }
    attributes = {"MessageAttributes": _attributes(message)} if message.attributes else {}
    return json.dumps({**envelope, **attributes}, indent=2)


def confirmation(
    topic_arn: str, message_id: str, token: str, at: datetime, address: str, version: str
) -> str:
    """The envelope that asks a web hook to confirm, by fetching SubscribeURL."""
    link = {"Action": "ConfirmSubscription", "TopicArn": topic_arn, "Token": token}
    envelope = {
        "Type": "SubscriptionConfirmation",
        "MessageId": message_id,
        "Token": token,
        "TopicArn": topic_arn,
        "Message": (
            f"You have chosen to subscribe to the topic {topic_arn}.\nTo confirm the subscription, "
            "visit the SubscribeURL included in this message."
        ),
        "SubscribeURL": f"{address}/?{urlencode(link, safe=':')}",
        "Timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": version,
    }
    envelope |= {
        "Signature": _signature(envelope, version),
        "SigningCertURL": f"{address}{CERTIFICATE_PATH}",
    }
    return json.dumps(envelope, indent=2)


def _attributes(message: Message) -> dict[str, dict[str, str]]:
    return {
        name: {"Type": held["DataType"], "Value": _value(held)}
        for name, held in message.attributes.items()
    }


def _value(attribute: Mapping[str, Any]) -> str:
    if attribute["DataType"].startswith("Binary"):
        return base64.b64encode(attribute["BinaryValue"]).decode()
    return str(attribute["StringValue"])


def _signature(envelope: dict[str, str], version: str) -> str:
    text = "".join(f"{name}\n{envelope[name]}\n" for name in _SIGNED if name in envelope)
    # SHA1 is what signature version 1 is.
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303
    return base64.b64encode(_key().sign(text.encode(), padding.PKCS1v15(), digest)).decode()


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate() -> bytes:
    """The certificate with which signatures are verified, as PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(1)
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_FROM + _VALID_FOR)
        .sign(_key(), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
