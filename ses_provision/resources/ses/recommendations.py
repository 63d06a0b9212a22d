"""What Virtual Deliverability Manager recommends for the identities of an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.outside.reading import Ask, Parameter, Reading, Structure, ask
from ses_provision.outside.rights import EVERYTHING

PAGE = 100  # recommendations in one answer, at most (SESv2 API reference)


@dataclass(frozen=True)
class Recommendation:
    """One that is open: `kind` is DKIM, DMARC, SPF, BIMI, COMPLAINT, BOUNCE, FEEDBACK_3P or
    IP_LISTING; `about` the ARN of what it is about; `since` in UTC."""

    about: str
    kind: str
    description: str
    impact: str
    since: datetime | None

    @property
    def name(self) -> str:
        """What it is about, by name."""
        return self.about.partition(":identity/")[2] or self.about

    @property
    def is_high(self) -> bool:
        """Whether SES thinks that much hangs on it."""
        return self.impact == "HIGH"


def page_question(region: str, token: str = "") -> Ask:
    """The question for a page of those that are open. botocore has no paginator for it."""
    params: dict[str, Parameter] = {
        "Filter": Structure((("STATUS", "OPEN"),)),
        "PageSize": PAGE,
    }
    if token:
        params["NextToken"] = token
    return Ask(
        "sesv2",
        region,
        "ListRecommendations",
        tuple(sorted(params.items())),
        on=EVERYTHING,
        nothing={"Recommendations": []},
    )


def recommendations(region: str) -> Reading[list[Recommendation]]:
    """All that are open, those with a high impact first."""
    found: list[Recommendation] = []
    token = ""
    while True:
        [answer] = yield from ask(page_question(region, token))
        found += told(answer or {})
        token = str((answer or {}).get("NextToken") or "")
        if not token:
            return sorted(found, key=lambda each: (not each.is_high, each.name, each.kind))


def told(answer: Mapping[str, Any]) -> Iterator[Recommendation]:
    """Those of one answer."""
    for each in answer.get("Recommendations") or ():
        yield Recommendation(
            each.get("ResourceArn", ""),
            each.get("Type", ""),
            each.get("Description", ""),
            each.get("Impact", ""),
            each.get("CreatedTimestamp"),
        )
