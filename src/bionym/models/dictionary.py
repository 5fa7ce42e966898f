"""The dictionary: terms of lists, found wherever they stand, each list under a label.

It knows nothing of the words around a term, so it is a baseline for other models, and a way to find the names of a list as
they are. Terms are matched as `bionym.lexicon.terms` has it. Of overlapping matches of one label the longest stays, then the
first; overlaps of different labels go by `policy`.

Training data teach it two things: how often matches were right, which gives scores, and which terms were mostly wrong, which
are left out (`least_precision`). The score of a term is the precision of its matches, (right + e) / (all + 1), where e is
what is expected before the term is met: by the same formula the precision of its list's terms of as many pieces, for which
the precision of the whole list is expected, and for that 1. So without training data every score is 1.

The default of `least_precision` is the best of 0, 0.1, ... 0.9 by strict F1 in five-fold cross-validation on the training part
of BC5CDR with the lists that ship for diseases and chemicals (67.8; 67.6 for 0.5, 51.7 for 0).

A model folder holds `config.toml`, the term lists (`resources/`), and `dictionary.json`: the terms of the lists that stand in
the training data, with their counts, and those that are left out.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, ValidationError

from bionym import config as configuration
from bionym.data import Audit, Corpus, Document, Entity, Span
from bionym.data.align import sentence_ranges
from bionym.data.flatten import Policy, choose
from bionym.errors import ConfigError, InputError, ModelError, UnknownNameError
from bionym.features import gazetteer
from bionym.heads.batches import tagged
from bionym.heads.fitted import Fitted, Predicted
from bionym.heads.settings import CorpusSettings
from bionym.lexicon.terms import Match, TermLists, pieces, read_terms
from bionym.resources import resource_path
from bionym.text.prepare import tokenized
from bionym.trained.resources import copied_to
from bionym.training.events import Monitor, Result, State, report_preparation

FACTS = "dictionary.json"
SHIPPED_LISTS = {"Chemical": Path("chemicals"), "Disease": Path("diseases"), "Gene": Path("genes")}
Key = tuple[str, str]  # label and term


class Config(configuration.Settings):
    """Configuration of the dictionary."""

    lists: dict[str, Path] = Field(
        default=SHIPPED_LISTS, min_length=1, description="For each label a file of terms, or a list that ships."
    )
    shortest: int = Field(default=3, ge=1, description="Terms of fewer letters and digits are left out.")
    policy: Policy | Literal["all"] = Field(
        default="all",
        description="Which of overlapping matches of different labels stay; `priority` goes by the order of `lists`.",
    )
    least_precision: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Terms are left out of whose matches in the training data a smaller share was right; 0 keeps all.",
    )
    seed: int = Field(default=1, description="Recorded with the model; there is no chance in a dictionary.")
    corpora: dict[str, CorpusSettings] = Field(default={}, description="The corpus to learn from, by its name.")


class Facts(configuration.Settings):
    """What the training data taught.

    Args:
        counts: by label and term, how many of its matches were right, and how many there were.
        left_out: by label, terms that are not sought.
    """

    counts: dict[str, dict[str, tuple[int, int]]] = {}
    left_out: dict[str, tuple[str, ...]] = {}


class Found(NamedTuple):
    """A match among the tokens of a document, `[start, end)`, and its term."""

    start: int
    end: int
    label: str
    term: str

    @property
    def key(self) -> Key:
        """Label and term."""
        return self.label, self.term


class Dictionary:
    """Term lists that predict.

    Args:
        config: which lists, under which labels.
        facts: what the training data taught; by default nothing.
        folder: where the files of the lists lie; None if they are paths or shipped lists.
    Raises: InputError for a list that is not there, FormatError for one that cannot be read.
    """

    PACKAGES = ("numpy",)  # whose versions the record of a training names

    def __init__(self, config: Config, facts: Facts | None = None, folder: Path | None = None) -> None:
        self.config, self.facts = config, facts or Facts()
        self._paths = {label: resource_path(path, folder) for label, path in config.lists.items()}
        self._terms = _read(self._paths, config.shortest, self.facts.left_out)
        self._precisions = Precisions(self.facts)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it can give, sorted."""
        return tuple(sorted(self.config.lists))

    @property
    def sources(self) -> tuple[str, ...]:
        """Its one head has no name."""
        return ("",)

    @property
    def overlaps(self) -> str:
        """Which entities may overlap, for the model card."""
        if self.config.policy == "all":
            return "entities of one label do not overlap."
        return "nested and overlapping entities are not found."

    def of_source(self, name: str) -> "Dictionary":
        """The same model. Raises: UnknownNameError for a name."""
        if name:
            raise UnknownNameError("source", name, self.sources)
        return self

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, in order, with the terms that stand in them, each with its precision in the training data."""
        return tagged(documents, lambda some: map(self._with_terms, some))

    def matches(self, document: Document) -> list[Found]:
        """Every place of a term in a tokenised document, overlapping ones too."""
        words = [document.text[start:end] for start, end in document.tokens]
        return [_found(match, words) for match in self._terms.find_all(words, sentence_ranges(document))]

    def save(self, folder: Path) -> None:
        """Configuration, term lists and what the training data taught, into `folder`."""
        lists = {label: copied_to(folder, path).as_posix() for label, path in self._paths.items()}
        settings = self.config.model_dump(mode="json", exclude={"corpora", "lists"})
        text = configuration.dump({"model": "dictionary", **settings, "lists": lists})
        (folder / "config.toml").write_text(text, encoding="utf-8")
        (folder / FACTS).write_text(self.facts.model_dump_json() + "\n", encoding="utf-8")

    def _with_terms(self, document: Document) -> Document:
        found = without_overlaps(self.matches(document), self.config)
        return document.with_entities(
            Entity((span_of(one, document),), one.label, score=round(self._precisions.of(one.key), 6)) for one in found
        )


class Precisions:
    """How sure a match is, by the formula at the top of this file."""

    def __init__(self, facts: Facts) -> None:
        self._of_list, self._of_length, self._of_term = Tally(), Tally(), Tally()
        for label, terms in facts.counts.items():
            for term, counts in terms.items():
                self._of_list.add(label, *counts)
                self._of_length.add((label, _length(term)), *counts)
                self._of_term.add((label, term), *counts)

    def of(self, key: Key) -> float:
        """The precision expected of a term's next match, from 0 to 1."""
        label, term = key
        of_list = self._of_list.precision(label, expected=1.0)
        of_length = self._of_length.precision((label, _length(term)), expected=of_list)
        return self._of_term.precision(key, expected=of_length)


