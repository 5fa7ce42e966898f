"""A network with its heads as a model that predicts: written to a folder, with the kind of weights that serve best."""

import json
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

from bionym import config as configuration
from bionym.data import Document
from bionym.data.tags import find_scheme
from bionym.encoders import networks
from bionym.encoders.subwords import Subwords
from bionym.heads import development, teacher
from bionym.heads.development import chosen_weights
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
    from_text: teacher.Counted | None = None,
    windows: Sequence[Piece] = (),
) -> Transformer:
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
    kinds = ("float32", "int8") if dev and can_export else ()
    measured = {name: _f1(_loaded(folder, config, name), dev) for name in kinds}
    weights = chosen_weights(config.weights, measured) if can_export else "torch"
    settings = config.model_copy(update={"weights": weights}).model_dump(mode="json")
    (folder / "config.toml").write_text(configuration.dump({"model": "transformer", **settings}), encoding="utf-8")
    (folder / "weights.json").write_text(json.dumps(measured, indent=1), encoding="utf-8")
    teacher.save(from_text, folder)
    tagger = load(folder)
    weakref.finalize(tagger, scratch.cleanup)
    return tagger


def _loaded(folder: Path, config: Config, weights: str) -> Transformer:
    return load(folder, config.model_copy(update={"weights": weights}))


def _f1(tagger: Transformer, dev: Development) -> float:
    """Mean strict F1 over the development data of all corpora, each by its own heads."""

    def own(name: str) -> Transformer:
        return tagger.of_source(name) if name in tagger.sources else tagger

    return development.mean_f1(dev, own)
