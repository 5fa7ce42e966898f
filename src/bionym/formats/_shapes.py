"""The shape of what formats keep in `Document.meta`: anybody can have written it, in JSON Lines or in a program.

A shape is a type (`str`, `int`, `bool`, `dict`), a tuple of shapes of which one must hold, or

    Listed(shape)       a list or tuple of any length
    Fixed(shape, ...)   a list or tuple of this length
    OneOf(value, ...)   one of these values
    Named(shape)        an object with any keys
    Fields({...})       an object; of its known keys those in `needed` must be there, others are ignored
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bionym.data import Audit, Document

NOTHING = type(None)


@dataclass(frozen=True)
class Listed:
    """A list whose values all have one shape."""

    each: "Shape"


class Fixed:
    """A list with a shape for each of its places."""

    def __init__(self, *places: "Shape") -> None:
        self.places = places


class OneOf:
    """One of these values."""

    def __init__(self, *values: object) -> None:
        self.values = values


@dataclass(frozen=True)
class Named:
    """An object whose values all have one shape, its keys being texts or numbers."""

    each: "Shape"


@dataclass(frozen=True)
class Fields:
    """An object with known keys."""

    known: Mapping[str, "Shape"]
    needed: Collection[str] = ()


Shape = type | tuple[Any, ...] | Listed | Fixed | Named | OneOf | Fields


def has_shape(value: Any, shape: Shape) -> bool:
    """Whether a value is as its format would have written it."""
    if isinstance(shape, tuple):
        return any(has_shape(value, one) for one in shape)
    if isinstance(shape, Listed):
        return isinstance(value, (list, tuple)) and all(has_shape(one, shape.each) for one in value)
    if isinstance(shape, Fixed):
        is_long = isinstance(value, (list, tuple)) and len(value) == len(shape.places)
        return is_long and all(map(has_shape, value, shape.places))
    if isinstance(shape, OneOf):
        return value in shape.values
    if isinstance(shape, Named):
        return isinstance(value, Mapping) and all(has_shape(one, shape.each) for one in value.values())
    if isinstance(shape, Fields):
        return isinstance(value, Mapping) and _has_fields(value, shape)
    return isinstance(value, Mapping if shape is dict else shape) and (shape is not int or not isinstance(value, bool))


def _has_fields(value: Mapping[str, Any], shape: Fields) -> bool:
    has_all = all(name in value for name in shape.needed)
    return has_all and all(has_shape(value[name], one) for name, one in shape.known.items() if name in value)


def without_misshapen(document: Document, shapes: Mapping[str, Shape], audit: Audit) -> Document:
    """The document without what stands in `meta` under a format's name in another shape than its own; it is counted."""
    wrong = {name for name, value in document.meta.items() if name in shapes and not has_shape(value, shapes[name])}
    for name in sorted(wrong):
        audit.lose(document.id, "meta value", f"it is not in the form of {name}")
    if not wrong:
        return document
    return replace(document, meta={name: value for name, value in document.meta.items() if name not in wrong})
