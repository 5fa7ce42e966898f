"""Development data: scores against counts by hand, and which weights are taken."""

from collections.abc import Iterable, Iterator

import pytest

from bionym.data import Document, Entity, Span
from bionym.models._neural.development import annotated, chosen_weights, mean_f1, scored

TEXT = "aspirin for fever and pain"
ASPIRIN, FEVER, PAIN = Span(0, 7), Span(12, 17), Span(22, 26)


def document(*entities: tuple[Span, str]) -> Document:
    return Document("d", TEXT, entities=tuple(Entity((span,), label) for span, label in entities))


def test_scores_and_counts_of_each_label_are_those_by_hand() -> None:
    gold = [document((ASPIRIN, "Drug"), (FEVER, "Disease"), (PAIN, "Disease"))]
    predicted = [document((ASPIRIN, "Disease"), (FEVER, "Disease"))]
    scores = scored(gold, predicted)
    assert (scores["precision"], scores["recall"]) == (pytest.approx(1 / 2), pytest.approx(1 / 3))
    assert scores["f1"] == pytest.approx(2 / 5)
    assert scores["labels"] == {"Disease": [1, 1, 1], "Drug": [0, 0, 1]}
    assert scores["confusion"] == {
        "labels": ["Disease", "Drug", "none"],
        "counts": [[1, 0, 1], [1, 0, 0], [0, 0, 0]],
    }


def test_predictions_of_labels_that_gold_does_not_annotate_are_left_out() -> None:
    both = document((ASPIRIN, "Drug"), (FEVER, "Disease"))
    assert list(annotated([document((PAIN, "Disease"))], [both], ["Drug"])) == [document((FEVER, "Disease"))]
    assert list(annotated([document()], [both], ["Drug"])) == [document((ASPIRIN, "Drug"))]
    assert list(annotated([document()], [both])) == [document()]


class Predicting:
    def __init__(self, *entities: tuple[Span, str]) -> None:
        self._entities = document(*entities).entities

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        return (one.with_entities(self._entities) for one in documents)


def test_the_mean_over_corpora_is_of_their_f1_not_of_their_counts() -> None:
    dev = {"a": [document((ASPIRIN, "Drug"))], "b": [document((FEVER, "Disease"), (PAIN, "Disease"))]}
    taggers = {"a": Predicting((ASPIRIN, "Drug"), (FEVER, "Disease")), "b": Predicting((FEVER, "Disease"))}
    assert mean_f1(dev, taggers.__getitem__) == pytest.approx((1 + 2 / 3) / 2)


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
