"""Sending to the contacts of a list: who has left it, and the link by which one leaves.

[D23] sending-email-list-management.md, RFC 8058: a message to one recipient gets the one-click
headers and the link in its body, twice at most; a message to several gets neither. An address
that is not on the list yet is put there.
"""

import hashlib
from typing import Any

from ses_provision.local.ses import contact_lists, contacts
from ses_provision.local.ses.errors import bad_request
from ses_provision.local.ses.message import Message
from ses_provision.local.ses.outcomes import stamp
from ses_provision.local.ses.state import Contact, ContactList, Place, UnsubscribeLink
from ses_provision.local.ses.templates import UNSUBSCRIBE_URL
from ses_provision.local.ses.world import World

_PLACEHOLDER = "{{" + UNSUBSCRIBE_URL + "}}"
_AT_MOST = 2


def left(world: World, place: Place, message: Message) -> tuple[str, ...]:
    """The recipients who do not want this message."""
    if message.contact_list is None:
        return ()
    held = contact_lists.find(place, message.contact_list)
    topics = {topic["TopicName"] for topic in held.topics}
    if message.topic is not None and message.topic not in topics:
        raise bad_request(f"List: {held.name} doesn't contain Topic: {message.topic}")
    now = world.now()
    for address in message.recipients:
        held.contacts.setdefault(address, Contact(address, now, now))
    return tuple(
        address
        for address in message.recipients
        if _has_left(held, held.contacts[address], message.topic)
    )


def _has_left(held: ContactList, contact: Contact, topic: str | None) -> bool:
    if topic is None:
        return contact.unsubscribed_from_all
    return contacts.status(held, contact, topic) == "OPT_OUT"


def add_link(world: World, place: Place, message: Message, message_id: str) -> str | None:
    """Put the way out into a message to one recipient; the token of its link."""
    if message.contact_list is None or len(message.recipients) != 1:
        return None
    token = hashlib.sha256(f"{place.account_id}/{place.region}/{message_id}".encode()).hexdigest()
    url = f"{world.address()}/_local/unsubscribe?token={token}"
    message.headers = [
        pair for pair in message.headers if not pair[0].lower().startswith("list-unsubscribe")
    ]
    added = [
        ("List-Unsubscribe", f"<{url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]
    message.headers += added
    message.text = message.text.replace(_PLACEHOLDER, url, _AT_MOST)
    message.html = message.html.replace(_PLACEHOLDER, url, _AT_MOST)
    if message.raw is not None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in added).encode()
        body = message.raw.replace(_PLACEHOLDER.encode(), url.encode(), _AT_MOST)
        message.raw = lines + body
    return token


def follow(world: World, place: Place, link: UnsubscribeLink) -> dict[str, Any] | None:
    """Take an address off its topic or list; the subscription of the event that tells of it."""
    held = place.contact_lists.get(link.contact_list)
    if held is None:
        return None
    now = world.now()
    contact = held.contacts.setdefault(link.address, Contact(link.address, now, now))
    before = _told(contact)
    if link.topic is None:
        contact.unsubscribed_from_all = True
    else:
        contact.preferences[link.topic] = "OPT_OUT"
    contact.updated_at = now
    return {
        "contactList": held.name,
        "timestamp": stamp(now),
        "source": "UnsubscribeHeader",
        "newTopicPreferences": _told(contact),
        "oldTopicPreferences": before,
    }


def _told(contact: Contact) -> dict[str, Any]:
    words = {"OPT_IN": "OptIn", "OPT_OUT": "OptOut"}
    return {
        "unsubscribeAll": contact.unsubscribed_from_all,
        "topicSubscriptionStatus": [
            {"topicName": topic, "subscriptionStatus": words[wanted]}
            for topic, wanted in contact.preferences.items()
        ],
    }
