"""Whose credentials a run uses: by the ordinary AWS chain, in a role, or of a local AWS."""

from __future__ import annotations

import functools
import os
from functools import partial
from typing import Any

import boto3
import botocore.exceptions
import botocore.loaders
import botocore.session
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)

from ses_provision.outside import profiles
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


def session(profile: str | None, fallback_profile: str | None = None) -> boto3.Session:
    """Credentials by the ordinary AWS chain.

    An explicit profile wins, then credentials given in the environment (CI has no profiles), then
    the fallback: the environment file's profile.
    """
    chosen = chosen_profile(profile, fallback_profile)
    if profile is None and given_in_variables():
        profiles.insist_on_whole_variables(os.environ)
    try:
        opened = with_models(boto3.Session(profile_name=chosen))
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


@functools.cache
def loader(data_path: str | None) -> botocore.loaders.Loader:
    """What reads AWS's models from disk, for all sessions: each model is read once a process."""
    return botocore.loaders.create_loader(data_path)


def with_models(opened: boto3.Session) -> boto3.Session:
    """A session that shares the models with all others."""
    core = opened._session
    core.register_component("data_loader", loader(core.get_config_variable("data_path")))
    return opened


def learning(opened: boto3.Session) -> boto3.Session:
    """A session whose credentials are learnt before they sign, so that none is ever printed."""
    opened.events.register("before-sign", learn_credentials)  # all clients of it inherit this
    return opened


def learn_credentials(request_signer: Any, **_: Any) -> None:
    """Learn the credentials that a request is about to be signed with."""
    credentials = request_signer._credentials
    if credentials is not None:
        keys = credentials.get_frozen_credentials()
        SECRETS.learn(keys.secret_key, keys.token)


def ca_bundle(opened: boto3.Session) -> str:
    """The file of certificate authorities that a session goes by, where one is named."""
    named = opened._session.get_config_variable("ca_bundle")
    return str(named or os.environ.get("REQUESTS_CA_BUNDLE") or "")


def zone_session(profile: str | None) -> boto3.Session | None:
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


def assumed(
    base: boto3.Session, role_arn: str, region: str, endpoint_url: str | None
) -> boto3.Session:
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
    return learning(with_models(boto3.Session(botocore_session=core)))


def local_session(account_id: str) -> boto3.Session:
    """The credentials that a local AWS takes for an account; nobody's profile has a say."""
    core = botocore.session.Session(session_vars=NOBODYS)
    core.set_config_variable("ignore_configured_endpoint_urls", value=True)
    return with_models(
        boto3.Session(
            aws_access_key_id=f"LOCAL000{account_id}",
            aws_secret_access_key="local",  # noqa: S106
            botocore_session=core,
        )
    )
