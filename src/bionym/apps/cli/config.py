"""`bionym config`: show every setting of a model."""

from pathlib import Path
from typing import Annotated, Any

import typer

EPILOG = "Example: bionym config show --set training.max_iterations=80 > my.toml"


def add_to(app: typer.Typer) -> None:
    """The verb, with its verb below it."""
    config = typer.Typer(help="Show the settings of a model.", no_args_is_help=True, rich_markup_mode=None)
    config.command("show", epilog=EPILOG)(show)
    config.callback()(lambda: None)
    app.add_typer(config, name="config", epilog=EPILOG)


def show(
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", help="Kind of model; default: crf for train, transformer for pretrain."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file of settings that replace the defaults.")
    ] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", help="Set one setting: training.max_iterations=80; may be repeated.")
    ] = None,
    verb: Annotated[str, typer.Option("--for", help="Verb: train or pretrain.")] = "train",
) -> None:
    """Print the whole configuration as TOML: the defaults, with --config and --set applied."""
    from bionym import config as configuration

    chosen = configuration.load(_schema(model, verb), config, set or [])
    typer.echo(configuration.dump(chosen), nl=False)


def _schema(model: str | None, verb: str) -> Any:
    from bionym import plugins
    from bionym.errors import UsageError
    from bionym.pretraining import running

    if verb not in ("train", "pretrain"):
        raise UsageError(f"--for {verb!r}: expected train or pretrain")
    if verb == "pretrain":
        return running.part_for_pretraining(model or "transformer").PretrainingConfig
    return plugins.find("models", model or "crf").Config
