"""The access keys of SMTP users: made, handed over, watched, retired. Never a part of a plan.

A key has a secret that AWS tells once, when it makes the key. What is derived from it is put into
the store of the user, or shown once; a key whose password cannot be put there is deleted again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.errors import NotReady, UsageError
from ses_provision.operations.smtp_password import derive
from ses_provision.outside.reading import Reading, ask, both
from ses_provision.outside.refusals import is_repeated
from ses_provision.outside.secrets import SECRETS
from ses_provision.outside.smtp import Login, host
from ses_provision.resources import access_keys
from ses_provision.resources.access_keys import AccessKey, State
from ses_provision.resources.iam_users import user_question
from ses_provision.resources.password_stores import Kept, Parameter, Secret

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.environment.smtp import SmtpUserSettings
    from ses_provision.outside.aws import Connections
    from ses_provision.outside.call import Call
    from ses_provision.outside.reading import Ask
    from ses_provision.resources.password_stores import Store

PORT = 587
"""The port that is handed over: STARTTLS, and open at most providers."""


def user_named(env: Environment, name: str) -> SmtpUserSettings:
    """An SMTP user of the file; the only one where none is named."""
    users = {user.name: user for user in env.smtp_users}
    if not users:
        raise UsageError(
            f"{env.name} has no SMTP users.",
            f"Add [[smtp_users]] to config/{env.name}.toml; ses-provision guide settings shows it.",
        )
    if not name and len(users) == 1:
        return env.smtp_users[0]
    if name not in users:
        what = f"no SMTP user {name}" if name else "several SMTP users"
        raise UsageError(f"{env.name} has {what}.", f"--user NAME, of: {', '.join(users)}.")
    return users[name]


def store_of(env: Environment, account: Account, user: SmtpUserSettings) -> Store | None:
    """Where the password of a user is kept; None where it is shown and kept nowhere."""
    name = env.smtp_secret(user)
    match user.store:
        case "secretsmanager":
            return Secret(account, name, env.all_tags)
        case "ssm":
            return Parameter(account, name, env.all_tags)
    return None


@dataclass(frozen=True)
class Standing:
    """A user as it stands: its keys, oldest first, and what its store holds."""

    exists: bool
    keys: tuple[AccessKey, ...]
    kept: Kept | None

    @property
    def active(self) -> tuple[AccessKey, ...]:
        """The keys that may be used."""
        return tuple(key for key in self.keys if key.is_active)

    def is_kept(self, key: AccessKey) -> bool:
        """Whether the store has the password of a key."""
        return self.kept is not None and self.kept.is_of(key.id)


def standing(env: Environment, account: Account, user: SmtpUserSettings) -> Reading[Standing]:
    """How a user stands."""
    store = store_of(env, account, user)
    keys, (answer, kept) = yield from both(
        access_keys.keys_with_use(account, user.name),
        both(asked_for(account, user), kept_in(store)),
    )
    return Standing(answer is not None, tuple(keys), kept)


def asked_for(account: Account, user: SmtpUserSettings) -> Reading[dict[str, object] | None]:
    """What IAM says of a user."""
    [answer] = yield from ask(user_question(account, user.name))
    return answer


def kept_in(store: Store | None) -> Reading[Kept | None]:
    """What is known of a stored password."""
    if store is None:
        return None
    return (yield from store.look())


@dataclass(frozen=True)
class Made:
    """A key that was just made, with the password that belongs to it.

    `repeated`: AWS was asked again, and may have made another one of which it never told.
    """

    key_id: str
    login: Login = field(repr=False)
    text: str = field(repr=False)
    repeated: bool = False

    @property
    def ending(self) -> str:
        """What tells the key apart without saying it."""
        return self.key_id[-access_keys.SHOWN :]


def make(
    connections: Connections, env: Environment, account: Account, user: SmtpUserSettings
) -> Made:
    """Make a key. What it says is hidden from here on, wherever it might be quoted."""
    reply = connections.send(access_keys.creation(account, user.name))
    key = reply["AccessKey"]
    secret = str(key["SecretAccessKey"])
    password = derive(secret, env.region)
    SECRETS.learn(secret, password)
    key_id = str(key["AccessKeyId"])
    text = content(env, key_id, password)
    return Made(key_id, Login(key_id, password), text, is_repeated(reply))


def content(env: Environment, username: str, password: str) -> str:
    """What a store holds: all that a program has to know to send."""
    return json.dumps(
        {"host": host(env.region), "port": PORT, "username": username, "password": password}
    )


def known(login: Login) -> Login:
    """A login whose password is hidden from here on. Raises ValueError where it cannot be one of
    SES: smtplib sends ASCII alone, and SES makes nothing else."""
    SECRETS.learn(login.password)
    if not (login.username + login.password).isascii():
        raise ValueError("not of ASCII alone")
    return login


def login_in(text: str) -> Login | None:
    """A login as a store holds it; None where it holds something else."""
    try:
        held = json.loads(text)
        return known(Login(str(held["username"]), str(held["password"])))
    except (ValueError, KeyError, TypeError):
        return None


def stored_login(store: Store) -> Reading[Login | None]:
    """The login that a store holds."""
    [answer] = yield from ask(store.value())
    return None if answer is None else login_in(store.told(answer))


def to_retire(found: Standing, ending: str) -> AccessKey:
    """The key that is meant: the one named by its last signs, else the older of two."""
    if ending:
        wanted = ending.lstrip("….").upper()
        meant = [key for key in found.keys if wanted and key.id.endswith(wanted)]
        if len(meant) != 1:
            raise UsageError(
                f"No access key of the user ends in {ending}.",
                f"There are: {', '.join(key.label for key in found.keys) or 'none'}.",
            )
        return meant[0]
    if len(found.keys) < access_keys.MOST:
        there = found.keys[0].label if found.keys else "none"
        raise UsageError(
            f"There is no older key to retire: the user has {there}.",
            "To end the only key, name it: --key with its last signs.",
        )
    return found.keys[0]


def insist_on_successor(found: Standing, key: AccessKey, *, named: bool) -> None:
    """Refuse to switch off the last key that may be used, unless it was named."""
    if not named and found.active == (key,):
        raise UsageError(
            f"{key.label} is the only one that may be used: without it the user sends nothing.",
            "To end it all the same, name it: --key with its last signs.",
        )


def insist_on_use(found: Standing, key: AccessKey) -> None:
    """Refuse to switch off a key whose successor nobody has been seen to use, or that was itself
    used after it."""
    newer = [other for other in found.active if other.made_at > key.made_at]
    if not newer:
        return
    way_out = (
        "Enter the new password where mail is sent, send one, and try again: AWS shows the use "
        "of a key up to some hours late. --unseen retires the old key all the same."
    )
    used = [other.used_at for other in newer if other.used_at]
    if not used:
        raise NotReady(
            f"The new {newer[-1].label} has not been seen in use: what sends may still use "
            f"{key.label}.",
            way_out,
        )
    if key.used_at and key.used_at > max(used):
        raise NotReady(
            f"{key.label} was used after the new {newer[-1].label}: something still sends with it.",
            way_out,
        )


def asks(env: Environment, account: Account) -> Iterator[Reading[object]]:
    """What the reading commands ask about each user."""
    for user in env.smtp_users:
        yield standing(env, account, user)


def value_asks(env: Environment, account: Account) -> Iterator[Ask]:
    """The questions for stored passwords, which `smtp test` asks."""
    for user in env.smtp_users:
        store = store_of(env, account, user)
        if store is not None:
            yield store.value()


def calls(env: Environment, account: Account) -> Iterator[Call]:
    """Every call that a command about keys could make."""
    for user in env.smtp_users:
        yield access_keys.creation(account, user.name)
        yield access_keys.setting(account, user.name, "", State.INACTIVE)
        yield access_keys.deletion(account, user.name, "")
        store = store_of(env, account, user)
        if store is not None:
            yield from every_call(store)


def every_call(store: Store) -> Iterator[Call]:
    """Every call about one stored password, as it is made, renewed and forgotten."""
    yield from store.puts(None, "", "")
    yield from store.puts(Kept(frozenset(), {}, ends=True), "", "")
    yield from store.removals(Kept(frozenset(), {}))
