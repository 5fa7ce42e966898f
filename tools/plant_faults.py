"""Plant one-line faults in a copy of Bionym, and see whether the tests notice.

    python tools/plant_faults.py data --number 40 --seed 1
    python tools/plant_faults.py heads/potentials.py --number 20 --seed 1 --tests tests/heads tests/models/test_ensemble.py

Lines are drawn at random among those where something can be changed, so that untested lines are as likely as tested ones,
and then one of the changes to that line: `<` for `<=`, `and` for `or`, `+` for `-`, a number one higher, min for max, start
for end, the first for the last, swapped arguments, a condition that always holds, no sorting, a step left out. A fault that
survives is a gap in the tests, or changes no result: the reader decides. Messages in f-strings are not changed.
"""

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path("src") / "bionym"
COPIED = ("src", "tests", "tools", "docs", "examples", "benchmarks")
COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "is": "is not", "is not": "is"}
COMPARISONS |= {"in": "not in", "not in": "in"}
OPERATORS = {"+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "*", "|": "&", "&": "|", "and": "or", "or": "and"}
NAMES = {
    "min": "max",
    "start": "end",
    "first": "last",
    "any": "all",
    "floor": "ceil",
    "argmin": "argmax",
    "left": "right",
}
NAMES |= {"minimum": "maximum", "lower": "upper", "lstrip": "rstrip", "find": "rfind", "startswith": "endswith"}
NAMES |= {"partition": "rpartition", "bisect_left": "bisect_right", "break": "continue"}
SWAPPED = NAMES | {new: old for old, new in NAMES.items()}
PRESERVED = ("strict", "encoding")  # keywords that check what must be true, or that tests cannot tell from the default
CLEANING = ("strip", "lstrip", "rstrip", "lower", "casefold", "copy", "title", "capitalize")
SKIPPED = (ast.JoinedStr, ast.Import, ast.ImportFrom, ast.Assert)


class Edit(NamedTuple):
    """A piece of a source file, in bytes, and what stands there instead."""

    start: int
    end: int
    new: bytes


class Fault(NamedTuple):
    """A file of the package, relative to the repository, and a change to one of its lines."""

    path: Path
    line: int
    edit: Edit


class Source:
    """The bytes of a module, and the places of its nodes."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._lines = [0]
        for line in content.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def start(self, node: ast.AST) -> int:
        """Where a node begins, in bytes."""
        return int(self._lines[getattr(node, "lineno") - 1] + getattr(node, "col_offset"))  # noqa: B009

    def end(self, node: ast.AST) -> int:
        """Where a node ends, in bytes."""
        return int(self._lines[getattr(node, "end_lineno") - 1] + getattr(node, "end_col_offset"))  # noqa: B009

    def text(self, node: ast.AST) -> bytes:
        """The source of a node."""
        return self.content[self.start(node) : self.end(node)]

    def line(self, place: int) -> int:
        """The number of the line that holds a byte, from 1."""
        return self.content.count(b"\n", 0, place) + 1

    def whole(self, node: ast.AST, new: bytes | str) -> Edit:
        """Something else in the place of a node."""
        return Edit(self.start(node), self.end(node), new if isinstance(new, bytes) else new.encode())

    def between(self, left: ast.AST, right: ast.AST, choices: dict[str, str]) -> Iterator[Edit]:
        """The operator between two nodes, replaced."""
        first = self.end(left)
        match = re.search(rb"not\s+in|is\s+not|[a-z]+|[^\s\w()]+", self.content[first : self.start(right)])
        old = " ".join(match.group().decode().split()) if match else ""
        if match and old in choices:
            yield Edit(first + match.start(), first + match.end(), choices[old].encode())


def edits(source: Source) -> Iterator[Edit]:
    """Every change to a module."""
    for node in _nodes(ast.parse(source.content)):
        for kind, change in CHANGES:
            if isinstance(node, kind):
                yield from change(source, node)


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """What is executed under a node: no annotations, decorators, docstrings or assertions."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            is_text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            is_check = isinstance(child, ast.keyword) and child.arg in PRESERVED
            if isinstance(child, ast.AST) and not isinstance(child, SKIPPED) and not is_text and not is_check:
                yield child
                yield from _nodes(child)


def _compare(source: Source, node: ast.Compare) -> Iterator[Edit]:
    for left, right in pairwise((node.left, *node.comparators)):
        yield from source.between(left, right, COMPARISONS)


def _boolean(source: Source, node: ast.BoolOp) -> Iterator[Edit]:
    for left, right in pairwise(node.values):
        yield from source.between(left, right, OPERATORS)


def _arithmetic(source: Source, node: ast.BinOp) -> Iterator[Edit]:
    if not any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right)):
        yield from source.between(node.left, node.right, OPERATORS)


