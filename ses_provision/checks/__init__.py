"""What `checklist` and `dkim-status` look at, in the order it is shown.

One file a topic; none writes.

`topic` says what an item is, `verification` where a domain stands and why, `attestations` what only
people can know. What AWS refuses to tell makes its item unknown, never done. Begin with `topic`.
"""

from ses_provision.checks import (
    account,
    alarms,
    archive,
    bimi,
    dashboard,
    dns,
    event_queues,
    events,
    handover,
    hipaa,
    identity,
    own_key,
    pausing,
    permissions,
    pools,
    receiving,
    smtp,
    tenants,
    tracking,
)

TOPICS = (
    identity.TOPIC,
    own_key.TOPIC,
    dns.TOPIC,
    bimi.TOPIC,
    events.TOPIC,
    event_queues.TOPIC,
    archive.TOPIC,
    receiving.TOPIC,
    alarms.TOPIC,
    pausing.TOPIC,
    dashboard.TOPIC,
    permissions.TOPIC,
    smtp.TOPIC,
    tracking.TOPIC,
    pools.TOPIC,
    tenants.TOPIC,
    account.TOPIC,
    hipaa.TOPIC,
    handover.TOPIC,
)

ITEMS = {item.id: item for topic in TOPICS for item in topic.items}
