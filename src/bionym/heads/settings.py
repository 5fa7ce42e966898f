"""Settings that taggers with heads share."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from bionym.config import Settings


class CorpusSettings(Settings):
    """One corpus."""

    train: list[str] | str = Field(description="Files, folders or globs to learn from.")
    dev: list[str] | str = Field(default=[], description="Those that are scored after every epoch, never learned from.")
    test: list[str] | str = Field(default=[], description="Not read to learn from; only to see that nothing of it is.")
    format: str | None = Field(default=None, description="Their format; else told from name and content.")
    options: dict[str, Any] = Field(default={}, description="Options of the format.")
    labels: dict[str, str] = Field(default={}, description='New names of labels; "" leaves a label out.')
    only: list[str] = Field(default=[], description="The new labels to keep; empty keeps all.")


class Teacher(Settings):
    """A model whose findings in raw text are learned besides what people annotated."""

    model: Path | None = Field(
        default=None, description="A model with the same heads, an ensemble for example; without it nothing is taught."
    )
    text: list[str] | str = Field(default=[], description="Raw text that it labels: files, folders of .txt or globs.")
    documents: Literal["lines", "blocks", "files"] = Field(
        default="lines", description="What one document is: a line, what stands between blank lines, or a file."
    )
    words: int = Field(default=2_000_000, ge=1, description="Of the text so many are labelled, evenly drawn.")
    readings: int = Field(
        default=4,
        ge=1,
        description="How many readings of a sentence are drawn by their probability; each epoch learns another. 1: the best "
        "alone, in each epoch.",
    )
    least_score: float = Field(
        default=0.4,
        ge=0,
        le=1,
        description="Where the best reading alone is learned: sentences with an entity that it is less sure of are left out.",
    )
    plain: float = Field(default=0.3, ge=0, le=1, description="Share that is kept of sentences where it finds nothing.")
