"""One cell done: trained, tested on its corpora, and recorded."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bionym import formats, pipeline
from bionym.benchmark import memory, sharing, systems
from bionym.benchmark.corpora import Corpora, Split
from bionym.benchmark.grid import Cell, Target
from bionym.benchmark.keys import Keys
from bionym.benchmark.plan import Plan
from bionym.benchmark.store import RECORD, write_json
from bionym.data import Corpus, Document
from bionym.errors import BionymError, ModelError
from bionym.evaluation import evaluate
from bionym.evaluation.report import report
from bionym.pipeline import Pipeline
from bionym.text.prepare import tokenized
from bionym.version import __version__


@dataclass(frozen=True)
class Job:
    """A cell and all it needs to be done.

    Args:
        kept: a model from the same training, if one was kept.
    """

    plan: Plan
    cell: Cell
    keys: Keys
    corpora: Corpora
    kept: Path | None = None
    keep_model: bool = False
    keep_predictions: bool = False


def do(job: Job, folder: Path) -> None:
    """Train, test, and write the record and the reports into `folder`."""
    has_peak = memory.forget_peak()
    tests = {target.corpus: job.corpora.read(target.corpus, target.split) for target in job.cell.tests}
    training = [job.corpora.read(*place) for place in job.cell.training_splits]
    shared_by_test = {name: sharing.count_shared(training, test) for name, test in tests.items()} if training else {}
    tagger, trained = _load_or_train(job, training, list(tests.values()))
    record = {**describe_job(job), "training": trained, "tests": {}}
    for target in job.cell.tests:
        tested = _test(job, tagger, target, tests[target.corpus], folder)
        alike = shared_by_test.get(target.corpus)
        shared = {"documents": alike.documents, "sentences": alike.sentences} if alike else None
        record["tests"][target.corpus] = {"split": target.split, **tested, "shared": shared}
    if tagger is not None and job.keep_model and job.plan.systems[job.cell.system].model:
        tagger.save(folder / "model")
    write_json(folder / RECORD, {**record, "peak_memory_mib": memory.peak_mib() if has_peak else None})


def fail(job: Job, error: Exception, folder: Path) -> dict[str, Any]:
    """Record what went wrong, in one line; the record."""
    record = {**describe_job(job), "error": explain_error(error)}
    write_json(folder / RECORD, record)
    return record


def explain_error(error: Exception) -> str:
    """One line; of an error that is not ours only kind and place, for its own words may quote a text."""
    if isinstance(error, BionymError):
        return " ".join(str(error).split())
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f" in {Path(place.tb_frame.f_code.co_filename).name}, line {place.tb_lineno}" if place else ""
    return f"{type(error).__name__}{where}. See where with --stop-at-error --debug."


def describe_job(job: Job) -> dict[str, Any]:
    """What a record begins with."""
    cell, system = job.cell, job.plan.systems[job.cell.system]
    return {
        "cell": 1,
        "bionym": __version__,
        "system": cell.system,
        "model": system.model,
        "trained_on": list(cell.train),
        "protocol": cell.protocol,
        "seed": cell.seed,
        "configuration": systems.configure(system, cell.seed) if system.model else None,
        "keys": job.keys._asdict(),
    }


def _load_or_train(
    job: Job, training: Sequence[Split], tests: Sequence[Split]
) -> tuple[Pipeline | None, dict[str, Any] | None]:
    """The system, and the record of its training if there is one."""
    system = job.plan.systems[job.cell.system]
    if system.predictions:
        return None, None
    if system.path:
        return pipeline.load(system.path), None
    if job.kept is not None:
        saved = systems.load_saved(job.kept)
        return saved, saved.record.benchmark if saved.record else None
    return _train(job, training, tests)


def _train(job: Job, training: Sequence[Split], tests: Sequence[Split]) -> tuple[Pipeline, dict[str, Any]]:
    cell, system = job.cell, job.plan.systems[job.cell.system]
    training, excluded = _excluded(training, tests) if job.plan.exclude_shared else (training, None)
    documents = [document for split in training for document in split.documents]
    if not documents:
        raise ModelError("No training data is left: all training documents are also in the test data (exclude_shared).")
    corpora = _corpora(job, training) if systems.is_neural(system) else None
    sources = [f"{corpus}, {split}" for corpus, split in cell.training_splits]
    wall, processor = time.monotonic(), time.process_time()
    trained = systems.train(system, documents, corpora=corpora, seed=cell.seed, sources=sources)
    assert trained.record is not None
    record = {
        "documents": len(documents),
        "entities": sum(len(document.entities) for document in documents),
        "cpu_seconds": round(time.process_time() - processor, 1),
        "seconds": round(time.monotonic() - wall, 1),
        "tokens": _num_tokens(map(tokenized, documents)),
        "excluded": excluded,
        "fingerprint": trained.record.data.fingerprint,
        "not_learned": [count.model_dump() for count in trained.record.not_learned],
        "versions": trained.record.versions,
    }
    return Pipeline(trained.tagger, trained.record.with_facts(benchmark=record)), record


def _excluded(training: Sequence[Split], tests: Sequence[Split]) -> tuple[Sequence[Split], dict[str, int]]:
    """The training data without what they share with the test data; how many documents and sentences that was."""
    rest = training
    for test in tests:
        rest = sharing.without_shared(rest, test)
    documents, sentences = (count(training) - count(rest) for count in (_num_documents, _num_sentences))
    return rest, {"documents": documents, "sentences": sentences}


def _corpora(job: Job, training: Sequence[Split]) -> dict[str, Corpus]:
    """What a neural model learns from, corpus by corpus, with the development data it may stop by.

    Where it learns from the development data too, it may stop by none: the settings then say how long it learns.
    """
    corpora = {}
    for name in job.cell.train:
        parts = [split for (corpus, _), split in zip(job.cell.training_splits, training, strict=True) if corpus == name]
        may_stop = job.cell.protocol != "train+devel" and job.plan.corpora[name].devel
        dev = tuple(job.corpora.read(name, "devel").documents) if may_stop else ()
        train = tuple(document for split in parts for document in split.documents)
        corpora[name] = Corpus({"train": train, "dev": dev}, allow_leaks=True)
    return corpora


def _test(job: Job, tagger: Pipeline | None, target: Target, gold: Split, folder: Path) -> dict[str, Any]:
    """Predict a corpus, score it, write its report; what it took."""
    processor = time.process_time()
    predicted = list(systems.predict(job.plan.systems[job.cell.system], tagger, target.corpus, gold.documents))
    seconds = time.process_time() - processor
    if job.keep_predictions and tagger is not None:
        place = folder / "predicted" / f"{target.corpus}.jsonl"
        place.parent.mkdir(exist_ok=True)
        formats.write((replace(document, meta={}) for document in predicted), place, "jsonl")
    scores = evaluate(gold.documents, predicted, job.plan.metrics, labels=target.labels, split=target.split)
    place = folder / "reports" / f"{target.corpus}.json"
    write_json(place, report(scores, title=f"{job.cell.title}, tested on {target.corpus}", per_unit=True))
    return {
        "report": str(place.relative_to(folder)),
        "documents": len(gold.documents),
        "tokens": _num_tokens(predicted),
        "cpu_seconds": round(seconds, 2) if tagger is not None else None,
        "without_prediction": len(scores.only_gold),
        "without_gold": len(scores.only_predicted),
    }


def _num_tokens(documents: Iterable[Document]) -> int:
    return sum(len(document.tokens) for document in documents)


def _num_documents(splits: Iterable[Split]) -> int:
    return sum(len(split.documents) for split in splits)


def _num_sentences(splits: Iterable[Split]) -> int:
    return sum(len(tokenized(document).sentences) for split in splits for document in split.documents)
