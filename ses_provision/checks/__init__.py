"""What `checklist` looks at, in the order it is shown. One file a topic; none writes."""

from ses_provision.checks import account, events, handover, hipaa, identity, permissions
from ses_provision.checks.topic import Topic

TOPICS = (
    Topic("identity", "Identity and DKIM", identity.findings),
    Topic("events", "Events and alarms", events.findings),
    Topic("permissions", "Permission to send", permissions.findings),
    Topic("account", "Account", account.findings),
    Topic("hipaa", "HIPAA", hipaa.findings),
    Topic("handover", "Hand-over to the application", handover.findings),
)
