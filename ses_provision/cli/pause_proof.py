"""Proving that an alarm pauses: how `drill --alarms` waits for it, and ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ses_provision.cli.run import Run, Target
from ses_provision.cli.waiting import progress
from ses_provision.errors import NotSettled, ProvisionError

if TYPE_CHECKING:
    from ses_provision.operations.alarm_drill import Ring
    from ses_provision.operations.pause_drill import Pause, Standing


def seen(target: Target, set_arn: str) -> Standing:
    """How the set stands now."""
    from ses_provision.operations.pause_drill import standing

    target.reader.forget()
    return target.reader.run(standing(set_arn))


@contextmanager
def ended(run: Run, target: Target, ring: Ring) -> Iterator[Pause]:
    """Let an alarm pause the set in the block; however that ends, let the mail through again that
    it has stopped."""
    from ses_provision.operations.pause_drill import Pause
    from ses_provision.steps import arns

    arn = arns.configuration_set(target.env, target.account)
    pause = Pause(arn, ring.name, seen(target, arn), run.world.now())
    ring.pause = pause
    try:
        yield pause
    finally:
        if pause.before.sends:
            end(run, target, pause)


def end(run: Run, target: Target, pause: Pause) -> None:
    """Resume the set where the drill has paused it; tell what does not go as it should."""
    from ses_provision.operations.pause_drill import resuming
    from ses_provision.outside import wait

    env, resume = target.env.name, f"ses-provision resume --env {target.env.name}"
    try:
        found = seen(target, pause.set_arn)
        if found.sends:
            if not pause.is_proved:
                run.tell(f"{env}: should the alarm pause {pause.name} late: {resume}")
            return
        if not pause.is_ours(found):
            pause.why = f"somebody else has paused it ({found.noted})"
            return
        switch, strike = resuming(pause)
        target.connections.send(switch)
        pause.is_resumed = True
        target.connections.send(strike)
        wait.until(
            lambda: seen(target, pause.set_arn),
            lambda found: found.sends,
            timeout=wait.PROPAGATION,
            sleep=run.world.sleep,
            waiting=lambda *_: None,
            longest=wait.FIRST_LOOK,
        )
    except NotSettled:
        pause.is_resumed = False
        pause.why = f"AWS took the call to resume it, and does not show that yet; look: {resume}"
        run.fail()
    except ProvisionError as error:
        if not pause.is_resumed:
            pause.why = error.message
            run.tell(
                f"{env}: configuration set {pause.name} may be paused by the drill, and could not "
                f"be resumed: {error.message} Run: {resume}"
            )
            run.fail()
        else:
            run.tell(f"{env}: the note of the pause could not be taken away: {error.message}")


def wait_for(run: Run, target: Target, ring: Ring, timeout: float) -> None:
    """Wait until the set is paused; note why it is not. `timeout` in minutes."""
    from ses_provision.operations.alarm_drill import failed_action
    from ses_provision.operations.pause_drill import function_of
    from ses_provision.outside import wait

    pause, told = ring.pause, progress(run)
    if pause is None or not pause.before.sends:
        return
    with suppress(NotSettled):
        wait.until(
            lambda: seen(target, pause.set_arn),
            lambda found: not found.sends,
            timeout=timeout * 60,
            sleep=told.sleeping(run.world.sleep),
            waiting=lambda _, looked: told.waits(
                target.env.name, f"not paused yet by {ring.name}", looked
            ),
            longest=2 * wait.FIRST_LOOK,
        )
        pause.seen_at = run.world.now()
        return
    function = function_of(ring.alarm)
    failed = target.reader.run(failed_action(ring.alarm.arn, function))
    log = f"/aws/lambda/{function.rpartition(':')[2]}"
    pause.why = failed or f"not within {timeout:g} minutes; see log group {log} in {ring.region}"
