"""Strict F1 of the feature CRF on public corpora, with the settings it comes with.

    python benchmarks/crf_accuracy.py --data ../shared/data/corpora [--corpora BC5CDR ...] [--protocols select ...] [--lists FOLDER]

`DATA` holds `conll/CORPUS/{train,devel,test}.tsv`, `bc5cdr/` (PubTator) and `ncbi-disease/brat/`. For each corpus two
protocols: `train` learns from the training split alone, `train+devel` from both; the test split is only scored. A third,
`select`, learns from the training split and scores the development split: settings are chosen by it alone. The rows
`... (raw)` learn from standoff text with our tokenizer and are scored on character offsets. Settings are chosen on
development splits. One JSON object a line.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bionym
from bionym.data import Document

CONLL = ("NCBI-disease", "BC5CDR", "BC2GM", "JNLPBA")
RAW = {
    "BC5CDR (raw)": ("pubtator", "bc5cdr/CDR_{}Set.PubTator.txt", ("Training", "Development", "Test")),
    "NCBI-disease (raw)": ("brat", "ncbi-disease/brat/{}", ("train", "devel", "test")),
}
ONE_LABEL = ("NCBI-disease (raw)",)  # the standoff files tell four kinds of disease apart, the CoNLL files one
CONFIGURATIONS = {"BC2GM": "crf_genes.toml", "JNLPBA": "crf_wide.toml"}  # by `select` on BC2GM
PROTOCOLS = {"train": ((0,), 2), "train+devel": ((0, 1), 2), "select": ((0,), 1)}  # splits to learn from, and to score


def splits(data: Path, corpus: str) -> tuple[str, list[Path]]:
    """Format and files of train, devel and test."""
    if corpus in RAW:
        format, pattern, names = RAW[corpus]
        return format, [data / pattern.format(name) for name in names]
    return "conll", [data / "conll" / corpus / f"{name}.tsv" for name in ("train", "devel", "test")]


def as_it_is(document: Document) -> Document:
    """The document."""
    return document


def as_one_label(document: Document) -> Document:
    """The document with all its entities labelled Disease."""
    return document.with_entities(replace(entity, label="Disease") for entity in document.entities)


def measure(data: Path, corpus: str, protocol: str, settings: list[str]) -> dict[str, object]:
    """Train, predict the test split, score."""
    format, paths = splits(data, corpus)

    def documents(chosen: list[Path]) -> Iterator[Document]:
        for path in chosen:
            yield from map(as_one_label if corpus in ONE_LABEL else as_it_is, bionym.read(path, format))

    start = time.process_time()
    learned, scored = PROTOCOLS[protocol]
    config = Path(__file__).with_name(CONFIGURATIONS[corpus]) if corpus in CONFIGURATIONS else None
    tagger = bionym.train(documents([paths[split] for split in learned]), config=config, settings=settings)
    seconds = time.process_time() - start
    gold = list(documents([paths[scored]]))
    micro = bionym.evaluate(gold, tagger.predict(gold)).counts["strict"].micro
    scores = {name: round(100 * getattr(micro, name), 2) for name in ("precision", "recall", "f1")}
    size = len(tagger.tagger.weights.attributes)  # type: ignore[attr-defined]
    counts = {"gold": micro.support, "predicted": micro.num_predicted, "attributes": size}
    return {"corpus": corpus, "protocol": protocol, **scores, **counts, "training_cpu_seconds": round(seconds)}


def main() -> None:
    """Print one JSON object for each corpus and protocol."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data" / "corpora")
    parser.add_argument("--corpora", nargs="+", default=[*CONLL, *RAW])
    parser.add_argument("--protocols", nargs="+", choices=PROTOCOLS, default=["train", "train+devel"])
    parser.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE")
    parser.add_argument("--lists", type=Path, help="a folder of further term lists, see tools/build_terms.py --own-use")
    arguments = parser.parse_args()
    lists = sorted(arguments.lists.glob("*.terms.gz")) if arguments.lists else []
    settings = [
        *arguments.set,
        *(f"features.gazetteer.lists.{path.name.split('.')[0]}={str(path)!r}" for path in lists),
    ]
    for corpus in arguments.corpora:
        for protocol in arguments.protocols:
            print(json.dumps(measure(arguments.data, corpus, protocol, settings)), flush=True)


if __name__ == "__main__":
    main()
