"""One tagger, used by several threads at once, finds what it finds in one."""

import gc
import sys
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

import bionym
from bionym.data import Document
from bionym.heads.batches import MOST_OVERLAPPING, no_search_for_cycles, tag_in_batches
from bionym.lexicon import terms
from bionym.linear_chain import emissions
from tests.models import small

NUM_THREADS, NUM_ROUNDS = 8, 2


@pytest.fixture
def switching() -> Iterator[None]:
    """Threads that change places as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.fixture(scope="module")
def texts(diseases: list[Document], chemicals: list[Document]) -> list[Document]:
    """Raw text in short documents, so that each brings words which no other has."""
    lines = [line for document in (*diseases, *chemicals) for line in document.text.split(". ") if line]
    return [Document(str(number), line) for number, line in enumerate(lines)]


@pytest.fixture(scope="module")
def crf(diseases: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crf") / "model"
    (folder.parent / "names.txt").write_text("breast cancer\novarian cancer\nmyotonic dystrophy\n", encoding="utf-8")
    settings = [
        "training.max_iterations=15",
        "features.clusters=false",
        f"features.gazetteer.lists.names={folder.parent / 'names.txt'}",
    ]
    bionym.train(diseases, settings=settings).save(folder)
    return folder


def each_alone(tagger: bionym.Pipeline, documents: list[Document]) -> list[Document]:
    return [found for one in documents for found in tagger.predict([one])]


def hammer(folder: Path, documents: list[Document]) -> None:
    """Eight threads, each from another place, with a tagger that has met nothing yet; several times."""
    expected = each_alone(bionym.load(folder), documents)
    for _ in range(NUM_ROUNDS):
        tagger, start = bionym.load(folder), Barrier(NUM_THREADS)

        def predict(number: int, tagger: bionym.Pipeline = tagger, start: Barrier = start) -> list[Document]:
            at = number * len(documents) // NUM_THREADS
            start.wait()
            found = each_alone(tagger, documents[at:] + documents[:at])
            return found[len(documents) - at :] + found[: len(documents) - at]

        with ThreadPoolExecutor(NUM_THREADS) as pool:
            assert all(found == expected for found in pool.map(predict, range(NUM_THREADS)))


@pytest.mark.parametrize("most", [20, 100_000], ids=["forgetting", "remembering"])
@pytest.mark.usefixtures("switching")
def test_a_feature_crf_finds_the_same_in_several_threads(
    crf: Path, texts: list[Document], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emissions, "MAX_CELLS", most)
    monkeypatch.setattr(terms, "MOST_REMEMBERED", most)
    hammer(crf, texts)


@pytest.mark.needs("torch", "onnx")
@pytest.mark.parametrize("most", [20, 100_000], ids=["forgetting", "remembering"])
@pytest.mark.usefixtures("switching")
def test_a_network_finds_the_same_in_several_threads(
    diseases: list[Document], texts: list[Document], most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bionym.models.bilstm_crf import runtime

    monkeypatch.setattr(runtime, "MOST_REMEMBERED", most)
    settings = [*small.SMALL, "training.epochs=4", "training.learning_rate=0.03", "held_out=0"]
    bionym.train(diseases, model="bilstm_crf", settings=settings).save(tmp_path / "model")
    hammer(tmp_path / "model", texts[:40])


@pytest.mark.needs("torch", "onnx", "transformers")
@pytest.mark.parametrize("most", [20, 100_000], ids=["forgetting", "remembering"])
@pytest.mark.usefixtures("switching")
def test_subwords_are_the_same_in_several_threads(
    texts: list[Document], most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bionym.encoders import subwords
    from tests.encoders import families
    from tests.models.test_transformer import QUICK, notes

    monkeypatch.setattr(subwords, "MOST_REMEMBERED", most)
    encoder = families.bert(tmp_path / "encoder")
    settings = [*QUICK, "training.epochs=3", f"encoder={encoder}"]
    bionym.train(notes(), model="transformer", settings=settings).save(tmp_path / "model")
    hammer(tmp_path / "model", texts[:40])


def test_the_cycle_collector_is_on_again_when_the_last_thread_is_done() -> None:
    first, second = no_search_for_cycles(), no_search_for_cycles()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_the_cycle_collector_is_on_again_after_an_error() -> None:
    def fail(documents: list[Document]) -> list[Document]:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        list(tag_in_batches([Document("1", "fever")], fail))
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with no_search_for_cycles():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_cycles_are_collected_though_some_thread_is_always_predicting() -> None:
    class Cycle:
        own: "Cycle"

    cycle = Cycle()
    cycle.own, gone = cycle, weakref.ref(cycle)
    del cycle
    current = no_search_for_cycles()
    current.__enter__()
    for _ in range(MOST_OVERLAPPING):
        following = no_search_for_cycles()
        following.__enter__()
        current.__exit__(None, None, None)
        current = following
    assert not gc.isenabled() and gone() is None
    current.__exit__(None, None, None)
    assert gc.isenabled()
