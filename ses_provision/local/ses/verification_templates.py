"""Custom verification mails: their templates, and sending them.

Sentences were recorded by floci-io/floci, of both APIs.
"""

from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import tags
from ses_provision.local.ses.errors import already_exists, bad_request, not_found
from ses_provision.local.ses.lifecycle import Lifecycle
from ses_provision.local.ses.names import as_kept, is_address
from ses_provision.local.ses.paging import Paging, between, page
from ses_provision.local.ses.state import (
    CustomVerificationTemplate,
    Identity,
    Place,
)
from ses_provision.local.ses.world import Handler, World

PAGES = Paging(50, 50, between(50), "Invalid nextToken <{token}>.")


class VerificationTemplates:
    """The operations on custom verification mails."""

    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self._world = world
        self._lifecycle = lifecycle

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateCustomVerificationEmailTemplate": self.create,
            "GetCustomVerificationEmailTemplate": self.get,
            "ListCustomVerificationEmailTemplates": self.list,
            "UpdateCustomVerificationEmailTemplate": self.update,
            "DeleteCustomVerificationEmailTemplate": self.delete,
            "SendCustomVerificationEmail": self.send,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Store a template."""
        place, name = self._world.of(caller), params["TemplateName"]
        if name in place.verification_templates:
            raise already_exists(f"Custom verification email template <{name}> already exists")
        made = self._checked(place, params)
        made.tags = tags.checked(params.get("Tags"))
        place.verification_templates[name] = made
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """A template."""
        found = self.find(self._world.of(caller), params["TemplateName"])
        return {
            **_summary(found),
            "TemplateContent": found.content,
            "Tags": tags.as_list(found.tags),
        }

    def list(self, caller: Caller, params: Params) -> Reply:
        """All templates, by name."""
        held = self._world.of(caller).verification_templates
        shown, more = page(params, [_summary(held[name]) for name in sorted(held)], PAGES)
        return {"CustomVerificationEmailTemplates": shown, **more}

    def update(self, caller: Caller, params: Params) -> Reply:
        """Replace a template."""
        place = self._world.of(caller)
        before = self.find(place, params["TemplateName"])
        changed = self._checked(place, params)
        changed.tags = before.tags
        place.verification_templates[changed.name] = changed
        return {}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a template."""
        place = self._world.of(caller)
        del place.verification_templates[self.find(place, params["TemplateName"]).name]
        return {}

    def send(self, caller: Caller, params: Params) -> Reply:
        """Make an address an identity, if it is none, and mail it the link."""
        place, address = self._world.of(caller), params["EmailAddress"]
        if not address.strip():
            raise bad_request("Email address not specified.")
        name = as_kept(address)
        if not is_address(name):
            raise bad_request(f"Invalid email address<{address}>.")
        self.find(place, params["TemplateName"])
        identity = place.identities.setdefault(name, Identity(name))
        secret = self._lifecycle.mail_link(place, identity)
        return {"MessageId": f"0100{secret[:12]}-{secret[12:20]}-000000"}

    def find(self, place: Place, name: str) -> CustomVerificationTemplate:
        """The template of that name."""
        found = place.verification_templates.get(name)
        if found is None:
            raise not_found(f"Custom verification email template <{name}> does not exist")
        return found

    def _checked(self, place: Place, params: Params) -> CustomVerificationTemplate:
        sender = params["FromEmailAddress"]
        if not self._lifecycle.may_send(place, sender):
            raise not_found(f"The from email address <{sender}> is not verified")
        for key, which in (
            ("SuccessRedirectionURL", "success"),
            ("FailureRedirectionURL", "failure"),
        ):
            if not params[key].startswith(("http://", "https://")):
                raise bad_request(f"The {which} redirection URL is invalid")
        return CustomVerificationTemplate(
            params["TemplateName"],
            sender,
            params["TemplateSubject"],
            params["TemplateContent"],
            params["SuccessRedirectionURL"],
            params["FailureRedirectionURL"],
        )


def _summary(template: CustomVerificationTemplate) -> dict[str, Any]:
    return {
        "TemplateName": template.name,
        "FromEmailAddress": template.sender,
        "TemplateSubject": template.subject,
        "SuccessRedirectionURL": template.success_url,
        "FailureRedirectionURL": template.failure_url,
    }
