"""The BiLSTM-CRF beside spaCy's CPU pipeline: same files, same word vectors, same scorer, one core each.

    python benchmarks/peer_spacy.py --data CORPORA --vectors VECTORS [--corpora NCBI-disease BC5CDR] [--seeds 1 2 3]

Four systems, each trained on the training split alone, its state chosen on the development split, and scored on the test split
by the strict metric; the files are those of Crichton et al. 2017, tokenised as they are:

- `spacy`: what `spacy init config --pipeline ner --optimize accuracy` writes for a CPU, unchanged: a convolutional tok2vec of
  width 256 and depth 8 with `include_static_vectors`, under a transition-based parser; up to 20,000 steps, until 1,600 bring
  nothing. A `Doc` holds a sentence, as `spacy convert` makes them.
- `spacy-small`: what `--optimize efficiency` writes, width 96 and depth 4, but that it too has `include_static_vectors`.
- `bionym`: `bionym train --model bilstm_crf` with its default settings, which read the term lists that ship too.
- `bionym-without-lists`: the same without them, so that both programs know the same.

spaCy looks for a word as it stands; the words of the files are therefore entered under every form by which Bionym finds a
vector (lower-cased, digits as 0), so that both have a vector for the same words.

Training and prediction run each in a process of its own, on one thread. Seconds are the processor's; those of training include
what each does at the end of it (Bionym: the export, and the choice of eight-bit weights). Tokens a second are those of
tokenised documents in memory, all splits once, by a model just loaded. Peak memory is that of the process, the vectors and
the documents included. What is done stands in `--out`; the next run goes on from there. Prints one JSON object.
"""

import argparse
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any, NamedTuple

import bionym
from bionym.benchmark.memory import peak_mib
from bionym.data import Document, entity
from bionym.data.align import align, sentence_ranges
from bionym.files import finishing, write_whole

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

SPLITS = ("train", "devel", "test")
SYSTEMS = ("spacy", "spacy-small", "bionym", "bionym-without-lists")
VALUES = ("f1", "precision", "recall", "training_seconds", "training_mib", "tokens_per_second", "prediction_mib")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


class Cell(NamedTuple):
    """One system, trained on one corpus from one seed; and where its files lie."""

    corpus: str
    system: str
    seed: int
    data: Path
    vectors: Path
    out: Path

    @property
    def folder(self) -> Path:
        return self.out / self.corpus / f"{self.system}-{self.seed}"

    @property
    def is_spacy(self) -> bool:
        return self.system.startswith("spacy")

    def split(self, name: str) -> Document:
        """A split, which is one document of many sentences."""
        return next(iter(bionym.read(self.data / "conll" / self.corpus / f"{name}.tsv", "conll")))


def measured(cell: Cell) -> dict[str, Any]:
    """A cell's values: trained and tested now, or what an earlier run found."""
    cell.folder.mkdir(parents=True, exist_ok=True)
    values: dict[str, Any] = {}
    for work in (train, predict):
        record = cell.folder / f"{work.__name__}.json"
        if not record.is_file():
            write_whole(record, json.dumps(alone(work, cell), indent=2) + "\n")
        values |= json.loads(record.read_text(encoding="utf-8"))
    return values


def alone(work: Callable[[Cell], dict[str, Any]], cell: Cell) -> dict[str, Any]:
    """What a function returns in a process of its own, which prints into the folder of the cell."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_logged, work, cell).result()


def _logged(work: Callable[[Cell], dict[str, Any]], cell: Cell) -> dict[str, Any]:
    log = os.open(cell.folder / f"{work.__name__}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(log, stream)
    return work(cell)


def train(cell: Cell) -> dict[str, Any]:
    """A model into the cell's folder; what its training cost."""
    start = time.process_time(), time.perf_counter()
    (train_spacy if cell.is_spacy else train_bionym)(cell)
    seconds, by_the_clock = time.process_time() - start[0], time.perf_counter() - start[1]
    return {
        "training_seconds": round(seconds),
        "training_seconds_by_the_clock": round(by_the_clock),
        "training_mib": peak_mib(),
    }


def predict(cell: Cell) -> dict[str, Any]:
    """Scores, speed and memory of a cell's model."""
    gold = [cell.split(name) for name in SPLITS]
    predicted, seconds = (predict_spacy if cell.is_spacy else predict_bionym)(cell, gold)
    peak = peak_mib()
    micro = bionym.evaluate(gold[-1:], predicted[-1:]).counts["strict"].micro
    return {
        **{name: round(100 * getattr(micro, name), 2) for name in ("precision", "recall", "f1")},
        "tokens_per_second": round(sum(len(document.tokens) for document in gold) / seconds),
        "prediction_mib": peak,
    }


def train_bionym(cell: Cell) -> None:
    """Our BiLSTM-CRF."""
    settings = [f"network.words.vectors={cell.vectors}", f"training.seed={cell.seed}", "training.threads=1"]
    if cell.system == "bionym-without-lists":
        settings.append("network.lists={}")
    made = bionym.train([cell.split("train")], dev=[cell.split("devel")], model="bilstm_crf", settings=settings)
    made.save(cell.folder / "model", force=True)


def predict_bionym(cell: Cell, documents: list[Document]) -> tuple[list[Document], float]:
    """Documents with our entities, and the seconds that they took."""
    tagger = bionym.load(cell.folder / "model")
    start = time.process_time()
    predicted = list(tagger.predict(documents))
    return predicted, time.process_time() - start


