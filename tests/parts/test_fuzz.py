"""A first stretch of the attacks of `tools/fuzz.py`; `python tools/fuzz.py --cases 100000` runs more."""

import random

import pytest

from bionym import formats
from bionym.errors import FormatError
from tools import fuzz

CASES = 2_000
STRETCHES = 8


@pytest.mark.parametrize("stretch", range(STRETCHES))
def test_damaged_files_are_read_or_refused_and_what_is_written_is_read(stretch: int) -> None:
    numbers = range(stretch * CASES // STRETCHES, (stretch + 1) * CASES // STRETCHES)
    failures = [f"case {failure.case.number}: {failure.problem}" for failure in fuzz.run(1, numbers)]
    assert failures == []


def test_a_seed_and_a_number_give_the_same_case() -> None:
    assert fuzz.case_of(1, 7, fuzz.attacked()) == fuzz.case_of(1, 7, fuzz.attacked())
    assert fuzz.case_of(1, 7, fuzz.attacked()) != fuzz.case_of(2, 7, fuzz.attacked())


def test_an_error_that_quotes_the_text_is_a_failure() -> None:
    words = frozenset({"Zebediah"})
    quiet, loud = FormatError("nothing"), FormatError("found 'Zebediah'")
    behind = FormatError("nothing")
    behind.__cause__ = ValueError("Zebediah")
    told = [bool(fuzz._quoted(error, words)) for error in (quiet, loud, behind)]
    assert told == [False, True, True]


def test_any_other_error_is_a_failure_and_is_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: object) -> object:
        raise KeyError("x")

    monkeypatch.setattr(formats.find("text"), "read", broken)
    monkeypatch.setitem(broken.__annotations__, "path", object)
    (failure,) = fuzz.run(1, range(1), ("text",))
    assert failure.problem.startswith("KeyError at ")
    assert fuzz.smaller(failure.case, failure.problem).files[failure.case.main] == b""


def test_every_damage_leaves_bytes() -> None:
    rng = random.Random(1)
    for content in (b"", b"x", b'{"a": [1, "b"]}', b"1\tO\n2\tB-X\n"):
        assert all(isinstance(damage(content, rng), bytes) for damage in fuzz.DAMAGES)
