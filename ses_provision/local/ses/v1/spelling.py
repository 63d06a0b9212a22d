"""How the API v1 spells what SESv2 spells in capitals."""

_STATUSES = {
    "PENDING": "Pending",
    "SUCCESS": "Success",
    "FAILED": "Failed",
    "TEMPORARY_FAILURE": "TemporaryFailure",
    "NOT_STARTED": "NotStarted",
}
_TYPES = {
    "send": "SEND",
    "reject": "REJECT",
    "bounce": "BOUNCE",
    "complaint": "COMPLAINT",
    "delivery": "DELIVERY",
    "open": "OPEN",
    "click": "CLICK",
    "renderingFailure": "RENDERING_FAILURE",
}
_SOURCES = {"messageTag": "MESSAGE_TAG", "emailHeader": "EMAIL_HEADER", "linkTag": "LINK_TAG"}
_BEHAVIORS = {"UseDefaultValue": "USE_DEFAULT_VALUE", "RejectMessage": "REJECT_MESSAGE"}
_POLICIES = {"Require": "REQUIRE", "Optional": "OPTIONAL"}


def status(given: str) -> str:
    """A verification status."""
    return _STATUSES[given]


def to_event_type(given: str) -> str:
    """An event type as SESv2 has it; one that v1 does not know stays as it is."""
    return _TYPES.get(given, given)


def event_type(given: str) -> str | None:
    """An event type as v1 has it, None for those it does not know."""
    return next((ours for ours, theirs in _TYPES.items() if theirs == given), None)


def to_source(given: str) -> str:
    """Where a dimension's value comes from, as SESv2 has it."""
    return _SOURCES[given]


def source(given: str) -> str:
    """Where a dimension's value comes from, as v1 has it."""
    return next(ours for ours, theirs in _SOURCES.items() if theirs == given)


def to_behavior(given: str) -> str:
    """What to do without a working MX, as SESv2 has it."""
    return _BEHAVIORS[given]


def behavior(given: str) -> str:
    """What to do without a working MX, as v1 has it."""
    return next(ours for ours, theirs in _BEHAVIORS.items() if theirs == given)


def to_tls_policy(given: str) -> str:
    """A TLS policy as SESv2 has it."""
    return _POLICIES[given]


def tls_policy(given: str) -> str:
    """A TLS policy as v1 has it."""
    return given.capitalize()
