import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.data import Audit, Document, Entity, Span, entity
from bionym.data.align import align, from_tags, join_cut_sentences, sentence_ranges, to_tags
from bionym.data.tags import BIO, BIOES, TagScheme
from bionym.errors import LossError
from bionym.text.prepare import tokenized
from tests.strategies import documents

TEXT = "Selegiline-induced hypotension. 5-fluorouracil given."


def prepared(*entities: Entity) -> Document:
    return tokenized(Document("d", TEXT, entities=entities))


def test_tags_and_back_keep_entities_on_token_edges() -> None:
    document = prepared(entity(0, 10, "Chemical"), entity(19, 30, "Disease"), entity(32, 46, "Chemical"))
    assert from_tags(document, to_tags(document, BIOES), BIOES) == document.entities


def test_adjacent_entities_of_one_label_stay_apart() -> None:
    document = prepared(entity(0, 10, "Chemical"), entity(10, 18, "Chemical"))
    assert from_tags(document, to_tags(document, BIO), BIO) == document.entities


def test_an_entity_that_ends_inside_a_token_takes_the_whole_token_and_is_counted() -> None:
    audit = Audit()
    document = prepared(entity(19, 24, "Disease"))
    found = from_tags(document, to_tags(document, BIO, audit=audit), BIO)
    assert [span for one in found for span in one.spans] == [Span(19, 30)]
    assert audit.num_changed == 1


def test_tokens_before_the_first_sentence_are_read_with_it() -> None:
    document = Document(
        "d", "a b c d", tokens=tuple(Span(at, at + 1) for at in (0, 2, 4, 6)), sentences=(Span(2, 5), Span(6, 7))
    )
    assert sentence_ranges(document) == ((0, 3), (3, 4))


@pytest.mark.parametrize(
    ("lost", "reason"),
    [
        (Entity((Span(0, 10), Span(19, 30)), "A"), "discontinuous"),
        (entity(19, 36, "A"), "crosses the end of a sentence"),
        (entity(31, 32, "A"), "covers no token"),
    ],
)
def test_what_tags_cannot_hold_is_counted_with_its_reason(lost: Entity, reason: str) -> None:
    audit = Audit()
    to_tags(prepared(lost), BIO, audit=audit)
    assert audit.num_lost == 1
    assert reason in next(iter(audit.lost))[1]


def test_of_overlapping_entities_the_policy_chooses_and_the_rest_is_counted() -> None:
    audit = Audit()
    document = prepared(entity(0, 30, "A"), entity(0, 10, "B"))
    tags = to_tags(document, BIO, policy="priority", priority=("B",), audit=audit)
    assert {entity.label for entity in from_tags(document, tags, BIO)} == {"B"}
    assert audit.num_lost == 1


def test_strict_audit_refuses_the_first_loss_without_quoting_text() -> None:
    with pytest.raises(LossError) as caught:
        to_tags(prepared(entity(19, 24, "Disease")), BIO, audit=Audit(strict=True))
    assert "[19, 24)" in str(caught.value)
    assert "hypot" not in str(caught.value)


def test_sentences_are_joined_where_an_entity_crosses_their_edge() -> None:
    document = prepared(entity(19, 36, "A"))
    joined = join_cut_sentences(document)
    assert len(document.sentences) == 2
    assert len(joined.sentences) == 1
    assert from_tags(joined, to_tags(joined, BIO), BIO)


@given(documents(), st.sampled_from([BIO, BIOES]))
def test_every_entity_is_tagged_or_counted_as_lost(document: Document, scheme: TagScheme) -> None:
    audit = Audit()
    ready = join_cut_sentences(tokenized(document))
    tags = to_tags(ready, scheme, audit=audit)
    assert len(from_tags(ready, tags, scheme)) == len(document.entities) - audit.num_lost


@given(documents())
def test_sentence_ranges_hold_every_token_once(document: Document) -> None:
    ready = tokenized(document)
    positions = [number for start, end in sentence_ranges(ready) for number in range(start, end)]
    assert positions == list(range(len(ready.tokens)))


def test_white_space_alone_aligns_with_nothing() -> None:
    assert align((Span(0, 3), Span(5, 8)), Span(3, 5)) is None
