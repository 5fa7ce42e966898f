"""Time and memory of scoring a million entities in 50,000 documents, beside nervaluate on a part of them.

    python benchmarks/evaluation_speed.py --data CORPORA [--documents 50000] [--from-files]

The documents are those of BC5CDR, over and over under new ids; the predicted side is the gold side with every eighth entity
left out, every ninth a character short and every tenth under another label. `--from-files` also runs `bionym evaluate` on
the same documents as two files of JSON Lines, reading included. One process, one core; peak memory is that of the process.
nervaluate scores the first 2,500 documents. Prints one JSON object.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import bionym
from bionym.data import Document, Entity, Span

LABELS = {"Chemical": "Disease", "Disease": "Chemical"}
NUM_COMPARED = 2_500


def corpus(data: Path, number: int) -> Iterator[Document]:
    """So many documents of BC5CDR, each under an id of its own."""
    parts = [data / "bc5cdr" / f"CDR_{name}Set.PubTator.txt" for name in ("Training", "Development", "Test")]
    documents = [replace(document, relations=(), meta={}) for document in bionym.read(parts, "pubtator")]
    for place, document in enumerate(islice(cycle(documents), number)):
        yield replace(document, id=f"{place}")


def damaged(document: Document) -> Document:
    """The document with some entities gone, cut or mislabelled."""
    return document.with_entities(filter(None, map(_damaged, enumerate(document.entities))))


def _damaged(numbered: tuple[int, Entity]) -> Entity | None:
    place, entity = numbered
    if place % 8 == 7:
        return None
    if place % 9 == 8 and entity.end - entity.start > 1:
        return replace(entity, spans=(Span(entity.start, entity.end - 1),))
    return replace(entity, label=LABELS[entity.label]) if place % 10 == 9 else entity


def in_process(data: Path, number: int) -> dict[str, object]:
    """Both sides streamed through `evaluate`."""
    gold = list(corpus(data, min(number, 1_500)))
    predicted = list(map(damaged, gold))
    streams = [
        (replace(document, id=str(place)) for place, document in enumerate(islice(cycle(side), number)))
        for side in (gold, predicted)
    ]
    start = time.process_time()
    scores = bionym.evaluate(*streams)
    counted = time.process_time() - start
    micro = scores.counts["strict"].micro
    from bionym.evaluation.report import report

    report(scores)
    return {
        "documents": number,
        "gold_entities": micro.support,
        "f1": round(100 * micro.f1, 2),
        "scoring_cpu_seconds": round(counted, 1),
        "with_intervals_cpu_seconds": round(time.process_time() - start, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def with_nervaluate(data: Path) -> dict[str, object]:
    """The first documents, in one run of nervaluate and one of ours; seconds for each."""
    from nervaluate import Evaluator

    gold = list(corpus(data, NUM_COMPARED))
    predicted = list(map(damaged, gold))
    sides = [[[_as_dict(one) for one in document.entities] for document in side] for side in (gold, predicted)]
    start = time.process_time()
    theirs = Evaluator(*sides, tags=list(LABELS), loader="dict").evaluate()["overall"]["strict"]
    middle = time.process_time()
    ours = bionym.evaluate(gold, predicted).counts["strict"].micro
    end = time.process_time()
    return {
        "documents": NUM_COMPARED,
        "nervaluate_cpu_seconds": round(middle - start, 2),
        "bionym_cpu_seconds": round(end - middle, 2),
        "times_faster": round((middle - start) / (end - middle), 1),
        "correct": {"nervaluate": theirs.correct, "bionym": ours.true_positives},
    }


def from_files(data: Path, number: int) -> dict[str, object]:
    """`bionym evaluate` on two files."""
    with tempfile.TemporaryDirectory() as folder:
        places = [str(Path(folder) / name) for name in ("gold.jsonl", "predicted.jsonl")]
        bionym.write(corpus(data, number), places[0], format="jsonl")
        bionym.write(map(damaged, corpus(data, number)), places[1], format="jsonl")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "bionym", "-q", "evaluate", *places, "--format", "jsonl"]
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_seconds": round(seconds, 1), "peak_mib": after.ru_maxrss // 1024}


def _as_dict(entity: Entity) -> dict[str, object]:
    return {"label": entity.label, "start": entity.start, "end": entity.end - 1}


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    parser.add_argument("--documents", type=int, default=50_000)
    parser.add_argument("--from-files", action="store_true")
    arguments = parser.parse_args()
    found = {"streamed": in_process(arguments.data, arguments.documents)}
    found["beside_nervaluate"] = with_nervaluate(arguments.data)
    if arguments.from_files:
        found["command_on_files"] = from_files(arguments.data, arguments.documents)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
