"""A live view in the terminal: loss, development scores, speed and time left. Says nothing where no person looks."""

from typing import TYPE_CHECKING

from bionym.training.events import EpochEnd, Result, Started, StepGroup

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

WIDEST = 5  # corpora that are shown, the rest only in the mean


class Terminal:
    """Draws on a rich console.

    Args:
        console: where to draw; None is standard error.
    """

    def __init__(self, console: "Console | None" = None) -> None:
        from rich.console import Console

        self._console = console or Console(stderr=True)
        self._live: Live | None = None
        self._ends: list[EpochEnd] = []
        self._epochs, self._metric, self._limit_seconds = 0, "f1", 0.0
        self._now: StepGroup | None = None

    def preparing(self, what: str, done: int, total: int) -> None:
        """One line about work before the first step."""
        from rich.text import Text

        self._begin()
        if self._live is not None:
            self._live.update(Text(f"{done:,} of {total:,} {what}"), refresh=True)

    def started(self, info: Started) -> None:
        """Begin to draw, if a person is looking."""
        self._epochs, self._metric = info.epochs, str(info.settings["metric"])
        self._limit_seconds = 60.0 * info.settings["time_limit_minutes"]
        self._begin()

    def step(self, info: StepGroup) -> None:
        """Redraw."""
        self._now = info
        self._draw()

    def epoch(self, info: EpochEnd) -> None:
        """Redraw, with one more row."""
        self._ends.append(info)
        self._draw()

    def finished(self, result: Result) -> None:
        """Leave one line behind."""
        if self._live is not None:
            self._live.stop()
            self._live = None
            self._console.print(summary(result, self._metric), highlight=False, markup=False)

    def _begin(self) -> None:
        from rich.live import Live

        if self._live is None and self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()

    def _draw(self) -> None:
        if self._live is not None:
            self._live.update(self._view(), refresh=True)

    def _view(self) -> "RenderableType":
        from rich.console import Group
        from rich.table import Table

        corpora = sorted({corpus for end in self._ends for corpus in end.development})[:WIDEST]
        table = Table(box=None, padding=(0, 2, 0, 0))
        for title in ("epoch", "loss", *corpora, *([f"mean {self._metric}"] if corpora else []), "time"):
            table.add_column(title, justify="right", no_wrap=True)
        for end in self._ends[-8:]:
            scores = [_percent(end.development.get(corpus, {}).get(self._metric)) for corpus in corpora]
            mean = [_percent(end.mean) + (" *" if end.is_best else "  ")] if corpora else []
            table.add_row(str(end.epoch), f"{end.loss:.3f}", *scores, *mean, duration(end.seconds))
        return Group(table, self._status()) if self._ends else self._status()

    def _status(self) -> "RenderableType":
        from rich.text import Text

        now = self._now
        if now is None:
            return Text("")
        done = (now.epoch - 1 + now.batch / now.num_batches) / self._epochs
        left = now.seconds / done - now.seconds
        if self._limit_seconds:
            left = min(left, max(self._limit_seconds - now.seconds, 0.0))
        return Text(
            f"epoch {now.epoch} of {self._epochs}, batch {now.batch:,} of {now.num_batches:,}   loss {now.loss:.3f}   "
            f"{now.tokens_per_second:,.0f} tokens/s   at most {duration(left)} left"
        )


def summary(result: Result, metric: str) -> str:
    """How a run ended, in one line."""
    best = f"; best {metric} {_percent(result.best.score)} in epoch {result.best.epoch}" if result.best else ""
    return f"{result.state} ({result.reason}): {result.epochs} epochs in {duration(result.seconds)}{best}"


def duration(seconds: float) -> str:
    """Seconds as a person says them: "48 s", "12 min", "3 h 05 min"."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"
