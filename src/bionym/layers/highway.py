"""Highway layers: each value is carried on or transformed, as a learned gate decides.

Axes: ... any, D values of a vector.
"""

import torch
from torch import Tensor, nn

CARRY = -1.0  # initial bias of the gates: mostly carry (Srivastava et al. 2015, section 2.2)


class Highway(nn.Module):
    """A stack of highway layers: gate * relu(Wx + b) + (1 - gate) * x.

    Args:
        dim: D, of input and output.
        num_layers: 0 gives the identity.
    Source: Srivastava, Greff and Schmidhuber 2015, section 2. Leaves out: a carry gate of its own.
    """

    def __init__(self, dim: int, *, num_layers: int = 1) -> None:
        super().__init__()
        self.transforms = nn.ModuleList(nn.Linear(dim, dim) for _ in range(num_layers))
        self.gates = nn.ModuleList(_gate(dim) for _ in range(num_layers))

    def forward(self, values_D: Tensor) -> Tensor:
        """Vectors of the same shape; axes before the last are kept."""
        for transform, gate in zip(self.transforms, self.gates, strict=True):
            values_D = torch.lerp(values_D, transform(values_D).relu(), gate(values_D).sigmoid())
        return values_D


def _gate(dim: int) -> nn.Linear:
    gate = nn.Linear(dim, dim)
    nn.init.constant_(gate.bias, CARRY)
    return gate