def _not(source: Source, node: ast.UnaryOp) -> Iterator[Edit]:
    sign = {ast.Not: "not ", ast.USub: "-"}.get(type(node.op), "")
    if sign:
        yield Edit(source.start(node), source.start(node) + len(sign), b"")


def _constant(source: Source, node: ast.Constant) -> Iterator[Edit]:
    if isinstance(node.value, bool):
        yield source.whole(node, str(not node.value))
    elif isinstance(node.value, int):
        yield source.whole(node, str(node.value + 1))
        yield source.whole(node, f"({node.value - 1})")
    elif isinstance(node.value, float):
        yield source.whole(node, f"({node.value} + 0.5)")


def _slice(source: Source, node: ast.Slice) -> Iterator[Edit]:
    for bound in (node.lower, node.upper):
        if bound is not None:
            yield source.whole(bound, b"")
            yield Edit(source.end(bound), source.end(bound), b" + 1")


def _subscript(source: Source, node: ast.Subscript) -> Iterator[Edit]:
    opposite = {"0": "-1", "-1": "0"}.get(source.text(node.slice).decode())
    if opposite:
        yield source.whole(node.slice, opposite)


def _name(source: Source, node: ast.Name) -> Iterator[Edit]:
    if node.id in SWAPPED and isinstance(node.ctx, ast.Load):
        yield source.whole(node, SWAPPED[node.id])


def _attribute(source: Source, node: ast.Attribute) -> Iterator[Edit]:
    if node.attr in SWAPPED:
        yield Edit(source.end(node) - len(node.attr), source.end(node), SWAPPED[node.attr].encode())


def _call(source: Source, node: ast.Call) -> Iterator[Edit]:
    name = source.text(node.func).decode()
    if name in ("sorted", "reversed"):
        yield source.whole(node, b"list(" + b", ".join(map(source.text, node.args)) + b")")
    if isinstance(node.func, ast.Attribute) and node.func.attr in CLEANING and not node.args:
        yield source.whole(node, b"(" + source.text(node.func.value) + b")")
    for left, right in pairwise(node.args[: 0 if name in ("isinstance", "getattr") else None]):
        if not isinstance(left, ast.Starred) and not isinstance(right, ast.Starred):
            yield Edit(source.start(left), source.end(right), source.text(right) + b", " + source.text(left))
    for before, keyword in pairwise((*node.args, *node.keywords)):
        if (
            isinstance(keyword, ast.keyword)
            and keyword.arg not in PRESERVED
            and not isinstance(before, ast.GeneratorExp)
        ):
            yield Edit(source.end(before), source.end(keyword), b"")


def _branches(source: Source, node: ast.If | ast.IfExp | ast.While) -> Iterator[Edit]:
    yield source.whole(node.test, "True")
    if isinstance(node, ast.IfExp | ast.If):
        yield source.whole(node.test, "False")


def _filter(source: Source, node: ast.comprehension) -> Iterator[Edit]:
    for condition in node.ifs:
        yield source.whole(condition, "True")


def _step(source: Source, node: ast.stmt) -> Iterator[Edit]:
    if source.text(node).count(b"\n") == 0:
        yield source.whole(node, "pass")


def _step_in_place(source: Source, node: ast.AugAssign) -> Iterator[Edit]:
    yield from source.between(node.target, node.value, {"+=": "-=", "-=": "+=", "|=": "&=", "*=": "/=", "/=": "*="})


