"""What has to be looked up before the desired state is known: the account, the zone, the tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ses_provision.errors import HostedZoneProblem, WrongAccount
from ses_provision.names import dns_name, is_within
from ses_provision.outside.reading import Ask, Reading, ask, question
from ses_provision.outside.refusals import not_aws

if TYPE_CHECKING:
    from ses_provision.environment import Environment

GLOBAL_SERVICES = frozenset({"iam", "route53"})

# The zone differs by region for identities that do not report SigningHostedZone (AWS General
# Reference, Amazon SES endpoints, "DKIM domains"); newer ones say it in DkimAttributes.
REGIONAL_DKIM_ZONES = frozenset(
    {
        "af-south-1",
        "ap-northeast-3",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-5",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "il-central-1",
        "me-central-1",
        "us-gov-east-1",
    }
)


@dataclass(frozen=True)
class Account:
    """Where we are, so that ARNs are computed and not looked up."""

    id: str
    region: str
    partition: str = "aws"

    def arn(self, service: str, resource: str, region: str | None = None) -> str:
        """The ARN of a resource of this account."""
        where = "" if service in GLOBAL_SERVICES else (region or self.region)
        return f"arn:{self.partition}:{service}:{where}:{self.id}:{resource}"


@dataclass(frozen=True)
class Zone:
    """A public hosted zone and the name servers that Route 53 gave it."""

    id: str
    name: str
    name_servers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dkim:
    """What SES issued for the domain: the tokens, the zone their targets lie in, and the key they
    stand for: whose it is and how long, where that is known."""

    tokens: tuple[str, ...]
    signing_zone: str
    origin: str = ""
    key_length: str = ""


@dataclass(frozen=True)
class Facts:
    """What a step may know beside the environment file."""

    account: Account
    zone: Zone | None = None
    dkim: Dkim | None = None

    @property
    def hosted_zone(self) -> Zone:
        """The hosted zone, for steps that need it."""
        if self.zone is None:
            raise TypeError("a step that uses the hosted zone must declare Need.ZONE")
        return self.zone


def account(env: Environment) -> Reading[Account]:
    """Whose credentials these are: the environment's account, or an error before anything else."""
    [caller] = yield from ask(question("sts", env.region, "GetCallerIdentity"))
    found = caller or {}
    if not {"Account", "Arn"} <= found.keys():
        raise not_aws("sts", env.region, "it does not say whose credentials these are")
    if found["Account"] != env.account_id:
        raise WrongAccount(
            f"These credentials belong to account {found['Account']} ({found['Arn']}), "
            f"but environment {env.name} is account {env.account_id}.",
            f"Use the credentials of {env.account_id}: --profile NAME, or `profile` in the "
            "environment file. Nothing was read or written.",
        )
    return Account(env.account_id, env.region, partition=found["Arn"].split(":")[1])


def surroundings(region: str) -> Reading[tuple[str, list[Zone]]]:
    """Whose credentials these are, and the public hosted zones they may list."""
    caller, listed = yield [
        question("sts", region, "GetCallerIdentity"),
        question("route53", region, "ListHostedZones", pages=True),
    ]
    if isinstance(caller, Exception):
        raise caller
    zones = listed["HostedZones"] if isinstance(listed, dict) else []
    return str((caller or {})["Account"]), [
        Zone(bare_zone_id(one["Id"]), dns_name(one["Name"]))
        for one in zones
        if not one["Config"].get("PrivateZone")
    ]


def identity_question(env_region: str, identity: str) -> Ask:
    """The question that answers most of what there is to know about an identity."""
    return question("sesv2", env_region, "GetEmailIdentity", EmailIdentity=identity)


