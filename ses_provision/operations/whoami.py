"""Whose credentials an environment is worked on with: who STS says it is, and their origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.outside.reading import Ask, Reading, ask, question
from ses_provision.outside.rights import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.outside.whose import Origin


@dataclass(frozen=True)
class Caller:
    """Who AWS takes us for, and by which credentials. No account is wanted where no setting names
    one, as of a profile for hosted zones."""

    arn: str
    account_id: str
    wanted_account_id: str | None
    origin: Origin

    @property
    def is_right(self) -> bool:
        """Whether it is the account that the environment names, if it names one."""
        return self.wanted_account_id in {None, self.account_id}


def identity_question(region: str, credentials: Credentials) -> Ask:
    """Who we are. STS answers anybody, whatever IAM says (STS API reference)."""
    return question("sts", region, "GetCallerIdentity", on=(), credentials=credentials)


def caller(
    region: str, wanted: str | None, origin: Callable[[], Origin], credentials: Credentials
) -> Reading[Caller]:
    """Who AWS takes us for with these credentials.

    Their origin is asked for once STS has answered: where none can be fetched, as after a login has
    ended, the question says why and what to do.
    """
    [found] = yield from ask(identity_question(region, credentials))
    told = found or {}
    return Caller(str(told.get("Arn", "")), str(told.get("Account", "")), wanted, origin())
