"""Pretraining of a transformer: a masked language model, from an encoder that there is or from nothing.

Of two names: `pretrain` does the work, `PretrainingConfig` are its settings. Importing this loads no torch.

settings      what it is asked to be
vocabulary    a tokenizer trained on the text
packing       documents as rows of subwords, in files of integers
packer        one such file as it fills
masking       which subwords are hidden
masked        the network with its loss
beginning     the network it begins with: opened, or new
fitting       all of it as an objective of `bionym.pretraining`
"""

from typing import Unpack

from bionym.errors import require
from bionym.models.transformer.pretraining.settings import PretrainingConfig as PretrainingConfig
from bionym.pretraining.objective import How
from bionym.pretraining.record import Pretrained
from bionym.pretraining.text import Text


def pretrain(text: Text, config: PretrainingConfig, **how: Unpack[How]) -> Pretrained:
    """An encoder that has learned from a text; see `fitting.pretrain`. Raises: MissingExtraError without transformers."""
    require("torch", "tokenizers", "transformers", extra="transformers", purpose="Pretraining a transformer")
    from bionym.models.transformer.pretraining import fitting

    return fitting.pretrain(text, config, **how)
