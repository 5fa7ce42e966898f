"""`bionym compare`: scores of several systems on one gold standard, and tests of their differences."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bionym.apps.cli._comparison import markdown_of, plain
from bionym.apps.cli._console import console
from bionym.apps.cli._options import Json, format_options, places, write_json
from bionym.apps.cli._scoring import (
    Format,
    GoldFormat,
    GoldMap,
    LabelMap,
    Only,
    Option,
    PredictedFormat,
    PredictedMap,
    Split,
    Texts,
    Unit,
    UnitName,
    labels_of,
    sides,
)

if TYPE_CHECKING:
    from bionym.evaluation.comparison import Run

EPILOG = (
    "Two seeds of one system: bionym compare gold/ crf=a/ bilstm=seed1/ bilstm=seed2/\n\n"
    "Example: bionym compare examples/bc5cdr/test.pubtator gold=examples/bc5cdr/test.pubtator demo/test.pubtator"
)


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("compare", epilog=EPILOG)(compare)


def compare(
    gold: Annotated[str, typer.Argument(help="Gold standard: file, folder or quoted glob.", show_default=False)],
    systems: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME=]PREDICTED...",
            help="Predictions of each system, or its report (evaluate --json FILE --per-document); give all seeds of a system one name.",
            show_default=False,
        ),
    ],
    format: Format = None,
    gold_format: GoldFormat = None,
    predicted_format: PredictedFormat = None,
    metric: Annotated[str, typer.Option("--metric", help="Metric to score by.")] = "strict",
    split: Split = "",
    label_map: LabelMap = None,
    gold_label_map: GoldMap = None,
    predicted_label_map: PredictedMap = None,
    only: Only = None,
    unit: Unit = UnitName.auto,
    rounds: Annotated[
        int | None, typer.Option("--rounds", help="Rounds of the test: 10000, fewer for very many documents.")
    ] = None,
    text: Texts = None,
    option: Option = None,
    json: Json = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write the tables as Markdown.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Compare even if the protocols differ.")] = False,
) -> None:
    """Compare systems: scores with intervals, and the difference of each pair with interval and p-value.

    The test is approximate randomisation over documents; p-values are corrected for the number of pairs (Holm).
    """
    from bionym import evaluation
    from bionym.errors import UnknownNameError, UsageError
    from bionym.evaluation import comparison
    from bionym.files import write_whole

    reading = format_options(option)
    labels = labels_of(label_map, gold_label_map, predicted_label_map, only)

    def scored(source: str) -> "Run":
        documents = sides(
            gold,
            source,
            gold_format=gold_format or format,
            predicted_format=predicted_format or format,
            texts=places(text or []),
            gold_options=reading,
            predicted_options=reading,
        )
        name = metric.partition(":")[0]
        scores = evaluation.evaluate(*documents, [name], labels=labels, unit=unit.value, split=split)
        if metric not in scores.tables:
            raise UnknownNameError("table", metric, scores.tables)
        fingerprint = scores.protocols[name].fingerprint
        return comparison.Run(
            source, scores.tables[metric], fingerprint, len(scores.only_gold), len(scores.only_predicted)
        )

    named = [_named(given) for given in systems]
    fresh = {path: scored(path) for _, path in named if not _is_report(path)}
    runs = [(name, fresh[path] if path in fresh else _run_of_report(Path(path), metric)) for name, path in named]
    alike = next(iter(fresh.values()), None) or scored(gold)
    compared = comparison.systems_of(runs)
    reasons = comparison.check(compared, alike.fingerprint)
    if reasons and not force:
        raise UsageError(
            f"the systems cannot be compared: {'; '.join(reasons)}. Score them in the same way, or compare anyway with --force."
        )
    for reason in reasons:
        console.complain(f"the protocols differ: {reason}")
    result = {"metric": metric, "fingerprint": runs[0][1].fingerprint} | comparison.compare(compared, num_rounds=rounds)
    if json:
        write_json(json, result)
    if markdown:
        write_whole(markdown, markdown_of(result))
    if json != "-":
        typer.echo(plain(result))


def _named(given: str) -> tuple[str, str]:
    """Name and path of `name=path`, or of a path alone, whose file name is the name."""
    name, equals, path = given.partition("=")
    if equals and name and not Path(given).exists():
        return name, path
    return Path(given).name.split(".")[0] or given, given


def _is_report(path: str) -> bool:
    """Whether a file looks like a report that `evaluate --json` wrote."""
    if not path.endswith(".json") or not Path(path).is_file():
        return False
    with Path(path).open(encoding="utf-8", errors="replace") as stream:
        return '"report"' in stream.read(200)


def _run_of_report(path: Path, metric: str) -> "Run":
    from bionym.evaluation import report
    from bionym.evaluation.comparison import Run

    content = report.read(path)
    tally = report.tally_of(content, metric, path=path)
    fingerprint = report.fingerprint_of(content, metric.partition(":")[0])
    return Run(str(path), tally, fingerprint, len(content["only_gold"]), len(content["only_predicted"]))
