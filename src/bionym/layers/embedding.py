"""Tables of vectors for characters and words, as they are before training.

Rows: 0 for padding, always zero; 1 for what the table does not know. Axes: V rows, D values of a vector.
"""

import math

import torch
from torch import nn

PADDING = 0
UNKNOWN = 1


def table(num_rows: int, dim: int) -> nn.Embedding:
    """A trainable table, uniform in ±sqrt(3 / dim), so that each value has variance 1 / dim.

    Args:
        num_rows: rows with those for padding and the unknown: at least 2.
    Source: He et al. 2015, Delving deep into rectifiers; Ma and Hovy 2016, section 3.1.
    """
    assert num_rows >= 2, f"a table holds padding and the unknown: 2 rows or more, not {num_rows}"
    embedding = nn.Embedding(num_rows, dim, padding_idx=PADDING)
    bound = math.sqrt(3 / dim)
    with torch.no_grad():
        embedding.weight.uniform_(-bound, bound)
        embedding.weight[PADDING] = 0
    return embedding
