"""The knobs of the local AWS over HTTP: `/_local/…`, JSON in and out.

GET    health
GET    journal?since=N         DELETE journal
GET    outbox                  what SNS sent to people, and what it could not deliver
GET    sent?account&region     what SES accepted to send
GET    verification-mails?account&region
GET    streams                 records that SES put on delivery streams
GET    smtp                    where SMTP is served, and the certificate to trust
GET    snapshot?account        all that an account has
GET    clock                   POST clock {"advance": s} {"set": time} {"frozen": bool}
GET    knobs                   POST knobs {"rate", "latency", "insync_after", "verify_after",
                                           "lists_after", "lists_after_reads", "effect_after",
                                           "sessions_expire", "simulator_moves_reputation",
                                           "refuse_same_key_length", "hide_own_selector",
                                           "keys_after", "roles_after", "stream_after",
                                           "faults": [fault]}
POST   rate {"rate"}           POST latency {"latency"}
GET    faults                  POST faults {"kind", "operation", "number", "times"}
DELETE faults
POST   confirm-subscriptions {"account"?, "endpoint"?}
POST   confirm-address {"account", "region", "address"}
POST   happens {"account", "region", "message_id", "event": "Open" | "Click" | "DeliveryDelay",
               "link"?, "type"?}
POST   unsubscribe?token=T     what a mail client posts to the address in List-Unsubscribe
GET    export?job=ID           the file that an export job has written
POST   finding {"account", "region", "tenant", "impact": "LOW" | "HIGH" | null}
POST   review {"account", "region", "decision": "GRANTED" | "DENIED" | "FAILED"}
POST   quota {"account", "region", "code", "status": "APPROVED" | "DENIED" | "CASE_OPENED"}
POST   production {"account", "region"}
POST   enforcement {"account", "region", "status": "HEALTHY" | "PROBATION" | "SHUTDOWN"}
POST   sending {"account", "region", "paused": bool}
POST   baa {"account", "state": "accepted" | "ended", "organization"?: bool}
POST   ips {"account", "region", "ips": [address]}
POST   dns {"name", "type", "values": [..], "account"?}
POST   seed {"account", "zones": [[id, name]], "private_zones": [[id, name]], "roles": [name],
             "primaries": [[name, key]], "cloudflare": [[name, account]],
             "panels": [[provider, name]]}
POST   reset
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from ses_provision.local import strict_json
from ses_provision.local.contract import AwsError
from ses_provision.local.knobs import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.local.cloud import LocalAws

PREFIX = "/_local/"
# RFC 8058, 3.2: what a mail client posts to the address in List-Unsubscribe.
_ONE_CLICK = b"List-Unsubscribe=One-Click"
Payload = dict[str, Any]


class Control:
    """Finds what a control request asks for; a ValueError or KeyError becomes a 400."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws
        self.table: dict[tuple[str, str], Callable[[Payload], Any]] = {
            ("GET", "health"): self._health,
            ("GET", "journal"): self._journal,
            ("DELETE", "journal"): self._clear_journal,
            ("GET", "outbox"): lambda _: [mail.to_dict() for mail in aws.outbox],
            ("GET", "sent"): self._sent,
            ("GET", "verification-mails"): self._verification_mails,
            ("GET", "streams"): self._streams,
            ("GET", "smtp"): self._smtp,
            ("GET", "snapshot"): lambda asked: aws.snapshot(asked["account"]),
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._set_clock,
            ("GET", "knobs"): lambda _: aws.knobs.to_dict(),
            ("POST", "knobs"): self._turn,
            ("POST", "rate"): self._turn,
            ("POST", "latency"): self._turn,
            ("GET", "faults"): lambda _: aws.knobs.to_dict()["faults"],
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "confirm-subscriptions"): self._confirm,
            ("POST", "confirm-address"): self._confirm_address,
            ("POST", "happens"): self._happens,
            ("POST", "unsubscribe"): self._unsubscribe,
            ("GET", "export"): self._export,
            ("POST", "finding"): self._finding,
            ("POST", "review"): self._review,
            ("POST", "quota"): self._quota,
            ("POST", "production"): self._production,
            ("POST", "enforcement"): self._enforcement,
            ("POST", "sending"): self._sending,
            ("POST", "baa"): self._baa,
            ("POST", "ips"): self._lease,
            ("POST", "dns"): self._dns,
            ("POST", "seed"): self._seed,
            ("POST", "reset"): self._reset,
        }

    def answer(self, method: str, url: str, body: bytes) -> tuple[int, bytes]:
        """Status and JSON document for a control request."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            return _json(400, {"error": str(error)})
        name = parts.path.removeprefix(PREFIX).rstrip("/")
        served = self.table.get((method, name))
        if served is None:
            known = sorted({f"{verb} {PREFIX}{path}" for verb, path in self.table})
            return _json(404, {"error": f"No {method} {parts.path}.", "served": known})
        try:
            payload = dict(parse_qsl(parts.query))
            if body and body != _ONE_CLICK:
                payload |= strict_json.loads(body)
            with self._aws.lock:
                answer = served(payload)
            return (200, answer) if isinstance(answer, bytes) else _json(200, answer)
        except KeyError as error:
            return _json(400, {"error": f"{error.args[0]} is missing."})
        except (ValueError, TypeError, AttributeError, ArithmeticError, AwsError) as error:
            return _json(400, {"error": str(error)})

    def _health(self, _: Payload) -> Any:
        now = self._aws.clock.now()
        return {"ok": True, "services": list(self._aws.services), "now": now}

    def _journal(self, asked: Payload) -> Any:
        since = int(asked.get("since", 0))
        return [entry.to_dict() for entry in self._aws.journal if entry.number > since]

    def _clear_journal(self, _: Payload) -> Any:
        self._aws.journal.clear()
        return {"ok": True}

    def _sent(self, asked: Payload) -> Any:
        return [asdict(mail) for mail in self._aws.sesv2.sent(asked["account"], asked["region"])]

    def _verification_mails(self, asked: Payload) -> Any:
        mails = self._aws.sesv2.verification_mails(asked["account"], asked["region"])
        return [asdict(mail) for mail in mails]

    def _streams(self, _: Payload) -> Any:
        records = self._aws.surroundings.stream_records
        return [{"stream": arn, "data": data} for arn, data in records]

    def _smtp(self, _: Payload) -> Any:
        if self._aws.smtp_at is None:
            raise ValueError("SMTP is not served here.")
        return asdict(self._aws.smtp_at)

    def _clock(self, _: Payload) -> Any:
        clock = self._aws.clock
        return {"now": clock.now(), "frozen": clock.frozen_at is not None}

    def _set_clock(self, asked: Payload) -> Any:
        unknown = set(asked) - {"advance", "set", "frozen"}
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        clock = self._aws.clock
        if "frozen" in asked:
            now = clock.now()
            clock.frozen_at = now if asked["frozen"] else None
            clock.offset = now - (clock.frozen_at or clock.of_clients())
        if "set" in asked:
            moment = datetime.fromisoformat(asked["set"])
            if moment.tzinfo is None:
                raise ValueError("set needs a time zone, such as 2026-01-31T12:00:00Z")
            clock.set(moment)
        if "advance" in asked:
            clock.advance(float(asked["advance"]))
        return self._clock(asked)

    def _turn(self, asked: Payload) -> Any:
        self._aws.knobs = self._aws.knobs.changed(asked)
        return self._aws.knobs.to_dict()

    def _add_fault(self, asked: Payload) -> Any:
        knobs = self._aws.knobs
        self._aws.knobs = replace(knobs, faults=(*knobs.faults, Fault.from_dict(asked)))
        return self._aws.knobs.to_dict()["faults"]

    def _clear_faults(self, _: Payload) -> Any:
        self._aws.clear_faults()
        return []

    def _confirm(self, asked: Payload) -> Any:
        found = self._aws.confirm_subscriptions(asked.get("account"), asked.get("endpoint"))
        return {"confirmed": found}

    def _confirm_address(self, asked: Payload) -> Any:
        clicked = self._aws.confirm_address(asked["account"], asked["region"], asked["address"])
        return {"confirmed": clicked}

    def _unsubscribe(self, asked: Payload) -> Any:
        if not self._aws.sesv2.unsubscribe(asked["token"]):
            raise ValueError("No message holds this link.")
        return {"unsubscribed": True}

    def _happens(self, asked: Payload) -> Any:
        place = (asked["account"], asked["region"], asked["message_id"], asked["event"])
        said = {name: str(asked[name]) for name in ("link", "type") if name in asked}
        self._aws.happens(*place, **said)
        return {"ok": True}

    def _export(self, asked: Payload) -> bytes:
        file = self._aws.sesv2.exported(asked["job"])
        if file is None:
            raise ValueError("No export job has written this file.")
        return file.encode()

    def _finding(self, asked: Payload) -> Any:
        place = (asked["account"], asked["region"], asked["tenant"])
        self._aws.find_fault(*place, asked.get("impact"))
        return {"ok": True}

    def _review(self, asked: Payload) -> Any:
        self._aws.decide_review(asked["account"], asked["region"], asked["decision"])
        return {"ok": True}

    def _quota(self, asked: Payload) -> Any:
        where = (asked["account"], asked["region"])
        self._aws.decide_quota(*where, asked["code"], asked["status"])
        return {"ok": True}

    def _production(self, asked: Payload) -> Any:
        self._aws.allow_production(asked["account"], asked["region"])
        return {"ok": True}

    def _enforcement(self, asked: Payload) -> Any:
        self._aws.set_enforcement(asked["account"], asked["region"], asked["status"])
        return {"ok": True}

    def _sending(self, asked: Payload) -> Any:
        act = self._aws.pause_sending if asked["paused"] else self._aws.resume_sending
        act(asked["account"], asked["region"])
        return {"ok": True}

    def _baa(self, asked: Payload) -> Any:
        state = asked["state"]
        if state not in ("accepted", "ended"):
            raise ValueError("state is accepted or ended")
        if state == "ended":
            self._aws.end_baa(asked["account"])
        else:
            self._aws.accept_baa(
                asked["account"], organization=bool(asked.get("organization", False))
            )
        return {"ok": True}

    def _lease(self, asked: Payload) -> Any:
        self._aws.lease(asked["account"], asked["region"], list(asked["ips"]))
        return {"ok": True}

    def _dns(self, asked: Payload) -> Any:
        if "environments" in asked:  # what `ses-provision dns --json` prints
            return self._publish([one for env in asked["environments"] for one in env["records"]])
        self._aws.declare_dns(
            asked["name"], asked["type"], list(asked["values"]), asked.get("account")
        )
        return {"ok": True}

    def _publish(self, records: list[Any]) -> Any:
        """Put records into the DNS outside the hosted zones, as a person does in a panel."""
        values: dict[tuple[str, str], list[str]] = {}
        for one in records:
            values.setdefault((one["name"], one["type"]), []).append(one["value"])
        for (name, kind), held in values.items():
            self._aws.declare_dns(name, kind, held)
        return {"ok": True, "records": len(records)}

    def _seed(self, asked: Payload) -> Any:
        self._aws.seed(
            asked["account"],
            zones=[(zone_id, name) for zone_id, name in asked.get("zones", [])],
            private_zones=[(zone_id, name) for zone_id, name in asked.get("private_zones", [])],
            roles=asked.get("roles", []),
            primaries=[(name, key) for name, key in asked.get("primaries", [])],
            cloudflare=[(name, owner) for name, owner in asked.get("cloudflare", [])],
            panels=[(provider, name) for provider, name in asked.get("panels", [])],
        )
        return {"ok": True}

    def _reset(self, _: Payload) -> Any:
        self._aws.reset()
        return {"ok": True}


def _json(status: int, document: Any) -> tuple[int, bytes]:
    return status, json.dumps(document, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return sorted(value) if isinstance(value, set | frozenset) else str(value)
