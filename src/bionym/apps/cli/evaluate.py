"""`bionym evaluate`: score predicted documents against gold ones."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli._analysis import Analysis, Review, learning_curve
from bionym.apps.cli._console import console, number_of, say_audit
from bionym.apps.cli._options import Force, Json, format_options, places, write_json
from bionym.apps.cli._scoring import (
    Format,
    GoldFormat,
    GoldMap,
    LabelMap,
    Metrics,
    Only,
    Option,
    PredictedFormat,
    PredictedMap,
    Resamples,
    Split,
    Texts,
    Unit,
    UnitName,
    labels_of,
    sides,
)

if TYPE_CHECKING:
    from bionym.data import Document
    from bionym.evaluation import Labels, Scores

EPILOG = (
    "The conlleval script's output: bionym evaluate tagged.tsv tagged.tsv --format conll --gold-option tag_column=1 "
    "--metric conlleval\n\n"
    "Example: bionym evaluate examples/bc5cdr/test.pubtator examples/bc5cdr/test.pubtator --html report.html"
)


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("evaluate", epilog=EPILOG)(evaluate)


def evaluate(
    gold: Annotated[str, typer.Argument(help="Gold standard: file, folder or quoted glob.", show_default=False)],
    predicted: Annotated[
        str, typer.Argument(help="Predictions to score: file, folder or quoted glob.", show_default=False)
    ],
    format: Format = None,
    gold_format: GoldFormat = None,
    predicted_format: PredictedFormat = None,
    metric: Metrics = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            help="Score slices: length, frequency, seen, concept, nested, abbreviation, section ... or all; may be repeated.",
        ),
    ] = None,
    train: Annotated[
        list[str] | None,
        typer.Option(
            "--train", help="Training data of the system, to tell seen mentions and concepts from unseen ones."
        ),
    ] = None,
    errors: Annotated[
        bool,
        typer.Option(
            "--errors", help="Print errors by kind, and by how they relate to other mentions and to the training data."
        ),
    ] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write the full report as an HTML page.")] = None,
    json: Json = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write all scores as CSV.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write the tables as Markdown.")] = None,
    errors_to: Annotated[
        Path | None,
        typer.Option("--errors-to", help="Write the documents that have errors, with gold and predicted annotations."),
    ] = None,
    errors_format: Annotated[str, typer.Option("--errors-format", help="Format of --errors-to.")] = "brat",
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Quote text in reports: mentions, and errors in their sentences.")
    ] = False,
    num_examples: Annotated[int, typer.Option("--examples", help="Number of errors that reports list.", min=0)] = 500,
    run_log: Annotated[
        Path | None, typer.Option("--run-log", help="Training log (run.jsonl), for the learning curve.")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Heading of the page.")] = "",
    split: Split = "",
    label_map: LabelMap = None,
    gold_label_map: GoldMap = None,
    predicted_label_map: PredictedMap = None,
    only: Only = None,
    unit: Unit = UnitName.auto,
    resamples: Resamples = None,
    per_document: Annotated[
        bool, typer.Option("--per-document", help="Add the counts of each document to --json, for bionym compare.")
    ] = False,
    layout: Annotated[
        list[str] | None,
        typer.Option(
            "--layout", help="Option of a metric that prints like another program: extent=exact, for i2b2-official."
        ),
    ] = None,
    text: Texts = None,
    option: Option = None,
    gold_option: Annotated[
        list[str] | None, typer.Option("--gold-option", help="Option of the gold format: key=value.")
    ] = None,
    predicted_option: Annotated[
        list[str] | None, typer.Option("--predicted-option", help="Option of the predicted format: key=value.")
    ] = None,
    force: Force = False,
) -> None:
    """Score predictions: precision, recall and F1 with intervals; errors, slices and calibration.

    A document that only one side has counts too. Scores are micro, macro, weighted and per label. A report (--html, --json, --csv, --markdown) replaces an older one.
    """
    from bionym import evaluation
    from bionym.data import Audit
    from bionym.evaluation import report, tables

    wants_analysis, audit = bool(html or json or by or errors), Audit()
    gold_documents, predicted_documents = sides(
        gold,
        predicted,
        gold_format=gold_format or format,
        predicted_format=predicted_format or format,
        texts=places(text or []),
        gold_options=format_options(option) | format_options(gold_option),
        predicted_options=format_options(option) | format_options(predicted_option),
        audit=audit,
    )
    training = _documents(train, gold_format or format) if train else None
    analysis = Analysis.of(by, training, num_examples, show_text=show_text) if wants_analysis else None
    review = Review(errors_to, errors_format, force) if errors_to else None
    labels = labels_of(label_map, gold_label_map, predicted_label_map, only)
    scores = evaluation.evaluate(
        console.counted(gold_documents, "documents"),
        predicted_documents,
        metric or ["strict"],
        labels=labels,
        unit=unit.value,
        split=split,
        observers=[*(analysis.observers if analysis else ()), *([review.add] if review else ())],
    )
    parts = analysis.parts(num_examples) if analysis else {}
    content = report.report(
        scores,
        title=title,
        num_resamples=resamples,
        per_unit=per_document,
        learning_curve=learning_curve(run_log) if run_log else None,
        **parts,
    )
    _write(content, html=html, json=json, csv=csv, markdown=markdown)
    if "-" not in (json, str(html), str(csv), str(markdown)):
        shown = content | {"slices": parts.get("slices") if by else None}
        _print(scores, shown, tables.plain, format_options(layout))
        if errors:
            typer.echo(tables.errors(content))
    _say_unpaired(scores)
    say_audit(audit)
    for name in sorted(
        {*labels.gold.unmet} & {*labels.predicted.unmet} | _unmet(labels, gold_label_map, predicted_label_map)
    ):
        console.complain(f"no entity is labelled {name!r}: check the label map and --only")
    if review:
        review.write()


def _documents(sources: list[str], format: str | None) -> "Iterator[Document]":
    from bionym import formats

    return formats.read(sources, format)


def _write(
    content: dict[str, Any], *, html: Path | None, json: str | None, csv: Path | None, markdown: Path | None
) -> None:
    from bionym.evaluation import page, tables
    from bionym.files import write_whole

    if json:
        write_json(json, content)
    for path, render in ((html, page.page), (csv, tables.csv), (markdown, tables.markdown)):
        if str(path) == "-":
            typer.echo(render(content), nl=False)
        elif path is not None:
            write_whole(path, render(content))
            console.say(f"{path}: {_headline(content)}")


def _headline(content: dict[str, Any]) -> str:
    name, table = next(iter(content["metrics"].items()))
    interval = (table["micro"]["interval"] or {}).get("f1")
    around = f" [{100 * interval[0]:.1f}, {100 * interval[1]:.1f}]" if interval else ""
    return f"{name} F1 {100 * table['micro']['f1']:.2f}{around}"


def _print(
    scores: "Scores", content: dict[str, Any], plain: Callable[[dict[str, Any]], str], options: dict[str, Any]
) -> None:
    """The tables; what a metric that reproduces another program would print stands as that program prints it."""
    from bionym import plugins

    layouts = {}
    for name in scores.protocols:
        part = plugins.find("evaluation.metrics", name)
        if hasattr(part, "layout"):
            layouts[name] = part.layout(scores, **_check_layout_options(part.layout, options))
    metrics = {name: table for name, table in content["metrics"].items() if name.partition(":")[0] not in layouts}
    if metrics:
        typer.echo(plain(content | {"metrics": metrics}))
    for layout in layouts.values():
        typer.echo(layout, nl=not layout.endswith("\n"))


def _check_layout_options(layout: Callable[..., str], options: dict[str, Any]) -> dict[str, Any]:
    """The options of a layout. Raises: UsageError for one it does not have."""
    import inspect
    from typing import get_args, get_type_hints

    from bionym.errors import UsageError, did_you_mean

    known = [name for name in inspect.signature(layout).parameters if name != "scores"]
    kinds = get_type_hints(layout)
    for name, value in options.items():
        if name in known and value not in get_args(kinds[name]):
            raise UsageError(f"--layout {name}={value}: expected one of {', '.join(get_args(kinds[name]))}")
        if name not in known:
            raise UsageError(
                f"--layout has no option {name!r} here.{did_you_mean(name, known)} Known: {', '.join(known) or 'none'}."
            )
    return options


def _unmet(labels: "Labels", gold: list[str] | None, predicted: list[str] | None) -> set[str]:
    """Labels to rename on one side that it does not have."""
    sides = ((gold, labels.gold), (predicted, labels.predicted))
    return {
        name for given, side in sides for pair in given or () if (name := pair.partition("=")[0].strip()) in side.unmet
    }


def _say_unpaired(scores: "Scores") -> None:
    if scores.only_gold:
        console.say(
            f"{number_of(len(scores.only_gold), 'gold document')} without a prediction: their entities count as missed"
        )
    if scores.only_predicted:
        console.say(
            f"{number_of(len(scores.only_predicted), 'predicted document')} without gold: their entities count as spurious"
        )
