"""The sentence of an example, cut where entities begin or end, and far from them."""

from typing import Any

import pytest

from bionym.evaluation import _examples
from bionym.evaluation._examples import groups, pieces


def example(text: str, *gold: tuple[int, int], start: int = 0) -> dict[str, Any]:
    entities = [{"spans": [list(span)], "label": "A"} for span in gold]
    return {"kind": "missed", "gold": entities, "predicted": [], "context": {"text": text, "start": start}}


@pytest.mark.parametrize(
    ("start", "end", "lengths"),
    [
        (500, 510, [2, 240, 10, 240, 2]),
        (240, 250, [240, 10, 240, 2]),
        (241, 251, [2, 240, 10, 240, 2]),
        (750, 760, [2, 240, 10, 240]),
    ],
)
def test_text_further_away_than_240_characters_is_left_out(start: int, end: int, lengths: list[int]) -> None:
    found = list(pieces(example("x" * 1000, (start, end))))
    assert [len(piece.text) for piece in found] == lengths
    assert [piece.sides for piece in found if piece.sides] == [("gold",)]
    assert [piece.text for piece in found if "…" in piece.text] == ["… "] * (start > 240) + [" …"] * (end < 760)


def test_text_between_entities_stays_however_far_they_are_apart() -> None:
    found = list(pieces(example("x" * 2000, (300, 310), (1500, 1510))))
    assert [len(piece.text) for piece in found] == [2, 240, 10, 1190, 10, 240, 2]


def test_a_context_without_entities_is_cut_at_twice_as_many() -> None:
    assert [len(piece.text) for piece in pieces(example("x" * 1000))] == [480, 2]


def test_offsets_count_from_the_document_and_entities_are_cut_to_the_context() -> None:
    found = list(pieces(example("abcdef", (8, 12), (14, 20), start=10)))
    assert [(piece.text, piece.sides) for piece in found] == [("ab", ("gold",)), ("cd", ()), ("ef", ("gold",))]
    assert [len(piece.ending) for piece in found] == [1, 0, 1]


def test_where_there_are_too_many_examples_rare_kinds_keep_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_examples, "MAX_EXAMPLES", 10)
    many = [{"kind": kind} for kind, number in (("a", 9), ("b", 2), ("c", 7)) for _ in range(number)]
    found = groups(many, {"a": 20, "b": 1}, ["c", "b", "a"])
    assert [(one.kind, one.number, len(one.shown)) for one in found] == [("c", 7, 4), ("b", 2, 2), ("a", 20, 4)]
