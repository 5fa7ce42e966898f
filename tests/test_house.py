"""The house stands as drawn: imports go down the floors, and the front door is light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import bionym

SOURCE = Path(bionym.__file__).parent
FLOORS = {
    "errors": 1,
    "version": 1,
    "files": 2,
    "plugins": 2,
    "data": 2,
    "training": 2,
    "resources": 2,
    "protocols": 3,
    "text": 3,
    "lexicon": 3,
    "layers": 3,
    "linear_chain": 3,
    "vectors": 3,
    "encoders": 3,
    "formats": 4,
    "features": 4,
    "evaluation": 4,
    "summary": 4,
    "models": 5,
    "engines": 6,
    "pipeline": 7,
    "benchmark": 8,
    "several_seeds": 8,
    "": 8,
    "apps": 9,
    "__main__": 10,
}


def room_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = []
        if isinstance(node, ast.ImportFrom):
            modules = [
                f"{node.module}.{name.name}" if node.module == "bionym" else str(node.module) for name in node.names
            ]
        elif isinstance(node, ast.Import):
            modules = [name.name for name in node.names]
        found |= {module.split(".")[1] for module in modules if module.startswith("bionym.")}
    return found


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_down(path: Path) -> None:
    room = room_of(path)
    wrong = {other for other in imported_rooms(path) if other != room and FLOORS[other] >= FLOORS[room]}
    assert not wrong, f"{path.relative_to(SOURCE)} (floor {FLOORS[room]}) imports {wrong}"


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in SOURCE.rglob("*.py")}
    assert rooms == set(FLOORS)


@pytest.mark.parametrize("statement", ["import bionym", "import bionym.apps.cli"])
def test_front_door_loads_nothing_heavy(statement: str) -> None:
    heavy = "{'torch', 'numpy', 'fastapi', 'starlette', 'pydantic', 'lxml', 'pycrfsuite', 'spacy'}"
    code = f"import sys; {statement}; sys.exit(repr(sorted({heavy} & set(sys.modules))) if {heavy} & set(sys.modules) else 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_all_is_frozen() -> None:
    assert bionym.__all__ == [
        "Corpus",
        "Document",
        "Entity",
        "Pipeline",
        "Span",
        "evaluate",
        "load",
        "read",
        "train",
        "write",
    ]
    assert all(getattr(bionym, name) for name in bionym.__all__)


def test_no_pickle_is_read() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    assert "pickle" not in sources.replace("never by pickle", "").replace("without pickle", "")
