"""One suite over every kind of model: it learns, is saved and loaded, and finds the same whatever stands beside a document.

A kind that is trained learns ten sentences here, under `tests.models.small`; of one that is not, a saved model lies in
`tests/gold/models` under its name.
"""

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest

import bionym
from bionym import plugins
from bionym.data import Corpus, Document, Span, entity
from bionym.data.align import align
from bionym.errors import BionymError, ConfigError, ModelError, UnknownNameError
from bionym.heads.fitted import Trainable
from bionym.protocols import Tagger
from bionym.trained import store
from tests.models import small

GOLD = Path(__file__).parents[1] / "gold"
SAVED = GOLD / "models"
CLOSE = 2e-5  # scores of networks are sums of 32 bits, added in an order of the batch's own
BLANK = (Document("nothing", ""), Document("blank", " \n\t \n"))


def family(name: str) -> Any:
    return pytest.param(name, marks=[pytest.mark.needs(package) for package in small.NEEDS.get(name, ())])


def sample(name: str) -> Any:
    needs = small.NEEDS_TO_PREDICT.get(store.kind_of(SAVED / name), ())
    return pytest.param(name, marks=[pytest.mark.needs(package) for package in needs])


NAMES = plugins.names("models")
TRAINED = [name for name in NAMES if isinstance(plugins.find("models", name), Trainable)]
every_family = pytest.mark.parametrize("name", list(map(family, NAMES)))
every_trained_family = pytest.mark.parametrize("name", list(map(family, TRAINED)))
PREDICTIONS = ".predictions.jsonl"  # beside a saved model


def sentences(documents: Iterable[Document]) -> Iterator[Document]:
    """Each sentence as a document, with the entities and tokens in it."""
    for document in documents:
        for number, (start, end) in enumerate(document.sentences):
            entities = [
                entity(one.start - start, one.end - start, one.label)
                for one in document.entities
                if start <= one.start and one.end <= end
            ]
            tokens = tuple(one.shift(-start) for one in document.tokens if start <= one.start and one.end <= end)
            text = document.text[start:end]
            yield Document(
                f"{document.id} {number}",
                text,
                entities=tuple(entities),
                tokens=tokens,
                sentences=(Span(0, len(text)),),
            )


@functools.cache
def ten() -> tuple[Document, ...]:
    """Sentences of NCBI-disease with an entity."""
    documents = bionym.read(GOLD / "conll" / "ncbi.tsv", "conll")
    return tuple([one for one in sentences(documents) if one.entities][:10])


@functools.cache
def abstracts() -> tuple[Document, ...]:
    """Abstracts of BC5CDR, as raw text would come: without tokens."""
    return tuple(bionym.read(GOLD / "pubtator" / "bc5cdr.PubTator.txt", "pubtator"))


@functools.cache
def asked() -> tuple[Document, ...]:
    """What the models are asked: what they learned, raw text, and texts without anything in them."""
    return (*ten(), *(Document(f"raw {one.id}", one.text) for one in (*ten(), *abstracts())), *BLANK)


@pytest.fixture(scope="module")
def tagger_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Tagger]:
    """A tagger of each kind, trained at its first use."""

    @functools.cache
    def found(name: str) -> Tagger:
        if name not in TRAINED:
            return store.load(SAVED / name)
        settings = small.settings(name, ten(), tmp_path_factory.mktemp(name))
        return bionym.train(ten(), model=name, settings=settings).tagger

    return found


@pytest.fixture(scope="module")
def with_two_heads(
    tmp_path_factory: pytest.TempPathFactory, tagger_of: Callable[[str], Tagger]
) -> Callable[[str], Tagger]:
    """A tagger of each kind that learned from two corpora; of a kind that refuses two, the one with one head."""
    corpora = {"ncbi": Corpus({"train": ten()}), "cdr": Corpus({"train": abstracts()})}

    @functools.cache
    def found(name: str) -> Tagger:
        settings = small.settings(name, [*ten(), *abstracts()], tmp_path_factory.mktemp(name))
        try:
            return bionym.train(model=name, corpora=corpora, settings=settings).tagger
        except ConfigError as error:
            assert "one corpus" in str(error)
            return tagger_of(name)

    return found


def places(documents: Iterable[Document]) -> dict[str, list[tuple[Any, ...]]]:
    return {one.id: [(entity.spans, entity.label, entity.attributes) for entity in one.entities] for one in documents}


