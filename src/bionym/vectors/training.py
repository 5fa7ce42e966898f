"""Train word vectors on plain text, streamed, with gensim."""

import platform
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from bionym import config as configuration
from bionym.data import Span
from bionym.errors import MissingExtraError, ModelError
from bionym.files import finishing
from bionym.vectors import _folder
from bionym.vectors.table import WordVectors, zero_digits
from bionym.version import versions_of

LONGEST_LINE_TOKENS = 1_000  # gensim drops what a line holds beyond 10,000
FEWEST_LINES_PER_WORKER = 100
NUM_SUBWORDS = 1_000_000
Tokenizer = Callable[[str], Iterable[Span]]
OnEpoch = Callable[[int], None]


class Config(configuration.Settings):
    """Settings of a training."""

    kind: Literal["skip-gram", "cbow", "fasttext"] = Field(
        "skip-gram", description="fasttext: skip-gram with subwords."
    )
    size: int = Field(200, ge=1, le=4_096, description="Dimensions of a vector.")
    window: int = Field(5, ge=1, description="Tokens of context on each side.")
    min_count: int = Field(5, ge=1, description="Minimum count of a word; rarer ones get no vector.")
    negative: int = Field(5, ge=1, description="Negative samples for each word.")
    epochs: int = Field(5, ge=1, description="Passes over the text.")
    lower: bool = Field(True, description="Lower-case the text.")
    zero_digits: bool = Field(True, description="Replace every digit by 0.")
    workers: int = Field(1, ge=1, description="Threads; with more than one, results differ from run to run.")
    seed: int = Field(1, ge=0, lt=2**32, description="Random seed.")


class Corpus:
    """A text as gensim reads it fast: a file of lines, tokens separated by a space; and its size."""

    def __init__(self, path: Path) -> None:
        self.path, self.num_lines, self.num_tokens = path, 0, 0

    def write(self, lines: Iterable[str], config: Config, tokenize: Tokenizer) -> None:
        """Every line, tokenized and normalized; one that is very long becomes several."""
        with self.path.open("w", encoding="utf-8", newline="\n") as stream:
            for line in lines:
                tokens = [line[start:end] for start, end in tokenize(line)]
                for at in range(0, len(tokens), LONGEST_LINE_TOKENS):
                    piece = tokens[at : at + LONGEST_LINE_TOKENS]
                    stream.write(_normalized(" ".join(piece), config) + "\n")
                    self.num_lines += 1
                self.num_tokens += len(tokens)


def train(
    lines: Iterable[str],
    out: Path,
    config: Config,
    *,
    tokenize: Tokenizer,
    is_half: bool = False,
    force: bool = False,
    on_corpus: Callable[[Corpus], None] = lambda corpus: None,
    on_epoch: OnEpoch = lambda number: None,
) -> WordVectors:
    """Vectors of the words in a text, into a new folder. The text is never in memory as a whole.

    A scratch file of its tokens lies beside `out` meanwhile, in a folder that no other user can read, and is removed.

    Args:
        lines: a sentence, paragraph or note each; a word's context ends with its line.
        tokenize: from a line to its spans; the one whose tokens will be looked up.
        is_half: keep them as float16.
        on_corpus: called when the text was tokenized; `on_epoch` after each epoch with its 1-based number.
    Raises: MissingExtraError without gensim; OutputError if `out` stands in the way; ModelError if no word is left.
    Source: Mikolov et al. 2013 (skip-gram, CBOW, negative sampling); Bojanowski et al. 2017 (subwords).
    Leaves out: fastText's vectors of unseen words. Subwords help rare words here; a word without a row stays without.
    """
    require_gensim()
    with finishing(out, force=force, may_replace=_folder.is_folder_of_vectors) as unfinished:
        corpus = Corpus(unfinished.parent / "tokens.txt")
        corpus.write(lines, config, tokenize)
        on_corpus(corpus)
        vectors = fit(corpus, config, on_epoch)
        settings, run = configuration.dump(config), _run(corpus, vectors)
        _folder.save(vectors, unfinished, is_half=is_half, settings=settings, run=run)
    return vectors


def fit(corpus: Corpus, config: Config, on_epoch: OnEpoch = lambda number: None) -> WordVectors:
    """Vectors of the words in a tokenized text, the most frequent first. Raises: MissingExtraError, ModelError."""
    require_gensim()
    model = _model(config, workers=min(config.workers, max(1, corpus.num_lines // FEWEST_LINES_PER_WORKER)))
    if corpus.num_tokens:
        model.build_vocab(corpus_file=str(corpus.path))
    if not len(model.wv):
        raise ModelError(
            f"No word occurs {config.min_count} times or more in the {corpus.num_tokens:,} tokens of the text. "
            "Give more text, or a lower --min-count."
        )
    model.train(
        corpus_file=str(corpus.path),
        total_words=model.corpus_total_words,
        epochs=config.epochs,
        callbacks=(_callback(on_epoch),),
    )
    return WordVectors(model.wv.index_to_key, np.asarray(model.wv.vectors, dtype=np.float32))


def require_gensim() -> None:
    """Raises: MissingExtraError with the command that installs it."""
    try:
        import gensim  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("gensim", extra="vectors", purpose="Training word vectors") from error


def _model(config: Config, *, workers: int) -> Any:
    from gensim.models import FastText, Word2Vec

    given = {
        "vector_size": config.size,
        "window": config.window,
        "min_count": config.min_count,
        "negative": config.negative,
        "sg": int(config.kind != "cbow"),
        "workers": workers,
        "seed": config.seed,
    }
    return FastText(**given, bucket=NUM_SUBWORDS) if config.kind == "fasttext" else Word2Vec(**given)


def _callback(on_epoch: OnEpoch) -> Any:
    from gensim.models.callbacks import CallbackAny2Vec

    class Epochs(CallbackAny2Vec):  # type: ignore[misc]
        number = 0

        def on_epoch_end(self, model: Any) -> None:
            self.number += 1
            on_epoch(self.number)

    return Epochs()


def _normalized(line: str, config: Config) -> str:
    line = line.lower() if config.lower else line
    return zero_digits(line) if config.zero_digits else line


def _run(corpus: Corpus, vectors: WordVectors) -> dict[str, Any]:
    packages = ("bionym", "gensim", "numpy")
    return {
        "num_lines": corpus.num_lines,
        "num_tokens": corpus.num_tokens,
        "num_words": len(vectors),
        "versions": {"python": platform.python_version(), **versions_of(packages)},
    }
