"""What `smtp` changes: keys are made and handed over, switched off and deleted."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ses_provision.cli.run import Run, Target
from ses_provision.cli.smtp_looks import PASSWORD, USERNAME, reveal
from ses_provision.cli.waiting import progress
from ses_provision.dataclass import dataclass
from ses_provision.engine.calling import ensure
from ses_provision.errors import NotReady, NotSettled, ProvisionError, UsageError
from ses_provision.operations import smtp_keys, smtp_refusals
from ses_provision.operations.smtp_keys import Made, Standing
from ses_provision.outside import wait
from ses_provision.outside.refusals import is_repeated
from ses_provision.outside.smtp import LOGIN, Walk
from ses_provision.render import smtp as text
from ses_provision.resources import access_keys
from ses_provision.resources.access_keys import AccessKey, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_provision.environment.smtp import SmtpUserSettings
    from ses_provision.outside.smtp import Hop
    from ses_provision.resources.password_stores import Store

SPREADS = 120.0
"""Seconds after which SMTP surely knows a new key; usually a few."""


@dataclass(frozen=True)
class Retirement:
    """Which key is retired, and how far."""

    key: str
    unseen: bool
    undo: bool
    delete: bool


def new_key(run: Run, action: str, name: str, *, show_secret: bool, yes: bool) -> None:
    """Make a key, hand its password over, and see that it works."""
    env = run.one_environment()
    user = smtp_keys.user_named(env, name)
    with run.boundary(env.name):
        target = run.open(env)
        store = smtp_keys.store_of(env, target.account, user)

        def look() -> Standing:
            found = target.reader.run(smtp_keys.standing(env, target.account, user))
            insist_on_room(target, user, found, action)
            insist_on_a_place(run, store, found, show_secret=show_secret)
            return found

        found = look()
        if not yes:
            where = store.label if store else "shown once"
            run.confirm(f"Make an access key for {user.name} ({env.name}); password: {where}?")
            target.reader.forget()
            found = look()  # somebody else may have been faster
        made = handed_over(run, target, user, (store, found))
        told: dict[str, Any] = {"user": user.name, "key_ending": made.ending}
        run.report(env.name, {"smtp": told})
        told["works"] = works(run, target, user, made)
        for line in next_steps(target, user, action, store):
            run.tell(line)


def insist_on_room(target: Target, user: SmtpUserSettings, found: Standing, action: str) -> None:
    """A first key where there is none, a second one where there is one."""
    env = target.env
    command = f"ses-provision smtp {{}} --env {env.name} --user {user.name}"
    if not found.exists:
        raise NotReady(
            f"IAM user {user.name} does not exist yet.", f"ses-provision apply --env {env.name}"
        )
    if len(found.keys) >= access_keys.MOST:
        labels = " and ".join(key.label for key in found.keys)
        raise NotReady(
            f"{user.name} has two access keys, and IAM allows no third: {labels}.",
            f"{command.format('retire')}, then the same with --delete",
        )
    if action == "create" and found.active:
        [key] = found.active
        lost = (
            f" If nobody has its password: {command.format('retire')} --key {key.ending}, the same "
            "with --delete, then create again."
        )
        raise NotReady(
            f"{user.name} has {key.label} already.", f"{command.format('rotate')}.{lost}"
        )
    if action == "rotate" and not found.active:
        raise NotReady(f"{user.name} has no active key to rotate.", command.format("create"))


def insist_on_a_place(run: Run, store: Store | None, found: Standing, *, show_secret: bool) -> None:
    """Refuse, before a key is made, where its password could not be handed over."""
    if store is None:
        if run.as_json:
            raise UsageError(
                "A JSON document never holds a password.",
                'Leave out --json, or keep it: smtp_users.store = "secretsmanager" or "ssm".',
            )
        if not (run.outlet.isatty() or show_secret):
            raise UsageError(
                "The password is shown once, and standard output is no terminal.",
                "Run it on a terminal; --show-secret writes the password all the same.",
            )
    elif found.kept is not None and found.kept.problem:
        raise NotReady(f"{found.kept.problem}.", "Choose another name: smtp_users.secret_name.")


def handed_over(
    run: Run, target: Target, user: SmtpUserSettings, place: tuple[Store | None, Standing]
) -> Made:
    """Make a key and hand its password over; where that fails, the key goes again."""
    store, found = place
    known = {key.id for key in found.keys}
    try:
        made = smtp_keys.make(target.connections, target.env, target.account, user)
    except BaseException as error:
        if is_repeated(error.__cause__ or error):
            delete_strays(run, target, user, known)
        raise
    with taken_back(run, target, user, made):
        if made.repeated:
            delete_strays(run, target, user, {*known, made.key_id})
        if store is None:
            show_once(run, made)
        else:
            for call in store.puts(found.kept, made.text, made.key_id):
                target.connections.send(call)
    if store is not None:
        run.tell(f"The password of {user.name} is in {store.label}.")
    return made


def show_once(run: Run, made: Made) -> None:
    """Show user name and password: on a terminal for a person, elsewhere as variables."""
    login = made.login
    if run.outlet.isatty():
        fields = [("User name", login.username), ("Password", login.password)]
        reveal(run, text.fields("Shown once, and kept nowhere:", fields))
    else:
        reveal(run, f"{USERNAME}={login.username}\n{PASSWORD}={login.password}")
    if run.lost:
        raise NotReady(f"The password could not be shown: {run.lost}.", "Try again.")


def delete_strays(run: Run, target: Target, user: SmtpUserSettings, known: set[str]) -> None:
    """Delete what IAM made and never told us of, because a reply was lost and asked for again.

    CreateAccessKey knows no token that would tell two tries from two wishes (IAM API reference).
    """
    target.reader.forget()
    for key in target.reader.run(access_keys.access_keys(target.account, user.name)):
        if key.id not in known:
            deletion = access_keys.deletion(target.account, user.name, key.id)
            ensure(deletion, target.connections)
            run.tell(
                f"{target.env.name}: AWS made access key …{key.ending}, and its reply was "
                "lost: it is deleted again."
            )


@contextmanager
def taken_back(run: Run, target: Target, user: SmtpUserSettings, made: Made) -> Iterator[None]:
    """Delete a key whose password nobody got, however the block ends; say so."""
    try:
        yield
    except BaseException:
        try:
            deletion = access_keys.deletion(target.account, user.name, made.key_id)
            ensure(deletion, target.connections)
        except ProvisionError as error:
            run.tell(
                f"{target.env.name}: the new access key …{made.ending} of {user.name} could not be "
                f"deleted again: {error.message} Delete it: ses-provision smtp retire"
            )
        else:
            run.tell(f"{target.env.name}: the new access key …{made.ending} is deleted again.")
        raise


def works(run: Run, target: Target, user: SmtpUserSettings, made: Made) -> bool:
    """Log in with the new password, again and again until SMTP knows it."""
    env = target.env

    def look() -> Hop:
        hops = list(Walk(endpoint, smtp_keys.PORT).hops(made.login, None))
        return next((hop for hop in hops if hop.name == LOGIN), hops[-1])

    awaited = progress(run)
    with run.world.smtp(env.region) as endpoint:
        try:
            last = wait.until(
                look,
                lambda hop: hop.code != 535,
                timeout=SPREADS,
                sleep=awaited.sleeping(run.world.sleep),
                waiting=lambda _, looked: awaited.waits(
                    env.name, "SMTP does not know the new key yet", looked
                ),
            )
        except NotSettled as error:
            raise NotSettled(
                f"SMTP does not take the new key of {user.name} after {SPREADS / 60:g} minutes.",
                f"ses-provision smtp test --env {env.name} --user {user.name}",
            ) from error
    if last.failed:
        meant = smtp_refusals.meaning(last, env, user.name)
        tried = "did not log in" if last.name == LOGIN else "was not tried"
        run.tell(f"{env.name}: the password {tried}: {last.name}: {meant.cause}.")
        return False
    run.tell(f"{user.name} logs in at {endpoint.host}.")
    return True


def next_steps(
    target: Target, user: SmtpUserSettings, action: str, store: Store | None
) -> list[str]:
    """What is left to do."""
    named = f"--env {target.env.name} --user {user.name}"
    told = [f"  ses-provision smtp show {named}   what the program has to be told"]
    if store is None:
        told.append("  enter the password there now; it is shown no second time")
    if action == "rotate":
        told += [
            f"  ses-provision smtp status {named}   until the new key was used (up to some hours)",
            f"  ses-provision smtp retire {named}   switches the old key off",
        ]
    return ["Next:", *told]


def retire(run: Run, name: str, chosen: Retirement, *, yes: bool) -> None:
    """Switch a key off, on again, or delete it."""
    if chosen.undo and chosen.delete:
        raise UsageError("What is deleted cannot be used again.", "Give --undo or --delete.")
    env = run.one_environment()
    user = smtp_keys.user_named(env, name)
    with run.boundary(env.name):
        target = run.open(env)
        found = target.reader.run(smtp_keys.standing(env, target.account, user))
        key = smtp_keys.to_retire(found, chosen.key)
        if chosen.undo:
            switch(run, target, user, key, State.ACTIVE)
        elif chosen.delete:
            remove(run, target, user, (key, found), yes=yes)
        elif not key.is_active:
            raise NotReady(
                f"{user.name}: {key.label} is retired already.",
                "--delete removes it for good; --undo lets it be used again.",
            )
        else:
            smtp_keys.insist_on_successor(found, key, named=bool(chosen.key))
            if not chosen.unseen:
                smtp_keys.insist_on_use(found, key)
            if not yes:
                run.confirm(f"Switch {key.label} of {user.name} off? (--undo takes it back.)")
            switch(run, target, user, key, State.INACTIVE)


def switch(run: Run, target: Target, user: SmtpUserSettings, key: AccessKey, state: State) -> None:
    """Let a key be used, or not."""
    target.connections.send(access_keys.setting(target.account, user.name, key.id, state))
    run.report(
        target.env.name,
        {"smtp": {"user": user.name, "key_ending": key.ending, "state": state.value}},
    )
    run.show(f"{user.name}: access key …{key.ending} is {state.lower()}.")
    if state is State.INACTIVE:
        run.show(
            "  where mail stops now, take it back: the same with --undo; "
            "after some days: the same with --delete"
        )


def remove(
    run: Run,
    target: Target,
    user: SmtpUserSettings,
    which: tuple[AccessKey, Standing],
    *,
    yes: bool,
) -> None:
    """Delete an inactive key, and the stored password that belongs to it."""
    key, found = which
    if key.is_active:
        raise NotReady(
            f"{user.name}: {key.label} may still be in use.",
            "Retire it first: the same without --delete. That can be taken back.",
        )
    if not yes:
        run.confirm(f"Delete {key.label} of {user.name} for good?")
    ensure(access_keys.deletion(target.account, user.name, key.id), target.connections)
    run.report(
        target.env.name,
        {"smtp": {"user": user.name, "key_ending": key.ending, "state": "deleted"}},
    )
    run.show(f"{user.name}: access key …{key.ending} is deleted.")
    store = smtp_keys.store_of(target.env, target.account, user)
    if store is not None and found.kept is not None and found.is_kept(key) and found.kept.is_ours:
        for call in store.removals(found.kept):
            ensure(call, target.connections)
        run.show(f"  its password is removed: {store.label}.")
