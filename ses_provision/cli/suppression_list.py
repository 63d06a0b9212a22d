"""What `suppression` does with the account's list: looks at it, adds to it, takes off it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ses_provision.cli import folder
from ses_provision.cli.run import Run, Target
from ses_provision.dataclass import dataclass
from ses_provision.errors import UsageError
from ses_provision.outside import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ses_provision.operations.suppression_files import Format, Wanted
    from ses_provision.outside.call import Call
    from ses_provision.resources.ses.suppression import Suppressed

LARGEST = 100_000_000  # bytes of a list


class Action(StrEnum):
    """What is done."""

    LIST = "list"
    ADD = "add"
    REMOVE = "remove"
    IMPORT = "import"
    EXPORT = "export"
    SETTINGS = "settings"


@dataclass(frozen=True)
class Given:
    """What was asked for on the command line."""

    action: Action
    what: tuple[str, ...]
    reasons: tuple[str, ...]
    form: Format | None
    tenant: str = ""

    @property
    def writes(self) -> bool:
        """Whether anything may be changed."""
        only_looks = {Action.LIST, Action.EXPORT}
        return self.action not in only_looks and not (
            self.action is Action.SETTINGS and not self.reasons
        )

    @property
    def reason(self) -> str:
        """The one reason; empty where none was given."""
        return self.reasons[0] if self.reasons else ""

    def insist(self) -> None:
        """Raise UsageError where action, addresses and reasons do not fit together."""
        call = f"ses-provision suppression {self.action.value}"
        wants = {Action.ADD: "addresses", Action.REMOVE: "addresses", Action.IMPORT: "a file"}
        if self.action in wants and not self.what:
            raise UsageError(f"`{call}` wants {wants[self.action]}.")
        if self.action is Action.IMPORT and len(self.what) > 1:
            raise UsageError(f"`{call}` takes one file at a time.")
        if self.action in {Action.EXPORT, Action.SETTINGS} and self.what:
            raise UsageError(f"`{call}` has no use for {self.what[0]}.")
        if self.action in {Action.ADD, Action.IMPORT} and len(self.reasons) > 1:
            raise UsageError(f"`{call}` takes one --reason.")
        if self.action is Action.SETTINGS and self.tenant:
            raise UsageError(
                f"`{call}` is about the account: what a tenant takes in, [[tenants]] of the file "
                "says (suppression, suppressed_reasons)."
            )
        if self.action is not Action.IMPORT:
            if self.form:
                raise UsageError(f"`{call}` reads no file: leave out --format.")
            self.addresses()

    def addresses(self) -> tuple[str, ...]:
        """The addresses given, as SES keeps them, each once."""
        from ses_provision.operations.suppression_files import ADDRESS, normal

        found = tuple(dict.fromkeys(map(normal, self.what)))
        wrong = [each for each in found if not ADDRESS.fullmatch(each)]
        if wrong:
            raise UsageError(f"{wrong[0]} is no e-mail address.")
        return found


def show(run: Run, target: Target, given: Given) -> None:
    """List what stands on the list, or write it as CSV."""
    from ses_provision.operations.suppression_files import written
    from ses_provision.render import suppression as text

    found = looked_up(target, given)
    report(run, target, listed=[entry(each) for each in found])
    if given.action is Action.EXPORT:
        rows = [(each.address, each.reason, text.moment(each)) for each in found]
        run.document(written(rows).rstrip("\n"))
    else:
        run.show(text.listed(target.env, found))


def looked_up(target: Target, given: Given) -> Sequence[Suppressed]:
    """The whole list, or the addresses asked for; what stands there for some reasons alone, where
    they were given."""
    from ses_provision.resources.ses import suppression as listing

    if not given.what:
        region = target.env.region
        return target.reader.run(listing.suppressed(region, given.reasons, given.tenant))
    found = looked_up_each(target, given.addresses(), given.tenant)
    return [each for each in found if not given.reasons or each.reason in given.reasons]


def looked_up_each(target: Target, addresses: Iterable[str], tenant: str) -> list[Suppressed]:
    """Those of a few addresses that stand on the list: of the whole list SES gives 1000 a call."""
    from ses_provision.outside.reading import together
    from ses_provision.resources.ses import suppression as listing

    asked = (listing.one(target.env.region, address, tenant) for address in addresses)
    return [each for each in target.reader.run(together(asked)) if each is not None]


def whose(given: Given) -> str:
    """Whose mail it is about, where it is not all of the account's."""
    return f" for tenant {given.tenant}" if given.tenant else ""


