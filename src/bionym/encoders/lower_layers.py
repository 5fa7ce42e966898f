"""The lower layers of an encoder: what they give, and an encoder that begins above them.

Families differ in what runs before, between and beside their layers: masks, positions, norms. None of it is built again here.
The encoder runs as it is; layers that are passed over hand on what they are given, and the last of the lower ones gives what
it is told to.

Axes: B windows, T subwords of the longest, H values of the encoder.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from bionym.encoders.networks import states_of

TRIED = (8, 5)  # subwords of the windows that a network is tried with
NEAR = 1e-3  # what rounding may change; dropout changes a hundred times as much


class LowerLayers:
    """The first layers of an encoder, with all that runs before them.

    Args:
        network: the encoder.
        layers: all of its layers, from below.
        number: how many of them are meant, 1 or more.
    """

    def __init__(self, network: Any, layers: Sequence[nn.Module], number: int) -> None:
        self._network, self._lower, self._upper = network, layers[:number], layers[number:]
        self._num_beside = 0  # what a layer of this family gives in a tuple with its states

    def below(self, **inputs: Tensor) -> Tensor:
        """What they give, B x T x H; the layers above do not run."""
        found: list[Tensor] = []

        def take(layer: nn.Module, given: Any, output: Any) -> None:
            self._num_beside = len(output) - 1 if isinstance(output, tuple) else 0
            found.append(output[0] if isinstance(output, tuple) else output)

        hook = self._lower[-1].register_forward_hook(take)
        try:
            with _instead(self._upper, self._handed_on):
                states_of(self._network, **inputs)
        finally:
            hook.remove()
        return found[-1]

    def above(self, below_BTH: Tensor, **inputs: Tensor) -> Tensor:
        """What the encoder says of each subword where they give this, B x T x H."""

        def told(*given: Any, **more: Any) -> Any:
            return self._handed_on(below_BTH)

        with _instead(self._lower[:-1], self._handed_on), _instead(self._lower[-1:], told):
            return states_of(self._network, **inputs)

    def can_be_kept(self, model: nn.Module) -> bool:
        """Whether what they give may be computed once, for each window by itself, and the encoder then begins above.

        Not so where trainable weights or randomness are involved, or where a family hands on more than states. Tried,
        not assumed.

        Args:
            model: the encoder, or what it is part of; whether it is in training mode decides whether randomness is involved.
        """
        was_training = model.training
        try:
            return self._is_same(model)
        except (RuntimeError, ValueError, TypeError, LookupError, AttributeError):  # whatever a family does not allow
            return False
        finally:
            model.train(was_training)

    def _is_same(self, model: nn.Module) -> bool:
        table = self._network.get_input_embeddings().weight
        lengths_B = torch.tensor(TRIED, device=table.device)
        steps_T = torch.arange(int(lengths_B.max()), device=table.device)
        ids_BT = torch.stack([steps_T, steps_T + len(steps_T)]) % len(table)
        is_inside_BT = steps_T < lengths_B[:, None]
        model.train()
        with torch.enable_grad():
            rows = [self._alone(ids_BT[row, :length]) for row, length in enumerate(TRIED)]
        if any(row_TH.requires_grad or len(row_TH) != length for row_TH, length in zip(rows, TRIED, strict=True)):
            return False
        model.eval()
        inputs = {"input_ids": ids_BT, "attention_mask": is_inside_BT.long()}
        with torch.no_grad():
            found_BTH = self.above(pad_sequence(rows, batch_first=True), **inputs)
            expected_BTH = states_of(self._network, **inputs)
        return torch.allclose(found_BTH[is_inside_BT], expected_BTH[is_inside_BT], rtol=NEAR, atol=NEAR)

    def _alone(self, ids_T: Tensor) -> Tensor:
        below_1TH = self.below(input_ids=ids_T[None], attention_mask=torch.ones_like(ids_T)[None])
        return below_1TH[0]

    def _handed_on(self, hidden_states: Any, *given: Any, **more: Any) -> Any:
        return (hidden_states, *[None] * self._num_beside) if self._num_beside else hidden_states


@contextmanager
def _instead(layers: Sequence[nn.Module], forward: Callable[..., Any]) -> Iterator[None]:
    """Layers that do something else; afterwards they are as they were."""
    with ExitStack() as stack:
        for layer in layers:
            layer.forward = forward
            stack.callback(layer.__dict__.pop, "forward")
        yield
