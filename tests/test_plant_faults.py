"""The tool that plants faults: what it changes, and that it puts everything back."""

import ast
from pathlib import Path

import pytest

from tools import plant_faults
from tools.plant_faults import Fault, Source, changed, draw, edits, faults_in, is_noticed


def planted(code: str) -> set[str]:
    return {changed(code.encode(), edit).decode() for edit in edits(Source(code.encode()))}


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("x = a < b", "x = a <= b"),
        ("x = a not in b", "x = a in b"),
        ("x = a and b", "x = a or b"),
        ("x = a + b", "x = a - b"),
        ("x = not (a)", "x = (a)"),
        ("x = 3", "x = 4"),
        ("x = True", "x = False"),
        ("x = a[b:c]", "x = a[b:c + 1]"),
        ("x = a[0]", "x = a[-1]"),
        ("x = a.start", "x = a.end"),
        ("x = min(a)", "x = max(a)"),
        ("x = sorted(a, key=b)", "x = list(a)"),
        ("x = a.strip()", "x = (a)"),
        ("x = f(a, b)", "x = f(b, a)"),
        ("x = f(a, b=c)", "x = f(a)"),
        ("x = a if b else c", "x = a if True else c"),
        ("x = [a for a in b if a]", "x = [a for a in b if True]"),
        ("f(a)", "pass"),
        ("a += b", "a -= b"),
        ("é = ü < 1", "é = ü <= 1"),
    ],
)
def test_a_line_is_changed_in_the_ways_of_a_slip(code: str, fault: str) -> None:
    assert fault in planted(code)


def test_what_is_not_executed_is_left_alone() -> None:
    assert planted('def f(a: "x[0]") -> "y[0]":\n    """1 < 2"""\n    assert a < 3\n') == set()


def test_every_fault_is_python_and_stands_on_its_line() -> None:
    for (path, line), faults in faults_in(plant_faults.ROOT, ["data", "heads/potentials.py"]).items():
        content = (plant_faults.ROOT / path).read_bytes()
        for fault in faults:
            ast.parse(changed(content, fault.edit))
            assert content.count(b"\n", 0, fault.edit.start) == line - 1


def test_the_same_seed_draws_the_same_faults_each_on_a_line_of_its_own() -> None:
    by_line = faults_in(plant_faults.ROOT, ["data"])
    faults = draw(by_line, 20, seed=1)
    assert faults == draw(by_line, 20, seed=1) != draw(by_line, 20, seed=2)
    assert len({(fault.path, fault.line) for fault in faults}) == 20
    assert len(draw(by_line, 10_000, seed=1)) == len(by_line)


def test_a_fault_is_noticed_where_a_test_fails_and_the_file_is_restored(tmp_path: Path) -> None:
    source, test = tmp_path / "src" / "planted_room.py", tmp_path / "test_planted_room.py"
    source.parent.mkdir()
    source.write_text("LIMIT = 3\nUNSEEN = 4\n")
    test.write_text("from planted_room import LIMIT\n\n\ndef test_limit():\n    assert LIMIT == 3\n")
    path = source.relative_to(tmp_path)
    found = [
        is_noticed(tmp_path, Fault(path, line, edit), [str(test)], seconds=60)
        for line, edit in zip(
            (1, 2), (one for one in edits(Source(source.read_bytes())) if b"(" not in one.new), strict=True
        )
    ]
    assert found == [True, False] and source.read_text() == "LIMIT = 3\nUNSEEN = 4\n"
