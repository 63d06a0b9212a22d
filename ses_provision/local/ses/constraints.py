"""What SES's own models say of a request's values, refused as SES refuses it."""

from ses_provision.local import constraints
from ses_provision.local.codec import codec_for
from ses_provision.local.contract import AwsError, Params

_CODES = {"sesv2": "BadRequestException", "ses": "ValidationError"}
# Values for which SES was seen to have words of its own; the operations look at them.
_TYPES = frozenset({"eventDestination.matchingEventTypes"})
_REASONS = frozenset({"suppressedReasons"})
_TENANT = frozenset({"tenantName"})
_APART = {
    "CreateConfigurationSetEventDestination": _TYPES,
    "UpdateConfigurationSetEventDestination": _TYPES,
    "PutConfigurationSetSuppressionOptions": _REASONS,
    "PutConfigurationSetTrackingOptions": frozenset({"httpsPolicy"}),
    "SetIdentityNotificationTopic": frozenset({"notificationType"}),
    "SetIdentityHeadersInNotificationsEnabled": frozenset({"notificationType"}),
    **dict.fromkeys(
        (
            "GetTenant",
            "DeleteTenant",
            "PutTenantSuppressionAttributes",
            "CreateTenantResourceAssociation",
            "DeleteTenantResourceAssociation",
            "ListTenantResources",
        ),
        _TENANT,
    ),
}


def check(operation: str, params: Params, service: str = "sesv2") -> None:
    """Refuse a request with values its model does not allow."""
    shape = codec_for(service).model.operation_model(operation).input_shape
    apart = _APART.get(operation, frozenset())
    complaint = constraints.complaint(shape, params, apart=apart, quoting=False)
    if complaint:
        raise AwsError(_CODES[service], complaint, 400)
