"""The record of a training: what a model saw, how it learned, how it scored; `run.json` in its folder.

Records that were written before hold empty tables where a fact is now absent; they are read alike.
"""

import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bionym.data import Audit, Document
from bionym.errors import ModelError
from bionym.protocols import Tagger
from bionym.version import versions_of

RUN = "run.json"


class _Facts(BaseModel):
    """Facts that are kept as they are read, those of later versions too."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())


class DataFacts(_Facts):
    """What was learned from: where it came from, its fingerprint, and how much there was."""

    sources: tuple[str, ...] = ()
    fingerprint: str = ""
    documents: int = 0
    entities: int = 0


class Count(_Facts):
    """So many things that could not be learned, or were changed, for one reason."""

    what: str
    reason: str
    count: int


class TrainingFacts(_Facts):
    """How a training in epochs went; without development data there is no best epoch."""

    epochs: int
    steps: int
    reason: str
    best_epoch: int | None = None
    best_score: float | None = None
    metric: str


class WeightsFacts(_Facts):
    """Mean strict F1 on the development data with each kind of weights, and the kind the model predicts with."""

    f1: dict[str, float]
    chosen: str


class TeacherFacts(_Facts):
    """Raw text that another model labelled: sentences and tokens that were learned from, and sentences left out."""

    sentences: int
    tokens: int
    held_back: int
    unsure: int
    plain: int


class SharedDocuments(_Facts):
    """Documents that one corpus is trained on although another (or the same) holds them back in this split."""

    corpus: str
    other: str
    split: str
    documents: int


class SeedFacts(_Facts):
    """Several trainings of one model: F1 of each, mean and standard deviation, by corpus; and the seed that was chosen."""

    chosen: int
    seeds: tuple[dict[str, Any], ...]
    mean: dict[str, float]
    deviation: dict[str, float | None]


class MemberFacts(_Facts):
    """A member of an ensemble."""

    name: str
    model: str
    share: float
    sources: tuple[str, ...]


class ImportFacts(_Facts):
    """A model of another program: the name of its folder, and the class of its network."""

    origin: str = Field(alias="from")
    kind: str


class Record(_Facts):
    """The record of a training.

    `development_scores` is a report as `bionym.evaluation.report` makes it, with those of every corpus in "corpora" where there
    are several. `benchmark` is what a benchmark noted of the training.
    """

    model: str
    labels: tuple[str, ...] = ()
    data: DataFacts = DataFacts()
    not_learned: tuple[Count, ...] = ()
    changed: tuple[Count, ...] = ()
    development_scores: dict[str, Any] | None = None
    seconds: float = 0.0
    seed: int | None = None
    encoder: str | None = None
    overlaps: str | None = None
    versions: dict[str, str] = {}
    training: TrainingFacts | None = None
    weights: WeightsFacts | None = None
    teacher: TeacherFacts | None = None
    development_documents: dict[str, int] = {}
    held_out: tuple[str, ...] = ()
    shared_documents: tuple[SharedDocuments, ...] = ()
    seeds: SeedFacts | None = None
    members: tuple[MemberFacts, ...] = ()
    imported: ImportFacts | None = None
    only_predicts: bool = False
    benchmark: dict[str, Any] | None = None

    @field_validator("weights", "teacher", mode="before")
    @classmethod
    def _absent(cls, value: Any) -> Any:
        return value or None

    def with_facts(self, **facts: Any) -> "Record":
        """The same record with other facts."""
        return Record.model_validate({**self.model_dump(exclude_unset=True, by_alias=True), **facts})

    def as_json(self) -> dict[str, Any]:
        """The record as JSON holds it; facts that were never given are left out."""
        return self.model_dump(mode="json", exclude_unset=True, by_alias=True)

    def scores_by_corpus(self) -> dict[str, Any]:
        """The report of each corpus, "" for the only one; empty if nothing was scored."""
        scores = self.development_scores or {}
        found: dict[str, Any] = scores.get("corpora") or ({"": scores} if scores else {})
        return found

    def f1_by_corpus(self) -> dict[str, float]:
        """Strict micro-F1 on the development data of each corpus."""
        return {
            name: float(scores["metrics"]["strict"]["micro"]["f1"]) for name, scores in self.scores_by_corpus().items()
        }

    def mean_f1(self) -> float:
        """The mean of strict micro-F1 over corpora; there must be one."""
        import statistics  # seldom needed, and slow to load

        return statistics.fmean(self.f1_by_corpus().values())


class Fingerprint:
    """A hash of documents as they stream by: their ids, texts and entities, in order; and how many there were."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)
        self.num_documents = self.num_entities = 0

    def of(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, taken into the fingerprint."""
        for document in documents:
            self.add(document)
            yield document

    def add(self, document: Document) -> None:
        """Take in a document."""
        spans = [(entity.label, *entity.spans) for entity in document.entities]
        self._hash.update(repr((document.id, document.text, spans)).encode("utf-8", "surrogatepass"))
        self.num_documents += 1
        self.num_entities += len(document.entities)

    def __str__(self) -> str:
        return self._hash.hexdigest()


def fingerprint(documents: Iterable[Document]) -> Fingerprint:
    """The fingerprint of documents."""
    result = Fingerprint()
    for document in documents:
        result.add(document)
    return result


def describe(
    tagger: Tagger,
    model: str,
    seen: Fingerprint,
    audit: Audit,
    *,
    seconds: float,
    sources: Iterable[str],
    scores: Mapping[str, Any] | None = None,
) -> Record:
    """The record of a training: what it saw, what it could not hold, with which versions."""
    counts = audit.as_dict()
    return Record.model_validate(
        {
            "model": model,
            "labels": tagger.labels,
            "data": {
                "sources": tuple(sources),
                "fingerprint": str(seen),
                "documents": seen.num_documents,
                "entities": seen.num_entities,
            },
            "not_learned": counts["lost"],
            "changed": counts["changed"],
            "development_scores": scores,
            "seconds": round(seconds, 1),
            "seed": tagger.config.seed,
            **{name: getattr(tagger, name) for name in ("encoder", "overlaps") if hasattr(tagger, name)},
            "versions": versions(tagger.PACKAGES),
        }
    )


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of Python, Bionym and some packages; "unknown" where a package was installed without saying it."""
    return {"python": platform.python_version(), **versions_of(("bionym", *packages))}


def measured_weights(tagger: Tagger) -> dict[str, Any] | None:
    """F1 on the development data with each kind of weights, and the kind a model predicts with; None if nothing was measured."""
    f1 = side_facts(tagger, "weights.json")
    return {"f1": f1, "chosen": tagger.config.weights} if f1 else None


def side_facts(tagger: Tagger, name: str) -> dict[str, Any]:
    """What a model's folder says in a file of this name; empty without one."""
    path = Path(getattr(tagger, "folder", None) or "") / name
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return facts


def read(folder: Path) -> Record | None:
    """The record in a model's folder; None where none was kept. Raises: ModelError."""
    path = folder / RUN
    if not path.is_file():
        return None
    try:
        return Record.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (ValidationError, ValueError, RecursionError) as error:
        reason = "not as Bionym writes it" if isinstance(error, ValidationError) else type(error).__name__
        raise ModelError(f"{path} is damaged ({reason}). Copy the model again.") from error