def train_spacy(cell: Cell) -> None:
    """spaCy's pipeline for a CPU, by its own command."""
    import spacy
    from spacy.cli.init_config import init_config
    from spacy.cli.train import train as spacy_train
    from spacy.tokens import DocBin

    vocab = spacy.blank("en").vocab
    paths = {name: cell.folder / f"{name}.spacy" for name in SPLITS[:2]}
    for name, path in paths.items():
        DocBin(docs=docs_of(cell.split(name), vocab)).to_disk(path)
    config = cell.folder / "config.cfg"
    aim = "efficiency" if cell.system == "spacy-small" else "accuracy"
    init_config(lang="en", pipeline=["ner"], optimize=aim, gpu=False).to_disk(config)
    settings = {
        "paths.train": str(paths["train"]),
        "paths.dev": str(paths["devel"]),
        "paths.vectors": str(spacy_vectors(cell)),
        "system.seed": cell.seed,
        "components.tok2vec.model.embed.include_static_vectors": True,
    }
    spacy_train(config, cell.folder / "model", overrides=settings)


def predict_spacy(cell: Cell, documents: list[Document]) -> tuple[list[Document], float]:
    """Documents with spaCy's entities, and the seconds that they took."""
    import spacy

    nlp = spacy.load(cell.folder / "model" / "model-best")
    bare = [list(docs_of(document.with_entities(()), nlp.vocab)) for document in documents]
    start = time.process_time()
    found = [[[(one.start, one.end, one.label_) for one in doc.ents] for doc in nlp.pipe(docs)] for docs in bare]
    seconds = time.process_time() - start
    return list(map(_with_found, documents, found)), seconds


def _with_found(document: Document, found: list[list[tuple[int, int, str]]]) -> Document:
    """The document with entities that stand on the tokens of its sentences."""
    tokens = document.tokens
    return document.with_entities(
        entity(tokens[first + start].start, tokens[first + end - 1].end, label)
        for (first, _), inside in zip(sentence_ranges(document), found, strict=True)
        for start, end, label in inside
    )


def docs_of(document: Document, vocab: "Vocab") -> "Iterator[Doc]":
    """A `Doc` for each sentence, with its entities."""
    from spacy.tokens import Doc, Span

    placed = [(align(document.tokens, one.extent), one.label) for one in document.entities]
    entities = iter([(at.start, at.end, label) for at, label in placed if at is not None])
    following = next(entities, None)
    for first, last in sentence_ranges(document):
        doc, inside = Doc(vocab, words=[token.of(document.text) for token in document.tokens[first:last]]), []
        while following is not None and following[0] < last:
            start, end, label = following
            inside.append(Span(doc, start - first, end - first, label))
            following = next(entities, None)
        doc.set_ents(inside, default="outside")
        yield doc


def spacy_vectors(cell: Cell) -> Path:
    """The word vectors as spaCy keeps them, a row having every form of its word that stands in the files."""
    import spacy
    from spacy.vectors import Vectors

    from bionym import vectors

    folder = cell.out / cell.corpus / "vectors"
    if folder.is_dir():
        return folder
    read, nlp = vectors.read(cell.vectors), spacy.blank("en")
    documents = [cell.split(name) for name in SPLITS]
    words = sorted({token.of(document.text) for document in documents for token in document.tokens})
    made = Vectors(data=read.matrix_VD, keys=read.words, name="shared", strings=nlp.vocab.strings)
    for word, row in zip(words, vectors.lookup(words, read).rows_N.tolist(), strict=True):
        if row >= 0:
            made.add(word, row=row)
            nlp.vocab.strings.add(word)
    nlp.vocab.vectors = made
    with finishing(folder, force=False) as unfinished:
        nlp.to_disk(unfinished)
    return folder


def means(cells: Mapping[Cell, Mapping[str, float]]) -> dict[str, dict[str, dict[str, float]]]:
    """By corpus and system, the mean of each value over seeds."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for cell in cells:
        alike = [values for other, values in cells.items() if other[:2] == cell[:2]]
        average = {name: round(mean(values[name] for values in alike), 2) for name in VALUES}
        found.setdefault(cell.corpus, {})[cell.system] = average
    return found


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    parser.add_argument("--vectors", type=Path, required=True, help="word vectors, in any form that Bionym reads")
    parser.add_argument("--corpora", nargs="+", default=["NCBI-disease", "BC5CDR"])
    parser.add_argument("--systems", nargs="+", default=SYSTEMS, choices=SYSTEMS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--out", type=Path, default=Path("results/peer_spacy"))
    arguments = parser.parse_args()
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"), OMP_WAIT_POLICY="PASSIVE")
    cells = {}
    for corpus in arguments.corpora:
        for seed in arguments.seeds:
            for system in arguments.systems:
                cell = Cell(corpus, system, seed, arguments.data, arguments.vectors.resolve(), arguments.out)
                cells[cell] = measured(cell)
    results = [{"corpus": cell.corpus, "system": cell.system, "seed": cell.seed, **cells[cell]} for cell in cells]
    versions = {name: version(name) for name in ("bionym", "spacy", "thinc", "torch", "onnxruntime")}
    print(json.dumps({"mean": means(cells), "results": results, "versions": versions}, indent=2))


if __name__ == "__main__":
    main()
