"""Settings that taggers with heads share."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from bionym.config import Settings


class CorpusSettings(Settings):
    """One corpus."""

    train: list[str] | str = Field(description="Training data: files, folders or globs.")
    dev: list[str] | str = Field(
        default=[], description="Development data: scored after every epoch, never trained on."
    )
    test: list[str] | str = Field(
        default=[], description="Test data: never trained on; read only to check that no training document is in it."
    )
    format: str | None = Field(
        default=None, description="Format of the files; by default recognised from name and content."
    )
    options: dict[str, Any] = Field(default={}, description="Options of the format.")
    labels: dict[str, str] = Field(default={}, description='New names of labels; "" drops a label.')
    only: list[str] = Field(default=[], description="The new labels to keep; empty keeps all.")


class Teacher(Settings):
    """Distillation: a trained model labels raw text, which is trained on beside the annotated data."""

    model: Path | None = Field(
        default=None,
        description="The teacher: a model with the same heads, an ensemble for example. None: no distillation.",
    )
    text: list[str] | str = Field(default=[], description="Raw text for it to label: files, folders of .txt or globs.")
    documents: Literal["lines", "blocks", "files"] = Field(
        default="lines", description="What a document is: a line, a block between blank lines, or a file."
    )
    words: int = Field(default=2_000_000, ge=1, description="Number of words to label, sampled evenly from the text.")
    readings: int = Field(
        default=4,
        ge=1,
        description="Labellings sampled for each sentence, by their probability; each epoch is trained on another. 1: the best "
        "one, in each epoch.",
    )
    least_score: float = Field(
        default=0.4,
        ge=0,
        le=1,
        description="With readings = 1: sentences with an entity of a lower score are left out.",
    )
    plain: float = Field(default=0.3, ge=0, le=1, description="Share of the sentences without an entity that is kept.")
