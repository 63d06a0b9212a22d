"""What `checklist` looks at, in the order it is shown. One file a topic; none writes."""

from ses_provision.checks import (
    account,
    alarms,
    dns,
    events,
    handover,
    hipaa,
    identity,
    permissions,
)

TOPICS = (
    identity.TOPIC,
    dns.TOPIC,
    events.TOPIC,
    alarms.TOPIC,
    permissions.TOPIC,
    account.TOPIC,
    hipaa.TOPIC,
    handover.TOPIC,
)

ITEMS = {item.id: item for topic in TOPICS for item in topic.items}
