"""A teacher labels raw text, and a student learns from it besides what people annotated."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

import bionym
from bionym import config as configuration
from bionym.data import Corpus, Document
from bionym.data.align import sentence_ranges
from bionym.data.tags import BIOES
from bionym.errors import ConfigError
from bionym.heads import teacher
from bionym.heads.head import Head, heads_of
from bionym.heads.settings import Teacher
from bionym.models import bilstm_crf
from bionym.models.bilstm_crf.encoding import Encoded, Encoder, Known
from bionym.models.bilstm_crf.inputs.protocol import Inputs
from bionym.models.bilstm_crf.sentences import Sentence, Sentences
from bionym.models.bilstm_crf.words import Lexicon
from bionym.text.prepare import tokenized
from tests.models import small

GOLD = Path(__file__).parents[1] / "gold"
SMALL = [
    *small.SMALL,
    "network.recurrent.size=16",
    "training.learning_rate=0.03",
    "training.schedule=constant",
    "weights=float32",
]
SENTENCES = Sentences({}, BIOES, "longest").ranges


@pytest.fixture(scope="module")
def documents() -> tuple[Document, ...]:
    return tuple(bionym.read(GOLD / "pubtator" / "bc5cdr.PubTator.txt", "pubtator"))


@pytest.fixture(scope="module")
def crf(documents: tuple[Document, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A teacher with one head."""
    folder = tmp_path_factory.mktemp("teacher") / "crf"
    bionym.train(documents, model="crf", settings=["training.max_iterations=20"]).save(folder)
    return folder


