"""`bionym export`: a model as other programs read it, or in less room."""

from pathlib import Path
from typing import Annotated

import typer

from bionym.apps.cli._console import console, say_audit
from bionym.apps.cli._options import Force

EPILOG = "Example: bionym export models/tuned --to huggingface --out exported/tuned"


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("export", epilog=EPILOG)(export)


def export(
    name: Annotated[str, typer.Argument(help="A model folder, or the name of a model.", show_default=False)],
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")],
    to: Annotated[
        str,
        typer.Option(
            "--to", "-t", help="Who reads it: huggingface, or prediction alone (any kind of model, in less room)."
        ),
    ] = "huggingface",
    head: Annotated[
        str | None, typer.Option("--head", help="Of a model with several heads the one to write: a corpus, or a label.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse to lose or change anything.")] = False,
    force: Force = False,
) -> None:
    """Write a transformer for the pipelines of Hugging Face, or any model in less room, to predict alone."""
    from bionym.data import Audit
    from bionym.trained import exchange

    audit = Audit(strict=strict)
    labels = exchange.export_model(name, out, to=to, head=head, audit=audit, force=force)
    if to == "huggingface":
        console.say(f"{out}: gives {', '.join(labels)}; README.md says how to use it, and what is different")
    else:
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        console.say(f"{out}: gives {', '.join(labels)}; {size / 1e6:.1f} MB")
    say_audit(audit)
