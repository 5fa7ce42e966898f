"""Real abstracts that the models' tests learn from."""

from pathlib import Path

import pytest

import bionym
from bionym.data import Document

GOLD = Path(__file__).parents[1] / "gold"


@pytest.fixture(scope="session")
def diseases() -> list[Document]:
    """Abstracts of NCBI-disease, tokenised."""
    return list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))


@pytest.fixture(scope="session")
def chemicals() -> list[Document]:
    """Abstracts of BC5CDR: diseases and chemicals."""
    return list(bionym.read(GOLD / "pubtator" / "bc5cdr.PubTator.txt", "pubtator"))
