"""The BiLSTM-CRF: words, characters and term lists through a BiLSTM, a chain of tags for each corpus it learned from.

settings, network     what is computed, and its settings
tagger                the trained model, which predicts without torch
fitting, saving       how it learns (torch), and how it becomes files
pretraining           what its network learns from raw text first
stripping             a copy to share, without the vocabulary of its training data
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from bionym.data import Corpus
from bionym.errors import require
from bionym.models.bilstm_crf.settings import Config, PretrainingConfig
from bionym.models.bilstm_crf.tagger import BiLstmCrf, load, optional_files
from bionym.pretraining.objective import How
from bionym.pretraining.record import Pretrained
from bionym.pretraining.text import Text

if TYPE_CHECKING:
    from bionym.heads.fitted import FitOptions, Fitted
    from bionym.trained.sharing import Stripped

__all__ = ["BiLstmCrf", "Config", "PretrainingConfig", "fit", "load", "optional_files", "pretrain", "strip"]


def fit(corpora: Mapping[str, Corpus], config: Config, **options: "Unpack[FitOptions]") -> "Fitted":
    """A model that has learned from corpora with a split "train", and "dev" or documents held out; see `fitting.fit`.

    Raises: MissingExtraError without torch.
    """
    _require_torch()
    from bionym.models.bilstm_crf import fitting

    return fitting.fit(corpora, config, **options)


def pretrain(text: Text, config: PretrainingConfig, **how: Unpack[How]) -> Pretrained:
    """What a model may begin with (`init`), learned from raw text; see `pretraining.pretrain`.

    Raises: MissingExtraError without torch.
    """
    _require_torch()
    from bionym.models.bilstm_crf import pretraining

    return pretraining.pretrain(text, config, **how)


def _require_torch() -> None:
    require("torch", "onnx", extra="train", purpose="Training a neural model")


def strip(source: Path, target: Path) -> "Stripped":
    """A saved model into another folder, without the vocabulary of its training data; see `stripping`."""
    from bionym.models.bilstm_crf import stripping

    return stripping.strip(source, target)
