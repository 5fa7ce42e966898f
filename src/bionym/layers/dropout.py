"""Dropout that costs a CPU little: the chance of each value is drawn with 16 bits, four values from one random number.

torch draws a number of its own for each value, which took a tenth of a training. On other devices torch's own does.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_CHANCES = 1 << 16


class Dropout(nn.Module):
    """Zeros where values are dropped in training, each by itself; the others are scaled so that the mean stays.

    Args:
        rate: chance of a value to be dropped, 0 to 1; on a CPU the nearest of 65,536.
    Source: Srivastava et al. 2014.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, values: Tensor) -> Tensor:
        """The values, of any shape; as they are outside of training."""
        num_dropped = round(self.rate * _CHANCES)
        if not self.training or not num_dropped:
            return values
        if values.device.type != "cpu" or num_dropped == _CHANCES:
            return F.dropout(values, self.rate)
        drawn = torch.empty(-(-values.numel() // 4), dtype=torch.int64).random_(-(2**63), None)
        is_kept = drawn.view(torch.int16)[: values.numel()].view(values.shape) >= num_dropped - _CHANCES // 2
        return values * is_kept.to(values.dtype).mul_(_CHANCES / (_CHANCES - num_dropped))

    def extra_repr(self) -> str:
        """The rate."""
        return f"rate={self.rate}"
