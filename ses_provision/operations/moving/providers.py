"""Who sends for a domain, by what their set-up guides have people publish. Data, and its look-up.

What is not in the table is shown as it is: nothing depends on it being complete.
"""

from __future__ import annotations

from collections.abc import Iterable

from ses_provision.dataclass import dataclass
from ses_provision.names import is_within


@dataclass(frozen=True)
class Provider:
    """A provider: the domains that SPF records include (`spf`), its usual DKIM selectors, and the
    domains that its records lead to (`hosts`). `export` is the format of its suppression list."""

    name: str
    spf: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    export: str = ""
    is_office: bool = False
    """People's own mailboxes are there: they stay when an application moves."""


PROVIDERS = (
    Provider("Amazon SES", ("amazonses.com",), (), ("amazonses.com",), "csv"),
    Provider("SendGrid", ("sendgrid.net",), ("s1", "s2", "smtpapi"), ("sendgrid.net",), "sendgrid"),
    Provider("Mailgun", ("mailgun.org",), ("k1", "mx", "smtp", "pic", "mta", "email"),
             ("mailgun.org",), "mailgun"),
    Provider("Postmark", ("spf.mtasv.net",), ("pm",), ("mtasv.net", "postmarkapp.com"), "postmark"),
    Provider("Mailchimp Transactional", ("spf.mandrillapp.com",), ("mandrill", "mte1", "mte2"),
             ("mandrillapp.com",), "csv"),
    Provider("Mailchimp", ("servers.mcsv.net",), ("k2", "k3"), ("mcsv.net",), "csv"),
    Provider("SparkPost", ("sparkpostmail.com",), (), ("sparkpostmail.com",), "csv"),
    Provider("Mailjet", ("spf.mailjet.com",), ("mailjet",), ("mailjet.com",), "csv"),
    Provider("Brevo", ("spf.brevo.com", "spf.sendinblue.com"), ("brevo1", "brevo2", "mail"),
             ("brevo.com", "sendinblue.com"), "csv"),
    Provider("Elastic Email", ("_spf.elasticemail.com",), ("api",), ("elasticemail.com",), "csv"),
    Provider("SMTP2GO", ("spf.smtp2go.com",), (), ("smtp2go.com", "smtp2go.net"), "csv"),
    Provider("MailerSend", ("_spf.mailersend.net",), ("mlsend", "mlsend2"), ("mailersend.net",),
             "csv"),
    Provider("MailerLite", ("_spf.mlsend.com",), ("litesrv", "ml"), ("mlsend.com",), "csv"),
    Provider("Klaviyo", ("klaviyo.com",), ("kl", "kl2"), ("klaviyo.com", "klaviyomail.com"), "csv"),
    Provider("Campaign Monitor", ("_spf.createsend.com",), ("cm",), ("createsend.com",), "csv"),
    Provider("ActiveCampaign", ("emsd1.com",), ("acdkim1", "acdkim2", "dk"),
             ("activehosted.com", "acems1.com", "emsd1.com"), "csv"),
    Provider("Constant Contact", ("spf.constantcontact.com",), ("ctct1", "ctct2"),
             ("ccsend.com", "constantcontact.com"), "csv"),
    Provider("HubSpot", ("hubspotemail.net",), ("hs1", "hs2"), ("hubspotemail.net", "hscoscdn.net"),
             "csv"),
    Provider("Salesforce", ("_spf.salesforce.com",), (), ("salesforce.com",), "csv"),
    Provider("Salesforce Marketing Cloud", ("cust-spf.exacttarget.com",), (), ("exacttarget.com",),
             "csv"),
    Provider("Zendesk", ("mail.zendesk.com",), ("zendesk1", "zendesk2"), ("zendesk.com",)),
    Provider("Freshdesk", ("email.freshdesk.com",), (), ("freshdesk.com", "freshemail.io")),
    Provider("Atlassian", ("_spf.atlassian.net",), ("atlassian-1", "atlassian-2"),
             ("atlassian.net",)),
    Provider("Google Workspace", ("_spf.google.com",), ("google",),
             ("google.com", "googlemail.com"), is_office=True),
    Provider("Microsoft 365", ("spf.protection.outlook.com",), ("selector1", "selector2"),
             ("outlook.com", "onmicrosoft.com", "mx.microsoft"), is_office=True),
    Provider("Zoho", ("zoho.com", "zoho.eu", "zohomail.com"), ("zoho", "zmail"),
             ("zoho.com", "zoho.eu"), is_office=True),
    Provider("Fastmail", ("spf.messagingengine.com",), ("fm1", "fm2", "fm3"),
             ("messagingengine.com", "fmhosted.com"), is_office=True),
    Provider("Proton Mail", ("_spf.protonmail.ch",),
             ("protonmail", "protonmail2", "protonmail3"), ("protonmail.ch", "proton.ch"),
             is_office=True),
    Provider("Gandi", ("_mailcust.gandi.net",), ("gm1", "gm2", "gm3"), ("gandi.net",),
             is_office=True),
    Provider("OVHcloud", ("mx.ovh.com",), (), ("ovh.net", "ovh.com"), is_office=True),
    Provider("IONOS", ("_spf.kundenserver.de", "_spf-eu.ionos.com", "_spf-us.ionos.com"),
             ("s1-ionos", "s2-ionos"), ("kundenserver.de", "ionos.com"), is_office=True),
    Provider("GoDaddy", ("secureserver.net",), (), ("secureserver.net",), is_office=True),
    Provider("Namecheap", ("spf.privateemail.com",), (), ("privateemail.com",), is_office=True),
    Provider("Mimecast", ("mimecast.com",), (), ("mimecast.com",), is_office=True),
    Provider("Proofpoint", ("pphosted.com",), (), ("pphosted.com", "ppe-hosted.com"),
             is_office=True),
)  # fmt: skip

ANYBODYS = ("default", "dkim", "mail", "s1", "s2", "k1", "selector1", "selector2", "google")
"""Selectors that many use."""
MOST_SELECTORS = 40  # names that are asked for


def by_spf(domain: str) -> Provider | None:
    """Whose record an SPF record includes."""
    return next((one for one in PROVIDERS if any(is_within(domain, s) for s in one.spf)), None)


def by_host(name: str) -> Provider | None:
    """Whose host a record leads to."""
    return next((one for one in PROVIDERS if any(is_within(name, h) for h in one.hosts)), None)


def selectors(found: Iterable[Provider], given: Iterable[str]) -> tuple[str, ...]:
    """The selectors to ask for: those given, those of the providers found, those of anybody."""
    theirs = (selector for provider in found for selector in provider.selectors)
    return tuple(dict.fromkeys([*given, *theirs, *ANYBODYS]))[:MOST_SELECTORS]
