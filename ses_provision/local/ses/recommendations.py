"""Recommendations of Virtual Deliverability Manager about the account's domains."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.account import vdm_enabled
from ses_provision.local.ses.errors import bad_request
from ses_provision.local.ses.lifecycle import Lifecycle
from ses_provision.local.ses.names import arn, domains_above
from ses_provision.local.ses.paging import UNPROBED, page
from ses_provision.local.ses.state import SUCCESS, Identity, Place
from ses_provision.local.ses.world import Handler, World

PAGES = replace(UNPROBED, default=100, largest=100)
_TEXTS = {
    "DKIM": "DKIM verification is not successful.",
    "DMARC": "DMARC configuration was not found.",
    "SPF": "SPF record for the MAIL FROM domain was not found.",
}
_FILTERS = {"TYPE": "Type", "STATUS": "Status", "IMPACT": "Impact", "RESOURCE_ARN": "ResourceArn"}


class Recommendations:
    """ListRecommendations."""

    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self._world = world
        self._lifecycle = lifecycle

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {"ListRecommendations": self.list}

    def list(self, caller: Caller, params: Params) -> Reply:
        """What should be put right; only where VDM is on."""
        place, about = self._world.of(caller), params.get("Filter", {}).get("RESOURCE_ARN", "")
        if ":tenant/" in about:
            # Findings about tenants want no subscription (AWS blog, Implement Tenants part 3).
            return {"Recommendations": list(self._of_a_tenant(place, about))}
        if not vdm_enabled(place):
            raise bad_request("Virtual Deliverability Manager is not enabled for this account.")
        found = [
            self._shown(caller, place, identity, kind)
            for _, identity in sorted(place.identities.items())
            if identity.is_domain
            for kind in self._missing(place, identity)
        ]
        wanted = params.get("Filter", {})
        kept = [each for each in found if all(each[_FILTERS[key]] == wanted[key] for key in wanted)]
        shown, more = page(params, kept, PAGES)
        return {"Recommendations": shown, **more}

    def _of_a_tenant(self, place: Place, about: str) -> Iterator[dict[str, Any]]:
        tenant = next((t for t in place.tenants.values() if t.id == about.rpartition("/")[2]), None)
        if tenant is not None and tenant.impact is not None:
            since = tenant.status_changed_at or tenant.created_at
            yield {
                "ResourceArn": about,
                "Type": "BOUNCE",
                "Description": "The bounce rate of this tenant is high.",
                "Status": "OPEN",
                "CreatedTimestamp": since,
                "LastUpdatedTimestamp": since,
                "Impact": tenant.impact,
            }

    def _missing(self, place: Place, identity: Identity) -> Iterator[str]:
        self._lifecycle.refresh(place, identity)
        if identity.dkim is not None and identity.dkim.watch.status != SUCCESS:
            yield "DKIM"
        dns = self._world.neighbours.dns
        records = (
            dns(place.account_id, f"_dmarc.{domain}", "TXT")
            for domain in domains_above(identity.name)
        )
        if not any(text.lower().startswith("v=dmarc1") for each in records for text in each or []):
            yield "DMARC"
        if identity.mail_from is not None and identity.mail_from.watch.status != SUCCESS:
            yield "SPF"

    def _shown(self, caller: Caller, place: Place, identity: Identity, kind: str) -> dict[str, Any]:
        now = self._world.now()
        return {
            "ResourceArn": arn(caller, "identity", identity.name),
            "Type": kind,
            "Description": _TEXTS[kind],
            "Status": "OPEN",
            "CreatedTimestamp": place.recommended_since.setdefault((identity.name, kind), now),
            "LastUpdatedTimestamp": now,
            "Impact": "HIGH",
        }
