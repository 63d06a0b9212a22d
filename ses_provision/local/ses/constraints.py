"""What SESv2's own model says of a request's values, refused as SES refuses it."""

from ses_provision.local import constraints
from ses_provision.local.codec import codec_for
from ses_provision.local.contract import Params
from ses_provision.local.ses.errors import bad_request


def check(operation: str, params: Params) -> None:
    """Refuse a request with values its model does not allow."""
    shape = codec_for("sesv2").model.operation_model(operation).input_shape
    complaint = constraints.complaint(shape, params)
    if complaint:
        raise bad_request(complaint)
