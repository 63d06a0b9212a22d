"""What sets each service apart on its way through the local AWS, declared once a service.

Dispatcher, disturbances, moto's bridge, snapshots and older clients read this table and know no
service by name. What most services have in common is the default of `Traits`, what those have in
common that speak JSON is `_JSON`.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

_SES_ARNS = {
    "EmailIdentity": "arn:{partition}:ses:{region}:{account}:identity/{value}",
    "ConfigurationSetName": "arn:{partition}:ses:{region}:{account}:configuration-set/{value}",
    "PoolName": "arn:{partition}:ses:{region}:{account}:dedicated-ip-pool/{value}",
    "DestinationPoolName": "arn:{partition}:ses:{region}:{account}:dedicated-ip-pool/{value}",
    "ResourceArn": "{value}",
}


@dataclass(frozen=True)
class Traits:
    """How one service differs from most: `name` is botocore's, an error a code with its status."""

    name: str
    signed_as: tuple[str, ...] = ()
    """Names in signatures that mean this service, where they are not its own."""
    path: str = ""
    """How its paths begin, where another service signs with the same name."""
    prefix: str = ""
    """What its actions are called in policies, where that is not its name."""
    is_json: bool = False
    """Common errors of the JSON protocols have the suffix Exception, and other names."""
    throttle: tuple[str, int] = ("Throttling", 400)
    denial: tuple[str, int] = ("AccessDenied", 403)
    misfit: str = "ValidationError"
    """The code for parameters that do not fit the model; empty: it looks at them itself."""
    missing: str = ""
    """The code for a parameter that is missing, where the service has words of its own for it."""
    links: tuple[str, ...] = ()
    """Operations that unsigned links in its messages ask for."""
    is_paced: bool = False
    """Whether the knob `rate` holds for it."""
    host: str = ""
    """Its one address, where it has none in each region."""
    moto_speaks: str = ""
    """The protocol in which moto answers, where that is not the first of its model."""
    is_moto: bool = False
    """Whether moto's service is served as it is."""
    lasting: tuple[str, ...] = ()
    """How operations begin whose answers by moto hold until something is written, to whatever
    service: moto's KMS makes the keys of others."""
    harmless: tuple[str, ...] = ()
    """How operations begin that write nothing at moto, though their answers do not hold."""
    listing: tuple[str, str] | None = None
    """For a snapshot: the operation that lists what it holds, and where the answer has it."""
    arns: Mapping[str, str] = field(default_factory=dict)
    """Parameters that name what a call acts on, with its ARN."""
    actions: Mapping[str, str] = field(default_factory=dict)
    """Operations whose action bears another name in policies."""
    older_paths: Mapping[str, str] = field(default_factory=dict)
    """Paths of GETs that older clients send, as patterns, with their operations."""

    @property
    def action_prefix(self) -> str:
        """What its actions are called in policies."""
        return self.prefix or self.name

    def action(self, operation: str) -> str:
        """What an operation is called in policies."""
        return f"{self.action_prefix}:{self.actions.get(operation, operation)}"


_S3_ACTIONS = {
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
}

_JSON = Traits(
    "",
    is_json=True,
    throttle=("ThrottlingException", 400),
    denial=("AccessDeniedException", 400),
    misfit="ValidationException",
)

# A Get may leave something behind, such as when a secret was last read.
_LISTINGS = ("Describe", "List")
_MOTOS = replace(_JSON, is_moto=True, lasting=_LISTINGS)

