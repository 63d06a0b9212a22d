"""The SMTP password that belongs to an access key. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac

VERSION = b"\x04"


def derive(secret_key: str, region: str) -> str:
    """The password of a key in one region: in another region another one is right.

    SES Developer Guide, "Obtaining Amazon SES SMTP credentials": a chain of HMACs over a date that
    never changes, the region, the service, its terminal, and the action.
    """
    signature = ("AWS4" + secret_key).encode()
    for message in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        signature = hmac.new(signature, message.encode(), hashlib.sha256).digest()
    return base64.b64encode(VERSION + signature).decode()
