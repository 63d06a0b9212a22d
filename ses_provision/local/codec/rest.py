"""HTTP bindings of the REST protocols: paths to operations, and parameters outside the body."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from ses_provision.dataclass import dataclass
from ses_provision.local.codec import timestamps
from ses_provision.local.contract import AwsError

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel, Shape

    from ses_provision.local.wire import Request

_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")


@dataclass(frozen=True)
class Route:
    """A method and path pattern that lead to an operation."""

    method: str
    pattern: re.Pattern[str]
    labels: tuple[str, ...]
    literal: int
    operation: str
    query: tuple[tuple[str, str], ...] = ()
    """What the query string has to hold, where paths alone tell no operations apart (S3)."""
    needed: frozenset[str] = frozenset()
    """What query or headers have to name, where that alone tells them apart (S3): say, an upload by
    its id."""


def routes(service: ServiceModel) -> tuple[Route, ...]:
    """The routes of a service, the most literal first."""
    found = []
    places = Counter(place(service.operation_model(name)) for name in service.operation_names)
    for name in service.operation_names:
        model = service.operation_model(name)
        if model.deprecated and f"{name}Configuration" in service.operation_names:
            continue  # the two share a path (S3)
        http = model.http
        # Clients of S3 move the whole path there, in the model that all of them share.
        path, _, query = str(http.get("authPath") or http["requestUri"]).partition("?")
        path, query = path.rstrip("/"), query.rstrip("/")
        labels = tuple(match[1] for match in _LABEL.finditer(path))
        pattern = "".join(
            (r"(.+)" if piece.endswith("+}") else r"([^/]+)")
            if piece.startswith("{")
            else re.escape(piece)
            for piece in re.split(r"(\{[^}]+\})", path)
        )
        literal = len(_LABEL.sub("", path))
        asked = tuple(parse_qsl(query, keep_blank_values=True))
        needed = named_beside(model.input_shape) if places[place(model)] > 1 else frozenset()
        compiled = re.compile(f"{pattern}/?")
        found.append(Route(http["method"], compiled, labels, literal, name, asked, needed))
    return tuple(
        sorted(found, key=lambda route: (-len(route.query), -route.literal, -len(route.needed)))
    )


def place(model: OperationModel) -> tuple[str, str]:
    """Where an operation is asked for."""
    return str(model.http["method"]), str(model.http["requestUri"])


def named_beside(shape: Shape | None) -> frozenset[str]:
    """The names that query string and headers cannot lack."""
    members = {} if shape is None else {n: shape.members[n] for n in shape.required_members}
    return frozenset(
        str(member.serialization.get("name", name)).lower()
        for name, member in members.items()
        if member.serialization.get("location") in {"querystring", "header"}
    )


def match(table: tuple[Route, ...], request: Request) -> tuple[str, dict[str, str]] | None:
    """The operation and path labels of a request, None when no route fits."""
    for route in table:
        named = {*(name.lower() for name, _ in request.query), *map(str.lower, request.headers)}
        fits = set(route.query) <= set(request.query) and route.needed <= named
        if route.method == request.method and fits:
            hit = route.pattern.fullmatch(request.path)
            if hit:
                values = (unquote(group) for group in hit.groups())
                return route.operation, dict(zip(route.labels, values, strict=True))
    return None


def bound(shape: Shape, request: Request, labels: dict[str, str]) -> dict[str, Any]:
    """The parameters that travel in path, query string and headers."""
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        where = member.serialization.get("location")
        key = member.serialization.get("name", name)
        if where in ("uri", None) and key in labels:
            found[name] = _scalar(member, labels[key])
        elif where == "querystring":
            _bind_query(found, name, member, [v for k, v in request.query if k == key])
        elif where == "header" and key.lower() in request.headers:
            found[name] = _scalar(member, request.headers[key.lower()])
        elif where == "headers":
            prefix = key.lower()
            found[name] = {
                header[len(prefix) :]: value
                for header, value in request.headers.items()
                if header.startswith(prefix)
            }
    return found


def _bind_query(found: dict[str, Any], name: str, member: Shape, values: list[str]) -> None:
    if not values:
        return
    if member.type_name == "list":
        found[name] = [_scalar(member.member, value) for value in values]
    else:
        found[name] = _scalar(member, values[0])


def _scalar(shape: Shape, text: str) -> Any:
    if shape.type_name in ("integer", "long"):
        try:
            return int(text)
        except ValueError:
            # Recorded of SESv2 (floci-io/floci, SesListPaging).
            message = f"'{text}' can not be converted to Integer"
            raise AwsError("SerializationException", message, 400) from None
    if shape.type_name == "boolean":
        return text.lower() == "true"
    if shape.type_name == "timestamp":
        return timestamps.read(text)
    return text


def reply_headers(operation: OperationModel, reply: dict[str, Any]) -> dict[str, str]:
    """The members of a reply that travel as headers."""
    shape = operation.output_shape
    if shape is None:
        return {}
    return {
        member.serialization["name"]: _header(member, reply[name])
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header" and reply.get(name) is not None
    }


def _header(member: Shape, value: Any) -> str:
    if member.type_name == "timestamp":
        return str(timestamps.write(member, value, "rfc822"))
    return str(value).lower() if isinstance(value, bool) else str(value)
