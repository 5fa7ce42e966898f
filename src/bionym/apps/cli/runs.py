"""`bionym runs`: the trainings that left a log, listed or compared."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli._console import console, number_of, table
from bionym.apps.cli._options import Json, write_json

if TYPE_CHECKING:
    from bionym.training.runs import Difference, Run, Seeds

EPILOG = (
    "Two side by side: bionym runs models/first models/second\n\n"
    "The figures of one: bionym runs models/first --svg figures\n\nExample: bionym runs models"
)
WIDTH_OF_VALUES = 46  # columns that the values of a comparison share
WIDTH_OF_NAME, WIDTH_OF_SEEDS = 26, 50


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("runs", epilog=EPILOG)(runs)


def runs(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="A folder with runs; or the folders of two runs or more, to compare.")
    ] = None,
    json: Json = None,
    html: Annotated[Path | None, typer.Option("--html", help="Of one run: write its page, also while it runs.")] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Of one run: write its figures, of every epoch, into this folder.")
    ] = None,
) -> None:
    """List trainings with their best development score, or compare the settings and scores of some."""
    chosen = folders or [Path("models")]
    if html or svg:
        _draw(chosen, html, svg)
    elif len(chosen) == 1:
        _list(chosen[0], json)
    else:
        _compare(chosen, json)


def _draw(folders: Sequence[Path], html: Path | None, svg: Path | None) -> None:
    """The page and the figures of a run, from its log."""
    from bionym.errors import UsageError
    from bionym.evaluation import figures, training_page
    from bionym.files import write_whole
    from bionym.training.runs import NAME, lines, read

    if len(folders) > 1:
        raise UsageError(f"--html and --svg draw one run, but {len(folders)} are named. Name one.")
    run = read(folders[0])
    log = list(lines(run.folder / NAME))
    if html:
        write_whole(html, training_page.page(log, name=run.name))
        console.say(f"{html}: {number_of(run.epochs, 'epoch')}")
    if svg:
        drawn = figures.figures(log)
        for name, text in drawn.items():
            write_whole(svg / name, text)
        console.say(f"{svg}: {number_of(len(drawn), 'figure')}")


def _list(folder: Path, json: str | None) -> None:
    from bionym.training.runs import by_seeds, find

    found = find(folder)
    if json:
        write_json(json, [run.as_dict() for run in found])
    if json == "-":
        return
    if not found:
        console.say(f"No run left a log below {folder}.")
        return
    typer.echo(table(("run", "model", "epochs", "best", "in epoch", "time", "state"), map(_row, found)))
    for seeds in by_seeds(found):
        typer.echo(f"\n{_seeds_table(seeds)}")


def _compare(folders: Sequence[Path], json: str | None) -> None:
    from bionym.tables import WIDTH, shortened
    from bionym.training.runs import by_seeds, compare, read

    found = [read(folder) for folder in folders]
    settings, scores = compare(found)
    alike = by_seeds(found)
    if json:
        compared = {
            "runs": [str(run.folder) for run in found],
            "settings": _as_dict(settings),
            "scores": _as_dict(scores),
        }
        write_json(json, compared | {"seeds": [seeds.as_dict() for seeds in alike]})
    if json == "-":
        return
    names = [
        run.name if run.name not in {other.name for other in found if other is not run} else str(run.folder)
        for run in found
    ]
    width = max(8, WIDTH_OF_VALUES // len(found) - 2)
    header = [shortened(name, width) for name in names]
    if settings:
        rows = [(one.key, *(shortened(_shown(value), width) for value in one.values)) for one in settings]
        typer.echo(table(("setting", *header), rows, most_columns=WIDTH) + "\n")
    else:
        console.say("All settings are the same.")
    lines = [(one.key, *map(_score, one.values)) for one in scores]
    typer.echo(table(("best development score", *header), lines, most_columns=WIDTH))
    for seeds in alike:
        typer.echo(f"\n{_seeds_table(seeds)}")


def _seeds_table(seeds: "Seeds") -> str:
    """Mean and standard deviation of runs that differ in their seed alone."""
    from bionym.tables import shortened

    numbers = ", ".join(map(str, seeds.seeds))
    metric = seeds.runs[0].metric
    title = shortened(f"best {metric} of seeds {numbers}", WIDTH_OF_SEEDS)
    rows = [(name or "mean", _score(seeds.mean[name]), _score(seeds.deviation[name])) for name in seeds.mean]
    return table((title, "mean", "standard deviation"), rows)


def _row(run: "Run") -> tuple[object, ...]:
    from bionym.training.monitors.terminal import duration

    best = ("", "") if run.best is None else (_score(run.best), run.best_epoch)
    name = run.name if len(run.name) <= WIDTH_OF_NAME else f"…{run.name[1 - WIDTH_OF_NAME :]}"
    return (name, run.model, run.epochs, *best, duration(run.seconds), run.state)


def _as_dict(differences: Sequence["Difference"]) -> dict[str, Any]:
    return {one.key: list(one.values) for one in differences}


def _score(value: Any) -> str:
    return "" if value is None else f"{100 * value:.1f}"


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
