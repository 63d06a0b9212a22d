"""Contact lists and their topics.

Sentences and the order of checks were recorded by floci-io/floci, those on a list that is not
there by moto too (test_sesv2.py).
"""

import re
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import tags
from ses_provision.local.ses.errors import bad_request, not_found
from ses_provision.local.ses.paging import page
from ses_provision.local.ses.state import ContactList, Place
from ses_provision.local.ses.world import Handler, World

MAX_TOPICS = 20
MAX_DESCRIPTION = 500
MAX_DISPLAY_NAME = 128
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def find(place: Place, name: str) -> ContactList:
    """The contact list of that name."""
    _check_name(name, "ContactListName")
    found = place.contact_lists.get(name)
    if found is None:
        raise not_found(f"List with name: {name} doesn't exist.")
    return found


class ContactLists:
    """The operations on contact lists."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateContactList": self.create,
            "GetContactList": self.get,
            "ListContactLists": self.list,
            "UpdateContactList": self.update,
            "DeleteContactList": self.delete,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Make the one contact list an account may have."""
        held, now = self._world.of(caller).contact_lists, self._world.now()
        _check(params)
        if held:
            raise bad_request("A maximum of 1 Lists allowed per account.")
        name = params["ContactListName"]
        held[name] = ContactList(
            name,
            now,
            now,
            params.get("Description"),
            list(params.get("Topics", [])),
            tags=tags.checked(params.get("Tags")),
        )
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """A contact list with its topics."""
        found = find(self._world.of(caller), params["ContactListName"])
        reply: dict[str, Any] = {
            "ContactListName": found.name,
            "Topics": [dict(topic) for topic in found.topics],
            "CreatedTimestamp": found.created_at,
            "LastUpdatedTimestamp": found.updated_at,
            "Tags": tags.as_list(found.tags),
        }
        if found.description is not None:
            reply["Description"] = found.description
        return reply

    def list(self, caller: Caller, params: Params) -> Reply:
        """The contact list, if there is one."""
        held = self._world.of(caller).contact_lists.values()
        shown, more = page(params, list(held))
        summaries = [
            {"ContactListName": each.name, "LastUpdatedTimestamp": each.updated_at}
            for each in shown
        ]
        return {"ContactLists": summaries, **more}

    def update(self, caller: Caller, params: Params) -> Reply:
        """Replace topics, description or both."""
        _check(params)
        found = find(self._world.of(caller), params["ContactListName"])
        if "Topics" in params:
            found.topics = list(params["Topics"])
        if "Description" in params:
            found.description = params["Description"]
        found.updated_at = self._world.now()
        return {}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a list with its contacts."""
        place = self._world.of(caller)
        del place.contact_lists[find(place, params["ContactListName"]).name]
        return {}


def _check(params: Params) -> None:
    _check_name(params["ContactListName"], "ContactListName")
    topics = params.get("Topics", [])
    if len(topics) > MAX_TOPICS:
        raise bad_request(f"Maximum of <{MAX_TOPICS}> topics allowed per ContactList")
    for topic in topics:
        _check_name(topic["TopicName"], "TopicName")
        if len(topic["DisplayName"]) > MAX_DISPLAY_NAME:
            raise bad_request(
                f"Topic DisplayName can contain up to <{MAX_DISPLAY_NAME}> characters."
            )
    if len({topic["TopicName"] for topic in topics}) != len(topics):
        raise bad_request("Duplicate topic names are not allowed within a List.")
    if len(params.get("Description", "")) > MAX_DESCRIPTION:
        raise bad_request(f"List description can contain up to {MAX_DESCRIPTION} characters.")


def _check_name(name: str, what: str) -> None:
    if not name.strip():
        raise bad_request(f"{what} can't be blank.")
    if not _NAME.fullmatch(name):
        raise bad_request(
            f"{what} can contain up to 64 characters. Only alphanumeric characters,"
            " underscores(_) and hyphens(-) are allowed."
        )
