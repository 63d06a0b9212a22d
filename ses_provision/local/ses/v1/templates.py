"""Stored templates in the API v1, where a template is called by its parts."""

from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses import templates
from ses_provision.local.ses.paging import Paging, page
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.v1.refusals import worded
from ses_provision.local.ses.world import Handler

PAGES = Paging(10, 100, None, templates.PAGES.invalid_token, code="InvalidParameterValue",
               size="MaxItems", out_of_range=100)  # fmt: skip
_PARTS = {"SubjectPart": "Subject", "TextPart": "Text", "HtmlPart": "Html"}


class TemplatesV1:
    """The operations on templates."""

    def __init__(self, v2: SesV2) -> None:
        self._v2 = v2
        self._world = v2.world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateTemplate": self.create,
            "GetTemplate": self.get,
            "ListTemplates": self.list,
            "UpdateTemplate": self.update,
            "DeleteTemplate": self.delete,
            "TestRenderTemplate": self.render,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Store a template."""
        with worded(bad="InvalidTemplate", taken="AlreadyExists"):
            self._v2.handle(caller, "CreateEmailTemplate", _renamed(params["Template"]))
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """A template."""
        with worded(gone="TemplateDoesNotExist"):
            found = templates.find(self._world.of(caller), params["TemplateName"])
        parts = {ours: found.content[v2] for ours, v2 in _PARTS.items() if v2 in found.content}
        return {"Template": {"TemplateName": found.name, **parts}}

    def list(self, caller: Caller, params: Params) -> Reply:
        """All templates, the newest first."""
        shown, more = page(params, templates.newest_first(self._world.of(caller)), PAGES)
        metadata = [{"Name": each.name, "CreatedTimestamp": each.created_at} for each in shown]
        return {"TemplatesMetadata": metadata, **more}

    def update(self, caller: Caller, params: Params) -> Reply:
        """Replace a template's content."""
        with worded(bad="InvalidTemplate", gone="TemplateDoesNotExist"):
            self._v2.handle(caller, "UpdateEmailTemplate", _renamed(params["Template"]))
        return {}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a template; [M] knows no refusal where there is none."""
        if params["TemplateName"] in self._world.of(caller).templates:
            with worded():
                self._v2.handle(caller, "DeleteEmailTemplate", dict(params))
        return {}

    def render(self, caller: Caller, params: Params) -> Reply:
        """Show what a template makes of data."""
        with worded(gone="TemplateDoesNotExist", bad="InvalidRenderingParameter"):
            content = templates.find(self._world.of(caller), params["TemplateName"]).content
            data = templates.parsed_data(params["TemplateData"])
            try:
                return {"RenderedTemplate": templates.mime(content, data)}
            except templates.RenderingError as missing:
                raise AwsError("MissingRenderingAttribute", str(missing), 400) from None


def _renamed(template: dict[str, str]) -> dict[str, Any]:
    content = {theirs: template[ours] for ours, theirs in _PARTS.items() if ours in template}
    return {"TemplateName": template["TemplateName"], "TemplateContent": content}
