"""What has to be looked up before the desired state is known: the account, the zone, the tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_provision.outside.reading import Ask, Reading, ask, question

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.resources.hosted_zones import Zone


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
