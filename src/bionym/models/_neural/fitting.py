"""How the BiLSTM-CRF learns: from corpora to a model in a folder."""

import json
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from torch import nn

from bionym.data import Audit, Corpus, Document
from bionym.data.tags import OUTSIDE, find_scheme, split_tag
from bionym.evaluation import evaluate
from bionym.features import gazetteer
from bionym.layers.linear_chain import LinearChain
from bionym.linear_chain.decoding import Chain
from bionym.models import bilstm_crf
from bionym.models._neural import development, transfer, words
from bionym.models._neural.corpora import with_held_out
from bionym.models._neural.encoding import Encoder
from bionym.models._neural.export import export, quantize
from bionym.models._neural.heads import Head, head_for, heads_of
from bionym.models._neural.network import Network
from bionym.models._neural.sentences import Sentence, Sentences, by_length
from bionym.models._neural.settings import Config
from bionym.models._neural.showing import NUM_SAMPLES, Marked, Showing
from bionym.models._store import locate
from bionym.resources import resource_path
from bionym.text.prepare import tokenized
from bionym.training import batches as batching
from bionym.training import config as configuration
from bionym.training import devices, seeds
from bionym.training.events import Monitor, Result
from bionym.training.loop import fit as run_loop
from bionym.vectors import WordVectors

EVALUATION_TOKENS = 4_096  # of a batch that is scored, padding counted
MOST_LOST = 0.002  # of F1 on the development data, for which eight-bit weights are taken


class Fitted(NamedTuple):
    """A trained model, how its training went, and the development documents of each corpus, by its name."""

    tagger: bilstm_crf.BiLstmCrf
    result: Result
    dev: Mapping[str, Sequence[Document]]


def fit(
    corpora: Mapping[str, Corpus],
    config: Config,
    *,
    audit: Audit | None = None,
    monitors: Iterable[Monitor] = (),
    folder: Path | None = None,
    about: Mapping[str, Any] | None = None,
) -> Fitted:
    """Train on corpora, by their names; one corpus may have the name "".

    Args:
        audit: counts the entities that tags cannot hold, which the model therefore cannot learn.
        monitors: watch the training.
        folder: for checkpoints; a run that was interrupted there goes on.
        about: facts of the run, for the log.
    Raises: ModelError if a corpus has no entity to learn from.
    """
    audit = audit if audit is not None else Audit()
    seeds.seed_everything(config.seed)
    corpora = with_held_out(corpora, fraction=config.held_out, seed=config.seed)
    learning = _Learning(corpora, config, audit)
    result = run_loop(
        learning.network,
        learning.batches,
        settings=config.training,
        evaluate=learning.evaluate,
        monitors=monitors,
        folder=folder,
        about=about,
        shown=Showing(learning.network, learning.lexicon, learning.heads, learning.marked),
    )
    return Fitted(learning.saved(), result, learning.dev)


