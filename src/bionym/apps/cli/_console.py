"""Messages of commands: on standard error, so that standard output holds data only."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from bionym.data import Audit
from bionym.errors import BionymError
from bionym.tables import aligned

if TYPE_CHECKING:
    from rich.console import Console

Item = TypeVar("Item")
NUM_ERRORS = 20
NUM_FILES = 5


class Messages:
    """Messages, one a line; `-q` prints errors only, `-v` every place of a loss."""

    quiet = False
    verbose = False

    def say(self, message: str) -> None:
        """A line of information."""
        if not self.quiet:
            self.complain(message)

    def complain(self, message: str) -> None:
        """A line about what went wrong, under `-q` too."""
        self.rich().print(message, highlight=False, markup=False, soft_wrap=True)

    def rich(self) -> "Console":
        """The terminal, in colour where it supports it and `NO_COLOR` is not set."""
        from rich.console import Console

        return Console(stderr=True)

    def counted(self, items: Iterable[Item], what: str) -> Iterator[Item]:
        """The items, with a running count on a terminal."""
        if self.quiet or not sys.stderr.isatty():
            yield from items
            return
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.completed:,} " + what), TimeElapsedColumn())
        with Progress(*columns, console=self.rich(), transient=True) as progress:
            task = progress.add_task(what, total=None)
            for item in items:
                progress.advance(task)
                yield item

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Any]:
        """A bar with rate and time left; yields a function `(completed, note)`."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda completed, note="": None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn(what),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.rich(), transient=True) as progress:
            task = progress.add_task(what, total=total, note="")
            yield lambda completed, note="": progress.update(task, completed=completed, note=note)


console = Messages()
table = aligned


def say_audit(audit: Audit) -> None:
    """Print what was lost or changed, most frequent first, files by name; with `-v` also where."""
    for verb, counter in (("lost", audit.lost), ("changed", audit.changed)):
        for (what, reason), number in counter.most_common():
            places = [one.place for one in audit.examples if (one.what, one.reason) == ("file", reason)]
            shown = f": {', '.join(places[:NUM_FILES])}{' ...' * (len(places) > NUM_FILES)}" if what == "file" else ""
            console.say(f"  {verb}: {number_of(number, what)}: {reason}{shown}")
    if console.verbose:
        for event in audit.examples:
            console.say(f"    {event.kind} in {event.document_id}: {event.what} {event.place}: {event.reason}")


def say_errors(errors: Sequence[BionymError]) -> None:
    """Print the first errors, one a line; all with `-v`."""
    shown = errors if console.verbose else errors[:NUM_ERRORS]
    for error in shown:
        console.complain(f"  {error}")
    if len(shown) < len(errors):
        console.complain(f"  ... and {len(errors) - len(shown):,} more (all with -v)")


def fail_for_unreadable(errors: Sequence[BionymError], message: str) -> None:
    """Name what could not be read, behind the number and `message`. Raises: typer.Exit, code 1, if there is any."""
    if errors:
        import typer

        console.complain(f"{number_of(len(errors), 'file')} {message}:")
        say_errors(errors)
        raise typer.Exit(1)


def number_of(number: int, what: str) -> str:
    """A number and its noun: "1 entity", "1,955 entities"."""
    if number == 1:
        return f"1 {what}"
    return f"{number:,} {what[:-1]}ies" if what.endswith("y") else f"{number:,} {what}s"
