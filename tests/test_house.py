"""The house stands as drawn: imports go down the floors, and the front door is light."""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bionym

SOURCE = Path(bionym.__file__).parent
FLOORS = {
    "errors": 1,
    "privacy": 1,
    "replacing": 1,
    "version": 1,
    "config": 2,
    "data": 2,
    "files": 2,
    "onnx": 2,
    "plugins": 2,
    "resources": 2,
    "tables": 2,
    "encoders": 3,
    "layers": 3,
    "lexicon": 3,
    "linear_chain": 3,
    "protocols": 3,
    "text": 3,
    "training": 3,
    "vectors": 3,
    "engines": 4,
    "evaluation": 4,
    "features": 4,
    "formats": 4,
    "pretraining": 4,
    "summary": 4,
    "trained": 5,
    "heads": 6,
    "models": 7,
    "pipeline": 8,
    "benchmark": 9,
    "several_seeds": 9,
    "": 9,
    "apps": 10,
    "__main__": 11,
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


def module_of(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in SOURCE.rglob("*.py")}


def imported_modules(path: Path) -> set[str]:
    """Modules of ours that a file imports: at its top, inside a function, or for the type checker alone."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name if name in MODULES else node.module for name in names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found & set(MODULES)


def test_no_file_imports_itself_by_way_of_others() -> None:
    """Lazy imports count: a loop is a loop, whenever it is walked."""
    imports = {module: imported_modules(path) for module, path in MODULES.items()}
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


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


def test_loading_a_crf_loads_no_other_family_and_no_library_that_only_others_or_training_need() -> None:
    model = Path(__file__).parent / "gold" / "models" / "crf"
    code = "import sys, bionym; bionym.load(sys.argv[1]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, str(model)], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    families = {name for name in loaded if name.startswith("bionym.models.")}
    libraries = {"torch", "onnx", "onnxruntime", "transformers", "tokenizers", "pycrfsuite", "spacy", "lxml", "jinja2"}
    assert families == {"bionym.models.crf"}
    assert not loaded & {*libraries, "numpy.random", "typer", "rich"}
    assert not {name for name in loaded if name.startswith(("bionym.evaluation", "bionym.formats", "bionym.apps"))}


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


def test_one_file_alone_imports_onnxruntime() -> None:
    root = Path(__file__).parents[1]
    paths = [path for room in ("src", "benchmarks", "tools", "tests") for path in (root / room).rglob("*.py")]
    wanted = re.compile(r"\b(?:import|from) +onnxruntime\b|import_module\(.onnxruntime")
    found = {str(path.relative_to(root)) for path in paths if wanted.search(path.read_text(encoding="utf-8"))}
    assert found - {"tests/test_import_of_onnxruntime.py"} == {"src/bionym/onnx/importing.py"}


def test_no_pickle_is_read() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    assert "pickle" not in sources.replace("never by pickle", "").replace("without pickle", "")
