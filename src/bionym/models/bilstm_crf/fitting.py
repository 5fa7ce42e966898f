"""How the BiLSTM-CRF learns: from corpora to a model in a folder."""

import json
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bionym import config as configuration
from bionym.data import Audit, Corpus, Document
from bionym.data.align import to_tags
from bionym.data.tags import OUTSIDE, find_scheme, split_tag
from bionym.errors import ConfigError
from bionym.features import gazetteer
from bionym.heads import development, fitting, teacher
from bionym.heads.development import Chosen, choose_weights
from bionym.heads.fitted import FitOptions, Fitted
from bionym.heads.head import TEXT, Head, head_for, heads_of
from bionym.heads.potentials import Potentials, decoded, of_heads
from bionym.linear_chain.decoding import Chain
from bionym.models.bilstm_crf import own_networks, transfer, vocabulary
from bionym.models.bilstm_crf.encoding import Encoded, Encoder, Known, known
from bionym.models.bilstm_crf.network import Network
from bionym.models.bilstm_crf.sample_predictions import NUM_SAMPLES, Marked, SamplePredictions
from bionym.models.bilstm_crf.saving import save_network, save_settings, save_words, weights_of, write_settings
from bionym.models.bilstm_crf.sentences import Sentence, Sentences
from bionym.models.bilstm_crf.settings import Config
from bionym.models.bilstm_crf.tagger import BiLstmCrf, load
from bionym.models.bilstm_crf.tagger import chain_of as chain_of_weights
from bionym.resources import resource_path
from bionym.trained.store import locate
from bionym.training import batches as batching
from bionym.training import devices
from bionym.training.events import Monitor, Result

EVALUATION_TOKENS = 4_096  # of a batch that is scored, padding counted


def fit(corpora: Mapping[str, Corpus], config: Config, **options: Unpack[FitOptions]) -> Fitted:
    """Train on corpora, by their names; see `Trainable`. The audit counts the entities that tags cannot hold.

    Raises: ModelError if a corpus has no entity to learn from; ConfigError if settings do not go together.
    """
    _check(config)
    return fitting.fit(_Learning, corpora, config, **options)


