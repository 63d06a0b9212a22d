"""The JSON in which SNS wraps a message, signed so that a subscriber's own code can verify it.

SNS Developer Guide, "Verifying the signatures of Amazon SNS messages": SHA1 for signature version
1, SHA256 for 2, RSA over the names and values below. The key is the local AWS's own.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

CERTIFICATE_PATH = "/SimpleNotificationService-localaws.pem"
_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_VALID_FOR = timedelta(days=365 * 200)


@dataclass(frozen=True)
class Message:
    """One message on its way to the subscribers of a topic."""

    topic_arn: str
    message_id: str
    text: str
    subject: str | None
    at: datetime
    group: str | None = None


def notification(message: Message, subscription_arn: str, address: str, version: str) -> str:
    """The envelope of a notification; `address` is where the local SNS answers."""
    envelope = {
        "Type": "Notification",
        "MessageId": message.message_id,
        "TopicArn": message.topic_arn,
        **({"Subject": message.subject} if message.subject else {}),
        "Message": message.text,
        "Timestamp": message.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": version,
    }
    leave = urlencode({"Action": "Unsubscribe", "SubscriptionArn": subscription_arn}, safe=":")
    envelope |= {
        "Signature": _signature(envelope, version),
        "SigningCertURL": f"{address}{CERTIFICATE_PATH}",
        "UnsubscribeURL": f"{address}/?{leave}",
    }
    return json.dumps(envelope, indent=2)


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
