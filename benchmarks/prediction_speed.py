"""Speed, memory and size of saved models, one beside the other.

    python benchmarks/prediction_speed.py MODEL... --data CORPORA

For each model: tokens a second from pre-tokenised documents in memory to entities; from raw text files to JSON Lines by
`bionym predict` in a process of its own, with start-up and without; the peak memory of that process; the seconds to load;
the size of the folder. The texts are those of the BC5CDR test set. Ratios are to the first model, and to a bare recurrence
measured beside it (see `bare_recurrence`), which tells how fast the processor was at that moment. Prints one JSON object.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from bare_recurrence import SIZES, bare_recurrence
from crf_speed import predict, read

import bionym
from bionym.data import Document
from bionym.text.prepare import tokenized

NUM_RUNS = 3  # the best of them counts


def tokens_per_second(model: Path, documents: list[Document]) -> float:
    """Of documents that are tokenised already, the best of some runs after a first one."""
    tagger = bionym.load(model)
    num_tokens = sum(len(document.tokens) for document in documents)
    best = float("inf")
    for _ in range(1 + NUM_RUNS):
        start = time.process_time()
        for _document in tagger.predict(documents):
            pass
        best = min(best, time.process_time() - start)
    return num_tokens / best


def measure(model: Path, documents: list[Document], copies: int) -> dict[str, float]:
    """Everything of one model."""
    start = time.process_time()
    bionym.load(model)
    loading = time.process_time() - start
    with tempfile.TemporaryDirectory() as folder:
        from_text = predict(model, documents, Path(folder), copies)
    pretokenised = tokens_per_second(model, list(map(tokenized, documents)))
    bare = {f"ratio_to_bare_recurrence_of_{size}": round(pretokenised / bare_recurrence(size), 2) for size in SIZES}
    size = sum(path.stat().st_size for path in model.rglob("*") if path.is_file())
    return {
        "pretokenised_tokens_per_second": round(pretokenised),
        **bare,
        **from_text,
        "load_cpu_seconds": round(loading, 2),
        "megabytes": round(size / 1e6, 1),
    }


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    parser.add_argument("--copies", type=int, default=2)
    arguments = parser.parse_args()
    documents = read(arguments.data / "bc5cdr" / "CDR_TestSet.PubTator.txt")
    found = {str(model): measure(model, documents, arguments.copies) for model in arguments.models}
    first = next(iter(found.values()))
    for values in found.values():
        names = ("pretokenised_tokens_per_second", "tokens_per_second")
        values |= {f"ratio_{name}": round(values[name] / first[name], 2) for name in names}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