CHANGES: tuple[tuple[type, Callable[..., Iterator[Edit]]], ...] = (
    (ast.Compare, _compare),
    (ast.BoolOp, _boolean),
    (ast.BinOp, _arithmetic),
    (ast.UnaryOp, _not),
    (ast.Constant, _constant),
    (ast.Slice, _slice),
    (ast.Subscript, _subscript),
    (ast.Name, _name),
    (ast.Attribute, _attribute),
    (ast.Call, _call),
    (ast.If, _branches),
    (ast.IfExp, _branches),
    (ast.While, _branches),
    (ast.comprehension, _filter),
    (ast.Expr, _step),
    (ast.AugAssign, _step),
    (ast.Continue, _step),
    (ast.AugAssign, _step_in_place),
)


def faults_in(root: Path, places: Sequence[str]) -> dict[tuple[Path, int], list[Fault]]:
    """Every fault in some files or folders of the package, by file and line, both sorted."""
    by_line: dict[tuple[Path, int], list[Fault]] = defaultdict(list)
    for place in places:
        whole = root / SOURCE / place
        for path in [whole] if whole.is_file() else sorted(whole.rglob("*.py")):
            source = Source(path.read_bytes())
            for edit in sorted(set(edits(source))):
                name = path.relative_to(root)
                by_line[name, source.line(edit.start)].append(Fault(name, source.line(edit.start), edit))
    return dict(sorted(by_line.items()))


def draw(by_line: dict[tuple[Path, int], list[Fault]], number: int, seed: int) -> list[Fault]:
    """One fault in each of so many lines, drawn at random."""
    rng = random.Random(seed)
    lines = rng.sample(list(by_line), min(number, len(by_line)))
    return [rng.choice(by_line[line]) for line in lines]


def changed(content: bytes, edit: Edit) -> bytes:
    """A source file with a fault."""
    return content[: edit.start] + edit.new + content[edit.end :]


def shown(content: bytes, fault: Fault) -> str:
    """A fault as a reader wants to see it: where, and the line before and after."""
    before, after = (
        text.decode().splitlines()[fault.line - 1].strip() for text in (content, changed(content, fault.edit))
    )
    return f"{fault.path}:{fault.line}\n    - {before}\n    + {after}"


def is_noticed(root: Path, fault: Fault, tests: Sequence[str], *, seconds: float) -> bool:
    """Whether tests fail, or do not end in time, with a fault in a copy of the repository; the file is restored."""
    path = root / fault.path
    content = path.read_bytes()
    path.write_bytes(changed(content, fault.edit))
    try:
        return _fail(root, tests, seconds)
    finally:
        path.write_bytes(content)


def _fail(root: Path, tests: Sequence[str], seconds: float) -> bool:
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", *tests]
    try:
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def copy_to(scratch: Path) -> Path:
    """A copy of what the tests need, without compiled files: a fault within a second of the last is then seen too."""
    for name in COPIED:
        shutil.copytree(ROOT / name, scratch / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.glob("[!.]*.*"):
        shutil.copy(path, scratch)
    return scratch


def nearest_tests(places: Sequence[str]) -> list[str]:
    """The folders of tests that mirror some files or folders of the package."""
    return sorted({f"tests/{Path(place).parts[0]}" for place in places})


def main() -> None:
    """Plant faults one after the other, and print those that survive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="+", help="files or folders under src/bionym")
    parser.add_argument("--tests", nargs="+", help="tests to run; those of the same room if left out")
    parser.add_argument("--number", type=int, default=20, help="faults to plant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=300, help="after which tests that do not end count as failed")
    arguments = parser.parse_args()
    tests = arguments.tests or nearest_tests(arguments.places)
    with tempfile.TemporaryDirectory() as scratch:
        root = copy_to(Path(scratch))
        if _fail(root, tests, arguments.seconds):
            sys.exit(f"{' '.join(tests)}: these tests fail, or do not end in time, without a fault. Mend them first.")
        drawn = draw(faults_in(root, arguments.places), arguments.number, arguments.seed)
        survivors = [fault for fault in drawn if not is_noticed(root, fault, tests, seconds=arguments.seconds)]
        for fault in survivors:
            print(shown((root / fault.path).read_bytes(), fault))
    print(f"{len(drawn) - len(survivors)} of {len(drawn)} faults noticed")


if __name__ == "__main__":
    main()
