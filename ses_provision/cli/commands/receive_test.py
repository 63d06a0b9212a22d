"""receive-test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.cli.commands.inbox import list_of
from ses_provision.cli.commands.send_test import send
from ses_provision.cli.options import Timeout
from ses_provision.cli.run import Run, Target
from ses_provision.cli.waiting import progress
from ses_provision.errors import NotReady, NotSettled

if TYPE_CHECKING:
    from ses_provision.operations.inbox import Letter

SECONDS = 60
LONGEST_PAUSE = 10.0


def receive_test(run: Run, timeout: Timeout = 3) -> None:
    """Send one mail to the name that receives, and wait until it is stored.

    The mail leaves through the environment itself, which the sandbox allows, for the name is its
    own. It proves the whole way: MX record, active rule set, rule, bucket.

    Example: ses-provision receive-test --env prod
    """

    from ses_provision.operations.inbox import insist_on_receiving
    from ses_provision.render import inbox as text

    def work(run: Run, target: Target) -> None:
        env = target.env
        to = insist_on_receiving(env).probe
        insist_on_a_rule(target)
        known = frozenset(one.key for one in list_of(target))
        message_id, began = send(target, to), run.world.now()
        report = {"from": env.from_address, "to": to, "message_id": message_id}
        run.report(env.name, {"receive_test": report})
        run.tell(f"{env.name}: sent from {env.from_address} to {to}, message id {message_id}")
        found = awaited(run, target, (to, message_id, known), timeout)
        seconds = (run.world.now() - began).total_seconds()
        report |= text.arrival(found, seconds)
        run.show(text.arrived(env.name, to, found, seconds), "")

    run.each(work, writes=True, fit=insist_on_receiving)


def insist_on_a_rule(target: Target) -> None:
    """Nobody is mailed where it is known that nothing would arrive."""
    from ses_provision.steps import receiving

    env = target.env
    if not target.reader.run(receiving.stands(env, target.account)):
        raise NotReady(
            f"There is no rule yet that takes mail in for {env.name}, in the rule set that holds "
            f"in {env.region}.",
            f"ses-provision apply --env {env.name}",
        )


def awaited(
    run: Run, target: Target, sent: tuple[str, str, frozenset[str]], minutes: float
) -> Letter:
    """The mail once it is stored: to whom, its message id, what was stored before."""
    from ses_provision.operations.inbox import sent_as
    from ses_provision.outside import wait

    env, (to, message_id, known) = target.env, sent
    told = progress(run)

    def look() -> Letter | None:
        target.reader.forget()
        return target.reader.run(sent_as(env, target.account, message_id, known))

    try:
        found = wait.until(
            look,
            lambda seen: seen is not None,
            timeout=minutes * SECONDS,
            sleep=told.sleeping(run.world.sleep),
            waiting=lambda _, looked: told.waits(env.name, f"no mail at {to} yet", looked),
            longest=LONGEST_PAUSE,
        )
    except NotSettled as error:
        raise NotSettled(
            f"SES took the mail, but it did not arrive at {to} within "
            f"{wait.span(minutes * SECONDS)}.",
            f"ses-provision checklist --env {env.name} --only receiving says what stands in the "
            "way; a new MX record may take its time to live to be seen. What comes later is in: "
            f"ses-provision inbox --env {env.name}",
        ) from error
    if found is None:
        raise AssertionError("settled without a mail")
    return found
