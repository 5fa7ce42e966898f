"""Development data: scores against counts by hand, and which weights are taken."""

from collections.abc import Iterable, Iterator

import pytest

from bionym.data import Document, Entity, Span
from bionym.heads.development import (
    choose_weights,
    chosen_weights,
    mean_f1,
    only_annotated_labels,
    predict_development,
    score_development,
)

TEXT = "aspirin for fever and pain"
ASPIRIN, FEVER, PAIN = Span(0, 7), Span(12, 17), Span(22, 26)


def document(*entities: tuple[Span, str]) -> Document:
    return Document("d", TEXT, entities=tuple(Entity((span,), label) for span, label in entities))


def test_scores_and_counts_of_each_label_are_those_by_hand() -> None:
    gold = [document((ASPIRIN, "Drug"), (FEVER, "Disease"), (PAIN, "Disease"))]
    predicted = [document((ASPIRIN, "Disease"), (FEVER, "Disease"))]
    scores = score_development(gold, predicted)
    assert (scores["precision"], scores["recall"]) == (pytest.approx(1 / 2), pytest.approx(1 / 3))
    assert scores["f1"] == pytest.approx(2 / 5)
    assert scores["labels"] == {"Disease": [1, 1, 1], "Drug": [0, 0, 1]}
    assert scores["confusion"] == {
        "labels": ["Disease", "Drug", "none"],
        "counts": [[1, 0, 1], [1, 0, 0], [0, 0, 0]],
    }


def test_predictions_of_labels_that_gold_does_not_annotate_are_left_out() -> None:
    both = document((ASPIRIN, "Drug"), (FEVER, "Disease"))
    assert list(only_annotated_labels([document((PAIN, "Disease"))], [both], ["Drug"])) == [
        document((FEVER, "Disease"))
    ]
    assert list(only_annotated_labels([document()], [both], ["Drug"])) == [document((ASPIRIN, "Drug"))]
    assert list(only_annotated_labels([document()], [both])) == [document()]


class Predicting:
    """A tagger with a head for each corpus, which finds the same in every document."""

    def __init__(self, **entities: tuple[tuple[Span, str], ...]) -> None:
        self._entities, self.sources = entities, tuple(entities)

    def of_source(self, name: str) -> "Predicting":
        return Predicting(**{name: self._entities[name]})

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        every = [entity for entities in self._entities.values() for entity in document(*entities).entities]
        return (one.with_entities(every) for one in documents)


DEV = {"a": [document((ASPIRIN, "Drug"))], "b": [document((FEVER, "Disease"), (PAIN, "Disease"))]}
TAGGER = Predicting(a=((ASPIRIN, "Drug"), (FEVER, "Disease")), b=((FEVER, "Disease"),))


def test_each_corpus_is_predicted_by_its_own_head_under_its_own_labels() -> None:
    predicted = predict_development(TAGGER, DEV)
    assert predicted["a"].predicted == (document((ASPIRIN, "Drug")),)
    assert predicted["b"].predicted == (document((FEVER, "Disease")),)


def test_the_mean_over_corpora_is_of_their_f1_not_of_their_counts() -> None:
    assert mean_f1(predict_development(TAGGER, DEV)) == pytest.approx((1 + 2 / 3) / 2)


def test_each_kind_of_weights_is_loaded_and_scored_once() -> None:
    loaded = []

    def load(kind: str) -> Predicting:
        loaded.append(kind)
        return TAGGER if kind == "int8" else Predicting(a=(), b=())

    chosen = choose_weights("auto", ("float32", "int8"), DEV, load)
    assert loaded == ["float32", "int8"] and chosen.tagger is TAGGER
    assert chosen.measured == {"float32": 0, "int8": pytest.approx((1 + 2 / 3) / 2)}
    assert chosen.predicted == predict_development(TAGGER, DEV)


def test_without_development_data_the_one_kind_of_weights_is_loaded_once() -> None:
    loaded: list[str] = []
    chosen = choose_weights("auto", ("float32", "int8"), {}, lambda kind: loaded.append(kind) or TAGGER)
    assert loaded == ["float32"] and chosen.measured == {} and chosen.predicted == {}


@pytest.mark.parametrize(
    ("measured", "weights"),
    [
        ({"float32": 0.8, "int8": 0.7985}, "int8"),
        ({"float32": 0.8, "int8": 0.9}, "int8"),
        ({"float32": 0.8, "int8": 0.797}, "float32"),
        ({}, "float32"),
    ],
)
def test_eight_bit_weights_are_taken_where_they_lose_at_most_two_thousandths_of_f1(
    measured: dict[str, float], weights: str
) -> None:
    assert chosen_weights("auto", measured) == weights
    assert chosen_weights("float32", measured) == "float32" and chosen_weights("int8", measured) == "int8"