_ALL = (
    replace(
        _JSON,
        name="artifact",
        throttle=("ThrottlingException", 429),
        denial=("AccessDeniedException", 403),
    ),
    replace(
        _JSON,
        name="ce",
        # Its model.
        throttle=("LimitExceededException", 400),
    ),
    Traits(
        "cloudwatch",
        signed_as=("monitoring",),
        moto_speaks="query",
        harmless=("Describe", "Get", "List"),
        arns={"AlarmName": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{value}"},
    ),
    replace(
        _JSON,
        name="events",
        lasting=_LISTINGS,
        arns={
            "Name": "arn:{partition}:events:{region}:{account}:rule/{value}",
            "Rule": "arn:{partition}:events:{region}:{account}:rule/{value}",
            "ResourceARN": "{value}",
        },
    ),
    replace(
        _JSON,
        name="athena",
        throttle=("TooManyRequestsException", 400),
        misfit="InvalidRequestException",
        arns={
            "WorkGroup": "arn:{partition}:athena:{region}:{account}:workgroup/{value}",
            "ResourceARN": "{value}",
        },
    ),
    replace(
        _JSON,
        name="firehose",
        throttle=("LimitExceededException", 400),
        arns={
            "DeliveryStreamName": (
                "arn:{partition}:firehose:{region}:{account}:deliverystream/{value}"
            ),
        },
    ),
    replace(
        _JSON,
        name="glue",
        misfit="InvalidInputException",
        arns={
            "DatabaseName": "arn:{partition}:glue:{region}:{account}:database/{value}",
            "ResourceArn": "{value}",
        },
    ),
    Traits(
        "iam",
        host="iam.amazonaws.com",
        lasting=("Get", "List"),
        arns={
            "RoleName": "arn:{partition}:iam::{account}:role/{value}",
            "UserName": "arn:{partition}:iam::{account}:user/{value}",
        },
    ),
    replace(_JSON, name="kms", lasting=_LISTINGS),
    replace(_JSON, name="pricing"),
    replace(
        _JSON,
        name="lambda",
        throttle=("TooManyRequestsException", 429),
        denial=("AccessDeniedException", 403),
        arns={
            "FunctionName": "arn:{partition}:lambda:{region}:{account}:function:{value}",
            "Resource": "{value}",
        },
    ),
    replace(
        _JSON,
        name="logs",
        misfit="InvalidParameterException",
        arns={
            "logGroupName": "arn:{partition}:logs:{region}:{account}:log-group:{value}",
            "resourceArn": "{value}",
        },
    ),
    replace(
        _JSON,
        name="resourcegroupstaggingapi",
        signed_as=("tagging",),
        prefix="tag",
        # Its model; cloud-custodian#5912.
        throttle=("ThrottledException", 400),
        misfit="InvalidParameterException",
    ),
    Traits(
        "route53",
        misfit="InvalidInput",
        arns={"HostedZoneId": "arn:{partition}:route53:::hostedzone/{value}"},
    ),
    Traits("ses", signed_as=("email",), misfit="", is_paced=True, arns=_SES_ARNS),
    Traits(
        "sesv2",
        signed_as=("ses", "email"),
        path="/v2/email/",
        prefix="ses",
        is_json=True,
        # Its model; the message "Rate exceeded" was seen on AWS (exercism/website#7075).
        throttle=("TooManyRequestsException", 429),
        denial=("AccessDeniedException", 403),
        misfit="",
        is_paced=True,
        arns=_SES_ARNS,
        # These lists were GET with the page in the query string until 2026 (contacts: until 2021);
        # AWS CLI v1 and v2 and the SDKs of those days call them.
        older_paths={
            "/v2/email/identities": "ListEmailIdentities",
            "/v2/email/configuration-sets": "ListConfigurationSets",
            "/v2/email/contact-lists/(?P<ContactListName>[^/]+)/contacts": "ListContacts",
        },
    ),
    Traits(
        "s3",
        throttle=("SlowDown", 503),
        misfit="InvalidArgument",
        arns={"Bucket": "arn:{partition}:s3:::{value}"},
        actions=_S3_ACTIONS,
    ),
    replace(_JSON, name="secretsmanager", is_moto=True, listing=("ListSecrets", "SecretList")),
    replace(
        _JSON,
        name="service-quotas",
        signed_as=("servicequotas",),
        prefix="servicequotas",
        # Its model.
        throttle=("TooManyRequestsException", 400),
        arns={"QuotaCode": "arn:{partition}:servicequotas:{region}:{account}:ses/{value}"},
    ),
    replace(_MOTOS, name="ssm", listing=("DescribeParameters", "Parameters")),
    Traits(
        "sns",
        denial=("AuthorizationError", 403),
        misfit="InvalidParameter",
        missing="InvalidParameter",
        # SNS Developer Guide: the links in its messages need no signature.
        links=("ConfirmSubscription", "Unsubscribe"),
        arns={
            "TopicArn": "{value}",
            "ResourceArn": "{value}",
            "Name": "arn:{partition}:sns:{region}:{account}:{value}",
        },
    ),
    Traits(
        "sqs",
        is_json=True,
        throttle=("RequestThrottled", 403),
        harmless=("Get", "List", "Receive"),
        listing=("ListQueues", "QueueUrls"),
    ),
    Traits("sts"),
)

SERVICES = {traits.name: traits for traits in _ALL}


def of(service: str) -> Traits:
    """The traits of a service; of one that is not served, those that most have."""
    return SERVICES.get(service) or Traits(service)


def signed(name: str, path: str) -> str:
    """The service that a request means, by the name that signed it and its path."""
    for traits in SERVICES.values():
        if traits.path and path.startswith(traits.path) and name in ("", *traits.signed_as):
            return traits.name
    by_name = (traits for traits in SERVICES.values() if not traits.path)
    return next((traits.name for traits in by_name if name in traits.signed_as), name)


def linked(operation: str | None) -> str | None:
    """The service whose messages hold unsigned links to an operation."""
    return next((name for name, held in SERVICES.items() if operation in held.links), None)
