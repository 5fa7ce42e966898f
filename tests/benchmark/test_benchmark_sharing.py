"""Documents and sentences that stand on both sides are found, and can be left out without moving anything else."""

from hypothesis import given
from hypothesis import strategies as st

from bionym.benchmark.corpora import Split
from bionym.benchmark.sharing import Shared, count_shared, without_shared
from bionym.data import Document, entity
from bionym.data.span import Span

LONG = "the patients were treated with fludrocortisone for several weeks"
OTHER = "a quite different sentence about hypertension in elderly rabbits"


def whole(sentences: list[str], name: str = "train") -> Split:
    """A file as one document: words joined by blanks, sentences by line ends; the last word of each is an entity."""
    text, tokens, spans, entities, start = "\n".join(sentences), [], [], [], 0
    for sentence in sentences:
        at = start
        for word in sentence.split(" "):
            tokens.append(Span(at, at + len(word)))
            at += len(word) + 1
        spans.append(Span(start, start + len(sentence)))
        entities.append(entity(tokens[-1].start, tokens[-1].end, "Last"))
        start += len(sentence) + 1
    document = Document(name, text, entities=tuple(entities), tokens=tuple(tokens), sentences=tuple(spans))
    return Split("corpus", (document,), has_ids=False)


def with_ids(*documents: tuple[str, str]) -> Split:
    return Split("corpus", tuple(Document(id, text) for id, text in documents), has_ids=True)


def test_documents_are_the_same_by_id_or_by_text() -> None:
    training = with_ids(("a/1", "One."), ("a/2", "Two."), ("a/3", "Three."))
    test = with_ids(("b/1", "Another."), ("b/9", "two. "))
    assert count_shared([training], test) == Shared(2, None)
    assert [document.id for document in without_shared([training], test)[0].documents] == ["a/3"]


def test_copies_of_a_shared_document_go_too() -> None:
    training = with_ids(("1", "Same text."), ("2", "Same text."), ("3", "Other."))
    assert [document.id for document in without_shared([training], with_ids(("9", "same text.")))[0].documents] == ["3"]


def test_ids_that_come_from_file_names_tell_nothing() -> None:
    assert count_shared([whole([LONG])], whole([OTHER])) == Shared(0, 0)


def test_long_sentences_are_compared_where_ids_tell_nothing() -> None:
    tested = whole([LONG.upper().replace("fludrocortisone".upper(), "fludro cortisone"), "short one"], "test")
    assert count_shared([whole([OTHER, LONG, "short one"])], tested).sentences == 1


def test_sentences_are_left_out_without_moving_anything_else() -> None:
    (rest,) = without_shared([whole([OTHER, LONG, "short one"])], whole([LONG], "test"))
    assert rest.documents == whole([OTHER, "short one"]).documents


@given(st.lists(st.sampled_from([LONG, OTHER, "short one", "w " * 30 + "end"]), min_size=1, max_size=6), st.data())
def test_nothing_is_shared_afterwards(sentences: list[str], data: st.DataObject) -> None:
    tested = whole(data.draw(st.lists(st.sampled_from(sentences), min_size=1, max_size=3)), "test")
    rest = without_shared([whole(sentences)], tested)
    assert count_shared(rest, tested) == Shared(0, 0)
    for document in rest[0].documents:  # none, if it is the same as a whole
        assert len(document.entities) == len(document.sentences)
        assert {document.mention(one) for one in document.entities} <= {"weeks", "rabbits", "one", "end"}
