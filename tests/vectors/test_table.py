"""Words are found in four forms, the same ones whatever else there is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.vectors import WordVectors, every_form, lookup
from bionym.vectors.table import FORMS, Found
from tests.vectors.strategies import word_vectors


def vectors_of(*words: str) -> WordVectors:
    return WordVectors(words, np.eye(len(words), dtype=np.float32))


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("IL-2", Found(0, "exact")),
        ("il-2", Found(1, "exact")),
        ("Il-2", Found(1, "lower")),
        ("Il-7", Found(3, "both")),
        ("IL-7", Found(2, "digits")),
        ("CD4", None),
        ("", None),
    ],
)
def test_a_word_is_found_exact_then_lower_then_with_digits_as_zero_then_both(word: str, found: Found | None) -> None:
    assert vectors_of("IL-2", "il-2", "IL-0", "il-0").find(word) == found


def test_index_is_the_row_or_none() -> None:
    vectors = vectors_of("fever", "il0")
    assert [vectors.index(word) for word in ("Fever", "IL2", "cough")] == [0, 1, None]


def test_lookup_counts_each_form_and_the_missing() -> None:
    found = lookup(["fever", "Fever", "P53", "p53", "p00", "unseen"], vectors_of("fever", "p00", "P00"))
    assert found.rows_N.tolist() == [0, 0, 2, 1, 1, -1]
    assert found.num_by_form == {"exact": 2, "lower": 1, "digits": 2, "both": 0, "missing": 1}
    assert list(found.num_by_form) == ["exact", "lower", "digits", "both", "missing"]


def test_lookup_of_nothing_is_empty() -> None:
    assert lookup([], vectors_of("fever")).rows_N.shape == (0,)


@given(word_vectors(), st.lists(st.text(max_size=4)), st.lists(st.text(max_size=4)))
def test_the_row_of_a_word_does_not_depend_on_other_words(
    vectors: WordVectors, some: list[str], others: list[str]
) -> None:
    alone = {word: lookup([word], vectors).rows_N[0] for word in some}
    together = lookup([*others, *some], vectors).rows_N[len(others) :]
    assert [alone[word] for word in some] == together.tolist()


@given(word_vectors(), st.lists(st.text(max_size=4)))
def test_wanting_every_form_leaves_nothing_behind(vectors: WordVectors, words: list[str]) -> None:
    wanted = every_form([*words, *(word.upper() for word in vectors.words)])
    kept = [row for row, word in enumerate(vectors.words) if word in wanted]
    smaller = WordVectors([vectors.words[row] for row in kept], vectors.matrix_VD[kept])
    for word in (*words, *(word.upper() for word in vectors.words)):
        whole, part = vectors.find(word), smaller.find(word)
        assert (whole and (vectors.words[whole.row], whole.form)) == (part and (smaller.words[part.row], part.form))


def test_forms_are_the_four_of_the_literature() -> None:
    assert {form: changed("IL-17") for form, changed in FORMS.items()} == {
        "exact": "IL-17",
        "lower": "il-17",
        "digits": "IL-00",
        "both": "il-00",
    }


def test_neighbours_are_those_of_brute_force() -> None:
    random = np.random.default_rng(1)
    matrix_VD = random.normal(size=(40, 6)).astype(np.float32)
    vectors = WordVectors([f"w{row}" for row in range(40)], matrix_VD)
    lengths = np.linalg.norm(matrix_VD, axis=1)
    cosines = matrix_VD @ matrix_VD[7] / lengths / lengths[7]
    expected = [f"w{row}" for row in np.argsort(-cosines) if row != 7][:5]
    nearest = vectors.nearest(7, 5)
    assert [neighbour.word for neighbour in nearest] == expected
    assert nearest[0].cosine == pytest.approx(float(np.sort(cosines)[-2]), abs=1e-6)


def test_a_vector_of_zeros_has_a_cosine_of_zero() -> None:
    vectors = WordVectors(["a", "b"], np.array([[0, 0], [1, 0]], dtype=np.float32))
    assert vectors.nearest(0, 1)[0].cosine == 0
    assert [neighbour.word for neighbour in vectors.nearest(1, 9)] == ["a"]
