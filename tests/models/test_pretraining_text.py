"""Raw text as documents: what is taken, what is held out, what a vocabulary may learn of it."""

import gzip
import lzma
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.errors import InputError, ModelError
from bionym.models.transformer.pretraining.settings import VocabularySettings
from bionym.models.transformer.pretraining.vocabulary import SPECIALS, counted, train
from bionym.pretraining.text import Text, TextSettings, place_of
from tests.models.pretraining_samples import real_lines

NEARLY_ALL = {"held_out": 1e-9}


def texts_of(folder: Path, **settings: object) -> list[str]:
    return [piece.text for piece in Text([str(folder)], TextSettings.model_validate({**NEARLY_ALL, **settings}))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.txt").write_text("one\ntwo\n\n \nthree\n", encoding="utf-8")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"four\r\nfive"))
    (tmp_path / "deep" / "c.txt.xz").write_bytes(lzma.compress("\ufeffsix\n".encode()))
    (tmp_path / "d.ann").write_text("no text", encoding="utf-8")
    return tmp_path


def test_a_document_is_a_line_a_block_or_a_file(folder: Path) -> None:
    assert texts_of(folder, documents="lines") == ["one", "two", "three", "four", "five", "six"]
    assert texts_of(folder, documents="blocks") == ["one\ntwo", "three", "four\nfive", "six"]
    assert texts_of(folder, documents="files") == ["one\ntwo\n\n \nthree", "four\nfive", "six"]


def test_what_was_read_is_told_up_to_the_size_of_the_files(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    text = Text([str(folder)], TextSettings(), on_read=lambda read, total: told.append((read, total)))
    assert len(list(text)) == 6 and text.counted.number == 3
    assert told[-1][0] == told[-1][1] == text.counted.num_bytes > 40


def test_files_that_change_have_another_fingerprint(folder: Path) -> None:
    before = Text([str(folder)], TextSettings()).counted
    (folder / "a.txt").write_text("one\nTwo\n\n \nthree, four\n", encoding="utf-8")
    assert Text([str(folder)], TextSettings()).counted.fingerprint != before.fingerprint


def test_a_folder_without_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no text files"):
        list(Text([str(tmp_path)], TextSettings()))


@given(st.lists(st.text(alphabet="abc\u00e9\u03b1 ", min_size=1), min_size=1))
def test_the_side_of_a_document_depends_on_its_text_alone(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.mktemp("text") / "a.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    for piece in Text([str(path)], TextSettings(held_out=0.3)):
        assert piece.is_held_out == (place_of(piece.text) < 0.3)


def test_a_smaller_sample_is_part_of_a_larger_one_and_holds_out_the_same(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("\n".join(f"note {number}" for number in range(2000)), encoding="utf-8")
    taken = []
    for sample in (0.1, 0.5, 1.0):
        pieces = list(Text([str(path)], TextSettings(held_out=0.2, sample=sample)))
        taken.append({side: {one.text for one in pieces if one.is_held_out is side} for side in (True, False)})
    assert taken[0][True] == taken[1][True] == taken[2][True] and 330 < len(taken[0][True]) < 470
    assert taken[0][False] < taken[1][False] < taken[2][False]
    assert 110 < len(taken[0][False]) < 210 and len(taken[2][False] | taken[2][True]) == 2000


@pytest.mark.needs("tokenizers")
def test_a_vocabulary_holds_no_string_of_a_word_that_few_documents_hold() -> None:
    lines = [*real_lines(), *["Seen by Xylopharz, Xylopharz and Xylopharz."] * 2] * 2  # in four documents, twelve times
    kept = train(lines, VocabularySettings(size=2000, min_count=5)).get_vocab()
    leaked = train(lines, VocabularySettings(size=2000, min_count=4)).get_vocab()
    assert "xylopharz" in leaked
    common = {word for word, number in documents_of(lines).items() if number >= 5}
    names = {name.removeprefix("##") for name in kept if name not in SPECIALS}
    assert len(names) > 300 and all(any(one in word for word in common) for one in names)


@pytest.mark.needs("tokenizers")
def test_the_same_text_gives_the_same_vocabulary() -> None:
    first, second = (train(real_lines(), VocabularySettings(size=600, min_count=3)) for _ in range(2))
    assert first.to_str() == second.to_str() and first.get_vocab_size() == 600


def documents_of(lines: list[str]) -> Counter[str]:
    import re

    return Counter(word for line in lines for word in {*re.findall(r"[a-z0-9]+|[^a-z0-9\s]", line.lower())})


@pytest.mark.needs("tokenizers")
def test_rare_words_are_forgotten_when_there_are_too_many() -> None:
    tokenizer = train(real_lines(), VocabularySettings(size=400, min_count=2))
    lines = [f"common word{number}" for number in range(5000)]
    found = counted(lines, tokenizer, VocabularySettings(min_count=1, most_words=1000))
    assert found["common"] == 5000 and len(found) <= 1001


@pytest.mark.needs("tokenizers")
def test_too_little_text_for_a_vocabulary_is_said() -> None:
    with pytest.raises(ModelError, match="The 0 words that 20 documents hold or more give no vocabulary"):
        train(["fever and chills"], VocabularySettings())


@pytest.mark.needs("tokenizers")
def test_a_cased_vocabulary_keeps_capitals() -> None:
    lines = ["Fever FEVER fever naïve"] * 9 + real_lines()
    lowered, kept = (train(lines, VocabularySettings(size=1500, min_count=3, lower=lower)) for lower in (True, False))
    assert lowered.encode("FEVER naïve").tokens == lowered.encode("fever naive").tokens
    assert kept.encode("FEVER").tokens != kept.encode("fever").tokens
    assert kept.encode("fever").tokens[0::2] == ["[CLS]", "[SEP]"]
