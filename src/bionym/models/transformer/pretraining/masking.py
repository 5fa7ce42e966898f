"""Which subwords are hidden from the network, and what stands in their place.

Of those that are chosen 80 in 100 become the mask, 10 another subword at random, 10 stay. Whole words are chosen at once if
asked: to tell "##itis" beside "arthr" is no task. Source: Devlin et al. 2019, section 3.1; for whole words, the later
remark of its authors; Gu et al. 2021 (PubMedBERT) found it better for biomedical text.

B rows, T subwords in a row, M hidden ones of the whole batch.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bionym.encoders.subwords import Subwords

MASKED, REPLACED = 0.8, 0.1


@dataclass(frozen=True)
class MaskedRows:
    """A batch: what the network reads, which piece of the row each subword is of, where it must tell what stood there."""

    ids_BT: Tensor
    pieces_BT: Tensor
    is_padding_BT: Tensor
    places_M: Tensor  # in the batch laid out as one row
    gold_M: Tensor
    num_tokens: int

    def __len__(self) -> int:
        return len(self.ids_BT)


class Masking:
    """Hides subwords of packed rows.

    Args:
        share: of the subwords, about.
        whole_words: all subwords of a word, or none.
    """

    def __init__(self, subwords: Subwords, *, share: float, whole_words: bool) -> None:
        specials = subwords.specials
        self._mask, self._size = specials.mask, subwords.size
        self._start, self._end, self._padding = specials.start, specials.end, specials.padding
        self._special = np.array([*specials.start, *specials.end, specials.padding, specials.unknown, specials.mask])
        self._share, self._whole_words = share, whole_words

    def hide(self, ids_BT: NDArray[np.int64], goes_on_BT: NDArray[np.bool_], chance: np.random.Generator) -> MaskedRows:
        """A batch, with chance drawn from a generator of its own; one subword is hidden at least, if there is any."""
        ids_N = ids_BT.reshape(-1)
        can_hide_N = ~np.isin(ids_N, self._special)
        begins_N = ~goes_on_BT.reshape(-1) if self._whole_words else np.ones(len(ids_N), bool)
        begins_N[:1] = True
        unit_N = np.cumsum(begins_N) - 1
        drawn_N = chance.random(int(unit_N[-1]) + 1)[unit_N]
        is_hidden_N = can_hide_N & (drawn_N < self._share)
        if not is_hidden_N.any() and can_hide_N.any():
            is_hidden_N[int(np.flatnonzero(can_hide_N)[0])] = True
        places_M = np.flatnonzero(is_hidden_N)
        shown_N = ids_N.copy()
        shown_N[places_M] = self._instead(ids_N[places_M], chance)
        return MaskedRows(
            ids_BT=torch.from_numpy(shown_N.reshape(ids_BT.shape)),
            pieces_BT=torch.from_numpy(self._pieces(ids_BT)),
            is_padding_BT=torch.from_numpy(ids_BT == self._padding),
            places_M=torch.from_numpy(places_M),
            gold_M=torch.from_numpy(ids_N[places_M]),
            num_tokens=int((ids_N != self._padding).sum()),
        )

    def _instead(self, gold_M: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.int64]:
        drawn_M, others_M = chance.random(len(gold_M)), chance.integers(self._size, size=len(gold_M))
        other_or_same_M = np.where(drawn_M < MASKED + REPLACED, others_M, gold_M)
        return np.where(drawn_M < MASKED, self._mask, other_or_same_M)

    def _pieces(self, ids_BT: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number of each subword's piece within its row, from 0; padding is a piece too."""
        if self._start:
            begins_BT = ids_BT == self._start[0]
        elif self._end:
            begins_BT = np.roll(ids_BT == self._end[-1], 1, axis=1)
        else:
            begins_BT = np.zeros(ids_BT.shape, bool)
        is_padding_BT = ids_BT == self._padding
        begins_BT = begins_BT | (is_padding_BT & ~np.roll(is_padding_BT, 1, axis=1))
        return np.cumsum(begins_BT, axis=1)
