"""Stored e-mail templates, and what becomes of a template and its data."""

import re
from typing import Any

from ses_provision.local import strict_json
from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses import tags, tenants
from ses_provision.local.ses.errors import already_exists, bad_request, not_found
from ses_provision.local.ses.names import arn, resource_name
from ses_provision.local.ses.paging import Paging, between, page
from ses_provision.local.ses.state import Place, Template
from ses_provision.local.ses.world import Handler, World

# aws-facts 10.
MAX_SIZE = 500 * 1024
_TAG = re.compile(r"\{\{\{?\s*([^{}]+?)\s*\}?\}\}")
_VARIABLE = re.compile(r"[A-Za-z_@][\w.-]*")


PAGES = Paging(10, 100, between(100), "Invalid PageToken <{token}>.")


# Filled in when the message is sent, not when it is rendered (see list_management).
UNSUBSCRIBE_URL = "amazonSESUnsubscribeUrl"


class RenderingError(Exception):
    """The data lacks something the template asks for."""


def find(place: Place, name: str) -> Template:
    """The template of that name."""
    found = place.templates.get(name)
    if found is None:
        raise not_found(f"Template {name} does not exist.")
    return found


def newest_first(place: Place) -> list[Template]:
    """All templates in the order in which SES lists them."""
    by_name = sorted(place.templates.values(), key=lambda each: each.name)
    return sorted(by_name, key=lambda each: each.created_at, reverse=True)


def rendered(text: str, data: dict[str, Any]) -> str:
    """A template's text with its variables filled in."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name == UNSUBSCRIBE_URL:
            return match[0]
        if not _VARIABLE.fullmatch(name):
            raise AwsError(
                "NotImplementedByLocalAws",
                f"The local AWS fills in variables only, it does not serve {{{{{name}}}}}.",
                501,
            )
        found: Any = data
        for part in name.split("."):
            if not isinstance(found, dict) or part not in found:
                raise RenderingError(f"Attribute '{name}' is not present in the rendering data.")
            found = found[part]
        return str(found)

    return _TAG.sub(value, text)


def mime(content: dict[str, str], data: dict[str, Any]) -> str:
    """What a template makes of data, as a message."""
    parts = {part: rendered(text, data) for part, text in content.items()}
    bodies = [parts[part] for part in ("Text", "Html") if part in parts]
    return "\r\n".join([f"Subject: {parts['Subject']}", "", *bodies])


def parsed_data(text: str) -> dict[str, Any]:
    """The data given for a template."""
    try:
        data = strict_json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise bad_request("The template data is not valid JSON.")
    return data


class Templates:
    """The operations on templates."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateEmailTemplate": self.create,
            "GetEmailTemplate": self.get,
            "ListEmailTemplates": self.list,
            "UpdateEmailTemplate": self.update,
            "DeleteEmailTemplate": self.delete,
            "TestRenderEmailTemplate": self.render,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Store a template."""
        held = self._world.of(caller).templates
        name = resource_name(params["TemplateName"], "Template")
        if name in held:
            raise already_exists(f"Template {name} already exists.")
        content = checked_content(params["TemplateContent"])
        held[name] = Template(name, content, self._world.now(), tags.checked(params.get("Tags")))
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """A template."""
        found = find(self._world.of(caller), params["TemplateName"])
        return {
            "TemplateName": found.name,
            "TemplateContent": dict(found.content),
            "Tags": tags.as_list(found.tags),
        }

    def list(self, caller: Caller, params: Params) -> Reply:
        """All templates, the newest first."""
        shown, more = page(params, newest_first(self._world.of(caller)), PAGES)
        metadata = [
            {"TemplateName": each.name, "CreatedTimestamp": each.created_at} for each in shown
        ]
        return {"TemplatesMetadata": metadata, **more}

    def update(self, caller: Caller, params: Params) -> Reply:
        """Replace a template's content."""
        found = find(self._world.of(caller), params["TemplateName"])
        found.content = checked_content(params["TemplateContent"])
        return {}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a template."""
        place = self._world.of(caller)
        found = find(place, params["TemplateName"])
        resource = arn(caller, "template", found.name)
        if tenants.using(place, resource):
            raise tenants.still_associated(resource)
        del place.templates[found.name]
        return {}

    def render(self, caller: Caller, params: Params) -> Reply:
        """Show what a template makes of data."""
        content = find(self._world.of(caller), params["TemplateName"]).content
        data = parsed_data(params["TemplateData"])
        try:
            return {"RenderedTemplate": mime(content, data)}
        except RenderingError as missing:
            raise bad_request(str(missing)) from None


def checked_content(given: Params) -> dict[str, str]:
    content: dict[str, str] = {
        part: given[part] for part in ("Subject", "Text", "Html") if part in given
    }
    if not content.get("Subject"):
        raise bad_request("The subject must be specified.")
    if not (content.get("Text") or content.get("Html")):
        # Recorded 2026-09-24 (cdk-preflight).
        raise bad_request("Template must specify at least one of the parts.")
    if sum(len(text.encode()) for text in content.values()) > MAX_SIZE:
        raise bad_request("The template is larger than 500 KB.")
    return content