class _Learning:
    """Network, data and what ties them."""

    def __init__(self, corpora: Mapping[str, Corpus], config: Config, audit: Audit) -> None:
        self.config, self.scheme = config, find_scheme(config.scheme)
        self.lists = {name: resource_path(path, None) for name, path in config.network.lists.items()}
        self.sentences = Sentences(self.lists, self.scheme, config.policy, config.context_tokens)
        gold = {name: list(self.sentences.tagged(corpus["train"], audit)) for name, corpus in corpora.items()}
        labels = {name: _labels(inside) for name, inside in gold.items()}
        gazetteer.count_silent(self.lists, self.sentences.lists_in(chain.from_iterable(gold.values())), audit)
        self.heads = heads_of(labels, self.scheme, config.heads)
        counts = Counter(word for inside in gold.values() for sentence in inside for word in sentence.words)
        self.lexicon = _lexicon(counts, config)
        self.encoder = Encoder(self.lexicon)
        dev = {name: corpus.splits.get("dev", ()) for name, corpus in corpora.items()}
        self.dev = {name: list(map(tokenized, documents)) for name, documents in dev.items() if documents}
        self.marked: dict[str, list[Marked]] = {}
        self.dev_ranges = {name: list(map(self.sentences.ranges, documents)) for name, documents in self.dev.items()}
        self.dev_sentences = {
            name: [
                one for each in zip(documents, self.dev_ranges[name], strict=True) for one in self.sentences.of(*each)
            ]
            for name, documents in self.dev.items()
        }
        self.encoder.learn(chain.from_iterable((*gold.values(), *self.dev_sentences.values())))
        self.items = {
            name: [self.encoder.encoded(one, head_for(name, self.heads), labels[name]) for one in inside]
            for name, inside in gold.items()
        }
        self.lengths = {name: list(map(len, items)) for name, items in self.items.items()}
        self.network = Network(
            config.network,
            self.lexicon,
            self.heads,
            self.scheme,
            num_columns=len(self.sentences.columns),
            singletons=self.lexicon.singletons(_lower(counts)),
        )
        if config.init is not None:
            transfer.take_over(self.network, self.lexicon, locate(config.init), config.init_parts)

    def batches(self, epoch: int) -> batching.Lazy[Any]:
        """The batches of an epoch."""
        return batching.Lazy(batching.plan(self.lengths, self.config.training, epoch), self._build)

    def evaluate(self, network: nn.Module) -> dict[str, dict[str, Any]]:
        """Strict scores of each corpus on its development documents, by its own head."""
        assert isinstance(network, Network)
        found = {}
        for name, documents in self.dev.items():
            head = head_for(name, self.heads)
            known = set(_labels_of(documents)) or set(head.labels)
            predicted = [_only(one, known) for one in self._predicted(network, name, head)]
            found[name or "dev"] = development.scored(documents, predicted)
            self.marked[name] = list(zip(documents, predicted, strict=True))[:NUM_SAMPLES]
        return found

    def saved(self) -> bilstm_crf.BiLstmCrf:
        """The model as it will be loaded anywhere: written to a folder of its own, and read from there."""
        scratch = tempfile.TemporaryDirectory(prefix="bionym-model-")
        folder = Path(scratch.name)
        network = self.network.cpu().eval()
        export(network, folder)
        quantize(folder)
        transfer.save(network, folder)
        _with_vectors_of(network, self.lexicon).save(folder)
        _save_heads(network, self.heads, folder)
        kinds = ("float32", "int8") if self.dev else ()
        measured = {name: self._f1(_loaded_with(folder, self.config, name)) for name in kinds}
        weights = self._chosen(measured)
        _save_config(self.config.model_copy(update={"weights": weights}), self.lists, folder)
        (folder / "weights.json").write_text(json.dumps(measured, indent=1), encoding="utf-8")
        tagger = bilstm_crf.load(folder)
        weakref.finalize(tagger, scratch.cleanup)
        return tagger

    def _chosen(self, measured: Mapping[str, float]) -> str:
        """The weights that are asked for; or, if it is left open, eight-bit ones where they lose next to nothing."""
        if self.config.weights != "auto":
            return self.config.weights
        is_alike = bool(measured) and measured["int8"] >= measured["float32"] - MOST_LOST
        return "int8" if is_alike else "float32"

    def _f1(self, tagger: bilstm_crf.BiLstmCrf) -> float:
        """Mean strict F1 over the development data of all corpora, each by its own head."""
        found = []
        for name, documents in self.dev.items():
            labels = _labels_of(documents)
            own = tagger.of_source(head_for(name, self.heads).name)
            predicted = (_only(one, labels) for one in own.predict(documents))
            found.append(evaluate(documents, predicted).f1)
        return sum(found) / len(found)

    def _build(self, planned: batching.Batch) -> Any:
        corpus = planned.corpora[0]
        items = [self.items[name][place] for name, place in planned.items]
        return self.encoder.batch(items, head_for(corpus, self.heads).name)

    def _predicted(self, network: Network, name: str, head: Head) -> Iterable[Document]:
        scores_NS = _scores(network, self.encoder, self.dev_sentences[name], head)
        ruled = chain_of(network, head, self.config)
        return bilstm_crf.decoded(self.dev[name], self.dev_ranges[name], scores_NS, [ruled], [head])


def _with_vectors_of(network: Network, lexicon: words.Lexicon) -> words.Lexicon:
    """The lexicon with the pretrained vectors as training has left them."""
    if lexicon.pretrained is None:
        return lexicon
    matrix_VD = network.words.pretrained_VD.detach().numpy()
    return replace(lexicon, pretrained=WordVectors(lexicon.pretrained.words, matrix_VD))


