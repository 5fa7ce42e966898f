"""Build the word clusters that ship in `src/bionym/resources` from plain text.

    pip install 'bionym[vectors]'
    python tools/build_clusters.py --text biomedical.txt.xz

Skip-gram vectors of 100 dimensions (window 5, two epochs, words of eight occurrences or more), then spherical k-means with
128, 512 and 2,000 clusters. Words are lower-cased and digits become 0, as `WordClusters` looks them up. Lines with hyphens
stand twice in the training text, once cut at every mark and once with hyphenated words whole, so that either tokenizer
finds its words. About ten minutes for vectors and two for clusters on two cores.
"""

import argparse
import gzip
import lzma
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from gensim.models import Word2Vec
from numpy.typing import NDArray

OUT = Path(__file__).parents[1] / "src" / "bionym" / "resources" / "clusters.tsv.gz"
NUM_CLUSTERS = (128, 512, 2_000)
NUM_ROUNDS = 25
_CUT = re.compile(r"\w+|[^\w\s]")
_WHOLE = re.compile(r"\w+(?:[-/.']\w+)*|[^\w\s]")
_HYPHENATED = re.compile(r"\w[-/]\w")
_DIGIT = re.compile(r"\d")


def lines(path: Path) -> Iterator[str]:
    """Lines of words, separated by a space."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as stream:
        for line in stream:
            lower = _DIGIT.sub("0", line.lower())
            yield " ".join(_CUT.findall(lower))
            if _HYPHENATED.search(lower):
                yield " ".join(_WHOLE.findall(lower))


def vectors(path: Path, workers: int) -> tuple[list[str], NDArray[np.float32], NDArray[np.float64]]:
    """Words, their vectors of length one, and how often they stand in the text."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as words:
        words.writelines(f"{line}\n" for line in lines(path))
        words.flush()
        model = Word2Vec(
            corpus_file=words.name,
            vector_size=100,
            window=5,
            sg=1,
            negative=5,
            min_count=8,
            workers=workers,
            epochs=2,
            seed=1,
        )
    names = model.wv.index_to_key
    lengths = np.linalg.norm(model.wv.vectors, axis=1, keepdims=True)
    counts = np.array([model.wv.get_vecattr(name, "count") for name in names], dtype=np.float64)
    return names, model.wv.vectors / lengths, counts


def clusters(vectors_WD: NDArray[np.float32], counts: NDArray[np.float64], num_clusters: int) -> NDArray[np.intp]:
    """The cluster of each word, by spherical k-means from words drawn by the root of their frequency."""
    random = np.random.default_rng(1)
    weights = np.sqrt(counts)
    centres_KD = vectors_WD[random.choice(len(vectors_WD), num_clusters, replace=False, p=weights / weights.sum())]
    for _ in range(NUM_ROUNDS):
        nearest = np.concatenate([(part @ centres_KD.T).argmax(axis=1) for part in np.array_split(vectors_WD, 12)])
        order = np.argsort(nearest, kind="stable")
        firsts = np.minimum(np.searchsorted(nearest[order], np.arange(num_clusters)), len(order) - 1)
        sums_KD = np.add.reduceat(vectors_WD[order], firsts, axis=0)
        is_empty = np.bincount(nearest, minlength=num_clusters) == 0
        sums_KD[is_empty] = vectors_WD[random.choice(len(vectors_WD), is_empty.sum())]
        centres_KD = sums_KD / np.linalg.norm(sums_KD, axis=1, keepdims=True)
    return nearest


def main() -> None:
    """Train, cluster, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    names, vectors_WD, counts = vectors(arguments.text, arguments.workers)
    columns = [clusters(vectors_WD, counts, number) for number in NUM_CLUSTERS]
    table = "".join(
        f"{name}\t" + "\t".join(str(column[row]) for column in columns) + "\n" for row, name in enumerate(names)
    )
    arguments.out.write_bytes(gzip.compress(table.encode("utf-8"), 9, mtime=0))
    print(f"{len(names):,} words in {', '.join(map(str, NUM_CLUSTERS))} clusters")


if __name__ == "__main__":
    main()
