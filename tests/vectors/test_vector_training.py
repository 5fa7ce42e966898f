"""Vectors learned from text: streamed, repeatable, and nothing left behind."""

import gzip
import lzma
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import bionym
from bionym.errors import FormatError, InputError, MissingExtraError, ModelError, OutputError
from bionym.text import tokenize
from bionym.vectors import read, write
from bionym.vectors.sources import num_bytes, read_lines, text_files
from bionym.vectors.training import LONGEST_LINE_TOKENS, Config, Corpus, train

EXAMPLES = Path(__file__).parents[2] / "examples" / "bc5cdr"
QUICK = Config(size=8, min_count=3, epochs=2)


def real_lines() -> Iterator[str]:
    for document in islice(bionym.read(EXAMPLES / "train.pubtator"), 100):
        yield from document.text.splitlines()


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.needs("gensim")
@pytest.mark.parametrize("kind", ["skip-gram", "cbow", "fasttext"])
def test_real_text_gives_vectors_that_read_back(kind: str, tmp_path: Path) -> None:
    config = QUICK.model_copy(update={"kind": kind})
    made = train(real_lines(), tmp_path / "v", config, tokenize=tokenize)
    found = read(tmp_path / "v")
    assert found.words == made.words and len(found) > 500
    assert np.array_equal(found.matrix_VD, made.matrix_VD) and found.matrix_VD.shape[1] == 8
    assert found.find("Patients") == (found.words.index("patients"), "lower")
    assert (tmp_path / "v" / "config.toml").read_text().startswith(f'kind = "{kind}"')


@pytest.mark.needs("gensim")
def test_words_and_counts_are_those_of_a_plain_count(tmp_path: Path) -> None:
    from collections import Counter

    from bionym.vectors.table import zero_digits

    lines = list(real_lines())
    counts = Counter(zero_digits(token.of(line).lower()) for line in lines for token in tokenize(line))
    made = train(lines, tmp_path / "v", QUICK, tokenize=tokenize)
    assert set(made.words) == {word for word, count in counts.items() if count >= 3}
    assert f'"num_tokens": {counts.total()},' in (tmp_path / "v" / "run.json").read_text()


@pytest.mark.needs("gensim")
def test_the_same_seed_and_one_worker_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        train(real_lines(), tmp_path / name, QUICK, tokenize=tokenize)
    train(real_lines(), tmp_path / "other", QUICK.model_copy(update={"seed": 2}), tokenize=tokenize)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    assert bytes_of(tmp_path / "one")["vectors.safetensors"] != bytes_of(tmp_path / "other")["vectors.safetensors"]


@pytest.mark.needs("gensim")
def test_the_record_of_a_training_goes_along_when_vectors_are_written_again(tmp_path: Path) -> None:
    made = train(real_lines(), tmp_path / "v", QUICK, tokenize=tokenize)
    write(made, tmp_path / "half", is_half=True, made_from=tmp_path / "v")
    first, second = bytes_of(tmp_path / "v"), bytes_of(tmp_path / "half")
    assert first.pop("vectors.safetensors") != second.pop("vectors.safetensors")
    assert first == second and len(first) == 3


@pytest.mark.needs("gensim")
def test_case_and_digits_are_kept_when_asked(tmp_path: Path) -> None:
    config = QUICK.model_copy(update={"lower": False, "zero_digits": False, "workers": 2})
    made = train(["Fever for 2 days."] * 300, tmp_path / "v", config, tokenize=tokenize)
    assert set(made.words) == {"Fever", "for", "2", "days", "."}


def test_no_token_of_a_long_line_is_dropped(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path / "tokens.txt")
    corpus.write(["fever " * 25_000, ""], Config(), tokenize)
    lengths = [len(line.split()) for line in (tmp_path / "tokens.txt").read_text().splitlines()]
    assert sum(lengths) == corpus.num_tokens == 25_000
    assert max(lengths) == LONGEST_LINE_TOKENS and corpus.num_lines == len(lengths) == 25


