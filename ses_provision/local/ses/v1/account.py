"""The account in the API v1: its quota, what was sent of late, and whether it sends at all."""

from collections import Counter
from datetime import datetime, timedelta

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.account import quota, sent_last_day
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.world import Handler

# [M] GetSendStatistics: the last two weeks, in quarters of an hour.
WINDOW = timedelta(days=14)
INTERVAL = 15
_COUNTED = {"SEND": "DeliveryAttempts", "BOUNCE": "Bounces", "COMPLAINT": "Complaints",
            "REJECT": "Rejects"}  # fmt: skip


class Account:
    """The operations on the account."""

    def __init__(self, v2: SesV2) -> None:
        self._v2 = v2
        self._world = v2.world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "GetSendQuota": self.quota,
            "GetSendStatistics": self.statistics,
            "GetAccountSendingEnabled": self.sends,
            "UpdateAccountSendingEnabled": self.set_sending,
        }

    def quota(self, caller: Caller, params: Params) -> Reply:
        """How much may be sent, and was."""
        del params
        place = self._world.of(caller)
        daily, rate = quota(place)
        return {
            "Max24HourSend": daily,
            "MaxSendRate": rate,
            "SentLast24Hours": float(sent_last_day(self._world, place)),
        }

    def statistics(self, caller: Caller, params: Params) -> Reply:
        """What became of the mail, in quarters of an hour in which there was any."""
        del params
        since, points = self._world.now() - WINDOW, dict[datetime, Counter[str]]()
        for message in self._world.of(caller).sent:
            for timeline in message.timelines:
                for each in timeline.happenings:
                    if each.at >= since and each.type in _COUNTED:
                        start = each.at.replace(second=0, microsecond=0)
                        start -= timedelta(minutes=start.minute % INTERVAL)
                        points.setdefault(start, Counter())[_COUNTED[each.type]] += 1
        return {
            "SendDataPoints": [
                {"Timestamp": at, **{name: points[at][name] for name in _COUNTED.values()}}
                for at in sorted(points)
            ]
        }

    def sends(self, caller: Caller, params: Params) -> Reply:
        """Whether the account sends."""
        del params
        shown = self._v2.handle(caller, "GetAccount", {})
        return {"Enabled": shown["SendingEnabled"]}

    def set_sending(self, caller: Caller, params: Params) -> Reply:
        """Pause or resume sending."""
        given = {"SendingEnabled": params.get("Enabled", False)}
        return self._v2.handle(caller, "PutAccountSendingAttributes", given)
