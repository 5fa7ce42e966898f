"""Settings that taggers with heads share."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from bionym.config import Settings


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
