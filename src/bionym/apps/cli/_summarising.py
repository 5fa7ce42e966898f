"""What `predict` and `summary` say of a summary and of a label map."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bionym.apps.cli._console import console, number_of

if TYPE_CHECKING:
    from bionym.data.labels import LabelMap
    from bionym.summary import Summary


def say_summary(summary: "Summary", places: Sequence[str]) -> None:
    """What was written, and that it quotes text."""
    files = ", ".join("standard output" if place == "-" else place for place in places)
    without = f", {summary.num_without:,} of them without a name" if summary.num_without else ""
    console.say(
        f"{files}: {number_of(summary.num_names, 'name')} in {number_of(summary.num_documents, 'document')}{without}; "
        "quotes their text, so keep it as you keep them"
    )


def say_unmet(labels: "LabelMap") -> None:
    """Labels of the map that nothing had: a slip, or nothing was found."""
    for name in labels.unmet:
        console.complain(f"no entity is labelled {name!r}: check --label-map and --only")
