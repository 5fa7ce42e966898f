"""Build word clusters like those that ship in `src/bionym/resources`, from plain text.

    pip install 'bionym[vectors]'
    python tools/build_clusters.py --text biomedical.txt.xz

Skip-gram vectors of 100 dimensions (window 5, two epochs, words of eight occurrences or more), then k-means with 128, 512
and 2,000 clusters. Words are lower-cased and digits become 0, as `WordClusters` looks them up. Lines with hyphens stand
twice in the training text, once cut at every mark and once with hyphenated words whole, so that either tokenizer finds
its words. For `bionym vectors train` and `cluster` a line stands once, cut as Bionym cuts it. The file that ships was
made by k-means over all words at once; this one goes through them in batches, which finds clusters nearly as tight.
"""

import argparse
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bionym.data import Span
from bionym.vectors import WordVectors
from bionym.vectors.clustering import write_clusters
from bionym.vectors.sources import read_lines
from bionym.vectors.training import Config, train

OUT = Path(__file__).parents[1] / "src" / "bionym" / "resources" / "clusters.tsv.gz"
NUM_CLUSTERS = (128, 512, 2_000)
_CUT = re.compile(r"\w+|[^\w\s]")
_WHOLE = re.compile(r"\w+(?:[-/.']\w+)*|[^\w\s]")
_HYPHENATED = re.compile(r"\w[-/]\w")
_WORD = re.compile(r"\S+")


def lines(path: Path) -> Iterator[str]:
    """Lines of words, separated by a space."""
    for line in read_lines(path):
        yield " ".join(_CUT.findall(line))
        if _HYPHENATED.search(line):
            yield " ".join(_WHOLE.findall(line))


def words(line: str) -> Iterator[Span]:
    """What stands between blanks."""
    return (Span(*match.span()) for match in _WORD.finditer(line))


def vectors(path: Path, workers: int) -> WordVectors:
    """Words and their vectors."""
    config = Config(size=100, min_count=8, epochs=2, workers=workers)
    with tempfile.TemporaryDirectory() as scratch:
        return train(lines(path), Path(scratch) / "vectors", config, tokenize=words)


def main() -> None:
    """Train, cluster, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    found = vectors(arguments.text, arguments.workers)
    write_clusters(found, arguments.out, NUM_CLUSTERS, force=True)
    print(f"{len(found):,} words in {', '.join(map(str, NUM_CLUSTERS))} clusters")


if __name__ == "__main__":
    main()
