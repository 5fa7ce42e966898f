"""`bionym tune`: search for the settings that score best on development data."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli._console import console, number_of
from bionym.apps.cli._options import AllowLeaks, Beside, Format, ReadOptions, Sources, companions, format_options

if TYPE_CHECKING:
    from bionym.data import Document
    from bionym.training.tune import Trial

EPILOG = (
    "The space is TOML, nested as the configuration: [training] c1 = {low = 1e-3, high = 1.0, log = true}, "
    "max_iterations = {choices = [50, 100]}.\n\n"
    "Example: bionym tune train.pubtator --dev dev.pubtator --space space.toml --budget trials=20 --out tuned"
)


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("tune", epilog=EPILOG)(tune)


def tune(
    sources: Sources,
    dev: Annotated[list[str], typer.Option("--dev", help="Development data, to choose the settings by.")],
    space: Annotated[Path, typer.Option("--space", help="TOML file of the settings to search and their ranges.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the search; an existing search is resumed.")],
    budget: Annotated[
        str, typer.Option("--budget", help="Time (30m, 2h), trials=20, or both: 2h,trials=20.")
    ] = "trials=20",
    format: Format = None,
    model: Annotated[str, typer.Option("--model", "-m", help="Kind of model: crf, bilstm_crf or transformer.")] = "crf",
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file of settings that replace the defaults.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Random seed of the search.")] = 1,
    beside: Beside = None,
    dev_annotations: Annotated[
        list[str] | None, typer.Option("--dev-annotations", help="Where the annotation files of --dev are.")
    ] = None,
    option: ReadOptions = None,
    allow_leaks: AllowLeaks = False,
) -> None:
    """Train with many settings, and write the best to OUT/best.toml, for `train --config`."""
    from bionym import config as configuration
    from bionym import formats
    from bionym.data import Corpus
    from bionym.trained.record import fingerprint
    from bionym.training import tune as tuning

    limit, chosen = tuning.parse_budget(budget), tuning.load_space(space)
    reading = format_options(option)
    documents = tuple(formats.read(sources, format, **reading, **companions(beside)))
    held_out = tuple(formats.read(dev, format, **reading, **companions(dev_annotations)))
    Corpus({"train": documents, "dev": held_out}, allow_leaks=allow_leaks)
    with console.bar("trials", limit.trials or 0) as advance:
        search = tuning.search(
            _objective(documents, held_out, model, config),
            chosen,
            folder=out,
            budget=limit,
            seed=seed,
            base=configuration.read(config) if config else {},
            about={"model": model, "data": str(fingerprint(documents)), "dev": str(fingerprint(held_out))},
            on_trial=lambda trial: _say(trial, advance),
        )
    console.say(
        f"{out / tuning.BEST}: F1 {_percent(search.best.score)}, the best of {number_of(len(search.trials), 'trial')}: "
        f"{_settings(search.best)}"
    )
    console.say(f"Train with it: bionym train DATA --model {model} --config {out / tuning.BEST} --out models/NAME")


def _objective(
    documents: Sequence["Document"], dev: Sequence["Document"], model: str, config: Path | None
) -> Callable[[dict[str, Any]], float]:
    """Strict micro-F1 on development data of a model trained with some settings."""
    from bionym.config import dump
    from bionym.errors import InputError
    from bionym.pipeline.training import train

    if not any(document.entities for document in dev):
        raise InputError("the development data holds no entity", fix="Check --dev and its annotations: bionym inspect.")

    def score(settings: dict[str, Any]) -> float:
        given = [dump({"value": value}).replace("value =", f"{name} =", 1).strip() for name, value in settings.items()]
        trained = train(documents, model=model, dev=dev, config=config, settings=given, allow_leaks=True)
        assert trained.record is not None
        return trained.record.mean_f1()

    return score


def _say(trial: "Trial", advance: Callable[..., Any]) -> None:
    advance(trial.number + 1)
    console.say(f"  trial {trial.number + 1}: F1 {_percent(trial.score)}  {_settings(trial)}")


def _settings(trial: "Trial") -> str:
    shown = ((name, f"{value:.4g}" if isinstance(value, float) else value) for name, value in trial.settings.items())
    return ", ".join(f"{name}={value}" for name, value in shown)


def _percent(score: float | None) -> str:
    return "failed" if score is None else f"{100 * score:.1f}"
