"""What every environment is made of, in the order it is built: `STEPS` is the table of contents.

A step is a pure function from an environment, and what it needs to know, to the resources that
should be there. `needs` names what has to be looked up, `arns` and `records` what several steps and
checks speak of, `left_over` finds what no setting names any more.
"""

from ses_provision.engine.model import Step, requiring
from ses_provision.steps import (
    account,
    alarms,
    auto_pause,
    bimi,
    configuration_set,
    dashboard,
    dkim,
    dmarc,
    events,
    identity,
    mail_from,
    role,
    sender,
    smtp_users,
)
from ses_provision.steps.needs import (
    DKIM,
    FORMER_DASHBOARDS,
    FORMER_REGIONS,
    FORMER_USERS,
    QUOTA,
    ZONE,
)

GUIDE = "https://docs.aws.amazon.com/ses/latest/dg/"

CONFIGURATION_SET = Step(
    "configuration-set",
    "Configuration set",
    "The rules for every mail: TLS, suppression of dead addresses, reputation metrics.",
    configuration_set.desired,
    needs=(FORMER_REGIONS, FORMER_USERS, FORMER_DASHBOARDS),
    section="configuration_set",
    settings="configuration_set.name",
    docs=f"{GUIDE}using-configuration-sets.html",
    strays=configuration_set.strays,
)

IDENTITY = Step(
    "identity",
    "Domain identity",
    "Proves that the domain is ours; SES signs its mail with DKIM and applies the set to it.",
    identity.desired,
    settings="domain",
    strays=identity.strays,
    requires=requiring("configuration-set"),
    docs=f"{GUIDE}creating-identities.html",
)

MAIL_FROM = Step(
    "mail-from",
    "Custom MAIL FROM",
    "Makes the envelope sender ours, so that SPF aligns with the From domain for DMARC.",
    mail_from.desired,
    needs=(ZONE,),
    section="mail_from",
    settings="mail_from.subdomain",
    requires=requiring("identity"),
    heeds=(IDENTITY,),
    docs=f"{GUIDE}mail-from.html",
)

DMARC = Step(
    "dmarc",
    "DMARC",
    "Tells receivers what to do with mail that fails; Gmail and Yahoo ask for a record.",
    dmarc.desired,
    needs=(ZONE,),
    section="dmarc",
    settings="dmarc",
    requires=requiring("dkim"),
    docs=f"{GUIDE}send-email-authentication-dmarc.html",
)

STEPS = (
    CONFIGURATION_SET,
    IDENTITY,
    Step(
        "dkim",
        "DKIM records",
        "Where receivers find the keys. SES verifies the domain by finding them itself.",
        dkim.desired,
        needs=(ZONE, DKIM),
        leaves=dkim.standing,
        settings="domain",
        requires=requiring("identity"),
        docs=f"{GUIDE}send-email-authentication-dkim-easy.html",
    ),
    MAIL_FROM,
    DMARC,
    Step(
        "bimi",
        "BIMI record",
        "Where mailbox providers find the logo to show beside the mail, once DMARC enforces.",
        bimi.desired,
        needs=(ZONE, bimi.ENFORCEMENT),
        leaves=bimi.standing,
        settings="bimi.selector",
        requires=requiring("dmarc"),
        heeds=(DMARC,),
        docs=f"{GUIDE}send-email-authentication-bimi.html",
    ),
    Step(
        "sender",
        "Sending identity",
        "The from address with the same settings, for they override those of its domain.",
        sender.desired,
        section="sender",
        settings="sender.address",
        requires=requiring("configuration-set"),
        heeds=(MAIL_FROM,),
        docs=f"{GUIDE}creating-identities.html",
    ),
    Step(
        "role",
        "Sender policy",
        "Lets the application's role send as this address, with this set, and nothing else.",
        role.desired,
        section="sender",
        settings="sender.policy_name (or suffix)",
        docs=f"{GUIDE}control-user-access.html",
    ),
    Step(
        "smtp-users",
        "SMTP users",
        "Let programs send by SMTP as their addresses, with this set, and nothing else.",
        smtp_users.desired,
        settings="smtp_users",
        requires=requiring("configuration-set"),
        docs=f"{GUIDE}smtp-credentials.html",
        strays=smtp_users.strays,
    ),
    Step(
        "events",
        "Event topic and destination",
        "Tells people and programs about bounces, complaints and delays.",
        events.desired,
        section="events",
        settings="events.topic (or suffix)",
        proved=True,
        requires=requiring("configuration-set"),
        heeds=(CONFIGURATION_SET,),
        docs=f"{GUIDE}event-publishing-add-event-destination-sns.html",
    ),
    Step(
        "auto-pause",
        "Pausing by alarm",
        "Stops the mail of the set when its own alarms ring; only a person resumes it.",
        auto_pause.desired,
        settings="alarms.pause_function (or suffix)",
        requires=requiring("configuration-set"),
        docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/"
        "alarms-and-actions-Lambda.html",
        strays=auto_pause.strays,
    ),
    Step(
        "alarms",
        "Alarms",
        "Wakes somebody up before AWS reviews or pauses the account.",
        alarms.desired,
        section="alarms",
        settings="alarms.topic, alarms.bounce_name, alarms.complaint_name (or suffix)",
        requires=alarms.requires,
        docs=f"{GUIDE}reputationdashboard-cloudwatch-alarm.html",
        strays=alarms.strays,
    ),
    Step(
        "account",
        "Account settings",
        "What holds for all that the account sends from the region, where the file names it.",
        account.desired,
        settings="account, vdm",
        docs=f"{GUIDE}vdm.html",
    ),
    Step(
        "dashboard",
        "Dashboard",
        "Shows what is sent and what becomes of it, beside the limits of AWS.",
        dashboard.desired,
        needs=(QUOTA,),
        settings="dashboard.name (or suffix)",
        docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html",
        strays=dashboard.strays,
    ),
)
