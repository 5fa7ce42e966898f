"""One suite over every engine: the documents that the tagger itself gives, one for one, in order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bionym
from bionym import plugins
from bionym.data import Document
from bionym.engines import local
from bionym.protocols import Tagger
from bionym.trained import store

GOLD = Path(__file__).parents[1] / "gold"
every_engine = pytest.mark.parametrize("name", plugins.names("engines"))


@pytest.fixture(scope="module", params=["crf", "bilstm_crf_two_heads"])
def tagger(request: pytest.FixtureRequest) -> Tagger:
    return store.load(GOLD / "models" / request.param)


def documents() -> list[Document]:
    """Documents with tokens, raw text, texts without anything in them, and one that comes twice."""
    tokens = list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    raw = [Document(f"raw {one.id}", one.text) for one in tokens]
    return [*tokens, Document("nothing", ""), *raw, Document("blank", " \n "), *tokens[:1]]


def engine(name: str) -> Any:
    return plugins.find("engines", name)


def test_the_local_engine_gives_what_the_tagger_gives(tagger: Tagger) -> None:
    assert list(local.run(tagger, documents())) == list(tagger.predict(documents()))


@every_engine
def test_every_engine_gives_what_the_local_one_gives_in_order(name: str, tagger: Tagger) -> None:
    expected = list(local.run(tagger, documents()))
    assert any(one.entities for one in expected)
    assert list(engine(name).run(tagger, iter(documents()))) == expected


@every_engine
def test_no_documents_give_none(name: str, tagger: Tagger) -> None:
    assert list(engine(name).run(tagger, ())) == []


@every_engine
def test_an_error_among_the_documents_reaches_whoever_asks(name: str, tagger: Tagger) -> None:
    def broken() -> Iterator[Document]:
        yield documents()[0]
        raise ValueError("a broken file")

    with pytest.raises(ValueError, match="a broken file"):
        list(engine(name).run(tagger, broken()))
