import pytest

from bionym.data import Argument, Document, Relation, entity
from bionym.data.labels import LabelMap, label_map
from bionym.errors import UsageError

DOCUMENT = Document(
    "1",
    "aspirin helps",
    entities=(entity(0, 7, "Chemical", id="T1"), entity(8, 13, "Effect", id="T2")),
    relations=(Relation("treats", (Argument("Arg1", "T1"), Argument("Arg2", "T2"))),),
)


def test_labels_are_renamed_and_left_out() -> None:
    changed = LabelMap({"Chemical": "Drug", "Effect": ""}).apply(DOCUMENT)
    assert [one.label for one in changed.entities] == ["Drug"]
    assert changed.relations == ()


def test_an_empty_map_changes_nothing() -> None:
    assert LabelMap().apply(DOCUMENT) is DOCUMENT


def test_only_counts_new_names_and_keeps_their_relations() -> None:
    changed = LabelMap({"Chemical": "Drug"}, ("Drug", "Effect")).apply(DOCUMENT)
    assert [one.label for one in changed.entities] == ["Drug", "Effect"]
    assert changed.relations == DOCUMENT.relations


def test_names_that_nobody_has_are_known_afterwards() -> None:
    names = LabelMap({"Chemical": "Drug", "Disase": "Illness"})
    names.apply(DOCUMENT)
    assert names.unmet == ("Disase",)


def test_a_pair_without_an_equals_sign_is_refused() -> None:
    assert label_map(["A=B", "C="]).names == {"A": "B", "C": ""}
    with pytest.raises(UsageError, match="expected OLD=NEW"):
        label_map(["A"])
