"""What is installed is what was checked: every dependency has an upper bound, and every locked file a hash."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINE = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", re.MULTILINE)
NAME = re.compile(r"[\w.-]+")


def project() -> dict[str, dict[str, list[str]]]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"])


def pinned(path: str) -> dict[str, str]:
    return dict(LINE.findall((ROOT / path).read_text(encoding="utf-8")))


def names(requirements: list[str]) -> set[str]:
    return {NAME.match(one)[0].lower() for one in requirements} - {"bionym"}  # type: ignore[index]


def test_what_a_user_installs_has_an_upper_bound() -> None:
    parts = project()
    extras = [one for extra, some in parts["optional-dependencies"].items() if extra != "dev" for one in some]
    open_ended = [one for one in [*parts["dependencies"], *extras] if "<" not in one and not one.startswith("bionym[")]
    assert not open_ended


def test_the_core_is_locked() -> None:
    assert names(project()["dependencies"]) | {"hatchling", "editables"} <= set(pinned("locks/core.txt"))


def test_every_extra_is_locked_but_torch() -> None:
    extras = names([one for some in project()["optional-dependencies"].values() for one in some])
    assert extras - {"torch"} <= set(pinned("locks/dev.txt"))
    assert not {name for name in pinned("locks/dev.txt") if name == "torch" or name.startswith(("nvidia", "cuda"))}


@pytest.mark.parametrize("path", ["locks/core.txt", "locks/dev.txt"])
def test_a_lock_has_the_versions_of_the_constraints_and_a_hash_for_each(path: str) -> None:
    locked = pinned(path)
    assert locked.items() <= pinned("constraints.txt").items()
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / path).read_text(encoding="utf-8"))
    assert len(blocks) == len(locked) and all("--hash=sha256:" in block for block in blocks)
