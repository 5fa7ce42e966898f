"""The feature CRF: a linear chain over the features that the configuration names.

CliNER's default algorithm, on the text as it stands, with valid tag sequences and a probability for every entity.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import Field, field_validator

from bionym import config as configuration
from bionym import plugins
from bionym.data import Audit, Corpus, Document
from bionym.data.align import join_cut_sentences, sentence_ranges, to_tags
from bionym.data.flatten import Policy
from bionym.data.tags import find_scheme
from bionym.errors import ConfigError, InputError, ModelError, UnknownNameError
from bionym.features import FeatureOptions, gazetteer
from bionym.features._template import Template
from bionym.heads.batches import tagged
from bionym.heads.fitted import Fitted, Predicted
from bionym.heads.potentials import HeadPotentials, Potentials, decoded
from bionym.heads.settings import CorpusSettings
from bionym.linear_chain.decoding import chain
from bionym.linear_chain.emissions import Emitter
from bionym.linear_chain.training import Iteration, Optimizer, train
from bionym.linear_chain.weights import Weights
from bionym.resources import resource_path
from bionym.text.prepare import tokenized
from bionym.trained.resources import copied_to
from bionym.training.events import Monitor, Result, State, report_preparation

DEFAULT_FEATURES: dict[str, Any] = {
    "lower": {"window": 2},
    "affixes": {},
    "ngrams": {},
    "shapes": {"window": 1},
    "shape_sequences": {},
    "patterns": {"window": 1},
    "bigrams": {},
    "clusters": {"window": 2, "file": "clusters"},
    "gazetteer": {"window": 1, "lists": {name: name for name in ("diseases", "nci_thesaurus", "chemicals", "genes")}},
    "abbreviations": {},
    "repetition": {},
}


class Training(Optimizer):
    """How the weights are found; the regularisation was chosen on development splits."""

    c1: float = Field(default=0.05, ge=0, description="L1 regularisation: above 0 most weights become exactly 0.")
    c2: float = Field(default=0.2, ge=0, description="L2 regularisation.")


class Config(configuration.Settings):
    """Configuration of the feature CRF."""

    scheme: str = Field(default="BIOES", description="Tag scheme: IO, IOB1, BIO or BIOES.")
    policy: Policy = Field(default="longest", description="Which of overlapping entities is learned.")
    outside_penalty: float = Field(
        default=0.0, description="Nats taken from the tag O in decoding: above 0 finds more, below 0 fewer and surer."
    )
    drop_unbalanced: bool = Field(
        default=False,
        description="Give no entity that holds an opening bracket without its closing one, or the reverse.",
    )
    seed: int = Field(default=1, description="Recorded with the model; the training of a CRF has no chance in it.")
    corpora: dict[str, CorpusSettings] = Field(default={}, description="The corpus to learn from, by its name.")
    training: Training = Field(default_factory=Training)
    features: dict[str, dict[str, Any] | bool] = Field(
        default={},
        validate_default=True,
        description="Options of each feature, over the defaults; false leaves it out.",
    )

    @field_validator("features", mode="before")
    @classmethod
    def _complete(cls, features: Any) -> Any:
        """Every option of every feature, over the defaults. Raises: ConfigError, UnknownNameError."""
        if not isinstance(features, dict):
            return features
        given = configuration.merged(DEFAULT_FEATURES, features)
        return {
            name: settings if settings is False else _options(name, settings).model_dump(mode="json")
            for name, settings in given.items()
        }


class Crf:
    """A trained feature CRF.

    Args:
        config: what it was trained with; the features it names are built as `template`.
        weights: what it learned.
        folder: where the files that its features name lie; None if the names are paths or shipped files.
    """

    PACKAGES = ("python-crfsuite", "numpy")  # whose versions the record of a training names

    def __init__(self, config: Config, weights: Weights, folder: Path | None = None) -> None:
        self.config, self.weights = config, weights
        self._scheme = find_scheme(config.scheme)
        self._features = _features(config, folder)
        self.template = Template(self._features)
        self._emitter = Emitter(self.template.columns, weights)
        self._chain = chain(weights.tags, weights.transitions_LL, self._scheme)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it can give, sorted."""
        return tuple(sorted({tag.partition("-")[2] for tag in self.weights.tags} - {""}))

    @property
    def sources(self) -> tuple[str, ...]:
        """Its one head has no name."""
        return ("",)

    def of_source(self, name: str) -> "Crf":
        """The same model. Raises: UnknownNameError for a name."""
        if name:
            raise UnknownNameError("source", name, self.sources)
        return self

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, in order, with this model's entities, each with its probability."""
        return tagged(documents, lambda some: decoded(some, self.potentials(some)))

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """What its one head, which has no name, says of tokenised documents."""
        emissions_NL = self._emitter.emissions(self.template.sequences(documents))
        settings = self.config
        head = HeadPotentials("", emissions_NL, self._chain, settings.outside_penalty, settings.drop_unbalanced)
        return Potentials([list(sentence_ranges(one)) for one in documents], (head,))

    def save(self, folder: Path) -> None:
        """Weights, configuration and every file its features need, into `folder`."""
        self.weights.save(folder)
        features = {
            name: options.with_files(partial(copied_to, folder)) for name, (_, options) in self._features.items()
        }
        settings = self.config.model_dump(mode="json", exclude={"features", "corpora"})
        tables = {name: options.model_dump(mode="json") for name, options in features.items()}
        turned_off = {name: False for name in DEFAULT_FEATURES if name not in tables}
        text = configuration.dump({"model": "crf", **settings, "features": {**turned_off, **tables}})
        (folder / "config.toml").write_text(text, encoding="utf-8")


