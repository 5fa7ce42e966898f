"""Pretraining of a transformer: a masked language model, from an encoder that there is or from nothing.

Of two functions: `pretrain` does the work, `PretrainingConfig` are its settings. Importing this loads no torch.
"""

from typing import Unpack

from bionym.errors import require
from bionym.pretraining.objective import How
from bionym.pretraining.record import Pretrained
from bionym.pretraining.settings import PretrainingConfig as PretrainingConfig
from bionym.pretraining.text import Text


def pretrain(text: Text, config: PretrainingConfig, **how: Unpack[How]) -> Pretrained:
    """An encoder that has learned from a text; see `fitting.pretrain`. Raises: MissingExtraError without transformers."""
    require("torch", "tokenizers", "transformers", extra="transformers", purpose="Pretraining a transformer")
    from bionym.pretraining import fitting

    return fitting.pretrain(text, config, **how)