@pytest.fixture(scope="module")
def text(documents: tuple[Document, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The abstracts, a line each."""
    path = tmp_path_factory.mktemp("text") / "abstracts.txt"
    path.write_text("".join(one.text.replace("\n", " ") + "\n" for one in documents), encoding="utf-8")
    return path


def head(*labels: str, name: str = "") -> Head:
    return heads_of({name: labels}, BIOES, "corpus")[0]


def sentences_of(documents: Sequence[Document]) -> Iterator[tuple[str, ...]]:
    for document in map(tokenized, documents):
        words = [document.text[start:end] for start, end in document.tokens]
        yield from (tuple(words[start:end]) for start, end in sentence_ranges(document))


def test_every_sentence_has_the_tags_that_the_teacher_gives_it(crf: Path, text: Path) -> None:
    settings = Teacher(model=crf, text=str(text), readings=1, least_score=0, plain=1)
    lessons, counted = teacher.taught(settings, [head("Chemical", "Disease"), head("Disease")], SENTENCES, {})
    assert counted is not None
    assert counted.tokens == sum(len(one.readings[0][0].tokens) for one in lessons) > 400
    model = bionym.load(crf)
    for lesson in lessons[:20]:
        (both,), (diseases,) = lesson.readings
        assert both.text == diseases.text
        assert [one for one in both.entities if one.label == "Disease"] == list(diseases.entities)
    whole = list(model.predict(Document(str(place), line) for place, line in enumerate(text.read_text().splitlines())))
    num_found = sum(len(one.entities) for one in whole)
    assert num_found == sum(len(lesson.readings[0][0].entities) for lesson in lessons) > 20


def test_sentences_that_are_scored_are_held_back(crf: Path, text: Path, documents: tuple[Document, ...]) -> None:
    held = documents[:2]
    settings = Teacher(model=crf, text=str(text), readings=1, least_score=0, plain=1)
    for split in ("dev", "test"):
        corpora = {"": Corpus({"train": documents, split: held}, allow_leaks=True)}
        lessons, counted = teacher.taught(settings, [head("Disease")], SENTENCES, corpora)
        learned = set(sentences_of([lesson.readings[0][0] for lesson in lessons]))
        assert counted is not None and counted.held_back > 5 and not learned & set(sentences_of(held))


def test_what_the_teacher_is_not_sure_of_and_plain_sentences_are_left_out(crf: Path, text: Path) -> None:
    def found(**settings: float) -> teacher.Counted:
        chosen = Teacher(model=crf, text=str(text), readings=1, **settings)  # type: ignore[arg-type]
        counted = teacher.taught(chosen, [head("Chemical", "Disease")], SENTENCES, {})[1]
        assert counted is not None
        return counted

    everything = found(least_score=0, plain=1)
    sure, nothing_plain, some_plain = found(least_score=0.9, plain=1), found(least_score=0, plain=0), found(plain=0.2)
    assert everything.unsure == everything.plain == 0
    assert sure.unsure > 0 and sure.sentences + sure.unsure == everything.sentences
    assert nothing_plain.sentences + nothing_plain.plain == everything.sentences
    assert 0 < some_plain.plain < nothing_plain.plain


def test_doubts_are_taught_as_readings(crf: Path, text: Path) -> None:
    both = head("Chemical", "Disease")

    def lessons(seed: int, readings: int = 200) -> list[teacher.Lesson]:
        settings = Teacher(model=crf, text=str(text), readings=readings, plain=1)
        return teacher.taught(settings, [both], SENTENCES, {}, seed=seed)[0]

    found = lessons(1)
    assert found == lessons(1) != lessons(2)
    (doubtful, *_) = (own for (own,) in (lesson.readings for lesson in found) if len(own) > 1)
    assert len(doubtful) == 200 and len(set(doubtful)) > 1
    assert {len(own) for (own,) in (lesson.readings for lesson in lessons(1, 2))} == {1, 2}
    (best,) = bionym.load(crf).predict([doubtful[0].with_entities(())])
    for entity in best.entities:
        share = sum(
            (entity.extent, entity.label) in {(one.extent, one.label) for one in own.entities} for own in doubtful
        )
        assert entity.score is not None and share / 200 == pytest.approx(entity.score, abs=0.15)


def test_each_epoch_learns_another_reading() -> None:
    tags = np.array([[0, 1], [1, 0], [1, 1]], dtype=np.int16)
    item = Encoded(
        np.zeros(2, dtype=np.int64), Sentence(("a", "b"), np.zeros((2, 0), dtype=np.float32)), (Known("", tags),)
    )
    encoder = Encoder(Lexicon((), None, "ab"), Inputs())
    encoder.learn([item.sentence])
    learned = [encoder.batch([item], turn=epoch).golds[0].tags_BT for epoch in range(1, 5)]
    assert [one.tolist() for one in learned if one is not None] == [[[1, 0]], [[1, 1]], [[0, 1]], [[1, 0]]]


def test_the_text_that_is_drawn_does_not_depend_on_its_order() -> None:
    texts = [f"a text of five words {number}" for number in range(100)]
    drawn = teacher._drawn(texts, 60)
    assert len(drawn) == 10 and drawn == teacher._drawn(reversed(texts), 60)
    assert set(drawn) < set(teacher._drawn(texts, 120))
    assert teacher._drawn([*texts, *texts], 600) == teacher._drawn(texts, 600)
    assert len(set(teacher._drawn(texts, 600))) == 100


def test_a_student_learns_from_text_for_all_heads_and_keeps_none_of_its_words(
    documents: tuple[Document, ...], tmp_path: Path
) -> None:
    diseases = tuple(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    both = {"ncbi": Corpus({"train": diseases}), "cdr": Corpus({"train": documents[:5], "dev": documents[5:7]})}
    made = bionym.train(model="bilstm_crf", corpora=both, settings=[*SMALL, "training.epochs=3", "held_out=0"])
    made.save(tmp_path / "teacher")
    (tmp_path / "new.txt").write_text("Zzyzxol caused nausea and severe headache in most patients .\n" * 3)
    plain = [*SMALL, "training.epochs=1", "held_out=0"]
    settings = [*plain, f"teacher.model={tmp_path / 'teacher'}", f"teacher.text={tmp_path / 'new.txt'}"]
    settings += ["teacher.least_score=0", "teacher.plain=1"]
    student = bionym.train(model="bilstm_crf", corpora=both, settings=settings)
    student.save(tmp_path / "student")
    card = (tmp_path / "student" / "model_card.md").read_text()
    assert "Besides, 1 sentences of raw text (10 tokens)" in card
    assert "zzyzxol" not in (tmp_path / "student" / "words.json").read_text().lower()
    alone = bionym.train(model="bilstm_crf", corpora=both, settings=plain)
    assert student.record.training.steps == alone.record.training.steps + 1


@pytest.mark.parametrize(
    ("heads", "message"),
    [([head("Gene")], "does not find Gene"), ([head("Disease", name="other")], None)],
)
def test_a_teacher_must_give_the_labels_that_are_learned(
    crf: Path, text: Path, heads: list[Head], message: str | None
) -> None:
    settings = Teacher(model=crf, text=str(text))
    if message is None:
        assert teacher.taught(settings, heads, SENTENCES, {})[0]
    else:
        with pytest.raises(ConfigError, match=message):
            teacher.taught(settings, heads, SENTENCES, {})


def test_a_teacher_of_several_corpora_must_know_the_name_of_each(text: Path, tmp_path: Path) -> None:
    diseases = tuple(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    both = {name: Corpus({"train": diseases[:10]}) for name in ("a", "b")}
    settings = [*SMALL, "training.epochs=1", "held_out=0"]
    bionym.train(model="bilstm_crf", corpora=both, settings=settings).save(tmp_path / "two")
    with pytest.raises(ConfigError, match="no head 'c'; it has a, b"):
        teacher.taught(Teacher(model=tmp_path / "two", text=str(text)), [head("Disease", name="c")], SENTENCES, {})


def test_a_teacher_needs_text(crf: Path) -> None:
    config = configuration.load(bilstm_crf.Config, None, [f"teacher.model={crf}"])
    with pytest.raises(ConfigError, match=r"teacher\.text"):
        teacher.taught(config.teacher, [head("Disease")], SENTENCES, {})
