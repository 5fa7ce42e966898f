"""`bionym evaluate`: predicted documents against gold ones."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bionym.apps.cli._console import console, number_of, table
from bionym.apps.cli._options import Json, format_options, write_json

EPILOG = "Example: bionym evaluate examples/bc5cdr/test.pubtator predicted/ --predicted-format brat"


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("evaluate", epilog=EPILOG)(evaluate)


def evaluate(
    gold: Annotated[str, typer.Argument(help="The right answers: a file, folder or quoted glob.", show_default=False)],
    predicted: Annotated[str, typer.Argument(help="What is to be scored.", show_default=False)],
    format: Annotated[str | None, typer.Option("--format", "-f", help="The format of both sides.")] = None,
    gold_format: Annotated[str | None, typer.Option("--gold-format", help="The format of the gold side.")] = None,
    predicted_format: Annotated[
        str | None, typer.Option("--predicted-format", help="The format of the predicted side.")
    ] = None,
    metric: Annotated[list[str] | None, typer.Option("--metric", help="How to score; may be repeated.")] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", help="Where the texts are, if not beside the annotations.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", "-o", help="An option of both formats: key=value.")
    ] = None,
    json: Json = None,
) -> None:
    """Precision, recall and F1: micro, macro and per label; a document on one side only counts as missed or spurious."""
    from bionym import evaluation, formats

    reading = format_options(option)
    places = _places(text or [])
    gold_documents = formats.read(gold, gold_format or format, texts=places, **reading)
    predicted_documents = formats.read(
        predicted, predicted_format or format, texts=[*places, *_places([gold])], **reading
    )
    scores = evaluation.evaluate(gold_documents, predicted_documents, metric or ["strict"])
    if json:
        write_json(json, scores.as_dict())
    if json != "-":
        for name, counts in scores.counts.items():
            typer.echo(f"{name}: {number_of(scores.num_documents, 'document')}\n")
            typer.echo(table(("label", "P", "R", "F1", "gold", "predicted"), _rows(counts)))
    _say_unpaired(scores)


def _rows(counts: Any) -> list[tuple[object, ...]]:
    rows = [_row(label, counts.of(label)) for label in counts.labels]
    macro = ("macro", *(f"{100 * counts.macro(value):.2f}" for value in ("precision", "recall", "f1")), "", "")
    return [*rows, _row("micro", counts.micro), macro]


def _row(name: str, counts: Any) -> tuple[object, ...]:
    values = (f"{100 * value:.2f}" for value in (counts.precision, counts.recall, counts.f1))
    return (name, *values, f"{counts.support:,}", f"{counts.num_predicted:,}")


def _say_unpaired(scores: Any) -> None:
    if scores.only_gold:
        console.say(
            f"{number_of(len(scores.only_gold), 'gold document')} without a prediction: the entities count as missed"
        )
    if scores.only_predicted:
        console.say(
            f"{number_of(len(scores.only_predicted), 'predicted document')} without gold: the entities count as spurious"
        )


def _places(given: list[str]) -> list[Path]:
    """Folders in which an annotation file without a text beside it may find one."""
    return [Path(place) if Path(place).is_dir() else Path(place).parent for place in given]
