"""`bionym pretrain`: an encoder that learns from raw text."""

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli._console import console, number_of
from bionym.apps.cli._options import Force

if TYPE_CHECKING:
    from bionym.training.events import EpochEnd

EPILOG = (
    "Another encoder goes on: bionym pretrain notes/ --encoder encoders/general --out encoders/notes\n\n"
    "Example: bionym pretrain 'notes/*.txt.gz' --set text.documents=files --out encoders/notes"
)
MEGABYTE = 1_000_000


def add_to(app: typer.Typer) -> None:
    """The verb, among the others."""
    app.command("pretrain", epilog=EPILOG)(pretrain)


def pretrain(
    texts: Annotated[
        list[str],
        typer.Argument(
            help="Text files, folders of .txt, or quoted globs, also packed as .gz or .xz; - is standard input.",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder of the encoder.")],
    model: Annotated[str, typer.Option("--model", "-m", help="The kind of model.")] = "transformer",
    encoder: Annotated[
        str | None, typer.Option("--encoder", help="Go on from this encoder; else begin with nothing.")
    ] = None,
    min_count: Annotated[
        int | None, typer.Option("--min-count", help="For a new vocabulary: documents that must hold a word.")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help="A TOML file, over the defaults.")] = None,
    set: Annotated[list[str] | None, typer.Option("--set", help="One setting: training.epochs=2.")] = None,
    tensorboard: Annotated[
        Path | None, typer.Option("--tensorboard", help="A folder for TensorBoard to watch.")
    ] = None,
    force: Force = False,
) -> None:
    """Let an encoder learn from raw text. It can hold strings of the text: keep it as safe as the text.

    What was interrupted goes on: give the same command again.
    """
    from bionym.pretraining import running

    settings = list(set or [])
    settings += [f"encoder={encoder}"] if encoder is not None else []
    settings += [f"vocabulary.min_count={min_count}"] if min_count is not None else []
    reading = _Reading()
    with reading:
        run = running.pretrain(
            texts,
            out,
            model=model,
            config=config,
            settings=settings,
            monitors=_monitors(running.folder_for_pretraining(out), tensorboard),
            force=force,
            on_read=reading.on_read,
            say=reading.say,
        )
    _say(out, run)


class _Reading(contextlib.ExitStack):
    """A bar while text is read; it goes when there is something to say."""

    _advance: Callable[..., Any] | None = None

    def on_read(self, read: int, total: int) -> None:
        """So many bytes of all were read."""
        if self._advance is None:
            self._advance = self.enter_context(console.bar("MB read", -(-total // MEGABYTE)))
        self._advance(read // MEGABYTE)

    def say(self, message: str) -> None:
        """A line, the bar gone."""
        self.close()
        self._advance = None
        console.say(message)


class _Lines:
    """A line for each scoring where no person looks, as in a log."""

    def started(self, info: object) -> None:
        """Nothing to say."""

    step = finished = started

    def epoch(self, info: "EpochEnd") -> None:
        """How far it is, and how good."""
        from bionym.pretraining.record import said

        for scores in info.development.values():
            console.say(f"  {said(f'step {info.step:,}', scores)}; {info.tokens_per_second:,.0f} a second")


def _monitors(folder: Path, tensorboard: Path | None) -> list[Any]:
    """What watches the training proper."""
    from bionym.training.monitors.log import Log
    from bionym.training.monitors.terminal import Terminal

    monitors: list[Any] = [Log(folder)]
    if not console.quiet:
        monitors.append(Terminal(console.rich()) if sys.stderr.isatty() else _Lines())
    if tensorboard:
        from bionym.training.monitors.tensorboard import TensorBoard

        monitors.append(TensorBoard(tensorboard))
    return monitors


def _say(out: Path, run: dict[str, Any]) -> None:
    """What was learned from how much, and what it brought."""
    from bionym.pretraining.record import said

    console.say(
        f"{out}: learned from {number_of(run['learned'], run['unit'].removesuffix('s'))} in {run['seconds']:,.0f} s "
        f"({run['ended']}), {run['tokens_per_second']:,} {run['unit']}/s"
    )
    for when, one in run["scores"].items():
        console.say(f"  {said(when, one)}")
