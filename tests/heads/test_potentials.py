"""What chains say of documents, and the entities that follow: places, sources, brackets, overlaps."""

import numpy as np
import pytest

from bionym.data import Document, Span
from bionym.data.tags import BIO, IO, TokenSpan
from bionym.heads.merging import Find
from bionym.heads.potentials import (
    HeadPotentials,
    Potentials,
    decode_documents,
    entity_of,
    finds_in,
    finds_of,
    is_balanced,
    of_heads,
    places_of,
)
from bionym.linear_chain.decoding import chain
from bionym.linear_chain.pairwise import PairwiseChain

TEXT = "ab (cd ef) gh"
TOKENS = tuple(Span(start, end) for start, end in ((0, 2), (3, 4), (4, 6), (7, 9), (9, 10), (11, 13)))
DOCUMENT = Document("d", TEXT, tokens=TOKENS)


def head(
    source: str, labels: list[str], inside: dict[int, str], *, sure: float = 9.0, **settings: bool
) -> HeadPotentials:
    """A head that finds these labels on these tokens of six."""
    tags = IO.tags(labels)
    scores_NS = np.zeros((6, len(tags)))
    scores_NS[:, 0] = 5
    for token, label in inside.items():
        scores_NS[token, tags.index(f"I-{label}")] = 5 + sure
    return HeadPotentials(source, scores_NS, chain(tags, np.zeros((len(tags), len(tags))), IO), **settings)


def found(*heads: HeadPotentials, ranges: list[tuple[int, int]] | None = None) -> list[tuple[str, str, str | None]]:
    (document,) = decode_documents([DOCUMENT], Potentials([ranges or [(0, 6)]], heads))
    return [(document.mention(one), one.label, one.attributes.get("source")) for one in document.entities]


def test_ranges_of_all_documents_stand_one_behind_the_other() -> None:
    assert places_of([[(0, 2), (2, 5)], [], [(1, 1)], [(3, 7)]]) == [(0, 2), (2, 5), (5, 5), (5, 9)]
    assert places_of([]) == []


def test_finds_count_tokens_of_the_document_and_stand_strongest_first() -> None:
    spans = [[(TokenSpan(0, 2, "A"), 0.25)], [(TokenSpan(1, 2, "B"), 0.1234567)]]
    weak, weaker = finds_of("x", [(0, 3), (3, 6)], spans)
    assert weak == Find(-0.25, -2, 0, "x", "A") and weak.end == 2
    assert weaker == Find(-0.123457, -1, 4, "x", "B") and weaker.end == 5


def test_finds_of_each_document_are_told_apart_by_its_number_of_ranges() -> None:
    ranges = [[(0, 2), (2, 4)], [], [(0, 3)]]
    heads = [
        (name, [[(TokenSpan(0, 1, label), 1.0)] for label in labels]) for name, labels in (("x", "ABC"), ("y", "DEF"))
    ]
    documents = [[[find.label for find in own] for own in by_head] for by_head in map(list, finds_in(ranges, heads))]
    assert documents == [[["A", "B"], ["D", "E"]], [[], []], [["C"], ["F"]]]


def test_a_find_covers_its_first_to_its_last_token() -> None:
    entity = entity_of(Find(-0.5, -3, 1, "x", "A"), DOCUMENT, True)
    assert (DOCUMENT.mention(entity), entity.label, entity.score) == ("(cd ef", "A", 0.5)
    assert entity.attributes == {"source": "x"}
    assert entity_of(Find(-0.5, -3, 1, "x", "A"), DOCUMENT, False).attributes == {}


@pytest.mark.parametrize(
    ("mention", "balanced"),
    [("", True), ("a (b)", True), ("a (b", False), ("a b)", False), ("[a (b)]", True), ("[a", False), ("a]", False)],
)
def test_a_mention_is_balanced_if_brackets_open_and_close_as_often(mention: str, balanced: bool) -> None:
    assert is_balanced(mention) == balanced


