"""`bionym export`: a model for Hugging Face, or a smaller one for prediction only."""

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
    out: Annotated[Path, typer.Option("--out", help="Folder to write.")],
    to: Annotated[
        str,
        typer.Option(
            "--to", "-t", help="Target: huggingface or prediction (any kind of model, smaller, predicts only)."
        ),
    ] = "huggingface",
    head: Annotated[
        str | None, typer.Option("--head", help="The head to export, if there are several: a corpus or a label.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail if anything would be lost or changed.")] = False,
    force: Force = False,
) -> None:
    """Write a transformer as a Hugging Face folder, or a smaller copy of any model for prediction only."""
    from bionym.data import Audit
    from bionym.trained import exchange

    audit = Audit(strict=strict)
    labels = exchange.export_model(name, out, to=to, head=head, audit=audit, force=force)
    if to == "huggingface":
        console.say(f"{out}: gives {', '.join(labels)}; README.md describes its use and the differences")
    else:
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        console.say(f"{out}: gives {', '.join(labels)}; {size / 1e6:.1f} MB")
    say_audit(audit)
