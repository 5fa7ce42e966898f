"""`bionym runs`: the trainings that left a log, listed or compared."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli._console import console, table
from bionym.apps.cli._options import Json, write_json

if TYPE_CHECKING:
    from bionym.training.runs import Difference, Run

EPILOG = "Two side by side: bionym runs models/first models/second\n\nExample: bionym runs models"
WIDTH_OF_VALUES = 46  # columns that the values of a comparison share


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("runs", epilog=EPILOG)(runs)


def runs(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="A folder with runs; or the folders of two runs or more, to compare.")
    ] = None,
    json: Json = None,
) -> None:
    """List trainings with their best development score, or compare the settings and scores of some."""
    chosen = folders or [Path("models")]
    if len(chosen) == 1:
        _list(chosen[0], json)
    else:
        _compare(chosen, json)


def _list(folder: Path, json: str | None) -> None:
    from bionym.training.runs import find

    found = find(folder)
    if json:
        write_json(json, [run.as_dict() for run in found])
    if json == "-":
        return
    if not found:
        console.say(f"No run left a log below {folder}.")
        return
    typer.echo(table(("run", "model", "epochs", "best", "in epoch", "time", "state"), map(_row, found)))


def _compare(folders: Sequence[Path], json: str | None) -> None:
    from bionym.evaluation.tables import aligned, shortened
    from bionym.training.runs import compare, read

    found = [read(folder) for folder in folders]
    settings, scores = compare(found)
    if json:
        write_json(
            json,
            {"runs": [str(run.folder) for run in found], "settings": _as_dict(settings), "scores": _as_dict(scores)},
        )
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
        typer.echo(aligned(("setting", *header), rows) + "\n")
    else:
        console.say("All settings are the same.")
    typer.echo(aligned(("best development score", *header), [(one.key, *map(_score, one.values)) for one in scores]))


def _row(run: "Run") -> tuple[object, ...]:
    from bionym.training.monitors.terminal import duration

    best = ("", "") if run.best is None else (_score(run.best), run.best_epoch)
    return (run.name, run.model, run.epochs, *best, duration(run.seconds), run.state)


def _as_dict(differences: Sequence["Difference"]) -> dict[str, Any]:
    return {one.key: list(one.values) for one in differences}


def _score(value: Any) -> str:
    return "" if value is None else f"{100 * value:.1f}"


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
