"""Is every event archived, lately, by the right people's key? The stream, the bucket, the table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    all_of,
    done,
    for_a_person,
    unknown,
    waiting,
)
from ses_provision.outside.reading import Ask, Reading, ask, both, together
from ses_provision.resources.firehose import READY
from ses_provision.resources.s3_asking import question_about
from ses_provision.resources.ses.account import sending_account
from ses_provision.steps import archive, catalog
from ses_provision.steps.archive_table import ERRORS, PARTITION, PREFIX

if TYPE_CHECKING:
    from ses_provision.engine.model import Resource
    from ses_provision.environment import Environment

LATE = timedelta(hours=1)
DAY = timedelta(days=1)


def flowing(scene: Scene) -> Reading[Judgement]:
    """Is the stream ready, and does SES put every wanted event on it?"""
    env = scene.env
    stream = archive.stream(env, scene.account)
    wanted = archive.destination(env, scene.account, insisted(env))
    found, fed = yield from both(stream.read(), wanted.read())
    if found.live is None:
        return action(f"there is no delivery stream {stream.name}", scene.apply)
    wrong = []
    if found.live.state != READY:
        wrong.append(f"delivery stream {stream.name} is {found.live.state}")
    live = fed.live
    if live is None or not live.enabled:
        wrong.append(f"destination {wanted.name} is {'off' if live else 'not there'}")
    elif live.uses != wanted.uses:
        wrong.append(f"destination {wanted.name} reports elsewhere")
    elif wanted.types - live.types:
        lacking = ", ".join(sorted(wanted.types - live.types))
        wrong.append(f"destination {wanted.name} does not report {lacking}")
    if wrong:
        return action("; ".join(wrong), scene.apply)
    return done(f"{wanted.name} puts {', '.join(sorted(wanted.types))} on {stream.name}")


def insisted(env: Environment) -> Any:
    """The section, where the topic matters."""
    return env.archive


def objects(scene: Scene, prefix: str) -> Ask:
    """The question for the objects of the bucket that begin so."""
    return question_about(
        scene.account,
        scene.env.archive_names.bucket,
        "ListObjectsV2",
        nothing={},
        pages=True,
        Prefix=prefix,
    )


def times(answers: Sequence[Any]) -> list[datetime]:
    """When objects were written."""
    listed = (held for answer in answers for held in (answer or {}).get("Contents") or ())
    return [held["LastModified"].astimezone(UTC) for held in listed]


def fresh(scene: Scene) -> Reading[Judgement]:
    """Did events arrive, if mail was sent in the last day?"""
    now = scene.now or datetime.fromtimestamp(0, UTC)
    days = [f"{PREFIX}{PARTITION}={now - back * DAY:%Y-%m-%d}/" for back in range(3)]
    sending, answers = yield from both(
        sending_account(scene.env.region), ask(*(objects(scene, day) for day in days))
    )
    if scene.now is None:
        return unknown("the time is not known", f"ses-provision checklist {scene.on}")
    bound = DAY + LATE + timedelta(seconds=insisted(scene.env).buffer_seconds)
    newest = max(times(answers), default=None)
    if newest is not None and now - newest <= bound:
        return done(f"newest events written {newest:%Y-%m-%d %H:%M} UTC")
    sent = sending.access.sent
    if not sent:
        return done(f"no mail left {scene.env.region} in the last 24 hours: nothing to archive")
    mails = f"{sent:,.0f} mail{'' if sent == 1 else 's'}"
    what = f"{mails} left {scene.env.region} in the last 24 hours, and nothing is archived"
    look = "CloudWatch, AWS/Firehose, DeliveryToS3.Success and .DataFreshness of the stream"
    return waiting(
        f"{what}; mail of other configuration sets counts as well",
        f"ses-provision send-test {scene.on}, and look again after the buffer; then at {look}",
    )


def delivered(scene: Scene) -> Reading[Judgement]:
    """Did Firehose put anything into the folder of errors?"""
    [answer] = yield from ask(objects(scene, ERRORS))
    written = times([answer])
    if not written:
        return done("Firehose has put nothing aside")
    where = f"s3://{scene.env.archive_names.bucket}/{ERRORS}"
    newest = max(written)
    return action(
        f"{len(written)} objects put aside as errors, the newest {newest:%Y-%m-%d %H:%M} UTC",
        f"look into {where} (they hold events, with addresses), then delete them there",
    )


def shut(scene: Scene) -> Reading[Judgement]:
    """Is the bucket shut, reached by TLS alone, and does it forget in time?"""
    wanted = archive.bucket(scene.env, scene.account)
    found = yield from wanted.read()
    live = found.live
    if live is None:
        return action(f"there is no bucket {wanted.name}", scene.apply)
    wrong = [] if live.shut else ["public access is not blocked"]
    wrong += [] if live.statements == wanted.statements else ["it can be reached without TLS"]
    wrong += [] if live.rules == wanted.rules else ["its lifecycle is not as the file says"]
    if wrong:
        return action(f"{wanted.name}: {', '.join(wrong)}", scene.apply)
    days = insisted(scene.env).days
    return done(f"{wanted.name} is shut, by TLS alone, and forgets after {days} days")


def encrypted(scene: Scene) -> Reading[Judgement]:
    """Whose key encrypts what is archived? Without one of yours, AWS alone decides who reads."""
    wanted = archive.bucket(scene.env, scene.account)
    found = yield from wanted.read()
    if found.live is None:
        return action(f"there is no bucket {wanted.name}", scene.apply)
    key = found.live.kms_key
    if key != wanted.kms_key:
        return action(f"{wanted.name} is encrypted with {key or 'a key of S3'}", scene.apply)
    if key:
        return done(f"{wanted.name} is encrypted with {key}")
    if not scene.env.hipaa:
        return done(f"{wanted.name} is encrypted with a key of S3")
    return for_a_person(
        f"{wanted.name} is encrypted with a key of S3, that is, for everybody who may read it",
        f"set archive.kms_key in config/{scene.env.name}.toml to a customer managed key, then: "
        f"{scene.apply}; or attest why not",
    )


def queried(scene: Scene) -> Reading[Judgement]:
    """Are the table, its views and the workgroup as we wrote them?"""
    env, account = scene.env, scene.account
    names, settings = env.archive_names, insisted(env)
    wanted: list[Resource] = [
        catalog.table(env, account, names, settings.days),
        *catalog.views(env, account, names.database),
        catalog.workgroup(env, account, names.workgroup, settings),
    ]
    found = yield from together(resource.read() for resource in wanted)
    judged = [
        action(
            f"{resource.label} is {'not there' if seen.live is None else 'not as we wrote it'}",
            scene.apply,
        )
        for resource, seen in zip(wanted, found, strict=True)
        if seen.live != resource
    ]
    limit = f"a query scans at most {settings.scan_limit_mb} MB"
    return all_of(judged or [done(f"{names.database}, and {names.workgroup}, in which {limit}")])


def is_wanted(env: Environment) -> bool:
    """Whether there is anything to look at."""
    return env.archive is not None


TOPIC = Topic(
    "archive",
    "Event archive",
    (
        Item("SES-ARCHIVE-001", "SES puts wanted events on the stream", flowing),
        Item("SES-ARCHIVE-002", "Events arrive in the archive", fresh, Severity.WARNING),
        Item("SES-ARCHIVE-003", "Nothing was put aside as an error", delivered, Severity.WARNING),
        Item("SES-ARCHIVE-004", "The bucket is shut, and forgets in time", shut),
        Item(
            "SES-ARCHIVE-005",
            "The archive has a key of yours",
            encrypted,
            Severity.WARNING,
            attests="why the archive needs no customer managed key",
        ),
        Item("SES-ARCHIVE-006", "The archive can be queried", queried, Severity.WARNING),
    ),
    note="Events hold recipients' addresses, subjects and IP addresses: who reads the archive, "
    "reads those.",
    matters=is_wanted,
)
