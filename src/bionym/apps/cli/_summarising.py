"""Messages of `predict` and `summary` about a summary and a label map."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bionym.apps.cli._console import console, number_of

if TYPE_CHECKING:
    from bionym.data.labels import LabelMap
    from bionym.summary import Summary


def say_summary(summary: "Summary", places: Sequence[str]) -> None:
    """Print what was written, and that it quotes text."""
    files = ", ".join("standard output" if place == "-" else place for place in places)
    without = f", {summary.num_without:,} of them without an entity" if summary.num_without else ""
    console.say(
        f"{files}: {number_of(summary.num_names, 'distinct mention')} in {number_of(summary.num_documents, 'document')}{without}; "
        "it quotes their text: protect it as you do the documents"
    )


def say_unmet(labels: "LabelMap") -> None:
    """Warn of labels in the map that no entity had."""
    for name in labels.unmet:
        console.complain(f"no entity is labelled {name!r}: check --label-map and --only")
