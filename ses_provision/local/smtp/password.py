"""The SMTP password that belongs to the secret of an access key, in one region."""

from __future__ import annotations

import base64
import hmac

_DATE, _SERVICE, _TERMINAL, _MESSAGE = "11111111", "ses", "aws4_request", "SendRawEmail"
_VERSION = b"\x04"


def derived(secret: str, region: str) -> str:
    """SES Developer Guide, "Obtaining Amazon SES SMTP credentials": the algorithm, version 4."""
    key = f"AWS4{secret}".encode()
    for part in (_DATE, region, _SERVICE, _TERMINAL, _MESSAGE):
        key = hmac.digest(key, part.encode(), "sha256")
    return base64.b64encode(_VERSION + key).decode()
