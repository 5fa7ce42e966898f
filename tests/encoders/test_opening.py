"""Encoders of every family are opened from a folder, checked, and say what they are."""

import json
from pathlib import Path

import pytest
import torch

from bionym.encoders import folders
from bionym.encoders.networks import Encoder, open_encoder, open_masked, save_encoder
from bionym.encoders.opening import is_cased, mismatch, open_tokenizer
from bionym.errors import ModelError
from tests.encoders import families


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return families.bert(tmp_path_factory.mktemp("bert"))


def states(encoder: Encoder, words: list[str]) -> torch.Tensor:
    specials = encoder.subwords.specials
    inner = [number for ids in encoder.subwords.of_words(words) for number in ids]
    with torch.no_grad():
        found: torch.Tensor = encoder.network(
            input_ids=torch.tensor([[*specials.start, *inner, *specials.end]])
        ).last_hidden_state
    return found


@pytest.mark.parametrize("name", families.FAMILIES)
def test_every_family_opens_and_reads_as_much_as_it_can(name: str, tmp_path: Path) -> None:
    encoder = open_encoder(families.FAMILIES[name](tmp_path))
    assert encoder.about.startswith(f"{name}, 2 layers of 32, {'uncased' if name == 'bert' else 'cased'}")
    specials = encoder.subwords.specials
    assert specials.max_subwords == (62 if name == "roberta" else 64)
    assert len(specials.start) == len(specials.end) == 1 and specials.mask >= 0
    assert states(encoder, ["fever"] * specials.room)[:, : specials.room].shape[1] == specials.room


def test_the_old_layout_gives_the_same_states(bert: Path, tmp_path: Path) -> None:
    old = open_encoder(families.old_layout(tmp_path / "old", bert))
    words = ["Mild", "ataxia"]
    assert torch.equal(states(old, words), states(open_encoder(bert), words))


def test_a_cased_vocabulary_stays_cased_in_the_old_layout(tmp_path: Path) -> None:
    cased = families.bert(tmp_path / "new", lowercase=False)
    assert open_encoder(families.old_layout(tmp_path / "old", cased)).subwords.specials.is_cased


def test_what_the_old_layout_says_of_case_is_followed_and_said_to_be_odd(tmp_path: Path) -> None:
    cased = families.bert(tmp_path / "new", lowercase=False)
    old = families.old_layout(tmp_path / "old", cased)
    (old / "tokenizer_config.json").write_text('{"do_lower_case": true}', encoding="utf-8")
    tokenizer = open_tokenizer(old)
    assert not is_cased(tokenizer) and "vocabulary is cased" in (mismatch(tokenizer) or "")


def test_byte_level_files_of_the_old_kind_open_like_the_new(tmp_path: Path) -> None:
    new = families.byte_level()
    new.model.save(str(tmp_path))
    old = open_tokenizer(tmp_path)
    text = "Mild ataxia, naïve β-blocker."
    assert old.encode(text).tokens == new.encode(text).tokens


@pytest.mark.parametrize(
    ("removed", "said"),
    [
        ("config.json", "holds no config.json"),
        ("model.safetensors", "holds no weights: expected model.safetensors or pytorch_model.bin"),
        ("tokenizer.json", "holds no tokenizer: expected one of tokenizer.json"),
    ],
)
def test_a_missing_file_is_named(removed: str, said: str, bert: Path, tmp_path: Path) -> None:
    for path in bert.iterdir():
        if path.name != removed:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(ModelError, match=said):
        folders.locate(tmp_path)


def test_weights_that_are_not_whole_are_refused(bert: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    for path in bert.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = load_file(tmp_path / "model.safetensors")
    weights.pop("encoder.layer.1.output.dense.weight")
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"1 tensors are missing, the first is encoder\.layer\.1"):
        open_encoder(tmp_path)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_damaged_file_is_an_error_of_ours(name: str, bert: Path, tmp_path: Path) -> None:
    for path in bert.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:100])
    with pytest.raises(ModelError):
        open_encoder(tmp_path)


def test_a_tokenizer_of_another_encoder_is_refused(bert: Path, tmp_path: Path) -> None:
    for path in bert.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    families.byte_level().save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(ModelError, match="do not belong together"):
        open_encoder(tmp_path)


def test_an_unknown_id_says_that_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="nothing is fetched by default"):
        folders.locate("nobody/nothing")


def test_padding_and_truncation_of_a_tokenizer_are_off(bert: Path, tmp_path: Path) -> None:
    table = json.loads((bert / "tokenizer.json").read_text(encoding="utf-8"))
    table["truncation"] = {"max_length": 4, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}
    (tmp_path / "tokenizer.json").write_text(json.dumps(table), encoding="utf-8")
    assert len(open_tokenizer(tmp_path).encode("Mild ataxia and fever after aspirin").ids) > 6


def test_a_saved_encoder_is_the_same_for_us_and_for_transformers(bert: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    encoder = open_encoder(bert)
    save_encoder(encoder, tmp_path)
    again = open_encoder(tmp_path)
    assert again.subwords.specials == encoder.subwords.specials
    assert torch.equal(states(again, ["fever"]), states(encoder, ["fever"]))
    ids = AutoTokenizer.from_pretrained(tmp_path)("fever")["input_ids"]
    assert tuple(ids[1:-1]) == encoder.subwords.of_words(["fever"])[0]


def test_a_masked_language_model_is_made_above_an_encoder_that_has_none(bert: Path) -> None:
    encoder = open_masked(bert)
    logits = encoder.network(input_ids=torch.tensor([[2, 7, 3]])).logits
    assert logits.shape == (1, 3, encoder.network.config.vocab_size)
