"""Heads: which tags and labels each has, and what a corpus leaves open."""

import pytest

from bionym.data.tags import BIO, IO
from bionym.errors import ModelError
from bionym.heads.head import Head, head_for, heads_of

BOTH = {"ncbi": ["Disease"], "cdr": ["Drug", "Disease"]}


def test_each_corpus_has_a_head_of_its_own_labels() -> None:
    ncbi, cdr = heads_of(BOTH, BIO, "corpus")
    assert (ncbi.name, ncbi.tags) == ("ncbi", ("O", "B-Disease", "I-Disease"))
    assert (cdr.name, cdr.tags) == ("cdr", ("O", "B-Disease", "I-Disease", "B-Drug", "I-Drug"))
    assert head_for("ncbi", [cdr, ncbi]) == ncbi and head_for("cdr", [ncbi, cdr]) == cdr


def test_a_shared_head_has_the_labels_of_all_corpora_and_learns_from_each() -> None:
    (shared,) = heads_of(BOTH, IO, "shared")
    assert (shared.name, shared.tags) == ("all", ("O", "I-Disease", "I-Drug"))
    assert head_for("ncbi", [shared]) == head_for("cdr", [shared]) == shared


def test_the_labels_of_a_head_are_sorted_without_outside() -> None:
    assert Head("", ("O", "B-Gene", "I-Gene", "B-Drug", "I-Drug")).labels == ("Drug", "Gene")


@pytest.mark.parametrize(
    ("corpus", "message"), [("cdr", "documents of 'cdr' hold no entity"), ("", "documents hold no")]
)
@pytest.mark.parametrize("sharing", ["corpus", "shared"])
def test_a_corpus_without_entities_is_refused_by_name(corpus: str, message: str, sharing: str) -> None:
    with pytest.raises(ModelError, match=message):
        heads_of({"ncbi": ["Disease"], corpus: []}, BIO, sharing)  # type: ignore[arg-type]


def test_a_token_outside_may_have_the_labels_that_its_corpus_does_not_annotate() -> None:
    (shared,) = heads_of(BOTH, IO, "shared")
    of_diseases = shared.possible(["O", "I-Disease"], ["Disease"])
    assert of_diseases.tolist() == [[True, False, True], [False, True, False]]
    of_both = shared.possible(["O", "I-Drug"], ["Disease", "Drug"])
    assert of_both.tolist() == [[True, False, False], [False, False, True]]


def test_positions_are_places_among_the_tags() -> None:
    head = Head("", ("O", "B-Gene", "I-Gene"))
    assert head.positions(["I-Gene", "O", "B-Gene"]).tolist() == [2, 0, 1]
