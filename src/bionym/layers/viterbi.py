"""The best tag sequence of each sentence of a batch.

Only maxima and sums of two numbers, so a sentence gives the same bits alone and in any batch.
Axes: B sentences, T tokens of the longest, L tags.
"""

import torch
from torch import Tensor

from bionym.layers.forward_backward import Potentials


def viterbi(potentials: Potentials) -> list[list[int]]:
    """Best tag sequence of each sentence, without padding.

    Args:
        potentials: of any precision; no -inf sequence is found while there is another.
    Source: Lample et al. 2016, section 2.2. Leaves out: k-best.
    """
    emissions_BTL, _, lengths_B = potentials
    with torch.no_grad():
        best_BTL, pointers = _best(potentials)
    last_BL = best_BTL[torch.arange(len(emissions_BTL), device=lengths_B.device), lengths_B - 1]
    paths_BT = _trace_back(last_BL.argmax(1).cpu(), [pointers_BL.cpu() for pointers_BL in pointers], lengths_B.cpu())
    return [path[:length] for path, length in zip(paths_BT.tolist(), lengths_B.tolist(), strict=True)]


def _best(potentials: Potentials) -> tuple[Tensor, list[Tensor]]:
    """Score of the best sequence that ends in each tag, and for each step the tag before."""
    emissions_BTL, transitions, _ = potentials
    num_tokens = emissions_BTL.shape[1]
    arriving_LL = transitions.transpose(-1, -2).contiguous()  # rows: where to; maxima over the last axis are quick
    steps = arriving_LL.unbind(1)[1:] if transitions.ndim == 4 else [arriving_LL] * (num_tokens - 1)
    first_BL, *others = emissions_BTL.unbind(1)
    best, pointers = [first_BL], []
    for emissions_BL, step_LL in zip(others, steps, strict=True):
        highest = (best[-1][:, None, :] + step_LL).max(-1)
        best.append(highest.values + emissions_BL)
        pointers.append(highest.indices)
    return torch.stack(best, 1), pointers


def _trace_back(last_B: Tensor, pointers: list[Tensor], lengths_B: Tensor) -> Tensor:
    path = [last_B]
    for step in range(len(pointers), 0, -1):
        previous_B = pointers[step - 1].gather(1, path[-1][:, None])[:, 0]
        path.append(torch.where(step < lengths_B, previous_B, last_B))
    return torch.stack(path[::-1], 1)
