"""What `dkim` changes: a new key is put without a gap, and what signed before is tidied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ses_provision.cli.commands.apply import perform
from ses_provision.cli.run import Run, Target
from ses_provision.cli.scope import look_ahead
from ses_provision.cli.step_options import chosen
from ses_provision.cli.verification import await_verification
from ses_provision.cli.waiting import progress
from ses_provision.engine.calling import batches
from ses_provision.engine.plan import way_out
from ses_provision.errors import NotReady
from ses_provision.operations import own_keys
from ses_provision.operations.own_keys import Rotation, Turn
from ses_provision.render import own_keys as text
from ses_provision.resources.ses import own_key
from ses_provision.resources.ses.identity import identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_provision.checks.whom import Whom
    from ses_provision.resources.dns_zone import DnsZone
    from ses_provision.resources.ses.identity import Identity
    from ses_provision.resources.ses.own_key import Held
    from ses_provision.steps.records import PublishedRecord


def rotation_of(target: Target) -> Rotation:
    """How the identity stands now."""
    return Rotation(
        target.env, target.account, own_keys.insist_on_identity(target.env, seen(target))
    )


def seen(target: Target) -> Identity | None:
    """What SES says of the domain now."""
    from ses_provision.steps import arns

    target.reader.forget()
    return target.reader.run(identity(arns.identity(target.env, target.account)))


def rotate(run: Run, whom: Sequence[str] | None, *, again: bool, timeout: float, yes: bool) -> None:
    """Put a new key once everybody sees its record; go on where an earlier run was interrupted."""
    from ses_provision.cli.resolvers import asked

    env = run.one_environment()
    own_keys.insist_on_method(env)
    with run.boundary(env.name):
        target = run.open(env)
        found = rotation_of(target)
        told: dict[str, Any] = {"before": found.selector, "selector": found.selector}
        run.report(env.name, {"dkim": told, "applied": []})
        turn = found.turn(run.world.now(), again=again)
        told["turn"] = turn.value
        if turn is Turn.NOTHING:
            tell_fresh(run, found)
            return
        asks = asked(env, list(whom or ()), False)
        if turn is Turn.RENEW:
            held = prepared(run, target, found, yes=yes)
            told["selector"] = held.selector
            handed_over(run, target, found, (held, asks), timeout)
        elif found.own.next:
            target.connections.send(found.gone_over(found.selector, run.world.now()))
        await_verification(run, target, timeout, asks)
        tell_old(run, target)


def tell_fresh(run: Run, found: Rotation) -> None:
    """The key was put lately: the same command once more is no wish for another one."""
    since = f" since {text.day(found.own.since)}" if found.own.since else ""
    run.tell(
        f"{found.env.name}: nothing to do: {found.env.domain} signs with {found.selector}{since}. "
        "--again puts another key all the same."
    )


def prepared(run: Run, target: Target, found: Rotation, *, yes: bool) -> Held:
    """Ask, make the key, and have its record published, or tell whoever has to."""
    env = target.env
    found.insist_on_readiness()
    if not yes:
        before = "Easy DKIM" if found.goes_over else found.selector or "a key that is not ours"
        run.confirm(
            f"Make a new signing key for {env.domain} ({env.name}), and have SES sign with it "
            f"instead of {before} once everybody sees its record? Until SES has found it, mail may "
            "be unsigned, and DMARC rests on SPF."
        )
        found.insist_on_readiness()
    held = found.new_key()
    target.connections.send(found.remembering(held.public))
    run.tell(f"{env.name}: made key {held.selector}, SHA-256 {held.public.fingerprint}")
    publish(run, target)
    return held


def publish(run: Run, target: Target) -> None:
    """Make the step of the DKIM records; by hand, nothing is to be made."""
    steps = chosen(["dkim"], None)
    target.reader.forget()
    agreed = look_ahead(run, target, steps, frozenset())
    stuck = [step for step in agreed.steps if step.blocked]
    if agreed.failure is not None:
        raise agreed.failure
    left = perform(run, target, agreed, steps, frozenset()) if agreed.has_changes else []
    for step in (*stuck, *left):
        first = next(o for change in step.blocked for o in change.hindrances)
        raise NotReady(
            f"The record cannot be published; SES signs as before: {first.what}.",
            way_out(first, step.id, target.env.name),
        )


def handed_over(
    run: Run, target: Target, found: Rotation, key: tuple[Held, Whom], timeout: float
) -> None:
    """Wait until everybody sees the record, then give SES the key."""
    from ses_provision.steps.records import own_record

    held, whom = key
    env, record = target.env, own_record(target.env, held.public, signs=True)
    run.reports[-1]["dkim"]["record"] = text.record_document(record)
    if env.dns.is_by_hand:
        run.show(text.to_publish(env, record), "")
    await_record(run, target, (record, whom), timeout)
    own_keys.insist_on_same(found, seen(target), held)
    target.connections.send(found.going_over(held.public))
    target.connections.send(own_key.putting(found.arn, held))
    target.connections.send(found.gone_over(held.selector, run.world.now()))
    run.tell(f"{env.name}: SES has key {held.selector}, and looks for its record")


def await_record(
    run: Run, target: Target, asked: tuple[PublishedRecord, Whom], timeout: float
) -> None:
    """Look until everybody sees a record; `timeout` in minutes."""
    from ses_provision.checks.key_record import Seen, look
    from ses_provision.outside import wait

    record, whom = asked
    told = progress(run)

    def again() -> Seen:
        target.reader.forget()
        return target.reader.run(look(target.env, target.account, whom, record))

    wait.until(
        again,
        lambda seen: seen.is_everywhere,
        timeout=timeout * 60,
        sleep=told.sleeping(run.world.sleep),
        waiting=lambda seen, looked: told.waits(target.env.name, looked.failed or seen.why, looked),
    )


def tell_old(run: Run, target: Target) -> None:
    """What signed before, and from when on it may go."""
    found = own_keys.old(rotation_of(target).live, run.world.now())
    if found.forgets or found.later:
        after = f", from {text.day(found.later)} on" if found.later else ""
        run.tell(
            f"{target.env.name}: the records of what signed before stay for mail under way. To "
            f"remove them{after}: ses-provision dkim tidy --env {target.env.name}"
        )


def tidy(run: Run, *, yes: bool) -> None:
    """Remove the records of what signs no more, and forget it."""
    from ses_provision.resources import zones
    from ses_provision.steps.records import kept_records

    env = run.one_environment()
    with run.boundary(env.name):
        target = run.open(env)
        found = rotation_of(target)
        old = own_keys.old(found.live, run.world.now())
        issued = found.live.dkim
        kept = kept_records(env, issued) if issued else []
        names = own_keys.names_of(env, found.own, old)
        records = [record for record in kept if record.name in names]
        gone: list[dict[str, Any]] = []
        told = {"removed": gone, "later": old.later.isoformat() if old.later else None}
        run.report(env.name, {"tidied": told})
        if old.later:
            run.tell(f"{env.name}: more may go from {text.day(old.later)} on")
        if not old.forgets:
            run.show(f"{env.name}: nothing to tidy")
            return
        if not yes:
            listed = ", ".join(f"{record.type} {record.name}" for record in records)
            run.confirm(f"Remove {listed or 'what is remembered of keys that never signed'}?")
        zone = target.reader.run(zones.zone(env, target.account))
        gone += remove(run, target, zone, records)
        target.connections.send(own_key.forgetting(found.arn, old.forgets))


def remove(
    run: Run, target: Target, zone: DnsZone | None, records: Sequence[PublishedRecord]
) -> list[dict[str, Any]]:
    """Remove records where they are as we wrote them; the others are named."""
    from ses_provision.outside.reading import together
    from ses_provision.steps import arns
    from ses_provision.steps.dkim import record_set

    env = target.env
    if zone is None:
        for record in records:
            run.show(text.removed(env, record, "is needed no more: remove it at your DNS provider"))
        return []
    served = arns.identity(env, target.account)
    sets = [record_set(zone, record, served) for record in records]
    live = target.reader.run(together(each.read() for each in sets))
    found = list(zip(records, sets, live, strict=True))
    ours = [(record, each.deletes(at)) for record, each, at in found if each.deletes(at)]
    for call, done in batches(ours):
        target.connections.send(call)
        for record in done:
            run.show(text.removed(env, record, "removed"))
    for record, each, at in found:
        if at.live is not None and at.live != each:
            run.show(text.removed(env, record, "stays: it is not as it was written here"))
    return [text.record_document(record) for record, _ in ours]