def scores(documents: Iterable[Document]) -> list[float]:
    by_id = sorted(documents, key=lambda one: one.id)
    return [entity.score for document in by_id for entity in document.entities if entity.score is not None]


def predicted(tagger: Tagger, documents: Iterable[Document] | None = None) -> list[Document]:
    return list(tagger.predict(asked() if documents is None else documents))


def assert_same(found: list[Document], expected: list[Document]) -> None:
    assert places(found) == places(expected)
    assert scores(found) == pytest.approx(scores(expected), abs=CLOSE)


def saved(tagger: Tagger, folder: Path) -> Path:
    store.save(tagger, folder, None)
    return folder


def test_every_kind_that_is_not_trained_has_a_saved_model() -> None:
    assert all((SAVED / name / "config.toml").is_file() for name in NAMES if name not in TRAINED)


@every_trained_family
def test_it_learns_ten_sentences(name: str, tagger_of: Callable[[str], Tagger]) -> None:
    assert len(ten()) == 10
    assert bionym.evaluate(ten(), tagger_of(name).predict(ten())).f1 > 0.9


@every_family
def test_it_finds_something_in_raw_text(name: str, tagger_of: Callable[[str], Tagger]) -> None:
    assert any(one.entities for one in predicted(tagger_of(name)) if one.id.startswith("raw"))


@every_family
def test_a_saved_model_finds_the_same_to_the_bit(name: str, tagger_of: Callable[[str], Tagger], tmp_path: Path) -> None:
    loaded = store.load(saved(tagger_of(name), tmp_path / "model"))
    assert predicted(loaded) == predicted(tagger_of(name))
    assert (loaded.labels, loaded.sources) == (tagger_of(name).labels, tagger_of(name).sources)


@every_family
def test_a_model_that_is_saved_again_is_the_same_to_the_byte(
    name: str, tagger_of: Callable[[str], Tagger], tmp_path: Path
) -> None:
    first = saved(tagger_of(name), tmp_path / "model")
    assert contents(saved(store.load(first), tmp_path / "again")) == contents(first)


@every_family
def test_order_and_neighbours_change_nothing(name: str, tagger_of: Callable[[str], Tagger]) -> None:
    tagger = tagger_of(name)
    together = predicted(tagger)
    assert_same(predicted(tagger, asked()[::-1]), together)
    assert_same([next(iter(tagger.predict([one]))) for one in asked()], together)
    assert_same(predicted(tagger, asked()[::2]), together[::2])


@every_family
def test_the_size_of_batches_changes_nothing(
    name: str, tagger_of: Callable[[str], Tagger], monkeypatch: pytest.MonkeyPatch
) -> None:
    together = predicted(tagger_of(name))
    monkeypatch.setattr("bionym.heads.batches.BATCH_CHARS", 300)
    assert_same(predicted(tagger_of(name)), together)


@every_family
def test_entities_that_documents_have_already_are_ignored(name: str, tagger_of: Callable[[str], Tagger]) -> None:
    bare = [one.with_entities(()) for one in asked()]
    assert predicted(tagger_of(name), bare) == predicted(tagger_of(name))


@every_family
def test_documents_come_back_in_order_with_their_text(name: str, tagger_of: Callable[[str], Tagger]) -> None:
    found = predicted(tagger_of(name))
    assert [(one.id, one.text, one.passages) for one in found] == [(one.id, one.text, one.passages) for one in asked()]


@every_family
def test_nothing_is_found_in_empty_and_blank_documents(name: str, tagger_of: Callable[[str], Tagger]) -> None:
    assert [one.entities for one in predicted(tagger_of(name), BLANK)] == [(), ()]
    assert predicted(tagger_of(name), ()) == []


@every_family
def test_entities_lie_in_the_text_on_the_edges_of_tokens(name: str, tagger_of: Callable[[str], Tagger]) -> None:
    for document in predicted(tagger_of(name)):
        for one in document.entities:
            assert 0 <= one.start < one.end <= len(document.text)
            aligned = [align(document.tokens, span) for span in one.spans]
            assert all(place is not None and place.is_exact for place in aligned)


@every_family
def test_scores_are_probabilities(name: str, tagger_of: Callable[[str], Tagger]) -> None:
    entities = [one for document in predicted(tagger_of(name)) for one in document.entities]
    assert all(one.score is not None and 0 <= one.score <= 1 for one in entities)


