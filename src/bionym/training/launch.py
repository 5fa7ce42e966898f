"""Processes started together for one training: this one is the first, the others help it until it is done.

A helper does what the first does, from the same data to the same loop, which knows by its place that it is to score,
write and say nothing. Loads no torch, so that a helper may still choose its threads.
"""

import contextlib
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from bionym.errors import BionymError
from bionym.training.events import Result, Silent

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

HERE = "127.0.0.1"
MEETING = "BIONYM_MEETING"  # the folder in which processes that Bionym started find each other


class Place(NamedTuple):
    """The place of this process among those of a run, from 0; `local` counts those of this machine alone."""

    rank: int
    size: int
    local: int


def place() -> Place | None:
    """What the launcher said; None for a process that was started alone."""
    values = [os.environ.get(name) for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK")]
    if values[0] is None or values[1] is None or values[1] == "1" or "MASTER_ADDR" not in os.environ:
        return None
    return Place(int(values[0]), int(values[1]), int(values[2] or values[0]))


def is_helper() -> bool:
    """Whether this process only helps another one to learn."""
    rank = place()
    return rank is not None and rank.rank > 0


class Helpers(Silent):
    """Helper processes; also a monitor, which tells them when training is done."""

    def __init__(self) -> None:
        self.processes: list[BaseProcess] = []

    def finished(self, result: Result) -> None:
        """They have done their work."""
        self.stop()

    def stop(self) -> None:
        """End them, whatever they do: all that is kept, the first process has written."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.join()


@contextlib.contextmanager
def helpers(number: int, work: Callable[..., Any], *arguments: Any) -> Iterator[Helpers]:
    """Start processes that do `work(*arguments)` beside this one, and end them afterwards.

    Args:
        number: of all processes. With one, or under another launcher (torchrun), nothing is started.
        work: a function of a module, its arguments such as may be sent to another process.
    """
    helping = Helpers()
    if number == 1 or place() is not None:
        yield helping
        return
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    shared = {"WORLD_SIZE": str(number), "MASTER_ADDR": HERE}
    if hasattr(socket, "if_nameindex") and "lo" in {name for _, name in socket.if_nameindex()}:
        shared |= {"GLOO_SOCKET_IFNAME": os.environ.get("GLOO_SOCKET_IFNAME", "lo")}
    with tempfile.TemporaryDirectory(prefix="bionym-", ignore_cleanup_errors=True) as meeting:
        shared |= {MEETING: meeting}
        for rank in range(1, number):
            there = shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)}
            process = context.Process(target=_help, args=(there, work, arguments))
            process.start()
            helping.processes.append(process)
        try:
            with _environment(shared | {"RANK": "0", "LOCAL_RANK": "0"}):
                yield helping
        finally:
            helping.stop()


def end_with_parent() -> None:
    """End this process at once when the one that started it is gone, also if that was killed."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=wait, daemon=True).start()


def detach_from_terminal() -> None:
    """Leave the process group of the terminal, so that Ctrl-C reaches only the process that started this one."""
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    else:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _help(there: dict[str, str], work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """What a helper does. An error of it ends the run of the first process too, which loses its other end."""
    import sys

    detach_from_terminal()
    end_with_parent()
    os.environ.update(there)
    try:
        work(*arguments)
    except BionymError as error:
        print(f"bionym: {error}", file=sys.stderr)
        os._exit(error.exit_code)
    except BaseException as error:  # whose words may hold text of a document
        print(f"bionym: process {there['RANK']}: {type(error).__name__}", file=sys.stderr)
        os._exit(1)


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """These variables, afterwards as they were."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
