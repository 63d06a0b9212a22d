"""Custom verification mails in the API v1."""

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.v1.refusals import worded
from ses_provision.local.ses.world import Handler

GONE = "CustomVerificationEmailTemplateDoesNotExist"
_MEMBERS = ("FromEmailAddress", "TemplateSubject", "TemplateContent", "SuccessRedirectionURL",
            "FailureRedirectionURL")  # fmt: skip


class VerificationTemplatesV1:
    """The operations on custom verification mails."""

    def __init__(self, v2: SesV2) -> None:
        self._v2 = v2
        self._world = v2.world

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
        with worded(
            taken="CustomVerificationEmailTemplateAlreadyExists",
            gone="FromEmailAddressNotVerified",
        ):
            return self._v2.handle(caller, "CreateCustomVerificationEmailTemplate", dict(params))

    def get(self, caller: Caller, params: Params) -> Reply:
        """A template."""
        with worded(gone=GONE):
            shown = self._v2.handle(caller, "GetCustomVerificationEmailTemplate", dict(params))
        del shown["Tags"]
        return shown

    def list(self, caller: Caller, params: Params) -> Reply:
        """All templates, by name."""
        names = {"MaxResults": "PageSize", "NextToken": "NextToken"}
        given = {names[name]: value for name, value in params.items()}
        with worded():
            return self._v2.handle(caller, "ListCustomVerificationEmailTemplates", given)

    def update(self, caller: Caller, params: Params) -> Reply:
        """Change what is given of a template."""
        before = self.get(caller, {"TemplateName": params["TemplateName"]})
        given = {name: params.get(name, before[name]) for name in _MEMBERS}
        with worded(gone="FromEmailAddressNotVerified"):
            return self._v2.handle(
                caller,
                "UpdateCustomVerificationEmailTemplate",
                {"TemplateName": params["TemplateName"], **given},
            )

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a template; that there is none does not matter ([M])."""
        self._world.of(caller).verification_templates.pop(params["TemplateName"], None)
        return {}

    def send(self, caller: Caller, params: Params) -> Reply:
        """Make an address an identity, if it is none, and mail it the link."""
        with worded(gone=GONE):
            return self._v2.handle(caller, "SendCustomVerificationEmail", dict(params))