class _Learning:
    """Network, data and what ties them."""

    def __init__(
        self, corpora: Mapping[str, Corpus], config: Config, audit: Audit, monitors: Sequence[Monitor] = ()
    ) -> None:
        self.config, self.scheme, self.settings = config, find_scheme(config.scheme), config.training
        self.lists = {name: resource_path(path, None) for name, path in config.network.lists.items()}
        self.sentences = Sentences(self.lists, self.scheme, config.policy, config.context_tokens)
        gold = {name: list(self.sentences.tagged(corpus["train"], audit)) for name, corpus in corpora.items()}
        labels = {name: _labels(inside) for name, inside in gold.items()}
        gazetteer.count_silent(self.lists, self.sentences.lists_in(chain.from_iterable(gold.values())), audit)
        self.heads = heads_of(labels, self.scheme, config.heads)
        counts = Counter(word for inside in gold.values() for sentence in inside for word in sentence.words)
        self.lexicon = vocabulary.collect_lexicon(counts, config)
        base = locate(config.init) if config.init is not None else None
        inputs = vocabulary.collect_inputs(config.network, counts, self.lexicon, base=base, frozen=config.freeze)
        self.encoder = Encoder(self.lexicon, inputs)
        self.dev = fitting.development_documents(corpora)
        self.marked: dict[str, list[Marked]] = {}
        self.dev_ranges = {name: list(map(self.sentences.ranges, documents)) for name, documents in self.dev.items()}
        self.dev_sentences = {
            name: self.sentences.of(documents, self.dev_ranges[name]) for name, documents in self.dev.items()
        }
        lessons, self.taught = teacher.taught(
            config.teacher, self.heads, self.sentences.ranges, corpora, seed=config.seed, monitors=monitors
        )
        of_text = self._sentences_of(lessons)
        self.encoder.learn(chain.from_iterable((*gold.values(), *self.dev_sentences.values(), of_text)))
        self.items = {
            name: [
                self.encoder.encoded(one, (known(head_for(name, self.heads), one.tags, labels[name]),))
                for one in inside
            ]
            for name, inside in gold.items()
        }
        if lessons:
            self.items[TEXT] = list(map(self._taught, of_text, lessons))
        self.lengths = {name: list(map(len, items)) for name, items in self.items.items()}
        self.network = Network(
            config.network,
            self.lexicon,
            self.heads,
            self.scheme,
            inputs=inputs,
            singletons=self.lexicon.singletons(_lower(counts)),
        )
        if config.init is not None:
            folders = list(map(locate, (config.init, *config.init_with)))
            taken = transfer.take_mean(self.network, self.lexicon, folders, config.init_parts)
            transfer.freeze(self.network, config.freeze, taken)
        self.network.precompute(config.freeze, self.encoder.word_numbers())

    def _sentences_of(self, lessons: Sequence[teacher.Lesson]) -> list[Sentence]:
        """The stretches that a teacher read."""
        found: list[Sentence] = []
        for first in range(0, len(lessons), teacher.AT_ONCE):
            documents = [one.readings[0][0] for one in lessons[first : first + teacher.AT_ONCE]]
            found += self.sentences.of(documents, list(map(self.sentences.ranges, documents)))
        return found

    def _taught(self, sentence: Sentence, lesson: teacher.Lesson) -> Encoded:
        """A stretch of raw text, which all heads learn from."""
        known = zip(self.heads, lesson.readings, strict=True)
        return self.encoder.encoded(sentence, tuple(Known(head.name, self._read(head, own)) for head, own in known))

    def _read(self, head: Head, readings: Sequence[Document]) -> NDArray[np.int16]:
        """The tags of a stretch in each reading, R x T; small numbers, since they are many."""
        policy = self.config.policy
        tags = [chain.from_iterable(to_tags(one, self.scheme, policy=policy)) for one in readings]
        return np.stack([head.positions(list(own)) for own in tags]).astype(np.int16)

    @property
    def about(self) -> dict[str, Any]:
        """Facts of the run."""
        return teacher.record(self.taught)

    @property
    def shown(self) -> SamplePredictions:
        """What monitors may ask for."""
        return SamplePredictions(self.network, self.lexicon, self.heads, self.marked)

    def computing(self) -> AbstractContextManager[None]:
        """Nothing needs to be there."""
        return nullcontext()

    def batches(self, epoch: int) -> batching.Lazy[Any]:
        """The batches of an epoch."""
        return batching.Lazy(batching.plan(self.lengths, self.config.training, epoch), partial(self._build, epoch))

    def evaluate(self, network: nn.Module) -> dict[str, dict[str, Any]]:
        """Strict scores of each corpus on its development documents, by its own head."""
        assert isinstance(network, Network)
        found = {}
        for name, documents in self.dev.items():
            head = head_for(name, self.heads)
            predicted = list(development.annotated(documents, self._predicted(network, name, head), head.labels))
            found[name or "dev"] = development.scored(documents, predicted)
            self.marked[name] = list(zip(documents, predicted, strict=True))[:NUM_SAMPLES]
        return found

    def saved(self, result: Result) -> Chosen:
        """The model as it will be loaded anywhere: written to a folder of its own, and read from there."""
        scratch = tempfile.TemporaryDirectory(prefix="bionym-model-")
        folder = Path(scratch.name)
        network = self.network.cpu().eval()
        save_network(network, self.heads, folder)
        save_words(network, self.lexicon, folder)
        transfer.save(network, folder)
        if self.config.keep == "each":
            self._save_own_networks(result, folder)
        save_settings(self.config, folder)
        config = configuration.of_model(Config, folder / "config.toml")
        chosen = choose_weights(config.weights, ("float32", "int8"), self.dev, partial(_loaded, folder, config))
        write_settings(chosen.tagger.config, folder)
        (folder / "weights.json").write_text(json.dumps(chosen.measured, indent=1), encoding="utf-8")
        teacher.save(self.taught, folder)
        weakref.finalize(chosen.tagger, scratch.cleanup)
        return chosen

    def _save_own_networks(self, result: Result, folder: Path) -> None:
        """Beside the network that is best over all corpora, those that are best for one: each epoch's once."""
        best = result.weights_best_for
        whole = result.best.epoch if result.best else None
        epochs = {name: one.epoch for name, one in result.best_of.items() if one.epoch != whole}
        for number, name in own_networks.save_names(epochs, folder).items():
            self.network.load_state_dict(best(name))
            own = own_networks.folder_of(number, folder)
            own.mkdir(parents=True)
            save_network(self.network, self.heads, own)
            if self.network.words.pretrained_VD.requires_grad:
                save_words(self.network, self.lexicon, own)

    def _build(self, epoch: int, planned: batching.Batch) -> Any:
        return self.encoder.batch([self.items[name][place] for name, place in planned.items], turn=epoch)

    def _predicted(self, network: Network, name: str, head: Head) -> Iterable[Document]:
        scores_NS = _scores(network, self.encoder, self.dev_sentences[name], head)
        ruled = chain_of(network, head, self.config)
        return decoded(self.dev[name], Potentials(self.dev_ranges[name], of_heads(scores_NS, [(head.name, ruled)])))


def _loaded(folder: Path, config: Config, weights: str) -> BiLstmCrf:
    return load(folder, config.model_copy(update={"weights": weights}))


def chain_of(network: Network, head: Head, config: Config) -> Chain:
    """A head's chain for decoding by numpy."""
    return chain_of_weights(weights_of(network, head), config)


def _scores(network: Network, encoder: Encoder, sentences: Sequence[Sentence], head: Head) -> np.ndarray[Any, Any]:
    """Scores of every token for one head's tags, one sentence behind the other."""
    encoded = [encoder.encoded(one) for one in sentences]
    device = next(network.parameters()).device

    def score(places: Sequence[int]) -> np.ndarray[Any, Any]:
        batch = devices.moved(encoder.batch([encoded[place] for place in places]), device)
        return network.scores_of(batch, head.name).double().cpu().numpy()

    lengths, num_scores = list(map(len, encoded)), network.output(head.name).num_scores
    return fitting.scores_of_tokens(encoded, lengths, num_scores, score, most=EVALUATION_TOKENS)


def _check(config: Config) -> None:
    """Raises: ConfigError for settings that contradict each other."""
    if extra := [part for part in config.freeze if config.init is None or part not in config.init_parts]:
        raise ConfigError(
            f"The setting 'freeze' names {extra[0]!r}, which is not taken from another model and would learn nothing. "
            "Name the model as 'init', and the part in 'init_parts'."
        )
    if config.init_with and config.init is None:
        raise ConfigError("The setting 'init_with' names models to average with that of 'init': name one as 'init'.")
    if config.keep == "each" and config.heads == "shared":
        raise ConfigError(
            "The setting 'keep' is 'each', but one head is shared by all corpora. Set heads to 'corpus', or keep to 'mean'."
        )


def _labels(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    tags = {tag for sentence in sentences for tag in sentence.tags if tag != OUTSIDE}
    return tuple(sorted({split_tag(tag)[1] for tag in tags}))


def _lower(counts: Counter[str]) -> Counter[str]:
    lower: Counter[str] = Counter()
    for word, number in counts.items():
        lower[word.lower()] += number
    return lower
