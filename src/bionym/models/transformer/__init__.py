"""The transformer: a pretrained encoder, fine-tuned on whole documents, with a head for each corpus it learned from.

settings, network             what is computed, and its settings
contexts, windows, reading    documents as windows of subwords
tagger, runtime               the trained model, which predicts without torch
fitting, teaching, saving     how it learns (torch), and how it becomes files
pretraining                   a masked language model, learned from raw text first
from_huggingface, to_huggingface, foreign_tags     models of others, and for others
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from bionym import config as configuration
from bionym.data import Audit, Corpus, Document
from bionym.models.transformer.pretraining import PretrainingConfig, pretrain
from bionym.models.transformer.settings import Config
from bionym.models.transformer.tagger import Transformer, load, need, optional_files

if TYPE_CHECKING:
    from bionym.heads.fitted import FitOptions, Fitted
    from bionym.models.transformer.from_huggingface import Imported

__all__ = [
    "Config",
    "PretrainingConfig",
    "Transformer",
    "export_folder",
    "fit",
    "import_folder",
    "load",
    "optional_files",
    "pretrain",
]


def fit(corpora: Mapping[str, Corpus], config: Config, **options: "Unpack[FitOptions]") -> "Fitted":
    """A model that has learned from corpora with a split "train", and "dev" or documents held out; see `fitting.fit`.

    Raises: MissingExtraError without torch or transformers.
    """
    need("torch", "onnx", "transformers", "tokenizers")
    from bionym.models.transformer import fitting

    return fitting.fit(corpora, config, **options)


def export_folder(folder: Path, out: Path, *, head: str | None, audit: Audit) -> tuple[str, ...]:
    """A saved model as files that transformers reads; see `to_huggingface.export`."""
    need("torch", "transformers", "tokenizers")
    from bionym.models.transformer import to_huggingface

    return to_huggingface.export(
        folder, configuration.of_model(Config, folder / "config.toml"), out, head=head, audit=audit
    )


def import_folder(
    name: str, *, settings: Iterable[str], tags: Sequence[str], dev: Sequence[Document], audit: Audit
) -> "Imported":
    """A model made of a folder of transformers; see `from_huggingface.import_folder`."""
    need("torch", "onnx", "transformers", "tokenizers")
    from bionym.models.transformer import from_huggingface

    return from_huggingface.import_folder(name, settings=settings, tags=tags, dev=dev, audit=audit)
