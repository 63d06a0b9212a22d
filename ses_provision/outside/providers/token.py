"""The token of a provider: from a variable or from the system's keyring, and never shown."""

from __future__ import annotations

import os
import re

from ses_provision.dataclass import dataclass
from ses_provision.errors import CannotReachDns
from ses_provision.outside.secrets import SECRETS


@dataclass(frozen=True)
class TokenPlace:
    """Where a token is found: a variable, or an entry of the keyring as `service/user`."""

    variable: str = ""
    entry: str = ""

    @property
    def name(self) -> str:
        """The place in words."""
        if self.entry:
            return f"the keyring entry {self.entry} (dns.token_keyring)"
        return f"the variable {self.variable} (dns.token_env)"

    def token(self) -> str:
        """The token. Raises CannotReachDns that says what lacks, and repeats nothing of it."""
        found = (from_keyring(self.entry) if self.entry else os.environ.get(self.variable)) or ""
        token = found.strip()
        if not token:
            way = (
                f"keyring set {self.entry.replace('/', ' ', 1)}"
                if self.entry
                else f"export {self.variable}=…, from the password manager"
            )
            raise CannotReachDns(
                f"There is no token in {self.name}.",
                f"{way}. `ses-provision permissions --dns` says what the token has to allow.",
            )
        SECRETS.learn(found, token)
        if not re.fullmatch(r"[\x21-\x7e]{1,400}", token):
            raise CannotReachDns(
                f"What is in {self.name} is no token: a token is one word.",
                "Take it as it was shown when it was made. It is not shown here.",
            )
        return token


def from_keyring(entry: str) -> str | None:
    """What the system's keyring holds under a service and a user."""
    try:
        import keyring
        import keyring.errors
    except ModuleNotFoundError as error:
        raise CannotReachDns(
            "dns.token_keyring needs the keyring, which is not installed.",
            "Install it: pip install 'ses-provision[keyring]', or name a variable in "
            "dns.token_env.",
        ) from error
    service, _, user = entry.partition("/")
    try:
        found: str | None = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise CannotReachDns(
            f"The keyring cannot be read ({type(error).__name__}).",
            "Unlock it, or name a variable in dns.token_env instead.",
        ) from None
    return found
