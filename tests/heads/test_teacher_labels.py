"""A teacher that says what the test wants: which stretches are trained on, and with which labels."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bionym.data import Corpus, Document, Span
from bionym.data.align import sentence_ranges
from bionym.data.tags import IO
from bionym.errors import ConfigError
from bionym.heads import teacher
from bionym.heads.head import Head
from bionym.heads.potentials import HeadPotentials, Potentials
from bionym.heads.settings import Teacher
from bionym.linear_chain.decoding import chain
from bionym.training.events import Monitor

SURE, LIKELY, UNSURE = "Fever", "Pain", "Ache"  # entities with probabilities of nearly 1, 0.7 and 0.55
LOG_ODDS = {SURE: 20.0, LIKELY: float(np.log(0.7 / 0.3)), UNSURE: float(np.log(0.55 / 0.45))}


class Speaker:
    """A tagger whose heads find each of three words under their label, in any document."""

    PACKAGES = ()
    config = None

    def __init__(self, heads: Sequence[tuple[str, str]] = (("", "A"),)) -> None:
        self._heads = heads
        self.sources, self.labels = (tuple(dict.fromkeys(parts)) for parts in zip(*heads, strict=True))

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        words = [one.text[start:end] for one in documents for start, end in one.tokens]
        scores_NS = np.array([[0.0, LOG_ODDS.get(word, -20.0)] for word in words]).reshape(-1, 2)
        heads = (
            HeadPotentials(source, scores_NS, chain(IO.tags([label]), np.zeros((2, 2)), IO))
            for source, label in self._heads
        )
        return Potentials([sentence_ranges(one) for one in documents], tuple(heads))

    def of_source(self, name: str) -> "Speaker":
        return Speaker([head for head in self._heads if head[0] == name])

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        raise NotImplementedError


class Listening:
    """A monitor that remembers what it hears of preparations."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int, int]] = []

    def preparing(self, what: str, done: int, total: int) -> None:
        self.heard.append((what, done, total))


def soft_labels(
    texts: Sequence[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    heads: Sequence[Head] = (Head("", IO.tags(["A"])),),
    speaker: Speaker | None = None,
    corpora: dict[str, Corpus] | None = None,
    monitors: Sequence[Monitor] = (),
    **settings: float,
) -> tuple[list[teacher.SoftLabels], teacher.TextCounts]:
    """The soft labels of texts, a line each."""
    (folder / "texts.txt").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    monkeypatch.setattr(teacher.store, "load", lambda path: speaker or Speaker())
    chosen = Teacher(model=folder / "model", text=str(folder / "texts.txt"), **{"readings": 1, "plain": 1.0} | settings)  # type: ignore[arg-type]
    labelled, counted = teacher.label_raw_text(chosen, heads, sentence_ranges, corpora or {}, monitors=monitors)
    assert counted is not None
    return labelled, counted


def test_a_stretch_is_a_document_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (first, second), counted = soft_labels(["We saw severe Fever . He had no Pain ."], tmp_path, monkeypatch)
    assert [one.samples[0][0].text for one in (first, second)] == ["We saw severe Fever .", "He had no Pain ."]
    (found,) = second.samples[0][0].entities
    assert (found.spans, found.label, found.score) == ((Span(10, 14),), "A", None)
    document = second.samples[0][0]
    assert document.tokens == (Span(0, 2), Span(3, 6), Span(7, 9), Span(10, 14), Span(15, 16))
    assert document.sentences == (Span(0, 16),)
    assert counted == teacher.TextCounts(sentences=2, tokens=10, held_back=0, unsure=0, plain=0)


def test_stretches_of_fewer_than_five_tokens_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labelled, counted = soft_labels(["Severe Fever fell . One two three four five."], tmp_path, monkeypatch)
    assert [one.samples[0][0].text for one in labelled] == ["One two three four five."]
    assert counted == teacher.TextCounts(sentences=1, tokens=6, held_back=0, unsure=0, plain=0)


def test_a_stretch_with_one_find_below_the_least_score_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["We saw Fever and Pain here .", "We saw Fever and Ache here .", "We saw just Fever here ."]
    labelled, counted = soft_labels(texts, tmp_path, monkeypatch, least_score=0.6)
    assert sorted(one.samples[0][0].text for one in labelled) == [texts[0], texts[2]]
    assert (counted.unsure, counted.plain) == (1, 0)


def test_of_plain_stretches_the_share_that_is_asked_for_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Nothing at all was seen {number} ." for number in range(400)]
    for share in (0.0, 0.3, 1.0):
        labelled, counted = soft_labels(texts, tmp_path, monkeypatch, plain=share)
        assert len(labelled) / 400 == pytest.approx(share, abs=0.08)
        assert counted.sentences == len(labelled) and len(labelled) + counted.plain >= 398


def test_sentences_of_development_and_test_documents_are_held_back_in_any_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["He had a severe Fever .", "he HAD a severe pain .", "It was all new here ."]
    held = {split: (Document(split, texts[place].upper()),) for place, split in enumerate(("dev", "test"))}
    corpora = {"": Corpus({"train": (Document("t", texts[2]),), **held})}
    labelled, counted = soft_labels(texts, tmp_path, monkeypatch, corpora=corpora)
    assert [one.samples[0][0].text for one in labelled] == texts[2:]
    assert counted.held_back == 2


def test_each_head_gets_its_labels_from_its_own_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker([("x", "A"), ("x", "B"), ("y", "A")])
    heads = (Head("y", IO.tags(["A"])), Head("x", IO.tags(["A", "B"])), Head("x", IO.tags(["B"])))
    ((stretch,), _) = soft_labels(["We saw a severe Fever ."], tmp_path, monkeypatch, heads=heads, speaker=speaker)
    labels = [[sorted(one.label for one in document.entities) for document in samples] for samples in stretch.samples]
    assert labels == [[["A"]], [["A", "B"]], [["B"]]]


def test_a_teacher_with_one_source_labels_for_heads_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads = (Head("other", IO.tags(["A"])),)
    labelled, _ = soft_labels(
        ["We saw a severe Fever ."], tmp_path, monkeypatch, heads=heads, speaker=Speaker([("x", "A")])
    )
    assert len(labelled) == 1


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        ([("x", "A"), ("y", "B")], "has no head 'z'; it has x, y"),
        ([("z", "B"), ("y", "A")], "does not find A, which the training data has; it finds B"),
    ],
)
def test_a_teacher_that_lacks_a_head_or_a_label_is_refused(
    heads: list[tuple[str, str]], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=message):
        soft_labels(["x"], tmp_path, monkeypatch, heads=[Head("z", IO.tags(["A"]))], speaker=Speaker(heads))


