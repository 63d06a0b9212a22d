"""SQS in the query protocol, of which botocore's model holds no names any more.

Clients older than the end of 2023 speak it (SQS API Reference, "Query API requests").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from ses_provision.local.codec import query_form, xml_form

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/"
# Members that repeat, and what one of them is called; `Entries` is called after its operation.
_SINGULAR = {
    "AWSAccountIds": "AWSAccountId",
    "Actions": "ActionName",
    "AttributeNames": "AttributeName",
    "Attributes": "Attribute",
    "Failed": "BatchResultErrorEntry",
    "MessageAttributeNames": "MessageAttributeName",
    "MessageAttributes": "MessageAttribute",
    "MessageSystemAttributeNames": "MessageSystemAttributeName",
    "MessageSystemAttributes": "MessageSystemAttribute",
    "Messages": "Message",
    "QueueUrls": "QueueUrl",
    "TagKeys": "TagKey",
    "Tags": "Tag",
    "queueUrls": "QueueUrl",
    "tags": "Tag",
}
_KEY = {"Tag": "Key"}


def _name(operation: str, member: str) -> str:
    if member == "Entries":
        return f"{operation}RequestEntry"
    if member == "Successful":
        return f"{operation}ResultEntry"
    return _SINGULAR.get(member, member)


def read(operation: OperationModel, form: dict[str, str], address: str) -> dict[str, Any]:
    """The parameters of a call; `address` is where it was sent, the queue's own URL."""
    found = _structure(str(operation.name), operation.input_shape, form, "")
    if "QueueUrl" in operation.input_shape.members and address.rstrip("/").count("/") > 2:
        found.setdefault("QueueUrl", address)
    return found


def _structure(operation: str, shape: Shape, form: dict[str, str], at: str) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        where = at + _name(operation, name)
        if member.type_name == "map":
            value: Any = _map(operation, member, form, where)
        elif member.type_name == "list":
            value = _list(operation, member, form, where)
        elif where in form:
            value = query_form.scalar(member.type_name, form[where])
        else:
            continue
        if value not in ({}, []):
            found[name] = value
    return found


def _value(operation: str, shape: Shape, form: dict[str, str], at: str) -> Any:
    if shape.type_name == "structure":
        return _structure(operation, shape, form, f"{at}.")
    return query_form.scalar(shape.type_name, form.get(at, ""))


def _list(operation: str, shape: Shape, form: dict[str, str], at: str) -> list[Any]:
    found: list[Any] = []
    while query_form.has(form, f"{at}.{len(found) + 1}"):
        found.append(_value(operation, shape.member, form, f"{at}.{len(found) + 1}"))
    return found


def _map(operation: str, shape: Shape, form: dict[str, str], at: str) -> dict[str, Any]:
    key = _KEY.get(at.rpartition(".")[2], "Name")
    found: dict[str, Any] = {}
    number = 1
    while (name := form.get(f"{at}.{number}.{key}")) is not None:
        found[name] = _value(operation, shape.value, form, f"{at}.{number}.Value")
        number += 1
    return found


def write(operation: OperationModel, reply: dict[str, Any], root: Element) -> None:
    """Append the result of an operation to its response."""
    if operation.output_shape:
        result = SubElement(root, f"{operation.name}Result")
        _write(str(operation.name), operation.output_shape, reply, result)


def _write(operation: str, shape: Shape, reply: dict[str, Any], parent: Element) -> None:
    for name, member in shape.members.items():
        if reply.get(name) is None:
            continue
        called = _name(operation, name)
        if member.type_name == "list":
            for item in reply[name]:
                _write_one(operation, member.member, item, parent, called)
        elif member.type_name == "map":
            for key, item in reply[name].items():
                entry = SubElement(parent, called)
                SubElement(entry, _KEY.get(called, "Name")).text = key
                _write_one(operation, member.value, item, entry, "Value")
        else:
            _write_one(operation, member, reply[name], parent, called)


def _write_one(operation: str, shape: Shape, value: Any, parent: Element, name: str) -> None:
    if shape.type_name == "structure":
        _write(operation, shape, value, SubElement(parent, name))
    else:
        xml_form.write(shape, value, parent, name)
