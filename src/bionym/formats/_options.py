"""Options of a format's reader or writer: known by its signature, checked by its annotations."""

import inspect
from collections.abc import Mapping
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from bionym.errors import UnknownNameError, UsageError

OFFERED = (
    "audit",
    "beside",
    "texts",
    "require_annotations",
    "on_error",
)  # offered to all; for formats that have use for them
_KINDS: Mapping[type, str] = {int: "a whole number", bool: "true or false", str: "text"}


def taken(function: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the options that a reader or writer has. Raises: UsageError for one it lacks, or of another kind."""
    parameters = inspect.signature(function).parameters
    known = [name for name in parameters if name not in ("path", "documents")]
    unknown = [name for name in options if name not in known and name not in OFFERED]
    if unknown:
        own = ", ".join(name for name in known if name not in ("audit", "on_error")) or "none"
        raise UsageError(f"This format has no option {unknown[0]!r}. Its options: {own}")
    given = {name: value for name, value in options.items() if name in known}
    return {name: _checked(name, value, parameters[name].annotation) for name, value in given.items()}


def _checked(name: str, value: Any, annotation: Any) -> Any:
    """The value, if it is of a kind or one of the names that the annotation allows; digits are text where text is."""
    kinds = (annotation,) if isinstance(annotation, type) or get_origin(annotation) is Literal else get_args(annotation)
    choices = [choice for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind)]
    if (value is None and NoneType in kinds) or value in choices:
        return value
    if choices:
        raise UnknownNameError(name, str(value), choices)
    plain = [kind for kind in kinds if kind in _KINDS]
    if not plain or type(value) in plain:
        return value
    if str in plain and type(value) is int:
        return str(value)
    raise UsageError(f"Option {name!r}: expected {' or '.join(_KINDS[kind] for kind in plain)}, found {value!r}")
