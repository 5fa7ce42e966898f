"""Nothing leaves the machine: no verb, nor the library, opens a connection or writes beside its output, seen by strace."""

import importlib.util
import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from bionym import plugins
from tests.privacy import verbs
from tests.privacy.tracing import SOCKETS, Call, is_write, watch, why_not, written

ROOT = Path(__file__).parents[2]
SWITCHES = ("ORT_DISABLE_TELEMETRY", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK")
LOOPBACK = {"127.0.0.1", "::1"}
CACHES = ("__pycache__",)  # of Python: compiled modules
DEVICES = ("/dev/null", "/dev/tty", "/dev/pts/", "/dev/shm/", "/proc/")

EXTRAS = ("torch", "transformers", "tensorboard", "optuna", "gensim", "sklearn", "spacy", "pyarrow")
MISSING = [name for name in EXTRAS if importlib.util.find_spec(name) is None]

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all the programs write; beside it a home, temporary files and traces."""
    place = tmp_path_factory.mktemp("watched")
    for name in ("out", "home", "tmp"):
        (place / name).mkdir()
    return place / "out"


@pytest.fixture(scope="module")
def of_verbs(folder: Path) -> list[Call]:
    """What the verbs asked of the system."""
    return watched(folder, "verbs")


def watched(folder: Path, program: str, *arguments: str) -> list[Call]:
    """A program of this folder, with a home of its own, and without the switches that the caller may have set."""
    own = {"HOME": str(folder.parent / "home"), "TMPDIR": str(folder.parent / "tmp"), "OMP_WAIT_POLICY": "PASSIVE"}
    own |= {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), "PYTHONDONTWRITEBYTECODE": "1"}
    foreign = re.compile("XDG|TORCHINDUCTOR")  # torch notes its folder in the environment, where another test used it
    inherited = {name: value for name, value in os.environ.items() if name not in SWITCHES and not foreign.search(name)}
    command = ["-m", f"tests.privacy.{program}", *arguments]
    return watch(command, folder, inherited | own, folder.parent / f"traces-{program}-{len(arguments)}")


def by_socket(calls: Iterable[Call]) -> dict[str, list[Call]]:
    """The calls that concern one socket, under its number; one that made none stands alone."""
    found: dict[str, list[Call]] = {}
    for call in calls:
        if call.name in SOCKETS:
            for number in re.findall(r"<\w+:\[(\d+)\]>", f"{call.arguments} {call.result}") or [str(call)]:
                found.setdefault(number, []).append(call)
    return found


def is_within_the_system(calls: list[Call]) -> bool:
    """Whether a socket is an AF_UNIX one, as between a process and its children, or to the system's cache of names."""
    return {call.family for call in calls} - {""} == {"AF_UNIX"}


def is_a_trial_of_ipv6(calls: list[Call]) -> bool:
    """Whether it is urllib3's, which asks at its import whether the system has IPv6: bound to ::1, never connected."""
    return (
        {call.name for call in calls} <= {"socket", "bind"}
        and {call.family for call in calls} == {"AF_INET6"}
        and all(call.addresses == ("::1",) for call in calls if call.name == "bind")
    )


def connections(calls: Iterable[Call]) -> list[list[Call]]:
    """The calls of every socket by which something could leave."""
    return [of for of in by_socket(calls).values() if not is_within_the_system(of) and not is_a_trial_of_ipv6(of)]


def strays(calls: Iterable[Call], folder: Path) -> set[str]:
    """Every file written outside of the output and of the temporary folder."""
    own = (f"{folder}/", f"{folder.parent}/tmp/")
    places = ((call, path) for call in calls if is_write(call) for path in written(call, folder))
    return {
        f"{call.step}: {call.name} {path}"
        for call, path in places
        if not f"{path}/".startswith(own) and not path.startswith(DEVICES) and not set(CACHES) & set(Path(path).parts)
    }


def test_every_verb_is_watched() -> None:
    assert {command[0] for command in verbs.commands()} == {name.strip("_") for name in plugins.names("apps.cli")}


def test_no_verb_opens_a_connection(of_verbs: list[Call]) -> None:
    assert not connections(of_verbs)


def test_no_verb_writes_beside_its_output(of_verbs: list[Call], folder: Path) -> None:
    assert not strays(of_verbs, folder)
    assert any(is_write(call) for call in of_verbs)


def test_the_library_and_spacy_open_no_connection_and_write_nothing_else(of_verbs: list[Call], folder: Path) -> None:
    calls = watched(folder, "library")
    assert not connections(calls)
    assert not strays(calls, folder)


@pytest.mark.long
def test_nothing_is_sent_in_a_long_run(of_verbs: list[Call], folder: Path) -> None:
    calls = watched(folder, "library", "45")
    assert not connections(calls)
    assert not strays(calls, folder)


def is_between_processes(calls: list[Call]) -> bool:
    """Whether a socket has its ends on the loopback interface, and is not for a name server; or has no ends at all."""
    ends = [call for call in calls if call.addresses]
    return all(set(call.addresses) <= LOOPBACK and "htons(53)" not in call.arguments for call in ends)


@pytest.mark.long
def test_trainings_in_several_processes_speak_to_each_other_alone(folder: Path) -> None:
    calls = watched(folder, "verbs", "several")
    assert not strays(calls, folder)
    assert not [of for of in connections(calls) if not is_between_processes(of)]
