"""Words grouped by their vectors, for the feature `clusters` of the CRF.

V words, D dimensions.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bionym.data import Audit
from bionym.errors import MissingExtraError, UsageError
from bionym.files import finishing, open_output
from bionym.vectors.table import WordVectors

BATCH_WORDS = 8_192
NUM_STARTS = 3


def cluster(vectors: WordVectors, num_clusters: int, *, seed: int = 1) -> NDArray[np.int64]:
    """The cluster of each word, by k-means in mini-batches over vectors of length one.

    Returns: a number from 0 for each of the V words.
    Raises: UsageError if there are fewer words than clusters; MissingExtraError without scikit-learn.
    Source: Sculley 2010; for clusters as features Turian, Ratinov and Bengio 2010.
    """
    if not 1 <= num_clusters <= len(vectors):
        raise UsageError(f"{len(vectors):,} words cannot be put into {num_clusters:,} clusters. Ask for fewer --sizes.")
    try:
        from sklearn.cluster import MiniBatchKMeans
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtraError("scikit-learn", extra="vectors", purpose="Clustering words") from error
    means = MiniBatchKMeans(num_clusters, batch_size=BATCH_WORDS, n_init=NUM_STARTS, random_state=seed)
    with threadpool_limits(1):  # sums in one order, so that a seed gives the same clusters
        clusters: NDArray[np.int64] = means.fit_predict(_of_length_one(vectors.matrix_VD)).astype(np.int64)
    return clusters


def write_clusters(
    vectors: WordVectors,
    out: Path,
    sizes: Sequence[int],
    *,
    seed: int = 1,
    force: bool = False,
    audit: Audit | None = None,
) -> None:
    """Lines of word TAB cluster, a column for each size, as `bionym.lexicon.clusters.WordClusters` reads them.

    Args:
        audit: counts the words left out because they hold a tab or a line end.
    Raises: as `cluster`; OutputError if `out` stands in the way.
    """
    audit = audit if audit is not None else Audit()
    with finishing(out, force=force) as unfinished:
        columns = [cluster(vectors, size, seed=seed).tolist() for size in sizes]
        with open_output(unfinished) as stream:
            for row, word in enumerate(vectors.words):
                if "\t" in word or word.splitlines() != [word]:
                    audit.lose(str(out), "word", "it holds a tab or a line end, which lines of clusters cannot hold")
                    continue
                stream.write("\t".join((word, *(str(column[row]) for column in columns))) + "\n")


def _of_length_one(matrix_VD: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths_V = np.linalg.norm(matrix_VD, axis=1, keepdims=True)
    result: NDArray[np.float32] = matrix_VD / np.maximum(lengths_V, np.finfo(np.float32).tiny)
    return result
