"""Plans over samples, and two models that need no time: one without chance, one whose seed decides what it misses."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bionym import plugins
from bionym.config import Settings
from bionym.data import Corpus, Document
from bionym.errors import ModelError
from bionym.heads.fitted import Fitted
from bionym.heads.settings import CorpusSettings
from bionym.training.settings import TrainingSettings

GOLD = Path(__file__).parents[1] / "gold"

CORPORA = """
[corpora.ncbi]
format = "conll"
train = "conll/ncbi.tsv"
devel = "conll/ncbi.tsv"
test = "conll/ncbi.tsv"

[corpora.cdr]
train = "pubtator/bc5cdr.PubTator.txt"
test = "bioc_xml/bc5cdr.BioC.xml"
"""

Writing = Callable[..., Path]


class Seeded(Settings):
    corpora: dict[str, CorpusSettings] = {}
    training: TrainingSettings = TrainingSettings(learning_rate=0.1)

    @property
    def seed(self) -> int:
        return self.training.seed


class NoEpochs(Settings):
    """A table of settings for a training without a loop."""


class Steady(Settings):
    corpora: dict[str, CorpusSettings] = {}
    training: NoEpochs = NoEpochs()
    seed: int = 1
    missed: int = 0


class Knowing:
    """Knows the gold entities but the first few, under the labels it was trained with; so every figure is known."""

    PACKAGES = ()
    sources = ("",)

    def __init__(self, labels: Iterable[str], missed: int) -> None:
        self.labels, self.missed, self.config = tuple(sorted(labels)), missed, SimpleNamespace(seed=1)

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        left = self.missed
        for document in documents:
            yield document.with_entities(document.entities[left:])
            left = max(0, left - len(document.entities))

    def of_source(self, name: str) -> "Knowing":
        return self

    def save(self, folder: Path) -> None:
        (folder / "config.toml").write_text(f'model = "steady"\nmissed = {self.missed}\n', encoding="utf-8")


class Models:
    """What the fake models have been asked to do."""

    def __init__(self) -> None:
        self.learned: list[tuple[str, ...]] = []  # ids of documents, a tuple each training
        self.texts: list[str] = []
        self.stop_at = 0  # the training that is interrupted
        self.fail_at = 0  # the training that fails

    def fit(self, corpora: Mapping[str, Corpus], config: Any, **how: Any) -> Fitted:
        given = [document for corpus in corpora.values() for document in corpus["train"]]
        self.learned.append(tuple(document.id for document in given))
        self.texts.append("\n".join(document.text for document in given))
        if len(self.learned) == self.stop_at:
            raise KeyboardInterrupt
        if len(self.learned) == self.fail_at:
            raise ModelError("There is nothing to learn\nfrom.")
        missed = config.training.seed if isinstance(config, Seeded) else config.missed
        knowing = Knowing({entity.label for document in given for entity in document.entities}, missed)
        return Fitted(knowing, None, {})


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Models:
    made, find = Models(), plugins.find
    parts = {
        "seeded": SimpleNamespace(Config=Seeded, fit=made.fit),
        "steady": SimpleNamespace(
            Config=Steady, fit=made.fit, load=lambda folder: Knowing((), 0), optional_files=lambda folder: ()
        ),
    }

    def found(room: str, name: str) -> Any:
        return parts[name] if room == "models" and name in parts else find(room, name)

    monkeypatch.setattr(plugins, "find", found)
    return made


@pytest.fixture
def write_plan(tmp_path: Path) -> Writing:
    def write(text: str, corpora: str = CORPORA) -> Path:
        path = tmp_path / "plan.toml"
        path.write_text(text + corpora, encoding="utf-8")
        return path

    return write
