"""Where sentences end: masks, and reversal within the length.

Axes: B sentences, T steps of the longest, D values of a step.
"""

import torch
from torch import Tensor
from torch.nn import functional as F


def is_padding(lengths_B: Tensor, num_steps: int) -> Tensor:
    """Whether a step lies past its sentence's end, B x T.

    >>> is_padding(torch.tensor([1, 2]), 2).tolist()
    [[False, True], [False, False]]
    """
    steps_T = torch.arange(num_steps, device=lengths_B.device)
    return steps_T >= lengths_B[:, None]


def reverse(values_BTD: Tensor, lengths_B: Tensor) -> Tensor:
    """Each sentence back to front, its padding left where it is; twice gives the input again.

    >>> reverse(torch.tensor([[[1], [2], [0]]]), torch.tensor([2])).flatten().tolist()
    [2, 1, 0]
    """
    steps_T = torch.arange(values_BTD.shape[1], device=values_BTD.device)
    mirrored_BT = lengths_B[:, None] - 1 - steps_T
    source_BT = torch.where(mirrored_BT >= 0, mirrored_BT, steps_T)
    return pick(values_BTD, source_BT)


def pick(values_BTD: Tensor, steps_BN: Tensor) -> Tensor:
    """The values at N chosen steps of each sentence, B x N x D."""
    sentences_B1 = torch.arange(values_BTD.shape[0], device=values_BTD.device)[:, None]
    rows_BN = steps_BN + sentences_B1 * values_BTD.shape[1]
    return F.embedding(rows_BN, values_BTD.flatten(0, 1))  # whole rows at once, as `gather` does not
