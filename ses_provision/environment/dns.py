"""[dns]: where the records go, and how each provider is found."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ses_provision.environment.sections import Section
from ses_provision.environment.shapes import (
    Domain,
    KeyFile,
    KeyName,
    ProfileName,
    Resolver,
    RoleArn,
    ServerName,
    Ttl,
    VariableName,
    ZoneId,
)

Algorithm = Literal["hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1"]
"""What TSIG may sign with (RFC 8945 section 6; MD5 must not be used)."""

OWN = {
    "route53": ("zone_id", "profile", "assume_role_arn"),
    "external": ("zone",),
    "rfc2136": ("zone", "server", "key_name", "key_algorithm", "key_secret_env", "key_file"),
}
"""The settings that mean something only with some providers."""


class Dns(Section):
    """[dns]: where the records go."""

    provider: Literal["route53", "external", "rfc2136"] = Field(
        "route53",
        description="rfc2136: a name server that takes dynamic updates. external: published by "
        "hand; `ses-provision dns` shows the records.",
    )
    zone_id: ZoneId | None = Field(None, description="Hosted zone id; looked up when left out.")
    profile: ProfileName | None = Field(
        None, description="AWS profile of the account that holds the hosted zone, if another."
    )
    assume_role_arn: RoleArn | None = Field(
        None, description="Role to take on for the hosted zone, in whatever account it is."
    )
    zone: Domain | None = Field(
        None,
        description="DNS outside of Route 53: the zone there; the domain when left out.",
    )
    server: ServerName | None = Field(
        None, description="rfc2136: the primary name server, as host or address, with :port if any."
    )
    key_name: KeyName | None = Field(None, description="rfc2136: the name of the TSIG key.")
    key_algorithm: Algorithm | None = Field(
        None, description="rfc2136: hmac-sha256 when left out; a key file says it itself."
    )
    key_secret_env: VariableName | None = Field(
        None, description="rfc2136: the NAME of the variable that holds the secret of the key."
    )
    key_file: KeyFile | None = Field(
        None, description="rfc2136: a file with the key as BIND writes it, instead."
    )
    ttl: Ttl = Field(300, description="Seconds that resolvers may keep our records.")
    resolvers: tuple[Resolver, ...] = Field(
        ("1.1.1.1", "8.8.8.8"), description="Public resolvers that `dkim-status` compares with."
    )

    @model_validator(mode="after")
    def one_provider(self) -> Dns:
        """Each provider is found by settings of its own."""
        given = [name for names in OWN.values() for name in names if getattr(self, name)]
        for name in dict.fromkeys(given):
            fitting = [provider for provider, names in OWN.items() if name in names]
            if self.provider not in fitting:
                meant = " or ".join(f'"{provider}"' for provider in fitting)
                beside = "; zone_id names a hosted zone" if name == "zone" else ""
                raise ValueError(f"{name}: only with provider = {meant}{beside}")
        return self

    @model_validator(mode="after")
    def one_key(self) -> Dns:
        """Updates are signed: by a key that is named, with a secret that stands elsewhere."""
        if self.provider != "rfc2136":
            return self
        if self.server is None:
            raise ValueError('server: missing; provider = "rfc2136" needs the name server')
        if (self.key_secret_env is None) == (self.key_file is None):
            raise ValueError(
                'key_secret_env or key_file: provider = "rfc2136" needs one of them, not both: '
                "updates are signed"
            )
        if self.key_file is None and self.key_name is None:
            raise ValueError("key_name: missing; only a key file says the name itself")
        if self.key_file is not None and self.key_algorithm is not None:
            raise ValueError("key_algorithm: the key file says it; leave it out")
        return self

    @property
    def is_by_hand(self) -> bool:
        """The records are published by a person, or by another tool."""
        return self.provider == "external"

    @property
    def in_route53(self) -> bool:
        """The zone is a hosted zone of an AWS account."""
        return self.provider == "route53"

    @property
    def elsewhere(self) -> str:
        """How DNS differs from "a hosted zone in the environment's account", in a few words."""
        if self.is_by_hand:
            return "external DNS"
        if self.provider == "rfc2136":
            return f"DNS at {self.server}"
        if self.assume_role_arn:
            return f"DNS as {self.assume_role_arn}"
        return f"DNS in profile {self.profile}" if self.profile else ""
