"""`bionym benchmark`: a plan of systems and corpora, trained, tested, and put in one table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bionym.apps.cli._console import console, number_of

if TYPE_CHECKING:
    from bionym.benchmark import Event, Plan

EPILOG = (
    "A result that stands in the folder with the same data, settings and version is not made again: an interrupted "
    "benchmark goes on.\n\nExample: bionym benchmark benchmarks/example.toml --data examples"
)
MINUTE = 60


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("benchmark", epilog=EPILOG)(benchmark)


def benchmark(
    plan: Annotated[Path, typer.Argument(help="The plan, a TOML file.", show_default=False)],
    data: Annotated[
        Path | None, typer.Option("--data", help="The folder of the corpora; else they are beside the plan.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder of the results; else the plan's, else results/PLAN.")
    ] = None,
    set: Annotated[list[str] | None, typer.Option("--set", help="One setting of the plan: seeds=[1,2].")] = None,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Leave out corpora whose files are not there, and say so.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Do again what is done.")] = False,
    keep_models: Annotated[bool, typer.Option("--keep-models", help="Keep the trained models.")] = False,
    keep_predictions: Annotated[
        bool, typer.Option("--keep-predictions", help="Keep the predicted documents, with their text.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    stop_at_error: Annotated[
        bool, typer.Option("--stop-at-error", help="Stop where something fails, instead of going on with the rest.")
    ] = False,
) -> None:
    """Train systems on corpora, test them on others, and put every score with its interval in one table."""
    from bionym import benchmark as room

    checked = room.load(plan, data=data, settings=set or [])
    if dry_run:
        _say_plan(checked, out, skip_missing=skip_missing, force=force)
        return
    outcome = room.run(
        checked,
        out=out,
        skip_missing=skip_missing,
        force=force,
        keep_models=keep_models,
        keep_predictions=keep_predictions,
        stop_at_error=stop_at_error,
        on_event=_say,
    )
    typer.echo(outcome.table, nl=False)
    console.say(
        f"{outcome.out}: results.md, results.csv, results.json; "
        f"{number_of(outcome.num_done, 'result')} made, {outcome.num_known:,} there before, {outcome.num_failed:,} failed"
    )
    if outcome.num_failed:
        raise typer.Exit(1)


def _say(event: "Event") -> None:
    """A line when something is done; when something long begins, what it is."""
    place = f"[{event.number}/{event.total}] {event.cell}"
    seconds_left = event.seconds_left or 0
    left = f"; about {_duration(seconds_left)} left" if seconds_left >= 1 else ""
    if event.kind == "started":
        console.say(f"{place} ...")
    elif event.kind == "known":
        console.say(f"{place}: there already")
    elif event.kind == "failed":
        console.complain(f"{place}: failed: {event.result}")
    else:
        console.say(f"{place}: {event.result}, {_duration(event.seconds)}{left}")


def _say_plan(plan: "Plan", out: Path | None, *, skip_missing: bool, force: bool) -> None:
    from bionym.benchmark import running

    jobs, skipped = running.planned(plan, skip_missing=skip_missing)
    folder = running.place_of(plan, out)
    for job in jobs:
        state = "there" if not force and running.is_known(folder, job) else "to do"
        tested = ", ".join(target.corpus for target in job.cell.tests)
        typer.echo(f"{state}  {job.cell.title}; tested on {tested}")
    for corpus, path in skipped.items():
        typer.echo(f"skip   {corpus}: {path} is not there")


def _duration(seconds: float) -> str:
    """ "12 s", "3 min", "2 h 5 min"."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / MINUTE), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