def dkim(env: Environment) -> Reading[Dkim | None]:
    """The tokens of the domain identity; None until the identity exists."""
    [identity] = yield from ask(identity_question(env.region, env.domain))
    attributes = (identity or {}).get("DkimAttributes", {})
    tokens = attributes.get("Tokens") or ()
    if not tokens:
        return None
    return Dkim(
        tuple(tokens),
        attributes.get("SigningHostedZone") or fallback_zone(env.region),
        attributes.get("SigningAttributesOrigin", "AWS_SES"),
        attributes.get("NextSigningKeyLength") or attributes.get("CurrentSigningKeyLength", ""),
    )


def fallback_zone(region: str) -> str:
    """The DKIM zone of a region, for answers that do not name it."""
    return f"dkim.{region}.amazonses.com" if region in REGIONAL_DKIM_ZONES else "dkim.amazonses.com"


def zone(env: Environment) -> Reading[Zone | None]:
    """The public hosted zone of the domain: the one named in the file, or the longest match.

    None where DNS is not in Route 53: then no hosted zone is looked for.
    """
    if env.dns.is_external:
        return None
    if env.dns.zone_id:
        return (yield from zone_by_id(env, env.dns.zone_id))
    [listed] = yield from ask(question("route53", env.region, "ListHostedZones", pages=True))
    public = [z for z in (listed or {})["HostedZones"] if not z["Config"].get("PrivateZone")]
    matching = [z for z in public if is_within(env.domain, dns_name(z["Name"]))]
    if not matching:
        raise HostedZoneProblem(
            f"{zone_account(env)} has no public hosted zone for {env.domain}.",
            "Create it (and delegate the domain to it), name another with dns.zone_id in the "
            'environment file, or say dns.provider = "external" where DNS is not in Route 53.',
        )
    longest = max(len(dns_name(z["Name"])) for z in matching)
    best = [z for z in matching if len(dns_name(z["Name"])) == longest]
    if len(best) > 1:
        ids = ", ".join(bare_zone_id(z["Id"]) for z in best)
        raise HostedZoneProblem(
            f"{zone_account(env)} has {len(best)} public hosted zones for "
            f"{dns_name(best[0]['Name'])}: {ids}.",
            "Say which one the domain is delegated to: dns.zone_id in the environment file.",
        )
    return Zone(bare_zone_id(best[0]["Id"]), dns_name(best[0]["Name"]))


def zone_account(env: Environment) -> str:
    """Where hosted zones are looked for, at the beginning of a sentence."""
    if env.dns.assume_role_arn:
        return f"Account {env.dns.assume_role_arn.split(':')[4]} (dns.assume_role_arn)"
    if env.dns.profile:
        return f"The account of profile {env.dns.profile} (dns.profile)"
    return f"Account {env.account_id}"


def zone_by_id(env: Environment, zone_id: str) -> Reading[Zone]:
    """The hosted zone that the environment names, checked to be public and to hold the domain."""
    [found] = yield from ask(question("route53", env.region, "GetHostedZone", Id=zone_id))
    if found is None:
        raise HostedZoneProblem(
            f"{zone_account(env)} has no hosted zone {zone_id}.",
            "Correct dns.zone_id in the environment file, or leave it out to look the zone up.",
        )
    hosted: dict[str, Any] = found["HostedZone"]
    name = dns_name(hosted["Name"])
    if hosted.get("Config", {}).get("PrivateZone"):
        raise HostedZoneProblem(
            f"Hosted zone {zone_id} ({name}) is private: neither SES nor receivers can see it.",
            "Name the public hosted zone in dns.zone_id.",
        )
    if not is_within(env.domain, name):
        raise HostedZoneProblem(
            f"Hosted zone {zone_id} is {name}, which does not hold {env.domain}.",
            "Correct dns.zone_id in the environment file, or leave it out to look the zone up.",
        )
    servers = found.get("DelegationSet", {}).get("NameServers", ())
    return Zone(zone_id, name, tuple(sorted(dns_name(server) for server in servers)))


def bare_zone_id(zone_id: str) -> str:
    """A zone id without the prefix that list answers carry."""
    return zone_id.removeprefix("/hostedzone/")
