"""A network with its heads as a model that predicts: written to a folder, with the kind of weights that serve best."""

import json
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from bionym import config as configuration
from bionym.data import Document
from bionym.data.tags import find_scheme
from bionym.encoders import networks
from bionym.encoders.subwords import Subwords
from bionym.heads import teacher
from bionym.heads.development import Chosen, choose_weights
from bionym.heads.head import Head
from bionym.models.transformer import files
from bionym.models.transformer.export import export
from bionym.models.transformer.network import Network, merged_encoder
from bionym.models.transformer.reading import Piece
from bionym.models.transformer.settings import Config
from bionym.models.transformer.tagger import Transformer, load

Development = Mapping[str, Sequence[Document]]


def model_of(
    network: Network,
    subwords: Subwords,
    heads: Sequence[Head],
    config: Config,
    dev: Development,
    from_text: teacher.TextCounts | None = None,
    windows: Sequence[Piece] = (),
) -> Chosen:
    """The model as it will be loaded anywhere: written to a folder of its own, and read from there.

    Args:
        dev: development documents by corpus, to choose the kind of weights by.
        from_text: what there was of raw text that a teacher labelled.
        windows: of text like that which it will read.
    """
    scratch = tempfile.TemporaryDirectory(prefix="bionym-model-")
    folder = Path(scratch.name)
    network = network.cpu().eval()
    encoder = merged_encoder(network)
    files.save(network, networks.Encoder(encoder, subwords), heads, find_scheme(config.scheme), folder)
    can_export = config.weights != "torch" and export(network, encoder, folder, windows)
    asked = config.weights if can_export else "torch"
    _save_settings(config, folder)
    chosen = choose_weights(asked, ("float32", "int8") if can_export else (), dev, partial(_loaded, folder, config))
    _save_settings(chosen.tagger.config, folder)
    (folder / "weights.json").write_text(json.dumps(chosen.measured, indent=1), encoding="utf-8")
    teacher.save(from_text, folder)
    weakref.finalize(chosen.tagger, scratch.cleanup)
    return chosen


def _save_settings(config: Config, folder: Path) -> None:
    settings = config.model_dump(mode="json")
    (folder / "config.toml").write_text(configuration.dump({"model": "transformer", **settings}), encoding="utf-8")


def _loaded(folder: Path, config: Config, weights: str) -> Transformer:
    return load(folder, config.model_copy(update={"weights": weights}))