@pytest.mark.needs("gensim")
def test_blanks_of_every_kind_divide_tokens_as_gensim_divides_them(tmp_path: Path) -> None:
    line = "a\u00a0b\x1cc\u2028d\x85e\x0bf"
    made = train([line] * 20, tmp_path / "v", Config(size=2, min_count=20), tokenize=tokenize)
    assert set(made.words) == set("abcdef")


@pytest.mark.needs("gensim")
def test_epochs_are_told_one_by_one(tmp_path: Path) -> None:
    told: list[object] = []
    train(
        real_lines(),
        tmp_path / "v",
        QUICK,
        tokenize=tokenize,
        on_corpus=lambda corpus: told.append(corpus.num_tokens > 10_000),
        on_epoch=told.append,
    )
    assert told == [True, 1, 2]


@pytest.mark.needs("gensim")
@pytest.mark.parametrize("lines", [[], ["", " "], ["fever and chills"]])
def test_too_little_text_is_said(lines: list[str], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No word occurs 3 times or more in the . tokens of the text. Give more text"):
        train(lines, tmp_path / "v", QUICK, tokenize=tokenize)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.needs("gensim")
@pytest.mark.parametrize("when", ["reading", "training"])
def test_an_interrupted_training_leaves_nothing_behind(when: str, tmp_path: Path) -> None:
    scratch: list[list[str]] = []

    def interrupt(*arguments: object) -> None:
        scratch.append([path.name for path in tmp_path.glob(".bionym-*/*")])
        assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())
        raise KeyboardInterrupt

    def lines() -> Iterator[str]:
        yield from real_lines()
        if when == "reading":
            interrupt()

    with pytest.raises(KeyboardInterrupt):
        train(lines(), tmp_path / "v", QUICK, tokenize=tokenize, on_epoch=interrupt)
    assert scratch == [["tokens.txt"]]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.needs("gensim")
def test_what_stands_in_the_way_is_said_before_any_work(tmp_path: Path) -> None:
    def untouched() -> Iterator[str]:
        raise AssertionError
        yield

    for force in (False, True):
        with pytest.raises(OutputError):
            train(untouched(), tmp_path, QUICK, tokenize=tokenize, force=force)


def test_without_gensim_the_command_that_installs_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gensim", None)
    with pytest.raises(MissingExtraError, match=r"needs gensim\. Install it with: pip install 'bionym\[vectors\]'"):
        train(["fever"], tmp_path / "v", QUICK, tokenize=tokenize)


def test_sources_are_files_globs_and_folders_each_once(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name, content in (
        ("a.txt", b"a\n"),
        ("b.txt.gz", gzip.compress(b"b\r\nc")),
        ("deep/c.txt.xz", lzma.compress(b"\xef\xbb\xbfd")),
    ):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "a.ann").write_text("no text")
    found = text_files([str(tmp_path / "a.*t"), str(tmp_path)])
    assert [path.name for path in found] == ["a.txt", "b.txt.gz", "c.txt.xz"]
    assert [line for path in found for line in read_lines(path)] == ["a", "b", "c", "d"]
    told: list[int] = []
    assert [line for path in found for line in read_lines(path, told.append)] == ["a", "b", "c", "d"]
    assert sum(told) == num_bytes(found)


def test_a_source_that_is_not_there_is_said(tmp_path: Path) -> None:
    for source, message in ((tmp_path / "*.txt", "no such file or folder"), (tmp_path, "no text files")):
        with pytest.raises(InputError, match=message):
            text_files([str(source)])


def test_a_line_that_is_not_utf8_is_named_and_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"fine\nSmith \xe9\n")
    with pytest.raises(FormatError, match=r"a\.txt, line 2: byte 0xe9 is not UTF-8") as caught:
        list(read_lines(tmp_path / "a.txt"))
    assert "Smith" not in str(caught.value)
