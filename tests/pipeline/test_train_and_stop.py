"""Training as programs use it: leaks, stopping from another thread, and what is kept."""

import threading
from pathlib import Path
from typing import Any

import pytest

import bionym
from bionym.data import Corpus, Document
from bionym.errors import ConfigError, InputError, StoppedError, UsageError
from bionym.training.interruption import Stop

GOLD = Path(__file__).parents[1] / "gold"
QUICK = ("training.max_iterations=5", "features.gazetteer=false", "features.clusters=false")


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))


@pytest.mark.parametrize("model", ["crf", pytest.param("bilstm_crf", marks=pytest.mark.needs("torch", "onnx"))])
def test_documents_in_training_and_development_data_are_an_error(model: str, documents: list[Document]) -> None:
    with pytest.raises(InputError, match=r"2 documents are in more than one split: ncbi-1 \(train and dev\)"):
        bionym.train(documents, model=model, dev=documents[:2])


def test_where_leaks_are_allowed_record_and_card_name_them(documents: list[Document], tmp_path: Path) -> None:
    tagger = bionym.train(documents, dev=documents[:2], settings=QUICK, allow_leaks=True)
    (shared,) = tagger.record.shared_documents
    assert (shared.corpus, shared.other, shared.split, shared.documents) == ("", "", "dev", 2)
    tagger.save(tmp_path / "model")
    card = (tmp_path / "model" / "model_card.md").read_text(encoding="utf-8")
    assert "are also in the dev data: scores there are too high." in card


def test_a_corpus_that_the_configuration_names_may_not_leak_either(tmp_path: Path) -> None:
    path = GOLD / "conll" / "ncbi.tsv"
    config = tmp_path / "config.toml"
    config.write_text(f'[corpora.ncbi]\nformat = "conll"\ntrain = "{path}"\ndev = "{path}"\n', encoding="utf-8")
    with pytest.raises(InputError, match="are in more than one split"):
        bionym.train(config=config)


def test_a_crf_learns_from_the_corpus_that_its_configuration_names(documents: list[Document], tmp_path: Path) -> None:
    path = GOLD / "conll" / "ncbi.tsv"
    config = tmp_path / "config.toml"
    config.write_text(
        f'[corpora.ncbi]\nformat = "conll"\ntrain = "{path}"\nlabels = {{ Disease = "problem" }}\n', encoding="utf-8"
    )
    tagger = bionym.train(config=config, settings=QUICK)
    assert tagger.tagger.labels == ("problem",) and tagger.record.data.sources == (f"ncbi: {path}",)
    with pytest.raises(ConfigError, match="so documents cannot be given"):
        bionym.train(documents, config=config)


def test_a_crf_refuses_several_corpora(documents: list[Document]) -> None:
    corpora = {name: Corpus({"train": (one,)}) for name, one in zip("ab", documents, strict=False)}
    with pytest.raises(ConfigError, match="has one head, and is trained on one corpus; there are 2: a, b"):
        bionym.train(corpora=corpora)


def test_an_ensemble_is_not_trained(documents: list[Document]) -> None:
    with pytest.raises(UsageError, match="is not trained. Combine trained models"):
        bionym.train(documents, model="ensemble")


class StopAfter(Stop):
    """Asks to stop, from a thread of its own, once so many steps were reported."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._left = number

    def step(self, info: Any, /) -> None:
        self._left -= 1
        if not self._left:
            thread = threading.Thread(target=self.request)
            thread.start()
            thread.join()


@pytest.mark.needs("torch", "onnx")
def test_a_training_that_another_thread_stopped_goes_on_to_the_same_weights(
    documents: list[Document], tmp_path: Path
) -> None:
    from tests.models.small import SMALL

    settings = [*SMALL, "training.epochs=3", "training.report_steps=1", "held_out=0"]
    whole = bionym.train(documents, model="bilstm_crf", settings=settings)
    with pytest.raises(StoppedError, match="Stopped in epoch 1, after step 4.*run the same command again to resume"):
        bionym.train(documents, model="bilstm_crf", settings=settings, folder=tmp_path / "run", monitors=[StopAfter(4)])
    again = bionym.train(documents, model="bilstm_crf", settings=settings, folder=tmp_path / "run")
    for name, tagger in (("whole", whole), ("again", again)):
        tagger.save(tmp_path / name)
    weights = [(tmp_path / name / "network.safetensors").read_bytes() for name in ("whole", "again")]
    assert weights[0] == weights[1]


def test_a_crf_is_stopped_after_a_pass_over_the_data(documents: list[Document]) -> None:
    stop = Stop()
    stop.request()
    with pytest.raises(StoppedError, match="Stopped with 1 of 5 iterations"):
        bionym.train(documents, settings=QUICK, monitors=[stop])
