"""Shared by `evaluate` and `compare`: the two sides, the label maps and the options."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli._options import places

if TYPE_CHECKING:
    from bionym.data import Audit, Document
    from bionym.evaluation import Labels


class UnitName(StrEnum):
    """The unit that is resampled."""

    auto = "auto"
    document = "document"
    sentence = "sentence"


Format = Annotated[str | None, typer.Option("--format", "-f", help="Format of both sides.")]
GoldFormat = Annotated[str | None, typer.Option("--gold-format", help="Format of the gold side.")]
PredictedFormat = Annotated[str | None, typer.Option("--predicted-format", help="Format of the predicted side.")]
Metrics = Annotated[list[str] | None, typer.Option("--metric", help="Metric to score by; may be repeated.")]
Split = Annotated[str, typer.Option("--split", help="Name of the data, such as test; part of the fingerprint.")]
LabelMap = Annotated[
    list[str] | None,
    typer.Option("--label-map", help="Rename a label on both sides: OLD=NEW; OLD= drops it."),
]
GoldMap = Annotated[list[str] | None, typer.Option("--gold-label-map", help="The same, on the gold side only.")]
PredictedMap = Annotated[
    list[str] | None, typer.Option("--predicted-label-map", help="The same, on the predicted side only.")
]
Only = Annotated[list[str] | None, typer.Option("--only", help="Score only this label; may be repeated.")]
Unit = Annotated[
    UnitName,
    typer.Option(
        "--unit", help="Unit to resample for intervals; auto: documents, or sentences if there are few documents."
    ),
]
Resamples = Annotated[
    int | None,
    typer.Option("--resamples", help="Bootstrap resamples: 10000, fewer for very many documents; 0 for no intervals."),
]
Texts = Annotated[list[str] | None, typer.Option("--text", help="Where the texts are, if not next to the annotations.")]
Option = Annotated[list[str] | None, typer.Option("--option", "-o", help="Option of both formats: key=value.")]


def sides(
    gold: str,
    predicted: str,
    *,
    gold_format: str | None,
    predicted_format: str | None,
    texts: Sequence[Path] = (),
    gold_options: dict[str, Any],
    predicted_options: dict[str, Any],
    audit: "Audit | None" = None,
) -> "tuple[Iterator[Document], Iterator[Document]]":
    """Documents of both sides; predicted annotation files without a text beside them find that of the gold side.

    Args:
        audit: counts what either reader left out or changed.
    """
    from bionym import formats

    return (
        formats.read(gold, gold_format, audit=audit, texts=list(texts), **gold_options),
        formats.read(predicted, predicted_format, audit=audit, texts=[*texts, *places([gold])], **predicted_options),
    )


def labels_of(
    both: list[str] | None, gold: list[str] | None, predicted: list[str] | None, only: list[str] | None
) -> "Labels":
    """The label maps of the command line."""
    from bionym.data.labels import label_map
    from bionym.evaluation import Labels

    maps = [label_map([*(both or []), *(side or [])], only or []) for side in (gold, predicted)]
    return Labels(*maps)
