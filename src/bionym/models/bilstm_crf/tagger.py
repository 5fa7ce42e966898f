"""The BiLSTM-CRF: words, characters and term lists through a BiLSTM, a chain of tags for each corpus it learned from.

Trained with torch, by the loop of `bionym.training`; predicts behind onnxruntime, without torch.

A model folder holds `tagger.onnx` (and `tagger.int8.onnx`), `spelling.onnx`, `stream.onnx`, `words.json`, `words.safetensors`,
`groups.json`, `groups.safetensors`, `heads.json`, `heads.safetensors`, term lists and clusters (`resources/`) and
`config.toml`; `own/`, where heads have networks of their own; `network.safetensors`, for another model to go on from;
`weights.json`, F1 on the development data with each kind of weights; and `teacher.json`, how much raw text another model
labelled for it. Some only if the model has such a part.

Source: Lample et al. 2016; Ma and Hovy 2016; for several corpora, Wang et al. 2019 (Multi-BioNER).
"""

import copy
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bionym import config as configuration
from bionym.data import Document
from bionym.data.tags import find_scheme
from bionym.errors import UnknownNameError
from bionym.heads.batches import tagged
from bionym.heads.files import HeadWeights, chain_with_rules, read_heads
from bionym.heads.potentials import HeadPotentials, Potentials, decoded, of_heads
from bionym.linear_chain.decoding import Chain
from bionym.linear_chain.pairwise import PairwiseChain
from bionym.models.bilstm_crf import own_networks
from bionym.models.bilstm_crf.inputs.protocol import Saved
from bionym.models.bilstm_crf.runtime import INT8, NETWORK, TAGGER, Runtime
from bionym.models.bilstm_crf.sentences import Sentences
from bionym.models.bilstm_crf.settings import SENTENCE_INPUTS, WORD_INPUTS
from bionym.models.bilstm_crf.settings import Config as Config
from bionym.models.bilstm_crf.settings import PretrainingConfig as PretrainingConfig
from bionym.models.bilstm_crf.words import WORDS, Lexicon
from bionym.resources import resource_path


class BiLstmCrf:
    """A trained BiLSTM-CRF that predicts.

    Args:
        config: what it was trained with.
        weights: of its heads, in the order of the scores that `runtime` gives.
        folder: where its files lie.
    """

    PACKAGES = ("torch", "onnxruntime", "numpy")  # whose versions the record of a training names

    def __init__(self, config: Config, weights: Sequence[HeadWeights], runtime: Runtime, folder: Path) -> None:
        self.config, self.weights, self._runtime, self.folder = config, tuple(weights), runtime, folder
        scheme = find_scheme(config.scheme)
        lists = {name: resource_path(path, folder) for name, path in config.network.lists.items()}
        self._sentences = Sentences(lists, scheme, config.policy, config.context_tokens)
        self._chains = [chain_of(one, config) for one in self.weights]
        self._columns = slice(None)  # of the scores that the heads take

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it can give, sorted."""
        return tuple(sorted({label for one in self.weights for label in one.head.labels}))

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of its heads: of the corpora it learned from, unless all share one."""
        return tuple(one.head.name for one in self.weights)

    def of_source(self, name: str) -> "BiLstmCrf":
        """The same model, speaking by one head alone; so a corpus is scored on what it taught.

        Among the entities of all heads one that two heads found stands under the surer one's name.
        Raises: UnknownNameError if there is no such head.
        """
        if name not in self.sources:
            raise UnknownNameError("source", name, self.sources)
        place = self.sources.index(name)
        first = (self._columns.start or 0) + sum(one.num_scores for one in self._chains[:place])
        alone = copy.copy(self)
        alone.weights, alone._chains = (self.weights[place],), [self._chains[place]]
        alone._columns = slice(first, first + self._chains[place].num_scores)
        return alone

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, in order, with this model's entities, each with its probability.

        Where several heads speak, each entity names its own in `attributes["source"]`; see `merging` for overlaps.
        """
        return tagged(documents, lambda some: decoded(some, self.potentials(some)))

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """What its heads say of tokenised documents."""
        ranges = list(map(self._sentences.ranges, documents))
        scores_NS = self._runtime.scores(self._sentences.of(documents, ranges))[:, self._columns]
        return Potentials(ranges, of_heads(scores_NS, zip(self.sources, self._chains, strict=True)))

    def save(self, folder: Path) -> None:
        """Every file of the model into `folder`."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)