@every_family
def test_what_it_finds_has_its_labels_and_sources(name: str, tagger_of: Callable[[str], Tagger]) -> None:
    tagger = tagger_of(name)
    entities = [one for document in predicted(tagger) for one in document.entities]
    assert tuple(sorted(set(tagger.labels))) == tagger.labels
    assert {one.label for one in entities} <= set(tagger.labels)
    assert len(set(tagger.sources)) == len(tagger.sources) > 0
    expected = set(tagger.sources) if len(tagger.sources) > 1 else {None}
    assert {one.attributes.get("source") for one in entities} <= expected


@every_family
def test_there_is_no_head_of_another_name(name: str, tagger_of: Callable[[str], Tagger]) -> None:
    with pytest.raises(UnknownNameError):
        tagger_of(name).of_source("nothere")


@every_trained_family
def test_each_head_alone_finds_what_its_corpus_taught(name: str, with_two_heads: Callable[[str], Tagger]) -> None:
    check_heads(with_two_heads(name))
    whole = with_two_heads(name)
    if len(whole.sources) == 2:
        assert bionym.evaluate(ten(), whole.of_source("ncbi").predict(ten())).f1 > 0.9
        assert bionym.evaluate(abstracts(), whole.of_source("cdr").predict(abstracts())).f1 > 0.5
        assert whole.of_source("ncbi").labels == ("Disease",)


@pytest.mark.parametrize(
    "name", [sample(path.name.removesuffix(PREDICTIONS)) for path in sorted(SAVED.glob(f"*{PREDICTIONS}"))]
)
def test_each_head_of_a_saved_model_finds_alone_what_it_finds_among_others(name: str) -> None:
    check_heads(store.load(SAVED / name))


def check_heads(whole: Tagger) -> None:
    """Each head alone finds all that stands under its name among what the whole model finds, and twice alone is once alone."""
    together = predicted(whole)
    for source in whole.sources:
        alone = whole.of_source(source)
        assert alone.sources == (source,)
        assert set(alone.labels) <= set(whole.labels)
        found = predicted(alone)
        assert predicted(alone.of_source(source)) == found
        for one, other in zip(found, together, strict=True):
            own = {(entity.spans, entity.label) for entity in one.entities}
            assert own >= {
                (entity.spans, entity.label)
                for entity in other.entities
                if entity.attributes.get("source", source) == source
            }
    assert {one.label for document in together for one in document.entities} <= set(whole.labels)


@every_family
def test_it_finds_the_same_without_the_files_that_it_need_not_have(
    name: str, tagger_of: Callable[[str], Tagger], tmp_path: Path
) -> None:
    folder = saved(tagger_of(name), tmp_path / "model")
    for path in store.optional_files(folder):
        path.unlink(missing_ok=True)
    assert predicted(store.load(folder)) == predicted(tagger_of(name))


@every_family
def test_a_setting_that_there_is_not_is_refused_by_name(
    name: str, tagger_of: Callable[[str], Tagger], tmp_path: Path
) -> None:
    config = saved(tagger_of(name), tmp_path / "model") / "config.toml"
    config.write_text(f'colour = "red"\n{config.read_text(encoding="utf-8")}', encoding="utf-8")
    assert "There is no setting 'colour'" in message_of(ConfigError, config.parent)


@every_family
def test_a_model_of_a_newer_format_is_refused_in_one_line(
    name: str, tagger_of: Callable[[str], Tagger], tmp_path: Path
) -> None:
    config = saved(tagger_of(name), tmp_path / "model") / "config.toml"
    text = config.read_text(encoding="utf-8")
    assert text.startswith(f"format = {store.FORMAT}\n")
    config.write_text(text.replace(f"format = {store.FORMAT}\n", "format = 99\n", 1), encoding="utf-8")
    assert f"format 99, and this version of Bionym reads formats up to {store.FORMAT}" in message_of(
        ModelError, config.parent
    )


def message_of(error: type[BionymError], folder: Path) -> str:
    """What loading a model fails with, in one line."""
    with pytest.raises(error) as raised:
        bionym.load(folder)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@every_trained_family
def test_the_same_seed_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    settings = small.settings(name, ten(), tmp_path / "files")
    quick = [one for one in settings if not one.startswith("training.epochs=")]
    quick += ["training.epochs=2"] * (len(quick) < len(settings))
    first, second = (
        contents(saved(bionym.train(ten(), model=name, settings=quick).tagger, tmp_path / folder))
        for folder in ("first", "second")
    )
    assert first == second


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
