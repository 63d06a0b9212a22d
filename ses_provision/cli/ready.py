"""Values of options that need no work: defaults, flags, and text where text is wanted.

Typer (0.29) builds a pydantic adapter for each parameter, also for those that nobody has given, and
imports pydantic for it, which takes as long as Typer itself. A command that needs no environment,
such as `guide`, and the completion of shells do without.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any


def spare(parameters: Iterable[Any]) -> None:
    """Let parameters take values that are ready as they are."""
    for parameter in parameters:
        process = parameter.process_value
        if not isinstance(process, functools.partial):
            parameter.process_value = functools.partial(value_of, parameter, process)


def value_of(parameter: Any, process: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """The value of a parameter, worked out by Typer unless it is ready. In a line that a shell is
    about to complete, what is missing comes later."""
    if context.resilient_parsing and value is None and parameter.required:
        return None
    if not is_ready(parameter, value):
        return process(context, value)
    found = () if value is None and parameter.multiple else value
    return parameter.callback(context, parameter, found) if parameter.callback else found


def is_ready(parameter: Any, value: Any) -> bool:
    """Whether Typer would give a value as it is: a default, or text."""
    if parameter.nargs != 1:
        return False
    if value is parameter.default and not parameter.required:
        return True
    wanted = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    if wanted == list[str]:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return wanted in {str, bool} and isinstance(value, wanted)