def test_a_stretch_without_doubt_has_one_sample_and_another_as_many_as_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["We saw a severe Fever .", "We saw a severe Pain ."]
    labelled, _ = soft_labels(texts, tmp_path, monkeypatch, readings=400)
    by_text = {one.samples[0][0].text: one.samples[0] for one in labelled}
    assert len(by_text[texts[0]]) == 1 and len(by_text[texts[0]][0].entities) == 1
    assert len(by_text[texts[1]]) == 400
    share = sum(bool(one.entities) for one in by_text[texts[1]]) / 400
    assert share == pytest.approx(0.7, abs=0.07)
    assert all(one.score is None for document in by_text[texts[1]] for one in document.entities)


def test_so_many_words_are_labelled_whole_texts_at_a_time() -> None:
    texts = [f"text {number} of five words" for number in range(50)]
    assert [len(teacher._sample_texts(texts, words)) for words in (24, 25, 29, 30)] == [4, 5, 5, 6]


def test_monitors_hear_how_many_texts_are_labelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teacher, "AT_ONCE", 2)
    listening = Listening()
    texts = [f"We saw {number} times Fever ." for number in range(5)]
    labelled, _ = soft_labels(texts, tmp_path, monkeypatch, monitors=[listening])  # type: ignore[list-item]
    assert sorted(one.samples[0][0].text for one in labelled) == texts
    assert listening.heard == [("texts labelled", number, 5) for number in (2, 4, 5)]


def test_what_there_was_of_the_text_is_logged_and_saved(tmp_path: Path) -> None:
    counted = teacher.TextCounts(sentences=1, tokens=2, held_back=3, unsure=4, plain=5)
    numbers = {"sentences": 1, "tokens": 2, "held_back": 3, "unsure": 4, "plain": 5}
    assert teacher.record(counted) == {"teacher": numbers} and teacher.record(None) == {}
    teacher.save(None, tmp_path)
    assert list(tmp_path.iterdir()) == []
    teacher.save(counted, tmp_path)
    assert (
        tmp_path / teacher.RECORD
    ).read_text() == '{\n "sentences": 1,\n "tokens": 2,\n "held_back": 3,\n "unsure": 4,\n "plain": 5\n}'
