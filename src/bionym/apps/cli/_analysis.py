"""What `evaluate` looks at beside its metrics: slices, errors, calibration, documents for review, the learning curve."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionym.apps.cli._console import console, number_of

if TYPE_CHECKING:
    from bionym.data import Document
    from bionym.evaluation import Pair


@dataclass
class Analysis:
    """What looks at the pairs beside the metrics."""

    slices: Any
    errors: Any
    calibration: Any
    show_text: bool

    @classmethod
    def of(
        cls, by: list[str] | None, training: "Iterator[Document] | None", num_examples: int, *, show_text: bool
    ) -> "Analysis":
        """For the kinds of slices that were asked for, or all."""
        from bionym.evaluation import calibration, errors, slices
        from bionym.evaluation.seen import Seen

        seen = Seen.of(training) if training is not None else None
        names = slices.NAMES if not by or "all" in by else tuple(by)
        return cls(
            slices.Slices(names, seen=seen),
            errors.Errors(most_examples=num_examples, seen=seen),
            calibration.Calibration(),
            show_text,
        )

    @property
    def observers(self) -> "list[Callable[[Pair], None]]":
        """What is to be shown every pair."""
        return [self.slices.add, self.errors.add, self.calibration.add]

    def parts(self, num_examples: int) -> dict[str, Any]:
        """Their parts of the report."""
        return {
            "slices": self.slices.as_dict(),
            "errors": self.errors.as_dict(show_text=self.show_text, num_examples=num_examples),
            "calibration": self.calibration.as_dict(),
        }


class Review:
    """Documents with errors, written when all are known."""

    def __init__(self, path: Path, format: str, force: bool) -> None:
        from bionym import formats
        from bionym.errors import OutputError
        from bionym.evaluation import review

        formats.find(format)
        if path.exists() and not force:
            raise OutputError(f"{path} exists. Choose another --errors-to, or replace it with --force.")
        self.path, self.format, self.force = path, format, force
        self.collected = review.Review()
        self.add = self.collected.add

    def write(self) -> None:
        """Write the documents, gold and predicted side by side."""
        from bionym import formats

        documents = self.collected.documents
        formats.write(documents, self.path, self.format, force=self.force)
        console.say(
            f"{number_of(len(documents), 'document')} with errors to {self.path}, gold and predicted side by side"
        )


def learning_curve(path: Path) -> list[dict[str, Any]]:
    """The epochs of a training log. Raises: FormatError for a line that is no JSON."""
    import json

    from bionym.errors import FormatError

    epochs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise FormatError("expected one JSON object a line", path=path, line=number) from error
        if isinstance(entry, dict) and entry.get("kind") == "epoch":
            epochs.append(entry)
    return epochs