class WithOwnNetworks(BiLstmCrf):
    """A trained BiLSTM-CRF of several heads, some of which read with networks of their own.

    Args:
        whole: the model with the network that is best over all corpora.
        own: by the name of its head, one that speaks by that head alone.
    """

    def __init__(self, whole: BiLstmCrf, own: Mapping[str, BiLstmCrf]) -> None:
        vars(self).update(vars(whole))
        self._whole, self._own = whole, dict(own)

    def of_source(self, name: str) -> BiLstmCrf:
        """The model that speaks by one head alone, with its own network if it has one."""
        return self._own[name] if name in self._own else self._whole.of_source(name)

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """What its heads say of tokenised documents, each by its own network if it has one."""
        heads: dict[str, HeadPotentials] = {}
        if set(self.sources) - set(self._own):
            heads |= {one.source: one for one in self._whole.potentials(documents).heads}
        heads |= {one.source: one for own in self._own.values() for one in own.potentials(documents).heads}
        return Potentials(list(map(self._sentences.ranges, documents)), tuple(heads[name] for name in self.sources))


def load(folder: Path, config: Config | None = None) -> BiLstmCrf:
    """A saved model, or one under another configuration than its own.

    Raises: ModelError if it is not whole, ConfigError if its configuration is not valid.
    """
    if config is None:
        config = configuration.of_model(Config, folder / "config.toml")
    weights, tensors = read_heads(folder)
    lexicon = Lexicon.load(folder)
    whole = BiLstmCrf(config, weights, _runtime(folder, config, tensors["words"], lexicon), folder)
    own = {name: own_networks.folder_of(number, folder) for name, number in own_networks.read_names(folder).items()}
    if not own:
        return whole
    alone = {name: _with_network(whole.of_source(name), place, lexicon) for name, place in own.items()}
    return WithOwnNetworks(whole, alone)


def optional_files(folder: Path) -> Iterator[Path]:
    """What prediction does not read: the network that another model goes on from, and the other kind of weights."""
    config = configuration.of_model(Config, folder / "config.toml")
    for name in (NETWORK, TAGGER if config.weights == "int8" else INT8):
        yield from folder.rglob(name)


def _with_network(alone: BiLstmCrf, folder: Path, lexicon: Lexicon) -> BiLstmCrf:
    """A model of one head that reads with the network in another folder."""
    weights, tensors = read_heads(folder)
    if (folder / WORDS).is_file():
        lexicon = Lexicon.load(folder)
    alone.weights = tuple(one for one in weights if one.head.name in alone.sources)
    alone._chains = [chain_of(one, alone.config) for one in alone.weights]
    alone._runtime = _runtime(folder, alone.config, tensors["words"], lexicon, alone.folder)
    return alone


def _runtime(
    folder: Path, config: Config, new_VD: NDArray[np.float32], lexicon: Lexicon, resources: Path | None = None
) -> Runtime:
    network, saved = config.network, Saved(folder, resources or folder, lexicon)
    return Runtime(
        lexicon,
        new_VD,
        folder / (INT8 if config.weights == "int8" else TAGGER),
        [kind.load(network, saved) for kind in WORD_INPUTS if kind.requested_by(network)],
        [kind.load(network, saved) for kind in SENTENCE_INPUTS if kind.requested_by(network)],
    )


def chain_of(weights: HeadWeights, config: Config) -> Chain:
    """A head's chain, for decoding."""
    ruled = chain_with_rules(weights, find_scheme(config.scheme))
    return PairwiseChain(**vars(ruled)) if config.network.output == "pairwise" else ruled