class Tally:
    """How many matches there were of something, and how many were right."""

    def __init__(self) -> None:
        self._right, self._all = Counter[object](), Counter[object]()

    def add(self, of: object, num_right: int, num_matches: int) -> None:
        """Some more."""
        self._right[of] += num_right
        self._all[of] += num_matches

    def precision(self, of: object, *, expected: float) -> float:
        """The share that was right, as if one match more had been right by so much as expected."""
        return (self._right[of] + expected) / (self._all[of] + 1)


def load(folder: Path) -> Dictionary:
    """A saved model. Raises: ModelError if it is not whole, ConfigError if its configuration is not valid."""
    config = configuration.of_model(Config, folder / "config.toml")
    try:
        facts = Facts.model_validate_json((folder / FACTS).read_bytes())
        return Dictionary(config, facts, folder)
    except (OSError, ValidationError, InputError) as error:
        reason = str(error) if isinstance(error, InputError) else f"{type(error).__name__} at {FACTS}"
        raise ModelError(f"{folder} does not hold a whole model ({reason}). Copy it again, or train anew.") from error


def fit(
    corpora: Mapping[str, Corpus],
    config: Config,
    *,
    audit: Audit | None = None,
    monitors: Iterable[Monitor] = (),
    folder: Path | None = None,
    about: Mapping[str, object] | None = None,
) -> Fitted:
    """A dictionary that knows from the split "train" of one corpus how far to trust its terms; see `Trainable`.

    Lists of labels that the corpus does not have are left out, for nothing can be learned of them.

    Args:
        audit: counts the entities that no term finds, and lists that were left out or of which no term stands in the
            documents.
        monitors: those that hear of preparations are told after each document.
        folder, about: of no use to it: its training keeps no checkpoint and no log.
    Raises: ModelError if there is no entity to learn from; ConfigError for several corpora, or a list that is not there.
    """
    if len(corpora) != 1:
        raise ConfigError(
            f"A dictionary learns from one corpus; there are {len(corpora)}: {', '.join(corpora)}. Train one for each."
        )
    ((name, corpus),) = corpora.items()
    watching, start = tuple(monitors), time.monotonic()
    state: State = "failed"
    try:
        tagger = _learn(corpus["train"], config, audit if audit is not None else Audit(), watching)
        state = "finished"
    finally:
        _finish(watching, state, time.monotonic() - start)
    dev = corpus.splits.get("dev", ())
    return Fitted(tagger, None, {name: Predicted(dev, tuple(tagger.predict(dev)))} if dev else {})


def optional_files(folder: Path) -> tuple[Path, ...]:
    """None: it reads all of them."""
    return ()


def without_overlaps(found: Sequence[Found], config: Config) -> list[Found]:
    """Of one label the longest matches, then the first; of different labels those that the policy of `config` prefers."""
    labels = list(config.lists)
    stay = [one for label in labels for one in _chosen([one for one in found if one.label == label], "longest", labels)]
    return stay if config.policy == "all" else _chosen(stay, config.policy, labels)


