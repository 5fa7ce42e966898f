"""`bionym models`: list models, or show a model card."""

from typing import Annotated

import typer

from bionym.apps.cli._console import console, table

EPILOG = "Example: bionym models show models/first"


def add_to(app: typer.Typer) -> None:
    """The verb, with its two verbs below it."""
    models = typer.Typer(help="List models, or show the card of one.", no_args_is_help=True, rich_markup_mode=None)
    models.command("list", epilog="Example: bionym models list")(list_models)
    models.command("show", epilog=EPILOG)(show)
    app.add_typer(models, name="models", epilog=EPILOG)


def list_models() -> None:
    """List models: those in ./models, in the folders of BIONYM_MODELS, and those that ship."""
    from bionym.trained.store import available

    models = available()
    if not models:
        console.say("No models here. Train one: bionym train DATA --out models/NAME")
        return
    typer.echo(table(("model", "folder"), models))


def show(
    name: Annotated[str, typer.Argument(help="A model folder, or the name of a model.", show_default=False)],
) -> None:
    """Show a model card: what the model finds, its training data, its scores."""
    from bionym.errors import ModelError
    from bionym.trained.store import locate

    path = locate(name) / "model_card.md"
    if not path.is_file():
        raise ModelError(f"{path.parent} has no model_card.md.")
    typer.echo(path.read_text(encoding="utf-8"), nl=False)
