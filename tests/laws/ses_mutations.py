"""What somebody may change behind the tool's back in SES."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tests.laws.somebody import OUR_TAG, Kinds, Made, Somebody


def configuration_set(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The rules of a configuration set."""
    name = {"ConfigurationSetName": wanted["arn"].rpartition("/")[2]}
    region = wanted["arn"].split(":")[3]

    def put(operation: str, **params: Any) -> Callable[[], object]:
        return lambda: they("sesv2", operation, region, **name, **params)

    tls = "OPTIONAL" if wanted["tls_policy"] == "REQUIRE" else "REQUIRE"
    yield (
        "TLS policy",
        {"tls_policy"},
        "sesv2:PutConfigurationSetDeliveryOptions",
        lambda: deliver(wanted["arn"], they, TlsPolicy=tls),
    )
    if wanted["max_delivery_seconds"]:
        yield (
            "patience",
            {"max_delivery_seconds"},
            "sesv2:PutConfigurationSetDeliveryOptions",
            lambda: deliver(wanted["arn"], they, MaxDeliverySeconds=300),
        )
    other = ["COMPLAINT"] if wanted["suppressed_reasons"] != ["COMPLAINT"] else ["BOUNCE"]
    yield (
        "suppressed reasons",
        {"suppressed_reasons"},
        "sesv2:PutConfigurationSetSuppressionOptions",
        put("PutConfigurationSetSuppressionOptions", SuppressedReasons=other),
    )
    yield (
        "reputation metrics",
        {"reputation_metrics"},
        "sesv2:PutConfigurationSetReputationOptions",
        put(
            "PutConfigurationSetReputationOptions",
            ReputationMetricsEnabled=not wanted["reputation_metrics"],
        ),
    )
    yield ses_tag(wanted, they)


def deliver(set_arn: str, they: Somebody, **changed: Any) -> None:
    """Change delivery options, and put the others back with them; None takes one away."""
    name, region = {"ConfigurationSetName": set_arn.rpartition("/")[2]}, set_arn.split(":")[3]
    there = they("sesv2", "GetConfigurationSet", region, **name).get("DeliveryOptions", {})
    whole = {key: value for key, value in {**there, **changed}.items() if value is not None}
    they("sesv2", "PutConfigurationSetDeliveryOptions", region, **name, **whole)


