"""Hypothesis strategies for word vectors: words of any characters, numbers of any size."""

import numpy as np
from hypothesis import strategies as st

from bionym.vectors import WordVectors

WORDS = (
    "fever",
    "Fever",
    "IL-2",
    "2010",
    "0.5",
    "1e5",
    "nan",
    "</s>",
    "naïve",
    "e\u0301",
    "𠮷",
    "a b",
    ". . .",
    "\u00a0",
    "x\u0085y",
)


def words(*, blanks: bool) -> st.SearchStrategy[str]:
    """Words, with spaces and line ends in them if `blanks`; never empty."""
    characters = st.characters(exclude_categories=("Cs",), exclude_characters="\ufeff")
    some = st.sampled_from(WORDS) | st.text(characters, min_size=1, max_size=6)
    return some if blanks else some.filter(lambda word: word.encode().split() == [word.encode()])


@st.composite
def word_vectors(draw: st.DrawFn, *, blanks: bool = False, min_dimensions: int = 1) -> WordVectors:
    """One to eight words in up to five dimensions."""
    chosen = draw(st.lists(words(blanks=blanks), min_size=1, max_size=8, unique=True))
    num_dimensions = draw(st.integers(min_dimensions, 5))
    number = st.floats(width=32, allow_nan=False, allow_infinity=False)
    rows = draw(
        st.lists(
            st.lists(number, min_size=num_dimensions, max_size=num_dimensions),
            min_size=len(chosen),
            max_size=len(chosen),
        )
    )
    return WordVectors(chosen, np.array(rows, dtype=np.float32))
