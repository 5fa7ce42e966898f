"""A document with its entities highlighted, for a terminal."""

from typing import TYPE_CHECKING

from bionym.data import Document

if TYPE_CHECKING:
    from rich.text import Text

_COLOURS = ("green", "magenta", "cyan", "yellow", "blue", "red")


def highlight(document: Document) -> "Text":
    """The text, each entity in its label's colour with the label and the score behind it."""
    from rich.text import Text

    shown, at = Text(), 0
    labels = sorted({entity.label for entity in document.entities})
    for entity in document.entities:
        if entity.start < at:
            continue
        colour = _COLOURS[labels.index(entity.label) % len(_COLOURS)]
        shown.append(document.text[at : entity.start])
        shown.append(document.text[entity.start : entity.end], style=f"bold {colour}")
        score = "" if entity.score is None else f" {entity.score:.2f}"
        shown.append(f" [{entity.label}{score}]", style=colour)
        at = entity.end
    shown.append(document.text[at:])
    return shown
