"""Heads: what a corpus annotates, as tags; and what an annotation leaves open.

With a head for each corpus, a head gives the labels of its corpus alone. With one shared head, a token that a corpus does
not annotate may carry any label which that corpus never annotates: there "O" means "none of mine".

Axes: T tokens, L tags.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bionym.data.tags import OUTSIDE, TagScheme, split_tag
from bionym.errors import ModelError

SHARED = "all"
TEXT = "\0text"  # stands for a corpus: text that a teacher labelled, on which all heads are trained
Sharing = Literal["corpus", "shared"]


@dataclass(frozen=True)
class Head:
    """An output of a model.

    Args:
        name: of the corpus whose labels it gives; "all" for one that all corpora share.
        tags: what it gives, "O" first.
    """

    name: str
    tags: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its tags, sorted."""
        return tuple(sorted({split_tag(tag)[1] for tag in self.tags if tag != OUTSIDE}))

    def positions(self, tags: Sequence[str]) -> NDArray[np.int64]:
        """Places of tags among its own."""
        return np.array([self._place(tag) for tag in tags], dtype=np.int64)

    def possible(self, tags: Sequence[str], annotated: Iterable[str]) -> NDArray[np.bool_]:
        """Which tags each token may have, T x L, where a corpus annotates these labels only."""
        known = set(annotated)
        is_open_L = np.array([tag == OUTSIDE or split_tag(tag)[1] not in known for tag in self.tags])
        possible_TL = np.zeros((len(tags), len(self.tags)), dtype=np.bool_)
        for token, tag in enumerate(tags):
            possible_TL[token] = is_open_L if tag == OUTSIDE else np.arange(len(self.tags)) == self._place(tag)
        return possible_TL

    def _place(self, tag: str) -> int:
        return self.tags.index(tag)


def heads_of(labels: Mapping[str, Iterable[str]], scheme: TagScheme, sharing: Sharing) -> tuple[Head, ...]:
    """The heads for corpora with these labels. Raises: ModelError if a corpus has none."""
    for corpus, of_corpus in labels.items():
        if not list(of_corpus):
            name = f"of {corpus!r} " if corpus else ""
            raise ModelError(
                f"The training documents {name}hold no entity. Check that their annotations were read (bionym inspect)."
            )
    if sharing == "shared":
        return (Head(SHARED, scheme.tags(sorted({label for of_corpus in labels.values() for label in of_corpus}))),)
    return tuple(Head(corpus, scheme.tags(sorted(of_corpus))) for corpus, of_corpus in labels.items())


def head_for(corpus: str, heads: Sequence[Head]) -> Head:
    """The head that is trained on a corpus."""
    return heads[0] if len(heads) == 1 else next(head for head in heads if head.name == corpus)
