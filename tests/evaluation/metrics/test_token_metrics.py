"""Token, tag and binary: counts in tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from bionym.data import Document, Entity, Span, entity
from bionym.data.align import from_tags
from bionym.data.counts import Counts
from bionym.data.tags import BIO, split_tag
from bionym.errors import InputError
from bionym.evaluation import Pair
from bionym.evaluation.metrics import binary, tag, token

TEXT = "mild chest pain and IL-2"
TOKENS = (Span(0, 4), Span(5, 10), Span(11, 15), Span(16, 19), Span(20, 24))
TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), min_size=1, max_size=10)


def document(*entities: Entity, tokens: tuple[Span, ...] = TOKENS) -> Document:
    return Document("1", TEXT, entities=entities, tokens=tokens)


def rows(counts: Counts) -> dict[str, tuple[float, float, float]]:
    found = {label: counts.of(label) for label in counts.labels}
    return {label: (row.true_positives, row.false_positives, row.false_negatives) for label, row in found.items()}


def test_every_token_of_an_entity_counts() -> None:
    pair = Pair(document(entity(0, 15, "A")), document(entity(5, 19, "A")))
    assert rows(token.count(pair)[0]) == {"A": (2, 1, 1)}
    assert rows(binary.count(pair)[0]) == {"Entity": (2, 1, 1)}
    assert rows(tag.count(pair)[0]) == {"B-A": (0, 1, 1), "I-A": (1, 1, 1)}


def test_nested_and_discontinuous_entities_give_each_token_its_labels() -> None:
    gold = document(entity(5, 15, "A"), entity(5, 10, "B"), Entity((Span(0, 4), Span(11, 15)), "B"))
    predicted = document(entity(5, 10, "A"), entity(11, 15, "B"))
    assert rows(token.count(Pair(gold, predicted))[0]) == {"A": (1, 0, 1), "B": (1, 0, 2)}
    assert rows(binary.count(Pair(gold, predicted))[0]) == {"Entity": (2, 0, 1)}


def test_an_entity_that_cuts_a_token_has_the_whole_of_it() -> None:
    pair = Pair(document(entity(20, 22, "A")), document(entity(20, 24, "A")))
    assert rows(token.count(pair)[0]) == {"A": (1, 0, 0)}


def test_tokens_are_the_gold_ones_or_ours() -> None:
    gold, predicted = entity(20, 24, "A"), document(entity(20, 24, "A"), tokens=())
    assert rows(token.count(Pair(document(gold), predicted))[0]) == {"A": (1, 0, 0)}
    assert rows(token.count(Pair(document(gold, tokens=()), predicted))[0]) == {"A": (3, 0, 0)}  # IL, -, 2


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ([entity(5, 15, "A"), entity(5, 10, "B")], r"B \[5, 10\) shares a token"),
        ([entity(20, 22, "A"), entity(23, 24, "A")], r"A \[23, 24\) shares a token"),
        ([Entity((Span(0, 4), Span(11, 15)), "A")], r"A \[0, 4\), \[11, 15\) is discontinuous"),
        ([entity(4, 5, "A")], r"A \[4, 5\) covers no token"),
    ],
)
def test_tags_refuse_what_they_cannot_hold(wrong: list[Entity], problem: str) -> None:
    with pytest.raises(InputError, match=rf"document '1': {problem}.*metric token"):
        tag.count(Pair(document(), document(*wrong)))


@given(pair=TAGS.flatmap(lambda tags: st.tuples(st.just(tags), st.permutations(tags))))
def test_counts_are_those_of_a_classification_of_tokens(pair: tuple[list[str], list[str]]) -> None:
    """What NeuroNER hands to scikit-learn in its modes bio, token and binary."""
    both = Pair(*map(tagged, pair))
    encoded = [BIO.encode(BIO.decode(tags), len(tags)) for tags in pair]  # valid, as entities give them
    labels = [[split_tag(one)[1] or "O" for one in tags] for tags in encoded]
    inside = [["O" if label == "O" else "Entity" for label in side] for side in labels]
    for part, sides in ((tag, encoded), (token, labels), (binary, inside)):
        wanted = sorted({*sides[0], *sides[1]} - {"O"})
        if wanted:
            theirs = precision_recall_fscore_support(*sides, labels=wanted, average="micro", zero_division=0)
            micro = part.count(both)[0].micro
            assert (micro.precision, micro.recall, micro.f1) == pytest.approx(theirs[:3])


def tagged(tags: list[str]) -> Document:
    tokens = tuple(Span(2 * place, 2 * place + 1) for place in range(len(tags)))
    bare = Document("1", " ".join("x" * len(tags)), tokens=tokens)
    return bare.with_entities(from_tags(bare, [tags], BIO))