def entry(each: Suppressed) -> dict[str, Any]:
    """An address as JSON has it."""
    since = each.since.isoformat() if each.since else None
    return {"address": each.address, "reason": each.reason, "since": since}


def report(run: Run, target: Target, **found: Any) -> dict[str, Any]:
    """Report what was found or done; what is returned may still be counted up."""
    env = target.env
    whole = {"account_id": env.account_id, "region": env.region, **found}
    run.report(env.name, {"suppression": whole})
    return whole


def file(given: Given) -> Wanted:
    """What the file wants suppressed."""
    from ses_provision.operations.suppression_files import read

    path = Path(given.what[0])
    try:
        content = files.content(path, LARGEST)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {files.reason(error)}.") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return read(text, given.form, given.reason)


def put(
    run: Run,
    target: Target,
    given: Given,
    wanted: Wanted | None,
    rate: float,
    *,
    yes: bool,
) -> None:
    """Put on the list what lacks of a file, or of the addresses given."""
    from ses_provision.operations import suppression as operation
    from ses_provision.render import suppression as text
    from ses_provision.resources.ses import suppression as listing

    region = target.env.region
    if wanted is None:
        entries = dict.fromkeys(given.addresses(), given.reason or "BOUNCE")
        lacks = operation.lacking(entries, looked_up_each(target, entries, given.tenant))
    else:
        there = target.reader.run(listing.suppressed(region, tenant=given.tenant))
        lacks = operation.lacking(wanted.reasons, there)
        run.show(text.judged(wanted, lacks))
    count = len(lacks.to_put)
    if not count:
        run.show(f"{target.env.name}: nothing to do: all of it is on the list.")
    elif not yes:
        run.confirm(
            f"Suppress {text.addresses(count)}{whose(given)} in {target.env.region} of account "
            f"{target.env.account_id} (about {text.duration(count, rate)})"
            f"{folder.also_there(target.env, run.config_dir)}?"
        )
    told = report(run, target, put=0, on_it_already=lacks.stand)
    calls = operation.puts(region, lacks.to_put, given.tenant)
    for made in performed(run, target, calls, count, rate, "suppressed"):
        told["put"] = made


def take_off(run: Run, target: Target, given: Given, rate: float, *, yes: bool) -> None:
    """Take addresses off the list."""
    from ses_provision.render import suppression as text
    from ses_provision.resources.ses import suppression as listing

    there = looked_up(target, given)
    run.show(text.listed(target.env, there))
    if there and not yes:
        run.show("SES counts each new bounce and complaint of theirs against the account.")
        run.confirm(
            f"Let mail{whose(given)} through to {text.addresses(len(there))} again in "
            f"{target.env.region} of "
            f"account {target.env.account_id}{folder.also_there(target.env, run.config_dir)}?"
        )
    calls = [listing.delete(target.env.region, found.address, given.tenant) for found in there]
    told = report(run, target, removed=0)
    for made in performed(run, target, calls, len(calls), rate, "taken off the list"):
        told["removed"] = made


def performed(
    run: Run, target: Target, calls: Iterable[Call], count: int, rate: float, done: str
) -> Iterator[int]:
    """Send the calls at their pace, and give how many are made. Where they end early, say so."""
    from ses_provision.operations.suppression import paced
    from ses_provision.render import suppression as text
    from ses_provision.render.counting import Counting

    made = 0
    shown = not (run.quiet or run.as_json)
    try:
        with Counting(run.err, f"{target.env.name}: {done}", count, shown=shown) as counting:
            for _ in paced(calls, target.connections, run.world.sleep, rate):
                made += 1
                counting.at(made)
                yield made
    finally:
        if count:
            rest = "" if made == count else f" of {count}"
            run.show(f"{target.env.name}: {made}{rest} {text.noun(count)} {done}")


def set_up(run: Run, target: Target, given: Given, *, yes: bool) -> None:
    """Show for which reasons SES takes in addresses by itself, or set them."""
    from ses_provision.render import suppression as text
    from ses_provision.resources.ses import suppression as listing

    region = target.env.region
    found = target.reader.run(listing.settings(region))
    wanted = frozenset(given.reasons)
    if wanted and wanted != found.reasons:
        run.show(text.settings(target.env, found))
        if not yes:
            run.confirm(
                f"Take in {' and '.join(sorted(wanted))} for account {target.env.account_id} in "
                f"{region}{folder.also_there(target.env, run.config_dir)}?"
            )
        target.connections.send(listing.set_reasons(region, wanted, found))
        target.reader.forget()
        found = target.reader.run(listing.settings(region))
    run.show(text.settings(target.env, found))
    report(run, target, takes_in=sorted(found.reasons), auto_validation=bool(found.validation))