def load(folder: Path) -> Crf:
    """A saved model. Raises: ModelError if it is not whole, ConfigError if its configuration is not valid."""
    config = configuration.of_model(Config, folder / "config.toml")
    return Crf(config, Weights.load(folder), folder)


def fit(
    corpora: Mapping[str, Corpus],
    config: Config,
    *,
    audit: Audit | None = None,
    monitors: Iterable[Monitor] = (),
    folder: Path | None = None,
    about: Mapping[str, Any] | None = None,
) -> Fitted:
    """A CRF that has learned from the split "train" of one corpus; see `Trainable`.

    Args:
        audit: counts the entities that tags cannot hold, which the model therefore cannot learn, and the term lists of
            which no term stands in the documents.
        monitors: those that hear of preparations are told after each pass over the data.
        folder, about: of no use to it: its training keeps no checkpoint and no log.
    Raises: ModelError if there is no entity to learn from; ConfigError for several corpora.
    """
    if len(corpora) != 1:
        raise ConfigError(
            f"A CRF has one head, and learns from one corpus; there are {len(corpora)}: {', '.join(corpora)}. "
            "Train one for each, and combine them (bionym combine), or train a bilstm_crf."
        )
    ((name, corpus),) = corpora.items()
    watch = _Watch(tuple(monitors), config.training.max_iterations)
    with watch:
        tagger = _learn(corpus["train"], config, audit if audit is not None else Audit(), watch.on_iteration)
    dev = corpus.splits.get("dev", ())
    return Fitted(tagger, None, {name: Predicted(dev, tuple(tagger.predict(dev)))} if dev else {})


class _Watch:
    """Tells monitors of each pass over the data, and how the training ended."""

    def __init__(self, monitors: Sequence[Monitor], most_iterations: int) -> None:
        self._monitors, self._most, self._number, self._start = monitors, most_iterations, 0, time.monotonic()

    def on_iteration(self, iteration: Iteration) -> None:
        """A pass is done."""
        self._number = iteration.number
        report_preparation(self._monitors, "iterations", iteration.number, self._most)

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        state: State = "finished" if kind is None else "failed"
        reason = "converged" if self._number < self._most else "all iterations"
        seconds = time.monotonic() - self._start
        result = Result(state, reason if kind is None else kind.__name__, self._number, self._number, seconds)
        for monitor in self._monitors:
            monitor.finished(result)


def optional_files(folder: Path) -> tuple[Path, ...]:
    """None: it reads all of them."""
    return ()


def _learn(
    documents: Iterable[Document], config: Config, audit: Audit, on_iteration: Callable[[Iteration], None]
) -> Crf:
    scheme = find_scheme(config.scheme)
    features = _features(config, None)
    template = Template(features)
    num_entities, met = 0, set[str]()

    def batches() -> Iterator[tuple[Any, list[list[str]]]]:
        nonlocal num_entities
        for document in documents:
            has_tokens = bool(document.tokens)
            prepared = tokenized(document)
            prepared = prepared if has_tokens else join_cut_sentences(prepared, audit)
            num_entities += len(prepared.entities)
            sequences = template.sequences([prepared])
            met.update(gazetteer.lists_in(sequences.cells.get("gazetteer", ())))
            yield sequences, to_tags(prepared, scheme, policy=config.policy, audit=audit)

    weights = train(template.columns, batches(), config.training, on_iteration=on_iteration)
    if not num_entities:
        raise ModelError(
            "The training documents hold no entity. Check that their annotations were read (bionym inspect)."
        )
    _, options = features.get("gazetteer", (None, None))
    if isinstance(options, gazetteer.Options):
        gazetteer.count_silent(options.lists, met, audit)
    return Crf(config, weights)


def _features(config: Config, folder: Path | None) -> dict[str, tuple[Any, FeatureOptions]]:
    """Module and options of each feature that is on, the files they name found. Raises: ConfigError, InputError."""
    parts = {name: plugins.find("features", name) for name, on in config.features.items() if on is not False}
    if not parts:
        raise ConfigError("Every feature is turned off: leave at least one on.")
    chosen = {name: _options_of(part, name, config.features[name]) for name, part in parts.items()}
    try:
        return {
            name: (parts[name], options.with_files(lambda path: resource_path(path, folder)))
            for name, options in chosen.items()
        }
    except InputError as error:
        raise ConfigError(f"A feature names a file: {error}") from error


def _options(name: str, settings: Any) -> FeatureOptions:
    """A feature's options, of which `true` and nothing mean the defaults. Raises: ConfigError, UnknownNameError."""
    return _options_of(plugins.find("features", name), name, settings)


def _options_of(part: Any, name: str, settings: Any) -> FeatureOptions:
    if not isinstance(settings, (dict, bool)):
        raise ConfigError(f"The setting 'features.{name}' is {settings!r}: expected a table of options, true or false.")
    given = settings if isinstance(settings, dict) else {}
    found: FeatureOptions = configuration.validated(part.Options, given, prefix=f"features.{name}")
    return found