def _loaded_with(folder: Path, config: Config, weights: str) -> bilstm_crf.BiLstmCrf:
    return bilstm_crf.load(folder, config.model_copy(update={"weights": weights}))


def chain_of(network: Network, head: Head, config: Config) -> Chain:
    """A head's chain for decoding by numpy."""
    return bilstm_crf.chain_with_rules(_weights(network, head), config)


def _scores(network: Network, encoder: Encoder, sentences: Sequence[Sentence], head: Head) -> np.ndarray[Any, Any]:
    """Scores of every token for one head's tags, one sentence behind the other."""
    encoded = [encoder.encoded(one) for one in sentences]
    ends = np.cumsum([len(one) for one in encoded])
    scores_NS = np.zeros((int(ends[-1]) if len(ends) else 0, len(head.tags)))
    device = next(network.parameters()).device
    for batch in by_length(encoded, EVALUATION_TOKENS):
        made = encoder.batch([encoded[place] for place in batch], head.name)
        scores_BTS = network.scores_of(devices.moved(made, device)).double().cpu().numpy()
        for row, place in enumerate(batch):
            length = len(encoded[place])
            scores_NS[ends[place] - length : ends[place]] = scores_BTS[row, :length]
    return scores_NS


def _lexicon(counts: Counter[str], config: Config) -> words.Lexicon:
    settings = config.network.words
    return words.learned(
        counts,
        vectors=settings.vectors,
        most_vectors=settings.most_vectors,
        only_found=settings.only_found,
        min_count=settings.min_count,
        base=words.Lexicon.load(locate(config.init)) if config.init is not None else None,
    )


def _labels(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    tags = {tag for sentence in sentences for tag in sentence.tags if tag != OUTSIDE}
    return tuple(sorted({split_tag(tag)[1] for tag in tags}))


def _labels_of(documents: Iterable[Document]) -> set[str]:
    return {entity.label for document in documents for entity in document.entities}


def _only(document: Document, labels: set[str]) -> Document:
    """Without entities of labels that the gold side never annotates."""
    return document.with_entities(entity for entity in document.entities if entity.label in labels)


def _lower(counts: Counter[str]) -> Counter[str]:
    lower: Counter[str] = Counter()
    for word, number in counts.items():
        lower[word.lower()] += number
    return lower


def _weights(network: Network, head: Head) -> bilstm_crf.HeadWeights:
    output = network.output(head.name)
    if isinstance(output, LinearChain):
        parts = [part.detach().double().cpu().numpy() for part in output.learned(valid_only=False)]
        return bilstm_crf.HeadWeights(head, *parts)
    size = len(head.tags)
    return bilstm_crf.HeadWeights(head, np.zeros(size), np.zeros((size, size)), np.zeros(size))


def _save_heads(network: Network, heads: Sequence[Head], folder: Path) -> None:
    from safetensors.numpy import save_file

    tensors = {"words": network.words.new.weight.detach().numpy().copy()}
    for number, head in enumerate(heads):
        weights = _weights(network, head)
        for part, values in (
            ("starts", weights.starts_L),
            ("transitions", weights.transitions_LL),
            ("ends", weights.ends_L),
        ):
            tensors[f"{number}.{part}"] = values.astype(np.float32)
    save_file(tensors, folder / "heads.safetensors")
    named = {head.name: head.tags for head in heads}
    (folder / "heads.json").write_text(json.dumps(named, ensure_ascii=False, indent=1), encoding="utf-8")


def _save_config(config: Config, lists: Mapping[str, Path], folder: Path) -> None:
    """The configuration, with the term lists beside it."""
    network = config.network.model_copy(update={"lists": {name: _copied(path, folder) for name, path in lists.items()}})
    settings = config.model_copy(update={"network": network}).model_dump(mode="json")
    (folder / "config.toml").write_text(configuration.dump({"model": "bilstm_crf", **settings}), encoding="utf-8")


def _copied(path: Path, folder: Path) -> Path:
    from bionym.models._resources import copied_to

    return copied_to(folder, path)
