"""AWS wire protocols, driven by botocore's service models, seen from the server.

`Codec` of a service finds the operation in a request, reads its parameters, and writes the
reply or the refusal. botocore holds the client's half of each protocol; the tests let the two
halves talk to each other for every operation.
"""

from ses_provision.local.codec.service import Codec, codec_for

__all__ = ["Codec", "codec_for"]
