"""Zones at the many providers for which octoDNS has a class, by that class.

Of octoDNS only its providers are used: what they read, and what they make of single changes. It
never plans, for a plan of octoDNS deletes what it does not know. A class keeps what it has read, so
each question and each change has an object of its own. Nothing there refuses a change because
somebody was faster: what stands is read again just before, and read back after.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ses_provision.errors import DnsRefused, ProvisionError
from ses_provision.outside import wait
from ses_provision.outside.providers import MOVED, OCTODNS, cloudflare_records
from ses_provision.outside.providers import octodns_refusals as refusals
from ses_provision.outside.providers.octodns_allowed import ALLOWED
from ses_provision.outside.providers.token import TokenPlace
from ses_provision.outside.providers.web import Exchange, StrayError

if TYPE_CHECKING:
    from octodns.provider.plan import Plan
    from octodns.zone import Zone

    from ses_provision.outside.call import Call
    from ses_provision.outside.providers.octodns_line import Line
    from ses_provision.outside.reading import Ask, Outcome

T = TypeVar("T")

OUR_ID = "ses-provision"
SILENT = logging.CRITICAL + 1
NOISY = ("Record", "Zone", "Plan", "octodns", "octodns_hetzner")
"""Loggers of octoDNS, which have no parent in common."""


class Octodns:
    """Zones that are kept by one provider, and changed by its octoDNS class."""

    service = OCTODNS

    def __init__(
        self,
        name: str,
        options: Mapping[str, str],
        place: TokenPlace,
        exchange: Exchange,
        sleep: wait.Sleep = wait.real_sleep,
        token: Callable[[], str] | None = None,
    ) -> None:
        self._allowed = ALLOWED[name]
        self._options = options
        self._place = place
        self._exchange = exchange
        self._sleep = sleep
        self._token = token or place.token

    def answer(self, asked: Ask) -> Outcome:
        """The record sets of a zone (ListRecordSets), or the zones that the token sees (ListZones).
        None where there is no such zone."""
        try:
            provider, line = self._opened()
            if asked.operation == "ListZones":
                listed = self._told(line, provider.list_zones)
                return {"Zones": sorted(str(name).rstrip(".") for name in listed)}
            zone = self._populated(provider, line, asked.arguments["Zone"])
            return None if zone is None else {"ResourceRecordSets": records().told(zone)}
        except ProvisionError as error:
            return error

    def send(self, call: Call) -> dict[str, Any]:
        """Change record sets, unless the zone has moved: one by one, where the class does it so."""
        name, entries = call.params["Zone"], call.params["ChangeBatch"]["Changes"]
        provider, line = self._opened()
        zone = self._populated(provider, line, name)
        if zone is None:
            raise refusals.no_zone(self._allowed, name)
        self._insist_on_what_was_read(zone, entries)
        plan = self._planned(zone, entries)
        line.writing = True
        try:
            provider.apply(plan)
        except (ProvisionError, StrayError):
            raise
        except Exception as error:  # the classes have no error in common
            told = refusals.stumbled(self._allowed, error, line.written)
            raise line.failed or told from error
        if line.failed is not None:
            raise line.failed
        return {}

    def _opened(self) -> tuple[Any, Line]:
        """A new object of the class, with a line of its own."""
        allowed = self._allowed
        token = self._token()
        try:
            from ses_provision.outside.providers import octodns_line

            records()
            for logger in NOISY:
                logging.getLogger(logger).setLevel(SILENT)
            kind = getattr(importlib.import_module(allowed.module), allowed.kind)
            provider = kind(OUR_ID, **{**allowed.given, **self._options, allowed.secret: token})
        except ImportError as error:
            raise refusals.not_installed(allowed, error.name or allowed.package) from error
        except (AttributeError, TypeError) as error:
            raise refusals.another_version(allowed) from error
        provider.log.setLevel(SILENT)
        line = octodns_line.Line(
            allowed, allowed.origin(self._options), self._exchange, self._place.name, self._sleep
        )
        if not octodns_line.attached(provider, allowed.session, line):
            raise refusals.another_version(allowed)
        return provider, line

    def _populated(self, provider: Any, line: Line, name: str) -> Zone | None:
        """The zone as it is; None where there is none."""
        from octodns.zone import Zone

        zone = Zone(f"{name}.", [])
        exists = self._told(line, lambda: provider.populate(zone, target=True, lenient=True))
        return zone if exists else None

    def _told(self, line: Line, ask: Callable[[], T]) -> T:
        """What a class makes of what it asks; it may take what failed for empty."""
        try:
            found = ask()
        except (ProvisionError, StrayError):
            raise
        except Exception as error:  # the classes have no error in common
            raise line.failed or refusals.unreadable(self._allowed, error) from error
        if line.failed is not None:
            raise line.failed
        return found

    def _insist_on_what_was_read(self, zone: Zone, entries: Sequence[Mapping[str, Any]]) -> None:
        moved = cloudflare_records.moved(entries, records().told(zone))
        if moved:
            raise DnsRefused(
                f"The zone at {self._allowed.title} is no longer as it was read, so nothing of "
                f"this was written: {', '.join(moved)}.",
                "Run the same command again: it looks anew.",
                code=MOVED,
                operation=refusals.OPERATION,
            )

    def _planned(self, zone: Zone, entries: Sequence[Mapping[str, Any]]) -> Plan:
        """Our changes and no others, as a class takes them."""
        from octodns.provider.plan import Plan

        olds, news = cloudflare_records.by_verb(entries)
        changes, shared = records().changes(zone, olds, news, adds_alone=self._allowed.adds_alone)
        if shared:
            raise refusals.not_alone(self._allowed, shared)
        desired = zone.copy()
        for change in changes:
            if change.new is None:
                desired.remove_record(change.existing)
            else:
                desired.add_record(change.new, replace=True, lenient=True)
        plan = Plan(zone, desired, changes, True)
        plan.changes = changes
        return plan


def records() -> Any:
    """What makes record sets of octoDNS's records; octoDNS is imported where it is used."""
    from ses_provision.outside.providers import octodns_records

    return octodns_records
