"""What people and AWS decide about an account of the local AWS, and clients cannot ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_provision.local.artifact import Artifact
    from ses_provision.local.service_quotas import ServiceQuotas
    from ses_provision.local.ses.service import SesV2
    from ses_provision.local.sns import Sns


class Decisions:
    """What is decided outside the API, each handed to the service that it is about."""

    artifact: Artifact
    quotas: ServiceQuotas
    sesv2: SesV2
    sns: Sns

    def confirm_subscriptions(self, account: str | None = None, endpoint: str | None = None) -> int:
        """Confirm pending SNS subscriptions as their owners would; how many."""
        return self.sns.confirm(account, endpoint)

    def decide_review(self, account: str, region: str, decision: str) -> None:
        """End a pending review for production access: GRANTED, DENIED or FAILED."""
        self.sesv2.decide_review(account, region, decision)

    def decide_quota(self, account: str, region: str, code: str, status: str) -> None:
        """Decide the open request for a quota: APPROVED raises it."""
        self.quotas.decide(account, region, code, status)

    def allow_production(self, account: str, region: str) -> None:
        """Let an account out of the sandbox without a review."""
        self.sesv2.allow_production(account, region)

    def set_enforcement(self, account: str, region: str, status: str) -> None:
        """Set what AWS thinks of the account: HEALTHY, PROBATION or SHUTDOWN."""
        self.sesv2.set_enforcement(account, region, status)

    def pause_sending(self, account: str, region: str) -> None:
        """Pause an account's sending, as AWS does when its reputation is bad."""
        self.sesv2.pause(account, region)

    def resume_sending(self, account: str, region: str) -> None:
        """Take the pause back."""
        self.sesv2.resume(account, region)

    def confirm_address(self, account: str, region: str, address: str) -> bool:
        """Follow the link in SES's mail to an address; whether it was still valid."""
        return self.sesv2.click_verification(account, region, address)

    def happens(self, account: str, region: str, message_id: str, event: str, **said: str) -> None:
        """Let something happen to a sent message: Open, Click (`link`), DeliveryDelay (`type`)."""
        self.sesv2.happens(account, region, message_id, event, **said)

    def find_fault(self, account: str, region: str, tenant: str, impact: str | None) -> None:
        """Let SES find something in a tenant's mail: LOW, HIGH, or None for nothing any more."""
        self.sesv2.find_fault(account, region, tenant, impact)

    def lease(self, account: str, region: str, ips: Iterable[str]) -> None:
        """Lease dedicated IP addresses to an account, as AWS does in a support case."""
        self.sesv2.lease(account, region, ips)

    def accept_baa(self, account: str, *, organization: bool = False) -> None:
        """Accept the Business Associate Addendum, as the console does."""
        self.artifact.accept(account, organization)

    def end_baa(self, account: str) -> None:
        """End every Business Associate Addendum of an account."""
        self.artifact.end(account)
