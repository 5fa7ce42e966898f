import pytest

from bionym.data import Corpus, Document
from bionym.data.corpus import find_leaks
from bionym.errors import InputError

ONE, TWO = Document("1", "Mild fever."), Document("2", "No  fever.")


def test_a_document_in_two_splits_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match="1 documents are in more than one split: 1"):
        Corpus({"train": (ONE, TWO), "test": (ONE,)})


def test_the_same_text_under_another_id_is_found() -> None:
    leaks = find_leaks({"train": (TWO,), "test": (Document("9", "no fever."),)})
    assert [(leak.document_id, leak.splits) for leak in leaks] == [("2", ("train", "test"))]


def test_splits_without_common_documents_are_a_corpus() -> None:
    assert Corpus({"train": (ONE,), "test": (TWO,)})["test"] == (TWO,)
