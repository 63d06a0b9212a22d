"""Whose credentials a run uses: by the ordinary AWS chain, in a role, or of a local AWS."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import botocore.exceptions
import botocore.session
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)

from ses_provision.outside import profiles
from ses_provision.outside.models import loader
from ses_provision.outside.pace import Paces
from ses_provision.outside.secrets import SECRETS

ENVIRONMENT_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    *profiles.NAMING,
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)

NOBODYS: dict[str, tuple[None, None, Any, None]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
    "region": (None, None, None, None),
}
"""Session variables of botocore by which neither profile nor configuration of a person count."""


class Session:
    """Whose clients are made: a session of botocore, which shares the models with all others.

    boto3 would bring its resources and S3 transfers along, which nobody here needs.
    """

    def __init__(self, core: botocore.session.Session) -> None:
        self.core = core
        core.register_component("data_loader", loader(core.get_config_variable("data_path")))
        Paces().listen(self.events)

    @property
    def profile_name(self) -> str:
        """The name of the profile in use."""
        return str(self.core.profile or "default")

    @property
    def region_name(self) -> str | None:
        """The region of the profile, or of the environment."""
        found: str | None = self.core.get_config_variable("region")
        return found

    @property
    def events(self) -> Any:
        """What happens in all clients of the session."""
        return self.core.get_component("event_emitter")

    def get_credentials(self) -> Any:
        """The credentials by the chain; None where there are none."""
        return self.core.get_credentials()

    def client(self, service: str, **options: Any) -> Any:
        """A client. Sessions are not thread-safe: one after the other."""
        return self.core.create_client(service, **options)


def session(profile: str | None, fallback_profile: str | None = None) -> Session:
    """Credentials by the ordinary AWS chain.

    An explicit profile wins, then credentials given in the environment (CI has no profiles), then
    the fallback: the environment file's profile.
    """
    chosen = chosen_profile(profile, fallback_profile)
    if profile is None and given_in_variables():
        profiles.insist_on_whole_variables(os.environ)
    try:
        opened = Session(botocore.session.Session(profile=chosen))
    except botocore.exceptions.ProfileNotFound as error:
        named = str(error.kwargs["profile"])
        variable = profiles.naming(os.environ) if chosen is None else ""
        raise profiles.not_there(named, variable) from error
    except botocore.exceptions.BotoCoreError as error:
        raise profiles.unusable(error) from error
    profiles.insist_on_authorities(ca_bundle(opened))
    return learning(opened)


def given_in_variables() -> bool:
    """Whether the environment says whose credentials to use."""
    return any(os.environ.get(name) for name in ENVIRONMENT_CREDENTIALS)


def chosen_profile(profile: str | None, fallback_profile: str | None) -> str | None:
    """The profile by which a session is opened; None leaves it to the ordinary chain."""
    return profile or (None if given_in_variables() else fallback_profile)


def learning(opened: Session) -> Session:
    """A session whose credentials are learnt before they sign, so that none is ever printed."""
    opened.events.register("before-sign", learn_credentials)  # all clients of it inherit this
    return opened


def learn_credentials(request_signer: Any, **_: Any) -> None:
    """Learn the credentials that a request is about to be signed with."""
    credentials = request_signer._credentials
    if credentials is not None:
        keys = credentials.get_frozen_credentials()
        SECRETS.learn(keys.secret_key, keys.token)


def ca_bundle(opened: Session) -> str:
    """The file of certificate authorities that a session goes by, where one is named."""
    named = opened.core.get_config_variable("ca_bundle")
    return str(named or os.environ.get("REQUESTS_CA_BUNDLE") or "")


def zone_session(profile: str | None) -> Session | None:
    """The session of the profile that the environment names for hosted zones, if it names one."""
    return session(profile) if profile else None


class InRole(CredentialProvider):  # type: ignore[misc]
    """Credentials in a role, taken on again before they end."""

    METHOD = CANONICAL_NAME = "ses-provision-role"

    def __init__(self, fetcher: AssumeRoleCredentialFetcher) -> None:
        super().__init__()
        self._fetcher = fetcher

    def load(self) -> DeferredRefreshableCredentials:
        """Credentials that are fetched when first used."""
        return DeferredRefreshableCredentials(
            method=self.METHOD, refresh_using=self._fetcher.fetch_credentials
        )


def assumed(base: Session, role_arn: str, region: str, endpoint_url: str | None) -> Session:
    """A session in a role, with the settings of the profile that takes it on.

    AssumeRole gives credentials for an hour (STS API reference); they are renewed meanwhile.
    """
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=partial(base.client, region_name=region, endpoint_url=endpoint_url),
        source_credentials=base.get_credentials(),
        role_arn=role_arn,
        extra_args={"RoleSessionName": "ses-provision"},
    )
    named = base.profile_name
    core = botocore.session.Session(profile=None if named == "default" else named)
    core.register_component("credential_provider", CredentialResolver([InRole(fetcher)]))
    return learning(Session(core))


def local_session(account_id: str) -> Session:
    """The credentials that a local AWS takes for an account; nobody's profile has a say."""
    core = botocore.session.Session(session_vars=NOBODYS)
    core.set_config_variable("ignore_configured_endpoint_urls", value=True)
    core.set_credentials(f"LOCAL000{account_id}", "local")
    return Session(core)
