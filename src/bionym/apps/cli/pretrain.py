"""`bionym pretrain`: train an encoder on raw text."""

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
    "Continue from another encoder: bionym pretrain notes/ --encoder encoders/general --out encoders/notes\n\n"
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
            help="Text files, folders of .txt, or quoted globs, or compressed .gz or .xz; - is standard input.",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the encoder.")],
    model: Annotated[
        str, typer.Option("--model", "-m", help="Kind of model: transformer or bilstm_crf.")
    ] = "transformer",
    encoder: Annotated[
        str | None, typer.Option("--encoder", help="Continue from this encoder; by default, train from scratch.")
    ] = None,
    min_count: Annotated[
        int | None,
        typer.Option("--min-count", help="For a new vocabulary: the minimum number of documents with a word."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file of settings that replace the defaults.")
    ] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", help="Set one setting: training.epochs=2; may be repeated.")
    ] = None,
    tensorboard: Annotated[
        Path | None, typer.Option("--tensorboard", help="Write TensorBoard logs to this folder.")
    ] = None,
    force: Force = False,
) -> None:
    """Pretrain an encoder on raw text. It can hold strings of the text: protect it as you do the text.

    To resume after an interruption, run the same command again.
    """
    from bionym.pretraining import running

    settings = list(set or [])
    settings += [f"encoder={encoder}"] if encoder is not None else []
    settings += [f"vocabulary.min_count={min_count}"] if min_count is not None else []
    reading = _ReadingProgress()
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


class _ReadingProgress(contextlib.ExitStack):
    """A progress bar while text is read; closed before each message."""

    _advance: Callable[..., Any] | None = None

    def on_read(self, read: int, total: int) -> None:
        """Show how many of all bytes are read."""
        if self._advance is None:
            self._advance = self.enter_context(console.bar("MB read", -(-total // MEGABYTE)))
        self._advance(read // MEGABYTE)

    def say(self, message: str) -> None:
        """Close the bar and print a message."""
        self.close()
        self._advance = None
        console.say(message)


class _Lines:
    """One line for each scoring, for output that is not a terminal."""

    def started(self, info: object) -> None:
        """Not printed."""

    step = finished = started

    def epoch(self, info: "EpochEnd") -> None:
        """The step and its scores."""
        from bionym.pretraining.record import said

        for scores in info.development.values():
            console.say(f"  {said(f'step {info.step:,}', scores)}; {info.tokens_per_second:,.0f} a second")


def _monitors(folder: Path, tensorboard: Path | None) -> list[Any]:
    """The monitors of the training loop."""
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
    """Print how much text was trained on, and the scores."""
    from bionym.pretraining.record import said

    console.say(
        f"{out}: trained on {number_of(run['learned'], run['unit'].removesuffix('s'))} in {run['seconds']:,.0f} s "
        f"({run['ended']}), {run['tokens_per_second']:,} {run['unit']}/s"
    )
    for when, scores in run["scores"].items():
        console.say(f"  {said(when, scores)}")