def test_a_head_that_drops_unbalanced_mentions_keeps_the_others() -> None:
    inside = {1: "A", 2: "A", 5: "A"}
    assert found(head("", ["A"], inside)) == [("(cd", "A", None), ("gh", "A", None)]
    assert found(head("", ["A"], inside, drops_unbalanced=True)) == [("gh", "A", None)]


def test_of_heads_with_one_name_no_entity_names_its_source() -> None:
    assert found(head("x", ["A"], {0: "A"}), head("x", ["B"], {5: "B"})) == [("ab", "A", None), ("gh", "B", None)]


def test_entities_of_different_heads_name_their_sources() -> None:
    assert found(head("x", ["A"], {0: "A"}), head("y", ["B"], {0: "B"})) == [("ab", "A", "x"), ("ab", "B", "y")]


def test_of_overlapping_entities_under_one_label_the_surer_stays() -> None:
    sure, unsure = head("x", ["A", "B"], {2: "A", 3: "B"}), head("y", ["A"], {2: "A", 3: "A", 5: "A"}, sure=2.0)
    assert found(sure, unsure) == [("cd", "A", "x"), ("ef", "B", "x"), ("gh", "A", "y")]
    assert found(unsure, sure) == found(sure, unsure)


def test_one_source_may_find_overlapping_entities_under_one_label() -> None:
    assert [mention for mention, *_ in found(head("", ["A"], {0: "A"}), head("", ["A"], {0: "A", 1: "A"}))] == [
        "ab (",
        "ab",
    ]


def test_nothing_is_sought_outside_of_the_ranges() -> None:
    scores = head("", ["A"], {0: "A", 5: "A"})
    assert found(scores.at(np.arange(3)), ranges=[(0, 3)]) == [("ab", "A", None)]
    assert found(scores.at(np.array([4, 5])), ranges=[(4, 6)]) == [("gh", "A", None)]


def test_heads_have_their_own_columns_of_scores() -> None:
    tags = BIO.tags(["A"])
    single = chain(tags, np.zeros((3, 3)), BIO)
    pairs = PairwiseChain(**vars(chain(tags, np.zeros((3, 3)), BIO)))
    scores_NS = np.arange(2 * 18.0).reshape(2, 18)
    first, second, third = of_heads(scores_NS, [("x", single), ("y", pairs), ("z", single)])
    assert (first.source, second.source, third.source) == ("x", "y", "z")
    assert first.scores_NS[0].tolist() == [0, 1, 2]
    assert second.scores_NS[0].tolist() == list(range(3, 15)) and third.scores_NS[0].tolist() == [15, 16, 17]


def test_labels_of_a_head_are_sorted_without_outside() -> None:
    assert head("", ["B", "A"], {}).labels == ("A", "B")


def test_a_penalty_on_outside_finds_more() -> None:
    unsure = head("", ["A"], {0: "A"}, sure=-1.0)
    assert found(unsure) == []
    bold = HeadPotentials("", unsure.scores_NS, unsure.chain, outside_penalty=2.0)
    assert found(bold) == [("ab", "A", None)]


def test_each_reading_of_no_range_is_empty() -> None:
    assert head("", ["A"], {}).sample([], 3, np.random.default_rng(1)) == [[], [], []]
    assert head("", ["A"], {}).entities([]) == []


def test_samples_come_by_their_probability_for_either_kind_of_chain() -> None:
    tags = IO.tags(["A"])
    plain = HeadPotentials("", np.array([[0.0, np.log(3)]]), chain(tags, np.zeros((2, 2)), IO))
    pairs = PairwiseChain(**vars(plain.chain))
    paired = HeadPotentials("", np.array([[0, 0, 0, 0, 0.0, np.log(3)]]), pairs)
    for one in (plain, paired):
        samples = one.sample([(0, 1)], 2000, np.random.default_rng(1))
        assert sum(bool(sample[0]) for sample in samples) / 2000 == pytest.approx(0.75, abs=0.04)
        assert one.entities([(0, 1)])[0][0][1] == pytest.approx(0.75)
