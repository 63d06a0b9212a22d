"""The refusals of SESv2, with the HTTP statuses botocore's model gives them."""

from ses_provision.local.contract import AwsError


def bad_request(message: str) -> AwsError:
    """A parameter SES will not take."""
    return AwsError("BadRequestException", message, 400)


def not_found(message: str) -> AwsError:
    """Something named in the request is not there."""
    return AwsError("NotFoundException", message, 404)


def already_exists(message: str) -> AwsError:
    """The name is taken."""
    return AwsError("AlreadyExistsException", message, 400)


def limit_exceeded(message: str) -> AwsError:
    """A quota is used up."""
    return AwsError("LimitExceededException", message, 400)


def conflict(message: str) -> AwsError:
    """The resource is busy with something that has to end first."""
    return AwsError("ConflictException", message, 409)


def access_denied(message: str) -> AwsError:
    """The request asks for what it may not use."""
    return AwsError("AccessDeniedException", message, 403)


def rejected(message: str) -> AwsError:
    """The message will not be sent."""
    return AwsError("MessageRejected", message, 400)


def sending_paused(message: str) -> AwsError:
    """Sending is switched off, for the account or the configuration set."""
    return AwsError("SendingPausedException", message, 400)
