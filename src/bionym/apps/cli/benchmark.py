"""`bionym benchmark`: train and test systems on corpora by a plan, into one table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bionym.apps.cli._console import console, number_of

if TYPE_CHECKING:
    from bionym.benchmark import Event, Plan

EPILOG = (
    "Existing results with the same data, settings and version are kept, so the same command resumes an interrupted "
    "benchmark.\n\nExample: bionym benchmark benchmarks/example.toml --data examples"
)
MINUTE = 60


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("benchmark", epilog=EPILOG)(benchmark)


def benchmark(
    plan: Annotated[Path, typer.Argument(help="The plan, a TOML file.", show_default=False)],
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of the corpora; by default the folder of the plan.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the results; by default the one in the plan, or results/PLAN."),
    ] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", help="Set one setting of the plan: seeds=[1,2]; may be repeated.")
    ] = None,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Skip corpora whose files are missing, and report them.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Repeat what is done already.")] = False,
    keep_models: Annotated[bool, typer.Option("--keep-models", help="Keep the trained models.")] = False,
    keep_predictions: Annotated[
        bool, typer.Option("--keep-predictions", help="Keep the predicted documents, which hold text.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    stop_at_error: Annotated[
        bool, typer.Option("--stop-at-error", help="Stop at the first failure instead of continuing.")
    ] = False,
) -> None:
    """Train and test systems on corpora by a plan, and write all scores with intervals to one table."""
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
        f"{number_of(outcome.num_done, 'result')} computed, {outcome.num_known:,} known before, {outcome.num_failed:,} failed"
    )
    if outcome.num_failed:
        raise typer.Exit(1)


def _say(event: "Event") -> None:
    """Print a line when a step begins or ends."""
    place = f"[{event.number}/{event.total}] {event.cell}"
    seconds_left = event.seconds_left or 0
    left = f"; about {_duration(seconds_left)} left" if seconds_left >= 1 else ""
    if event.kind == "started":
        console.say(f"{place} ...")
    elif event.kind == "known":
        console.say(f"{place}: known already")
    elif event.kind == "failed":
        console.complain(f"{place}: failed: {event.result}")
    else:
        console.say(f"{place}: {event.result}, {_duration(event.seconds)}{left}")


def _say_plan(plan: "Plan", out: Path | None, *, skip_missing: bool, force: bool) -> None:
    from bionym.benchmark import running

    jobs, skipped = running.plan_jobs(plan, skip_missing=skip_missing)
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
