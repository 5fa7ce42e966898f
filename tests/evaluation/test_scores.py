import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.data import Document, Entity, Span, entity
from bionym.data.align import from_tags
from bionym.data.counts import count_matches
from bionym.data.tags import BIO
from bionym.errors import InputError, UnknownNameError
from bionym.evaluation import Counts, evaluate
from bionym.evaluation.census import take

TEXT = "Selegiline-induced hypotension in man."
DRUG, DISEASE = entity(0, 10, "Chemical"), entity(19, 30, "Disease")


def document(*entities: Entity, id: str = "1", text: str = TEXT) -> Document:
    return Document(id, text, entities=entities)


def test_strict_needs_span_and_label() -> None:
    wrong_label, wrong_edge = entity(0, 10, "Disease"), entity(19, 29, "Disease")
    micro = evaluate([document(DRUG, DISEASE)], [document(wrong_label, wrong_edge, DRUG)]).counts["strict"].micro
    assert (micro.true_positives, micro.false_positives, micro.false_negatives) == (1, 2, 1)


def test_discontinuous_entities_match_by_all_their_spans() -> None:
    gold = Entity((Span(0, 4), Span(8, 10)), "A")
    assert evaluate([document(gold)], [document(gold)]).f1 == 1
    assert evaluate([document(gold)], [document(entity(0, 10, "A"))]).f1 == 0


def test_a_document_on_one_side_only_counts_as_missed_or_spurious() -> None:
    gold = [document(DRUG, id="1"), document(DISEASE, id="2")]
    scores = evaluate(gold, [document(DRUG, id="1"), document(DRUG, id="3", text=f"{TEXT} Other.")])
    micro = scores.counts["strict"].micro
    assert (micro.true_positives, micro.false_positives, micro.false_negatives) == (1, 1, 1)
    assert (scores.only_gold, scores.only_predicted) == (("2",), ("3",))


def test_the_same_id_twice_is_paired_in_order() -> None:
    gold = [document(DRUG), document(DISEASE)]
    assert evaluate(gold, gold).f1 == 1


def test_documents_under_other_ids_are_paired_by_their_text() -> None:
    scores = evaluate([document(DRUG, id="gold")], [document(DRUG, id="predicted")])
    assert (scores.f1, scores.num_documents, scores.only_gold) == (1, 1, ())


def test_different_texts_are_refused_without_quoting_them() -> None:
    with pytest.raises(InputError, match="differ from character 38 on") as caught:
        evaluate([document(DRUG)], [document(DRUG, text=f"{TEXT} More.")])
    assert "Selegiline" not in str(caught.value)


def test_a_line_end_in_place_of_a_blank_moves_no_offset() -> None:
    lines = TEXT.replace(" ", "\n")
    assert evaluate([document(DRUG)], [document(DRUG, text=lines)]).f1 == 1
    assert evaluate([document(DRUG)], [document(DRUG, id="other", text=lines)]).f1 == 1


def test_precision_recall_and_f1_of_nothing_are_zero() -> None:
    micro = evaluate([document()], [document()]).counts["strict"].micro
    assert (micro.precision, micro.recall, micro.f1) == (0, 0, 0)


def test_macro_counts_each_label_the_same() -> None:
    counts = count_matches([(1, "A"), (2, "A"), (3, "A"), (4, "B")], [(1, "A"), (2, "A"), (3, "A")])
    assert counts.micro.recall == 0.75
    assert counts.macro("recall") == 0.5


def test_unknown_metric_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'strict'"):
        evaluate([], [], ["strct"])


ITEM = st.tuples(st.integers(0, 4), st.sampled_from("AB"))


@given(gold=st.lists(ITEM, max_size=8), predicted=st.lists(ITEM, max_size=8))
def test_counts_add_up_to_both_sides(gold: list[tuple[int, str]], predicted: list[tuple[int, str]]) -> None:
    micro = count_matches(gold, predicted).micro
    assert (micro.support, micro.num_predicted) == (len(gold), len(predicted))


def test_counts_of_documents_add_up() -> None:
    total = Counts()
    for _ in range(2):
        total.add(count_matches([(1, "A")], [(1, "A"), (2, "B")]))
    assert (total.of("A").true_positives, total.of("B").false_positives) == (2, 2)


def test_census_finds_what_needs_a_second_look() -> None:
    nested, crossing = entity(0, 5, "Chemical"), entity(8, 20, "Disease")
    gap = Entity((Span(19, 30), Span(34, 37)), "Disease")
    census = take({"train": [document(DRUG, DRUG, nested, crossing, gap)], "test": [document(id="2")]})
    assert (census.nested, census.crossing, census.discontinuous) == (1, 2, 1)
    assert (census.duplicates, census.same_label, census.misaligned) == (1, 2, 2)
    assert [leak.splits for leak in census.leaks] == [("train", "test")]


def test_census_shows_no_mention_unless_asked() -> None:
    census = take({"all": [document(DRUG)]})
    assert "Selegiline" not in str(census.as_dict())
    assert census.as_dict(num_mentions=1)["mentions"] == [["Chemical", "Selegiline", 1]]


TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), min_size=1, max_size=8)


@pytest.mark.needs("seqeval")
@given(
    pairs=st.lists(TAGS.flatmap(lambda tags: st.tuples(st.just(tags), st.permutations(tags))), min_size=1, max_size=4)
)
def test_tagged_sentences_score_as_seqeval_scores_them(pairs: list[tuple[list[str], list[str]]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from seqeval.metrics.v1 import precision_recall_fscore_support
        from seqeval.scheme import IOB2

        gold_tags, predicted_tags = [list(gold) for gold, _ in pairs], [list(predicted) for _, predicted in pairs]
        expected = precision_recall_fscore_support(
            gold_tags, predicted_tags, average="micro", scheme=IOB2, zero_division=0
        )
    sides = [[tagged(tags, number) for number, tags in enumerate(side)] for side in (gold_tags, predicted_tags)]
    micro = evaluate(*sides).counts["strict"].micro
    assert (micro.precision, micro.recall, micro.f1) == pytest.approx(expected[:3])


def tagged(tags: list[str], number: int) -> Document:
    """A sentence of words "x" with these tags, decoded strictly."""
    tokens = tuple(Span(2 * place, 2 * place + 1) for place in range(len(tags)))
    bare = Document(str(number), " ".join("x" * len(tags)), tokens=tokens)
    return bare.with_entities(from_tags(bare, [tags], BIO, mode="strict"))
