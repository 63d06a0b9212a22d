"""A logo as BIMI wants it: the profile SVG Tiny PS (draft-svg-tiny-ps-abrotman), by an allow-list.

What is not known to be in the profile is told. The file is read by expat alone, without DTDs: no
entity is expanded, and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from xml.parsers import expat

from ses_provision.dataclass import dataclass

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
LARGEST = 32 * 1024
"""Octets (BIMI group, "What Are BIMI SVG Requirements?")."""
LARGEST_READ = 1_000_000
DEEPEST = 200
ELEMENTS = frozenset(
    {"svg", "title", "desc", "metadata", "defs", "g", "use", "path", "rect", "circle", "ellipse",
     "line", "polyline", "polygon", "text", "tspan", "tbreak", "textArea", "solidColor",
     "linearGradient", "radialGradient", "stop"}
)  # fmt: skip
WHY_NOT = {
    "script": "no scripts", "handler": "no scripts", "listener": "no scripts",
    "animate": "no animation", "animateColor": "no animation", "animateMotion": "no animation",
    "animateTransform": "no animation", "set": "no animation", "discard": "no animation",
    "image": "no pictures: draw its shapes", "foreignObject": "no other languages",
    "a": "no links", "style": "no style sheets: attributes such as fill instead",
    "filter": "no filters", "mask": "no masks", "clipPath": "no clipping", "pattern": "no patterns",
    "symbol": "no symbols: g and use instead", "font": "no fonts: turn text into paths",
    "audio": "no sound", "video": "no film",
}  # fmt: skip
"""What is said of elements that drawing programs like to write."""
GZIP = b"\x1f\x8b"


@dataclass
class Drawing:
    """What the reader saw, and what is wrong with it."""

    root: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    wrong: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    titles: int = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        space, _, local = name.rpartition(" ")
        in_metadata = "metadata" in self.path
        self.path.append(local)
        if len(self.path) > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} deep")
        if not self.root:
            self.root, self.attributes = local, dict(attributes)
            if (space, local) != (SVG, "svg"):
                self.wrong.append(f"its root is {local[:40]}, not svg in the namespace {SVG}")
        elif not in_metadata and (space != SVG or local not in ELEMENTS):
            why = WHY_NOT.get(local, "not in the profile")
            self.wrong.append(f"<{local[:40]}>: {why}")
        self.titles += self.path == ["svg", "title"]
        self.wrong += [] if in_metadata else attribute_faults(local, attributes)

    def text(self, said: str) -> None:
        """Text in an element."""
        if self.path == ["svg", "title"]:
            self.title += said

    def end(self, _: str) -> None:
        """An element ends."""
        self.path.pop()


def attribute_faults(element: str, attributes: Mapping[str, str]) -> Iterator[str]:
    """Attributes that run something, or fetch it."""
    for name, value in attributes.items():
        space, _, local = name.rpartition(" ")
        at = f"{local[:40]} of <{element[:40]}>"
        if local.lower().startswith("on") and not space:
            yield f"{at}: no scripts"
        elif local == "href" and not value.strip().startswith("#"):
            yield f"{at} leads to {value[:60]}: only #… within the file"
        elif local == "style" and not space:
            yield f"{at}: no style sheets: attributes such as fill instead"
        elif local == "base":
            yield f"{at}: no base for links"
        elif re.search(r"url\(\s*['\"]?(?!\s*['\"]?#)", value, re.IGNORECASE):
            yield f"{at} fetches {value[:60]}"


def refused(*_: object) -> int:
    """A DTD may define entities without end, or fetch files: it is not read at all."""
    raise ValueError("it has a DTD (<!DOCTYPE …>): take it out")


def drawn(content: bytes) -> Drawing:
    """Read a file. Raises ValueError where it is no XML that may be read."""
    found = Drawing()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.text
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    parser.ExternalEntityRefHandler = refused
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError) as error:  # the encoding may be none that there is
        raise ValueError(f"it is no XML: {error}") from error
    return found


def faults(content: bytes) -> tuple[str, ...]:
    """What is wrong with a logo; nothing where mailbox providers may take it."""
    if content.startswith(GZIP):
        return ("it is compressed (svgz): serve it plain",)
    if len(content) > LARGEST_READ:
        return (f"it has {len(content)} octets; {LARGEST} are allowed",)
    large = [f"it has {len(content)} octets; {LARGEST} are allowed"] * (len(content) > LARGEST)
    try:
        found = drawn(content)
    except ValueError as error:
        return (*large, str(error))
    told = [*large, *found.wrong, *root_faults(found), *title_faults(found)]
    return tuple(dict.fromkeys(told))


def root_faults(found: Drawing) -> Iterator[str]:
    """What is wrong with the root element."""
    has = found.attributes
    if has.get("version") != "1.2":
        yield f'version of <svg> is {has.get("version", "missing")[:20]}, not "1.2"'
    if has.get("baseProfile") != "tiny-ps":
        yield f'baseProfile of <svg> is {has.get("baseProfile", "missing")[:20]}, not "tiny-ps"'
    for name in ("x", "y"):
        if name in has:
            yield f"{name} of <svg>: take it out"
    if not is_square(has):
        shape = has.get("viewBox", "missing")[:60]
        yield f"it is not square: viewBox {shape}; as wide as it is high, such as 0 0 100 100"


def is_square(has: Mapping[str, str]) -> bool:
    """Whether it is as wide as it is high."""
    numbers = re.split(r"[\s,]+", has.get("viewBox", "").strip())
    try:
        _, _, width, height = (float(number) for number in numbers)
    except ValueError:
        return False
    given = [has[name] for name in ("width", "height") if name in has]
    return width == height > 0 and (len(given) < 2 or given[0] == given[1])


def title_faults(found: Drawing) -> Iterator[str]:
    """What is wrong with the title, which screen readers say."""
    if not found.title.strip():
        yield "it has no <title>, right below <svg>: the name of the brand"
    elif found.titles > 1:
        yield f"it has {found.titles} titles"
