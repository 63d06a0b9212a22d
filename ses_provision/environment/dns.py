"""[dns]: where the records go, and how each provider is found."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ses_provision.environment.dns_providers import PROVIDERS, DnsProvider
from ses_provision.environment.sections import Section
from ses_provision.environment.shapes import (
    ClassOptions,
    CloudflareAccount,
    Domain,
    KeyFile,
    KeyName,
    KeyringEntry,
    ProfileName,
    Resolver,
    RoleArn,
    ServerName,
    TokenVariable,
    Ttl,
    VariableName,
    ZoneId,
)
from ses_provision.names import DnsProviderName
from ses_provision.outside.providers.octodns_allowed import PREFIX
from ses_provision.outside.providers.octodns_allowed import complaint as octodns_complaint

Algorithm = Literal["hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1"]
"""What TSIG may sign with (RFC 8945 section 6; MD5 must not be used)."""


def proved(value: object) -> object:
    """Insist that a provider by octoDNS is one of those that are proved, and say why not."""
    if isinstance(value, str) and value.partition(":")[0] == PREFIX.rstrip(":"):
        complaint = octodns_complaint(value.partition(":")[2])
        if complaint:
            raise ValueError(complaint)
    return value


class Dns(Section):
    """[dns]: where the records go."""

    provider: Annotated[DnsProviderName, BeforeValidator(proved)] = Field(
        "route53",
        description="rfc2136: a name server that takes dynamic updates. cloudflare: by its API. "
        "octodns:NAME: by its API, with octoDNS. external: published by hand; `ses-provision dns` "
        "shows the records.",
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
    account: CloudflareAccount | None = Field(
        None, description="cloudflare: the id of the account, where several have the zone."
    )
    token_env: TokenVariable | None = Field(
        None,
        description="cloudflare, octodns:NAME: the NAME of the variable that holds the API token.",
    )
    token_keyring: KeyringEntry | None = Field(
        None, description="The same as an entry of the system's keyring, as SERVICE/USER, instead."
    )
    options: ClassOptions = Field(
        {}, description="octodns:NAME: what its class has to know beside the token; no secrets."
    )
    ttl: Ttl = Field(300, description="Seconds that resolvers may keep our records.")
    resolvers: tuple[Resolver, ...] = Field(
        ("1.1.1.1", "8.8.8.8"), description="Public resolvers that `dkim-status` compares with."
    )

    @model_validator(mode="after")
    def one_provider(self) -> Dns:
        """Each provider is found by settings of its own."""
        own = [name for one in PROVIDERS.values() for name in one.settings]
        for name in dict.fromkeys(own):
            fitting = [one.name for one in PROVIDERS.values() if name in one.settings]
            if getattr(self, name) and self.provider not in fitting:
                known = dict.fromkeys(re.sub("^octodns:.*", "octodns:NAME", one) for one in fitting)
                meant = " or ".join(f'"{provider}"' for provider in known)
                beside = "; zone_id names a hosted zone" if name == "zone" else ""
                raise ValueError(f"{name}: only with provider = {meant}{beside}")
        complaint = self.kept_by.complaint(self)
        if complaint:
            raise ValueError(complaint)
        return self

    @property
    def kept_by(self) -> DnsProvider:
        """What is to be known of the provider."""
        return PROVIDERS[self.provider]

    @property
    def service(self) -> str:
        """The service that the provider is asked by."""
        return self.kept_by.service

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
        return self.kept_by.place(self)
