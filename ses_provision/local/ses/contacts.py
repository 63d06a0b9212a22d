"""The contacts of a list, and what each of them wants.

Sentences and the order of checks were recorded by floci-io/floci and moto (test_sesv2.py).
"""

import re
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import contact_lists
from ses_provision.local.ses.errors import already_exists, bad_request, not_found
from ses_provision.local.ses.paging import page
from ses_provision.local.ses.state import Contact, ContactList
from ses_provision.local.ses.world import Handler, World

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class Contacts:
    """The operations on contacts."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateContact": self.create,
            "GetContact": self.get,
            "ListContacts": self.list,
            "UpdateContact": self.update,
            "DeleteContact": self.delete,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Add an address to a list."""
        address, now = _address(params), self._world.now()
        held = self._list(caller, params)
        preferences = _preferences(held, params)
        if address in held.contacts:
            raise already_exists(f"{address} already exists in List.")
        held.contacts[address] = Contact(
            address,
            now,
            now,
            preferences,
            params.get("UnsubscribeAll", False),
            params.get("AttributesData"),
        )
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """A contact with its preferences, and the list's where it has none."""
        address = _address(params)
        held = self._list(caller, params)
        contact = _found(held, address)
        reply: dict[str, Any] = {
            "ContactListName": held.name,
            **_summary(held, contact),
            "CreatedTimestamp": contact.created_at,
        }
        if contact.attributes is not None:
            reply["AttributesData"] = contact.attributes
        return reply

    def list(self, caller: Caller, params: Params) -> Reply:
        """The contacts of a list, by address."""
        held, wanted = self._list(caller, params), params.get("Filter", {})
        kept = [
            _summary(held, held.contacts[address])
            for address in sorted(held.contacts)
            if _fits(held, held.contacts[address], wanted)
        ]
        shown, more = page(params, kept)
        return {"Contacts": shown, **more}

    def update(self, caller: Caller, params: Params) -> Reply:
        """Merge the preferences given into those held; replace everything else."""
        address = _address(params)
        held = self._list(caller, params)
        preferences = _preferences(held, params)
        contact = _found(held, address)
        contact.preferences |= preferences
        contact.unsubscribed_from_all = params.get("UnsubscribeAll", False)
        contact.attributes = params.get("AttributesData")
        contact.updated_at = self._world.now()
        return {}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Take an address off a list."""
        address = _address(params)
        held = self._list(caller, params)
        del held.contacts[_found(held, address).address]
        return {}

    def _list(self, caller: Caller, params: Params) -> ContactList:
        return contact_lists.find(self._world.of(caller), params["ContactListName"])


def default_of(held: ContactList, topic: str) -> str:
    """What a topic is to contacts who said nothing of it."""
    return next(
        (each["DefaultSubscriptionStatus"] for each in held.topics if each["TopicName"] == topic),
        "OPT_IN",
    )


def status(held: ContactList, contact: Contact, topic: str) -> str:
    """Whether a contact wants a topic."""
    if contact.unsubscribed_from_all:
        return "OPT_OUT"
    return contact.preferences.get(topic) or default_of(held, topic)


def _found(held: ContactList, address: str) -> Contact:
    contact = held.contacts.get(address)
    if contact is None:
        raise not_found(f"{address} doesn't exist in List.")
    return contact


def _address(params: Params) -> str:
    address: str = params["EmailAddress"]
    if not address.strip():
        raise bad_request("EmailAddress can't be blank.")
    if not _ADDRESS.fullmatch(address):
        raise bad_request(f"EmailAddress <{address}> is invalid")
    return address


def _preferences(held: ContactList, params: Params) -> dict[str, str]:
    known = {topic["TopicName"] for topic in held.topics}
    given = {
        each["TopicName"]: each["SubscriptionStatus"] for each in params.get("TopicPreferences", [])
    }
    for topic in given:
        if topic not in known:
            raise bad_request(f"List: {held.name} doesn't contain Topic: {topic}")
    return given


def _summary(held: ContactList, contact: Contact) -> dict[str, Any]:
    defaults = {
        topic["TopicName"]: topic["DefaultSubscriptionStatus"]
        for topic in held.topics
        if topic["TopicName"] not in contact.preferences
    }
    return {
        "EmailAddress": contact.address,
        "TopicPreferences": _as_list(contact.preferences),
        "TopicDefaultPreferences": _as_list(defaults),
        "UnsubscribeAll": contact.unsubscribed_from_all,
        "LastUpdatedTimestamp": contact.updated_at,
    }


def _as_list(preferences: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"TopicName": topic, "SubscriptionStatus": wanted} for topic, wanted in preferences.items()
    ]


def _fits(held: ContactList, contact: Contact, wanted: Params) -> bool:
    """[M] ListContactsFilter: a status, of one topic or of any; UnsubscribeAll counts as out."""
    asked, about = wanted.get("FilteredStatus"), wanted.get("TopicFilter", {})
    topic = about.get("TopicName")
    if topic is None:
        out = "OPT_OUT" if contact.unsubscribed_from_all else "OPT_IN"
        return asked is None or asked == out
    told = contact.preferences.get(topic)
    if told is None and about.get("UseDefaultIfPreferenceUnavailable", False):
        told = default_of(held, topic)
    return told is not None and (asked is None or told == asked)
