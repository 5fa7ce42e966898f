"""Pretraining of a transformer: a masked language model, from an encoder that there is or from nothing.

Of two functions: `pretrain` does the work, `PretrainingConfig` are its settings. Importing this loads no torch.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bionym.errors import require
from bionym.pretraining.record import Pretrained
from bionym.pretraining.settings import PretrainingConfig as PretrainingConfig
from bionym.pretraining.text import Text
from bionym.training.events import Monitor


def pretrain(
    text: Text,
    config: PretrainingConfig,
    *,
    folder: Path,
    monitors: Iterable[Monitor] = (),
    about: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda message: None,
) -> Pretrained:
    """An encoder that has learned from a text; see `fitting.pretrain`. Raises: MissingExtraError without transformers."""
    require("torch", "tokenizers", "transformers", extra="transformers", purpose="Pretraining a transformer")
    from bionym.pretraining import fitting

    return fitting.pretrain(text, config, folder=folder, monitors=monitors, about=about, say=say)