def sending_pool(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The pool that a set sends through."""
    put = "sesv2:PutConfigurationSetDeliveryOptions"
    for name, pool, fields in (
        ("another pool", "theirs", {"pool"}),
        ("no pool", None, set[str]()),
    ):
        yield name, fields, put, partial(deliver, wanted["set_arn"], they, SendingPoolName=pool)


def set_option(
    wanted: dict[str, Any], they: Somebody, operation: str, **other: str
) -> Iterator[Made]:
    """An option of a set that is a block of its own: another one, and none."""
    region = wanted["set_arn"].split(":")[3]
    named = {"ConfigurationSetName": wanted["set_arn"].rpartition("/")[2]}
    for name, fields, params in (
        ("another option", set(wanted) & {"archive_arn", "domain"}, other),
        ("no option", set[str](), {}),
    ):
        make = partial(they, "sesv2", operation, region, **named, **params)
        yield name, fields, f"sesv2:{operation}", make


def archiving(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The archive of a set."""
    other = f"{wanted['archive_arn']}0"
    yield from set_option(wanted, they, "PutConfigurationSetArchivingOptions", ArchiveArn=other)


def tracking(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The redirect domain of a set."""
    operation, domain = "PutConfigurationSetTrackingOptions", f"other.{wanted['domain']}"
    policy = {"HttpsPolicy": wanted["https"]} if wanted["https"] else {}
    yield from set_option(wanted, they, operation, CustomRedirectDomain=domain, **policy)


def pool(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A tag of a pool; SES deletes no pool that is in use, and makes no managed one standard."""
    yield ses_tag(wanted, they)


def pool_member(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """An address is taken out of its pool."""
    operation = "PutDedicatedIpInPool"
    there = {"Ip": wanted["ip"], "DestinationPoolName": "ses-default-dedicated-pool"}
    yield "no pool", {"pool"}, f"sesv2:{operation}", partial(they, "sesv2", operation, **there)


def tenant(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """What a tenant may use, by which policy it is stopped, whom it suppresses, its tags."""
    name = {"TenantName": wanted["arn"].split("/")[1]}

    def arn() -> str:
        return str(they("sesv2", "GetTenant", **name)["Tenant"]["TenantArn"])

    def take(resource: str) -> None:
        whole = f"{wanted['arn'].partition(':tenant/')[0]}:{resource}"
        they("sesv2", "DeleteTenantResourceAssociation", **name, ResourceArn=whole)

    def be_stopped_by(policy: str) -> None:
        _, partition, _, region, *_ = wanted["arn"].split(":")
        they(
            "sesv2",
            "UpdateReputationEntityPolicy",
            ReputationEntityType="RESOURCE",
            ReputationEntityReference=arn(),
            ReputationEntityPolicy=f"arn:{partition}:ses:{region}:aws:reputation-policy/{policy}",
        )

    def untag() -> None:
        they("sesv2", "UntagResource", ResourceArn=arn(), TagKeys=OUR_TAG)

    given = "sesv2:CreateTenantResourceAssociation"
    yield "taken", {"resources"}, given, partial(take, wanted["resources"][0])
    other = "strict" if wanted["policy"] == "standard" else "standard"
    yield (
        "policy", {"policy"}, "sesv2:UpdateReputationEntityPolicy", partial(be_stopped_by, other)
    )  # fmt: skip
    yield "tag", {"tags.Environment"}, "sesv2:TagResource", untag
    if wanted["suppression"]:
        put = "PutTenantSuppressionAttributes"
        yield "suppression", {"suppression"}, f"sesv2:{put}", partial(they, "sesv2", put, **name)


def ses_tag(wanted: dict[str, Any], they: Somebody) -> Made:
    """A tag of a set or an identity is changed."""
    arn = wanted["arn"]
    return (
        "tag",
        {"tags.Environment"},
        "sesv2:TagResource",
        lambda: they("sesv2", "UntagResource", arn.split(":")[3], ResourceArn=arn, TagKeys=OUR_TAG),
    )


def email_identity(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The settings of an identity."""
    region = wanted["arn"].split(":")[3]
    name = {"EmailIdentity": wanted["arn"].rpartition("identity/")[2]}

    def put(operation: str, **params: Any) -> Callable[[], object]:
        return lambda: they("sesv2", operation, region, **name, **params)

    yield (
        "default configuration set",
        {"configuration_set"},
        "sesv2:PutEmailIdentityConfigurationSetAttributes",
        put("PutEmailIdentityConfigurationSetAttributes"),
    )
    yield (
        "feedback forwarding",
        {"feedback_forwarding"},
        "sesv2:PutEmailIdentityFeedbackAttributes",
        put(
            "PutEmailIdentityFeedbackAttributes",
            EmailForwardingEnabled=not wanted["feedback_forwarding"],
        ),
    )
    yield ses_tag(wanted, they)
    if wanted["dkim_signing"] is not None:
        yield (
            "DKIM signing",
            {"dkim_signing"},
            "sesv2:PutEmailIdentityDkimAttributes",
            put("PutEmailIdentityDkimAttributes", SigningEnabled=False),
        )


def mail_from(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The MAIL FROM domain of an identity."""
    region = wanted["identity_arn"].split(":")[3]
    name = {"EmailIdentity": wanted["identity_arn"].rpartition("identity/")[2]}
    behaviours = {"USE_DEFAULT_VALUE", "REJECT_MESSAGE"} - {wanted["on_mx_failure"]}
    put = "PutEmailIdentityMailFromAttributes"

    def call(**params: Any) -> Callable[[], object]:
        return lambda: they("sesv2", put, region, **name, **params)

    [other] = behaviours
    yield (
        "behaviour on MX failure",
        {"on_mx_failure"},
        f"sesv2:{put}",
        call(MailFromDomain=wanted["domain"], BehaviorOnMxFailure=other),
    )
    yield (
        "another MAIL FROM",
        {"domain"},
        f"sesv2:{put}",
        call(
            MailFromDomain=f"other.{wanted['domain']}",
            BehaviorOnMxFailure=wanted["on_mx_failure"],
        ),
    )
    yield "no MAIL FROM", set(), f"sesv2:{put}", call()


def event_destination(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The event destination: what it reports, off, elsewhere, gone."""
    region = wanted["configuration_set_arn"].split(":")[3]
    named = {
        "ConfigurationSetName": wanted["configuration_set_arn"].rpartition("/")[2],
        "EventDestinationName": wanted["name"],
    }
    update = "UpdateConfigurationSetEventDestination"

    def put(**changed: Any) -> Callable[[], object]:
        definition = {
            "Enabled": True,
            "MatchingEventTypes": wanted["types"],
            **wanted["target"],
            **changed,
        }
        return lambda: they("sesv2", update, region, **named, EventDestination=definition)

    yield "types", {"types"}, f"sesv2:{update}", put(MatchingEventTypes=["SUBSCRIPTION"])
    yield "off", {"enabled"}, f"sesv2:{update}", put(Enabled=False)
    yield (
        "no destination",
        set(),
        "sesv2:CreateConfigurationSetEventDestination",
        lambda: they("sesv2", "DeleteConfigurationSetEventDestination", region, **named),
    )


def account_settings(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """Settings of the whole account."""
    off = {"VdmAttributes": {"VdmEnabled": "DISABLED"}}
    others: dict[str, tuple[str, str, dict[str, Any]]] = {
        "suppression": (
            "suppressed_reasons",
            "PutAccountSuppressionAttributes",
            {"SuppressedReasons": ["BOUNCE"]},
        ),
        "deliverability manager": ("enabled", "PutAccountVdmAttributes", off),
        "warm-up of dedicated IPs": (
            "auto_warmup",
            "PutAccountDedicatedIpWarmupAttributes",
            {"AutoWarmupEnabled": True},
        ),
    }
    setting, operation, params = others[wanted["block"]]
    yield (
        wanted["block"],
        {f"settings.{setting}"},
        f"sesv2:{operation}",
        lambda: they("sesv2", operation, **params),
    )


KINDS: Kinds = {
    "ConfigurationSet": configuration_set,
    "SendingPool": sending_pool,
    "Archiving": archiving,
    "Tracking": tracking,
    "Pool": pool,
    "PoolMember": pool_member,
    "Tenant": tenant,
    "EmailIdentity": email_identity,
    "MailFrom": mail_from,
    "EventDestination": event_destination,
    "AccountSettings": account_settings,
}
