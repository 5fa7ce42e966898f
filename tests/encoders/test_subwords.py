"""Our tokens in subwords: as the encoder would write the text, and never without one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from bionym.data import Document
from bionym.encoders.opening import open_subwords
from bionym.encoders.subwords import Subwords
from bionym.errors import ModelError
from bionym.text.prepare import tokenized
from tests.encoders import families

KINDS: dict[str, Callable[[], Tokenizer]] = {
    "wordpiece": lambda: families.wordpiece(lowercase=False),
    "byte level": families.byte_level,
    "unigram": families.unigram,
}


@pytest.fixture(params=KINDS)
def subwords(request: pytest.FixtureRequest, tmp_path: Path) -> Subwords:
    KINDS[request.param]().save(str(tmp_path / "tokenizer.json"))
    return open_subwords(tmp_path, 64)


def test_tokens_together_are_the_text_as_the_encoder_writes_it(subwords: Subwords) -> None:
    document = tokenized(Document("1", "Mild ataxia, (fever)  after Aspirin."))
    ids = [number for own in subwords.of_tokens(document) for number in own]
    whole = subwords.tokenizer.encode(" Mild ataxia, (fever) after Aspirin.", add_special_tokens=False)
    assert [subwords.tokenizer.id_to_token(one) for one in ids] == whole.tokens


@pytest.mark.parametrize("word", ["\x00", "\u200b", "\u0301", "🙂", "\ud800", "語" * 300, "a" * 3000])
def test_every_token_has_a_subword(word: str, subwords: Subwords) -> None:
    assert all(len(ids) for ids in subwords.of_words(["fever", word]))


def test_a_tokenizer_is_saved_and_loaded(subwords: Subwords, tmp_path: Path) -> None:
    subwords.save(tmp_path)
    again = Subwords.load(tmp_path)
    assert again.specials == subwords.specials
    assert again.of_words(["Ataxia-telangiectasia"]) == subwords.of_words(["Ataxia-telangiectasia"])


def test_a_missing_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"subwords\.json is missing"):
        Subwords.load(tmp_path)
