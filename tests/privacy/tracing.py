"""What a program asks of the system, by strace: sockets, and files that are opened for writing, made, moved or removed.

Native code passes by Python's audit hooks and by a patched `socket`; the system sees it.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

SOCKETS = ("socket", "socketpair", "connect", "bind", "sendto", "sendmsg", "sendmmsg", "io_uring_setup")
OPENED = ("open", "openat", "openat2")
FILES = ("creat", "mkdir", "mkdirat", "mknod", "mknodat", "rename", "renameat", "renameat2", "link", "linkat")
FILES += ("symlink", "symlinkat", "truncate", "unlink", "unlinkat", "rmdir")
MARK = "/watched-step/"
_CALL = re.compile(r"(?P<time>\d+\.\d+) (?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>\S+)")
_ADDRESS = re.compile(r'sa_family=(AF_\w+)|inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
_WRITES = re.compile(r"O_(?:WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)")
_THERE = re.compile(r"<([^<>]*)>$")


class Call(NamedTuple):
    """A call of the system, and the step of the program that was on."""

    step: str
    name: str
    arguments: str
    result: str

    @property
    def family(self) -> str:
        """The kind of a socket or of an address, AF_INET for instance; empty if none is told."""
        found = re.search(r"\b(AF_\w+)", self.arguments)
        return found[1] if found else ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """The internet addresses among the arguments."""
        return tuple(a or b for _, a, b in _ADDRESS.findall(self.arguments) if a or b)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that are named."""
        return tuple(_PATH.findall(self.arguments))


@functools.cache
def why_not() -> str:
    """Why nothing can be watched here; empty if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    done = subprocess.run(["strace", "-f", "--seccomp-bpf", "-o", os.devnull, "true"], capture_output=True, text=True)
    return f"strace may not watch here: {done.stderr.strip()[:200]}" if done.returncode else ""


def mark(step: str) -> None:
    """Say in the trace which step begins."""
    try:
        os.close(os.open(MARK + step, os.O_RDONLY))
    except OSError:
        pass


def watch(arguments: Sequence[str], folder: Path, environment: Mapping[str, str], traces: Path) -> list[Call]:
    """Run Python in a folder, and list what it asked for. Fails if the program fails."""
    traces.mkdir()
    watched = f"trace={','.join((*SOCKETS, *OPENED, *FILES))}"
    strace = [
        "strace",
        "-ff",
        "--seccomp-bpf",
        "-qq",
        "-ttt",
        "-y",
        "-s",
        "4096",
        "-e",
        watched,
        "-o",
        str(traces / "t"),
    ]
    done = subprocess.run(
        [*strace, sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return list(_with_steps(traces))


def _with_steps(traces: Path) -> Iterator[Call]:
    """The calls of all threads in the order of time."""
    found = []
    for path in traces.iterdir():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if match := _CALL.match(line):
                found.append((float(match["time"]), match["name"], match["arguments"], line.split(" = ")[-1]))
    step = "start"
    for _, name, arguments, result in sorted(found):
        if MARK in arguments:
            step = arguments.split(MARK)[1].split('"')[0]
        yield Call(step, name, arguments, result)


def is_write(call: Call) -> bool:
    """Whether a call makes, changes or removes files; one that was refused counts, one that missed its file does not."""
    if "ENOENT" in call.result or MARK in call.arguments:
        return False
    return call.name in FILES or (call.name in OPENED and bool(_WRITES.search(call.arguments)))


def written(call: Call, folder: Path) -> tuple[str, ...]:
    """Where a call writes, as absolute paths."""
    opened = _THERE.search(call.result) if call.name in OPENED else None
    if opened:
        return (opened[1],)
    bases = re.findall(r"(?:AT_FDCWD|\d+)<([^<>]*)>", call.arguments) or [str(folder)]
    bases += [bases[-1]] * len(call.paths)
    return tuple(os.path.normpath(os.path.join(base, path)) for base, path in zip(bases, call.paths, strict=False))
