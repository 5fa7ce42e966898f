"""An encoder with the head of a masked language model, as the loop takes it: `loss(batch)`.

The output layer, the largest part of a small encoder, is computed at hidden subwords only: what the encoder gives is cut
down to them before the head sees it. This is done from outside, so it holds for every family whose head looks at one
subword at a time, which is all of them.

B rows, T subwords in a row, M hidden ones, H hidden size, V subwords in the vocabulary.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bionym.models.transformer.pretraining.masking import MaskedRows


class MaskedNetwork(nn.Module):
    """A network of transformers with a head, `AutoModelForMaskedLM`.

    Args:
        keeps_apart: whether a subword sees only the piece of the row it is of; else the whole row.
    """

    def __init__(self, network: Any, *, keeps_apart: bool = True) -> None:
        super().__init__()
        self.network, self.keeps_apart = network, keeps_apart
        self._places_M: Tensor | None = None
        has_windows = "sliding_attention" in (getattr(network.config, "layer_types", None) or ())
        self._window: int | None = network.config.sliding_window if has_windows else None
        network.base_model.register_forward_hook(self._only_hidden)

    def forward(self, batch: MaskedRows) -> Tensor:
        """Scores of every subword of the vocabulary at each hidden place, M x V."""
        self._places_M = batch.places_M
        try:
            scores_MV: Tensor = self.network(input_ids=batch.ids_BT, attention_mask=self._seen(batch)).logits[0]
        finally:
            self._places_M = None
        return scores_MV

    def loss(self, batch: MaskedRows) -> Tensor:
        """The mean over hidden subwords of -log p, in nats."""
        return functional.cross_entropy(self(batch), batch.gold_M)

    def learn_only_head(self, is_only: bool) -> None:
        """Hold everything but the head as it is, or nothing. Word vectors that the head shares are the encoder's."""
        encoders = {id(one) for one in self.network.base_model.parameters()}
        for parameter in self.network.parameters():
            parameter.requires_grad_(not (is_only and id(parameter) in encoders))

    def _seen(self, batch: MaskedRows) -> Tensor | dict[str, Tensor] | None:
        """Who sees whom, B x 1 x T x T; without pieces, what is seen, B x T; None where all of a row is.

        Two masks for a family (ModernBERT) of whose layers some see no farther than a window.
        """
        pieces_BT = batch.pieces_BT
        if not self.keeps_apart:
            return (~batch.is_padding_BT).long() if bool(batch.is_padding_BT.any()) else None
        if bool((pieces_BT == pieces_BT[:, :1]).all()):
            return None
        seen_B1TT = (pieces_BT[:, :, None] == pieces_BT[:, None, :])[:, None]
        if self._window is None:
            return seen_B1TT
        places_T = torch.arange(pieces_BT.shape[1], device=pieces_BT.device)
        is_near_TT = (places_T[:, None] - places_T[None, :]).abs() <= self._window
        return {"full_attention": seen_B1TT, "sliding_attention": seen_B1TT & is_near_TT}

    def _only_hidden(self, encoder: nn.Module, given: Any, output: Any) -> Any:
        """What the encoder gives, at the hidden places alone; nothing is changed while none are set."""
        if self._places_M is None:
            return output
        hidden_1MH = output[0].flatten(0, 1)[self._places_M][None]
        return (hidden_1MH,) if isinstance(output, tuple) else type(output)(last_hidden_state=hidden_1MH)


@torch.no_grad()
def can_keep_apart(network: Any, length: int = 8) -> bool:
    """Whether a network heeds a mask of pieces: what stands in one must not reach the other. Tried, not assumed."""
    was_training = network.training
    network.eval()
    device = network.get_input_embeddings().weight.device
    ids_BT = torch.arange(10, 10 + length, device=device)[None].repeat(2, 1)
    ids_BT[1, length // 2 :] += 20
    pieces_T = torch.arange(length, device=device) // (length // 2)
    seen_BTT = (pieces_T[:, None] == pieces_T[None, :]).expand(2, 1, length, length)
    try:
        states_BTH = network.base_model(input_ids=ids_BT, attention_mask=seen_BTT)[0]
    except (RuntimeError, ValueError, IndexError):
        return False
    finally:
        network.train(was_training)
    first, second = states_BTH[:, : length // 2]
    other = states_BTH[:, length // 2 :]
    return torch.allclose(first, second, atol=1e-5) and not torch.allclose(other[0], other[1], atol=1e-3)
