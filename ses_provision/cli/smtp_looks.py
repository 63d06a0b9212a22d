"""What `smtp` looks at: users and their keys, the way to the endpoint, what a program is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.cli import asking
from ses_provision.cli.run import Run, Target
from ses_provision.errors import NotReady, UsageError
from ses_provision.operations import smtp_forms, smtp_keys, smtp_refusals, test_mail
from ses_provision.outside.smtp import PORTS, Letter, Login, Walk
from ses_provision.render import smtp as text

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.environment.smtp import SmtpUserSettings
    from ses_provision.outside.smtp import Hop

USERNAME, PASSWORD = "SMTP_USERNAME", "SMTP_PASSWORD"


def status(run: Run, name: str) -> None:
    """Show the keys of users."""

    def work(run: Run, target: Target) -> None:
        env = target.env
        users = [smtp_keys.user_named(env, name)] if name else list(env.smtp_users)
        now = run.world.now()
        told: list[dict[str, Any]] = []
        run.report(env.name, {"smtp_users": told})
        run.show(Text(env.name, style="bold") if users else f"{env.name}: no SMTP users")
        for user in users:
            found = target.reader.run(smtp_keys.standing(env, target.account, user))
            told.append(text.standing_document(user, found, now))
            run.show(text.standing(user, found, now))

    run.each(work)


def show(run: Run, env: Environment, name: str, form: str) -> None:
    """Show what a program is told, its password left out."""
    user = smtp_keys.user_named(env, name)
    with run.boundary(env.name):
        target = run.open(env)
        found = target.reader.run(smtp_keys.standing(env, target.account, user))
        if not found.active:
            raise NotReady(
                f"{user.name} has no active access key, so there is no user name to show.",
                f"ses-provision smtp create --env {env.name} --user {user.name}",
            )
        fill_in, key = smtp_forms.FORMS[form], found.active[-1]
        fields = fill_in(env, user, key.id)
        run.report(env.name, {"form": form, "fields": dict(fill_in(env, user, f"…{key.ending}"))})
        reveal(run, text.fields(f"{env.name}: {user.name}, as {form} asks for it", fields))


def reveal(run: Run, shown: str) -> None:
    """Show what is hidden elsewhere, because a person asked for it: a key id, a password once."""
    if not run.as_json:
        with run.life.aside():
            run.outlet.write(f"{shown}\n")
        run.flush()


def test(run: Run, env: Environment, name: str, chosen: tuple[int, bool, bool]) -> None:
    """Go to the endpoint hop by hop, as far as it goes."""
    port, mail, no_auth = chosen
    user = smtp_keys.user_named(env, name)
    if port not in PORTS:
        raise UsageError(
            f"SES does not listen on port {port}.", f"Ports: {', '.join(map(str, PORTS))}."
        )
    if mail and no_auth:
        raise UsageError("SES takes no mail without a login.", "Leave out --no-auth, or --send.")
    with run.boundary(env.name):
        target = run.open(env)
        login = None if no_auth else login_of(run, target, user)
        letter = test_letter(env, user) if mail else None
        walk(run, env, user, (port, login, letter))


def walk(
    run: Run,
    env: Environment,
    user: SmtpUserSettings,
    chosen: tuple[int, Login | None, Letter | None],
) -> None:
    """Show each hop, and what it means where one fails."""
    port, login, letter = chosen
    told: list[dict[str, Any]] = []
    run.report(env.name, {"hops": told})
    failed: Hop | None = None
    with run.world.smtp(env.region) as endpoint:
        run.show(Text(f"{env.name}: {user.name} to {endpoint.host} port {port}", style="bold"))
        for hop in Walk(endpoint, port).hops(login, letter):
            told.append(text.hop_document(hop))
            run.show(text.hop(hop))
            failed = hop if hop.failed else None
    if failed is not None:
        meant = smtp_refusals.meaning(failed, env, user.name)
        raise NotReady(f"{failed.name} failed: {meant.cause}.", meant.way_out)


def test_letter(env: Environment, user: SmtpUserSettings) -> Letter:
    """A mail to the mailbox simulator; it says nothing about anybody."""
    sender, name = env.smtp_addresses(user)[0], env.configuration_set.name
    body = test_mail.BODY.format(sender=sender, name=name, region=env.region)
    lines = [
        f"From: {sender}",
        f"To: {test_mail.SUCCESS}",
        f"Subject: {test_mail.SUBJECT}",
        f"{smtp_forms.HEADER}: {name}",
        "",
        body,
        "",
    ]
    return Letter(sender, test_mail.SUCCESS, "\r\n".join(lines))


def login_of(run: Run, target: Target, user: SmtpUserSettings) -> Login:
    """The login of a user: from its store, from variables, or typed."""
    env = target.env
    store = smtp_keys.store_of(env, target.account, user)
    if store is not None:
        found = target.reader.run(smtp_keys.stored_login(store))
        if found is None:
            raise NotReady(
                f"{store.label} holds no SMTP password.",
                f"ses-provision smtp create --env {env.name} --user {user.name}",
            )
        return found
    try:
        return smtp_keys.known(given_login(run, user))
    except ValueError:
        raise UsageError(
            "This is no user name and password of SES: those have letters without accents, digits "
            "and signs alone (ASCII).",
            "Enter them as `smtp create` showed them.",
        ) from None


def given_login(run: Run, user: SmtpUserSettings) -> Login:
    """A login from variables, or typed."""
    username, password = os.environ.get(USERNAME), os.environ.get(PASSWORD)
    if username and password:
        return Login(username, password)
    if not run.may_ask:
        raise UsageError(
            f"The password of {user.name} is kept nowhere, and nobody is there to type it.",
            f"Set {USERNAME} and {PASSWORD}, or go without a login: --no-auth.",
        )
    return Login(asking.ask("SMTP user name"), asking.unseen("SMTP password"))
