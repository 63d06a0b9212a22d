"""How identities come alive: what SES finds in DNS, and what becomes of them with time."""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any

from ses_provision.local.ses import dkim
from ses_provision.local.ses.names import as_kept, domains_above
from ses_provision.local.ses.state import (
    FAILED,
    PENDING,
    SUCCESS,
    TEMPORARY_FAILURE,
    Identity,
    Place,
    VerificationMail,
    Watch,
)
from ses_provision.local.ses.world import World

# aws-facts 8 and 9: SES looks for records for 72 hours, then gives up.
SEARCH = timedelta(hours=72)
# aws-facts 5: the link in the verification mail is valid for 24 hours.
LINK = timedelta(hours=24)
_OTHER_TYPES = ("CNAME", "TXT", "MX", "A", "AAAA", "NS")


def ownership_token(place: Place, domain: str) -> str:
    """The token of the API v1 for a domain: the same for it in an account and region."""
    seed = f"{place.account_id}/{place.region}/{domain}/_amazonses".encode()
    return base64.b64encode(hashlib.sha256(seed).digest()).decode()


def step(watch: Watch, error: str | None, now: datetime, delay: timedelta) -> None:
    """What one look at DNS makes of a search; no error means the right records stand.

    SES does not know when a record was written, only when it last was not there.
    Once a search has failed there are no more looks.
    """
    watch.checked_at = now
    if error is None:
        if watch.status == SUCCESS or now - watch.absent_at >= delay:
            watch.status, watch.lost_at, watch.succeeded_at = SUCCESS, None, now
        return
    watch.absent_at, watch.error = now, error
    if watch.status == SUCCESS:
        watch.status, watch.lost_at = TEMPORARY_FAILURE, now
    if now - (watch.lost_at or watch.started) >= SEARCH:
        watch.status = FAILED


class Lifecycle:
    """Brings identities up to date with DNS and the clock, whenever someone looks."""

    def __init__(self, world: World) -> None:
        self._world = world

    def refresh(self, place: Place, identity: Identity) -> None:
        """Look at DNS for one identity."""
        now, delay = self._world.now(), self._world.verification_delay
        if identity.dkim is None:
            sent_at = identity.link_sent_at
            if not identity.verified and sent_at is not None and now - sent_at >= LINK:
                identity.link_expired = True
        elif identity.dkim.watch.status != FAILED:
            step(identity.dkim.watch, self._dkim_error(place, identity), now, delay)
            if identity.dkim.watch.status in (SUCCESS, FAILED):
                identity.verified = identity.dkim.watch.status == SUCCESS
        if identity.ownership is not None and identity.ownership.status != FAILED:
            step(identity.ownership, self._ownership_error(place, identity), now, delay)
        if identity.mail_from is not None and identity.mail_from.watch.status != FAILED:
            error = self._mail_from_error(place, identity.mail_from.domain)
            step(identity.mail_from.watch, error, now, delay)

    def mail_link(self, place: Place, identity: Identity) -> str:
        """Mail an address the link that verifies it, valid from now on; its secret."""
        now = self._world.now()
        identity.link_sent_at, identity.link_expired = now, False
        seed = f"{place.account_id}/{identity.name}/{now}/{len(place.verification_mails)}"
        secret = hashlib.sha256(seed.encode()).hexdigest()
        link = f"https://email-verification.{place.region}.amazonaws.com/?identity={secret}"
        place.verification_mails.append(VerificationMail(identity.name, now, link))
        return secret

    def refresh_account(self, account: str) -> None:
        """Look at DNS for everything an account has, in all regions."""
        for place in list(self._world.places.values()):
            if place.account_id == account:
                for identity in place.identities.values():
                    self.refresh(place, identity)

    def verification_status(self, identity: Identity) -> str:
        """VerificationStatus: a verified domain stays so while a new DKIM key is searched for."""
        if identity.dkim is not None:
            status = identity.dkim.watch.status
            if identity.ownership is not None and identity.ownership.status == SUCCESS:
                return SUCCESS
            return SUCCESS if status == PENDING and identity.verified else status
        if identity.verified:
            return SUCCESS
        return FAILED if identity.link_expired else PENDING

    def may_send(self, place: Place, name: str) -> bool:
        """Whether mail may be sent from an identity or address.

        aws-facts 5: an address inherits the right from its verified domain; a verified domain
        covers its subdomains. A domain that lost its records keeps the right until SES gives up.
        """
        name = as_kept(name)
        candidates = [name, *domains_above(name)]
        found = [place.identities[each] for each in candidates if each in place.identities]
        for identity in found:
            self.refresh(place, identity)
        return any(self._own_right(identity) for identity in found)

    def _own_right(self, identity: Identity) -> bool:
        return self.verification_status(identity) in (SUCCESS, TEMPORARY_FAILURE)

    def verification_info(self, place: Place, identity: Identity) -> dict[str, Any]:
        """VerificationInfo: when SES looked, and what was wrong when it last was.

        A real reply of March 2024 shows it empty for an address, and for a domain that had
        reached SUCCESS with the ErrorType of the failure before.
        """
        if identity.dkim is None:
            return {}
        watch = identity.dkim.watch
        info = {
            "LastCheckedTimestamp": watch.checked_at,
            "LastSuccessTimestamp": watch.succeeded_at,
            "ErrorType": watch.error,
            "SOARecord": self._soa(place.account_id, identity.name),
        }
        return {key: value for key, value in info.items() if value is not None}

    def _dkim_error(self, place: Place, identity: Identity) -> str | None:
        world, account = self._world, place.account_id
        origin_error = dkim.replication_error(world, place, identity)
        if origin_error is not None:
            return origin_error
        for name, record_type, expected in dkim.expected_records(world, place, identity):
            values = world.neighbours.dns(account, name, record_type)
            if values is None:
                return self._absent(account, name, record_type)
            if not dkim.stands(record_type, expected, values):
                return "INVALID_VALUE"
        return None

    def _ownership_error(self, place: Place, identity: Identity) -> str | None:
        name = f"_amazonses.{identity.name}"
        values = self._world.neighbours.dns(place.account_id, name, "TXT")
        if values is None:
            return self._absent(place.account_id, name, "TXT")
        return None if ownership_token(place, identity.name) in values else "INVALID_VALUE"

    def _mail_from_error(self, place: Place, domain: str) -> str | None:
        """aws-facts 9: exactly one MX, to this region's feedback host.

        SES says Success on the MX alone; the SPF record is for those who receive.
        """
        dns, account = self._world.neighbours.dns, place.account_id
        mx = dns(account, domain, "MX")
        if mx is None:
            return self._absent(account, domain, "MX")
        host = f"feedback-smtp.{place.region}.amazonses.com"
        right = len(mx) == 1 and mx[0].lower().rstrip(".").split()[1:] == [host]
        return None if right else "INVALID_VALUE"

    def _absent(self, account: str, name: str, record_type: str) -> str:
        dns = self._world.neighbours.dns
        others = (each for each in _OTHER_TYPES if each != record_type)
        exists = any(dns(account, name, each) is not None for each in others)
        return "TYPE_NOT_FOUND" if exists else "HOST_NOT_FOUND"

    def _soa(self, account: str, identity: str) -> dict[str, Any] | None:
        for domain in domains_above(identity):
            values = self._world.neighbours.dns(account, domain, "SOA")
            if values:
                fields = values[0].split()
                return {
                    "PrimaryNameServer": fields[0].rstrip("."),
                    "AdminEmail": fields[1].rstrip("."),
                    "SerialNumber": int(fields[2]),
                }
        return None