def span_of(found: Found, document: Document) -> Span:
    """The characters that a match covers."""
    return Span(document.tokens[found.start].start, document.tokens[found.end - 1].end)


def _chosen(found: Sequence[Found], policy: Policy, labels: Sequence[str]) -> list[Found]:
    keep = choose([(one.start, one.end, one.label) for one in found], policy, labels)
    return [one for one, stays in zip(found, keep, strict=True) if stays]


def _read(paths: Mapping[str, Path], shortest: int, left_out: Mapping[str, Iterable[str]]) -> TermLists:
    out = {label: frozenset(terms) for label, terms in left_out.items()}
    return TermLists(
        {
            label: [term for term in read_terms(path, shortest=shortest) if term not in out.get(label, ())]
            for label, path in paths.items()
        }
    )


def _found(match: Match, words: Sequence[str]) -> Found:
    term = " ".join(piece for word in words[match.start : match.end] for piece in pieces(word))
    return Found(match.start, match.end, match.name, term)


def _length(term: str) -> int:
    """How many pieces a term has."""
    return term.count(" ") + 1


def _finish(monitors: Iterable[Monitor], state: State, seconds: float) -> None:
    for monitor in monitors:
        monitor.finished(Result(state, "all documents", 0, 0, seconds))


def _learn(documents: Sequence[Document], config: Config, audit: Audit, monitors: Sequence[Monitor]) -> Dictionary:
    prepared = [tokenized(document) for document in documents]
    config = _of_labels(config, {entity.label for document in prepared for entity in document.entities}, audit)
    try:
        whole = Dictionary(config)
    except InputError as error:
        raise ConfigError(f"A list cannot be used: {error}") from error
    found = []
    for number, document in enumerate(prepared, 1):
        found.append(whole.matches(document))
        report_preparation(monitors, "documents", number, len(prepared))
    gazetteer.count_silent(config.lists, {one.label for matches in found for one in matches}, audit)
    for document, matches in zip(prepared, found, strict=True):
        _count_unlisted(document, matches, audit)
    return Dictionary(config, _facts(prepared, found, config))


def _of_labels(config: Config, labels: set[str], audit: Audit) -> Config:
    """The configuration with the lists of these labels alone; the others are counted. Raises: ModelError if there is none."""
    if not labels:
        raise ModelError(
            "The training documents hold no entity. Check that their annotations were read (bionym inspect)."
        )
    lists = {label: path for label, path in config.lists.items() if label in labels}
    if not lists:
        raise ModelError(
            f"No list has a label of the training data, {', '.join(sorted(labels))}: the lists are of "
            f"{', '.join(config.lists)}. Name a list for each label: --set \"lists={{{min(labels)}='FILE'}}\"."
        )
    for label in config.lists.keys() - labels:
        audit.lose("", f"term list {label!r}", "the training data have no entity of this label")
    return config.model_copy(update={"lists": lists})


def _count_unlisted(document: Document, found: Iterable[Found], audit: Audit) -> None:
    """Count the entities of a document that are no term's place: the dictionary can never find them."""
    places = {_place(one, document) for one in found}
    for entity in document.entities:
        if entity.is_discontinuous:
            audit.lose(document.id, entity, "discontinuous: a term is one stretch of tokens")
        elif (entity.label, entity.extent) not in places:
            audit.lose(document.id, entity, "no list of its label holds it")


def _place(found: Found, document: Document) -> tuple[str, Span]:
    return found.label, span_of(found, document)


def _facts(documents: Sequence[Document], found: Sequence[Sequence[Found]], config: Config) -> Facts:
    """Counts of the terms that stay. Leaving one out uncovers others, which are then judged in their turn."""
    left_out: set[Key] = set()
    while True:
        counts = _counts(documents, found, config, left_out)
        wrong = {key for key, (right, total) in counts.items() if right < config.least_precision * total}
        if not wrong:
            return Facts(
                counts={label: _of_label(counts, label) for label in config.lists},
                left_out={
                    label: tuple(sorted(term for own, term in left_out if own == label)) for label in config.lists
                },
            )
        left_out |= wrong


def _of_label(counts: Mapping[Key, tuple[int, int]], label: str) -> dict[str, tuple[int, int]]:
    return {term: both for (own, term), both in sorted(counts.items()) if own == label}


def _counts(
    documents: Sequence[Document], found: Sequence[Sequence[Found]], config: Config, left_out: set[Key]
) -> dict[Key, tuple[int, int]]:
    """For each term how many of its matches are right, and how many there are."""
    right, total = Counter[Key](), Counter[Key]()
    for document, matches in zip(documents, found, strict=True):
        gold = {(entity.label, entity.extent) for entity in document.entities if not entity.is_discontinuous}
        for one in without_overlaps([one for one in matches if one.key not in left_out], config):
            total[one.key] += 1
            right[one.key] += _place(one, document) in gold
    return {key: (right[key], number) for key, number in total.items()}
