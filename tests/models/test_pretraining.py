"""An encoder pretrained: better than before, as if never interrupted, read by transformers, and nothing left behind."""

import json
import os
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file
from torch import nn

from bionym import config as configuration
from bionym.encoders.networks import open_encoder, open_masked
from bionym.errors import ConfigError, ModelError, OutputError, UsageError
from bionym.models.transformer.pretraining.beginning import begin
from bionym.models.transformer.pretraining.masked import MaskedNetwork, can_keep_apart
from bionym.models.transformer.pretraining.masking import MaskedRows
from bionym.models.transformer.pretraining.settings import PretrainingConfig
from bionym.pretraining import flow
from bionym.pretraining.passes import Passes
from bionym.pretraining.record import WARNING
from bionym.pretraining.running import folder_for_pretraining, part_for_pretraining
from tests.models import pretraining_samples as samples

ROOT = Path(__file__).parents[2]
FAMILIES: dict[str, Any] = {
    "Bert": {},
    "Roberta": {"max_position_embeddings": 66, "pad_token_id": 1},
    "Electra": {"embedding_size": 16},
    "DistilBert": {"dim": 32, "n_heads": 2, "n_layers": 2, "hidden_dim": 64},
    "ModernBert": {
        "local_attention": 4,
        "pad_token_id": 0,
        "cls_token_id": 1,
        "sep_token_id": 2,
        "bos_token_id": 1,
        "eos_token_id": 2,
    },
    "DebertaV2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
}
APART = {"Bert", "Roberta", "Electra", "DistilBert", "ModernBert"}


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.real_text(tmp_path_factory.mktemp("text"))


@pytest.fixture(scope="module")
def made(text: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("encoders") / "tiny"
    return out, samples.pretrain(text, out, "training.report_steps=1", "training.checkpoint_steps=5")


def network_of(family: str) -> Any:
    torch.manual_seed(1)
    size = {"vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    size |= {"intermediate_size": 64, "max_position_embeddings": 64}
    config = getattr(transformers, f"{family}Config")(**{**size, **FAMILIES[family]})
    return getattr(transformers, f"{family}ForMaskedLM")(config).eval()


def rows_of(pieces: list[list[int]]) -> MaskedRows:
    ids_BT = torch.arange(10, 10 + len(pieces) * len(pieces[0])).reshape(len(pieces), -1)
    places_M = torch.tensor([1, 3, 8, 14])
    no_padding_BT = torch.zeros_like(ids_BT, dtype=torch.bool)
    return MaskedRows(ids_BT, torch.tensor(pieces), no_padding_BT, places_M, ids_BT.reshape(-1)[places_M] + 5, 20)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_loss_is_that_of_transformers_at_the_hidden_places(family: str) -> None:
    network, batch = network_of(family), rows_of([[0] * 8, [0] * 8])
    labels_BT = torch.full((16,), -100).index_put((batch.places_M,), batch.gold_M).reshape(2, 8)
    expected = network(input_ids=batch.ids_BT, labels=labels_BT).loss
    found = MaskedNetwork(network).loss(batch)
    assert torch.allclose(found, expected, atol=1e-5)
    assert torch.allclose(network(input_ids=batch.ids_BT, labels=labels_BT).loss, expected)  # as it was, outside


@pytest.mark.parametrize("family", FAMILIES)
def test_pieces_of_a_row_do_not_see_each_other_where_a_family_allows_it(family: str) -> None:
    network = network_of(family)
    assert can_keep_apart(network) is (family in APART)
    if family in APART:
        batch = rows_of([[0, 0, 0, 1, 1, 1, 1, 1], [0] * 8])
        scores_MV = MaskedNetwork(network)(batch)
        batch.ids_BT[0, 4:] += 30
        changed_MV = MaskedNetwork(network)(batch)
        assert torch.allclose(scores_MV[0], changed_MV[0], atol=1e-5)
        assert not torch.allclose(scores_MV[1], changed_MV[1], atol=1e-4)


@pytest.mark.parametrize("family", sorted(APART))
def test_a_row_of_one_piece_and_padding_is_what_transformers_makes_of_it(family: str) -> None:
    network, batch = network_of(family), rows_of([[0] * 8, [0] * 7 + [1]])
    seen_BT = torch.ones(2, 8, dtype=torch.long)
    seen_BT[1, 7] = 0
    expected = network(input_ids=batch.ids_BT, attention_mask=seen_BT).logits.flatten(0, 1)[batch.places_M]
    assert torch.allclose(MaskedNetwork(network)(batch), expected, atol=1e-5)


def test_padding_is_not_seen_where_pieces_cannot_be_kept_apart() -> None:
    model, batch = MaskedNetwork(network_of("DebertaV2"), keeps_apart=False), rows_of([[0] * 8, [0] * 8])
    batch.is_padding_BT[:, 7:] = True
    before_MV = model(batch)
    batch.ids_BT[:, 7:] += 30
    assert torch.allclose(before_MV, model(batch), atol=1e-5)


def test_only_the_head_learns_and_the_vectors_it_shares_stay() -> None:
    model = MaskedNetwork(network_of("Bert"))
    model.learn_only_head(True)
    learning = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert learning and all(name.startswith("network.cls.") for name in learning)
    model.learn_only_head(False)
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_perplexity_on_text_held_out_falls(made: tuple[Path, dict[str, Any]]) -> None:
    before, after = made[1]["scores"]["before"], made[1]["scores"]["after"]
    assert 400 < before["perplexity"] < 800  # about the size of the vocabulary
    assert after["perplexity"] < 0.6 * before["perplexity"] and after["accuracy"] > before["accuracy"]
    assert min(one["perplexity"] for one in made[1]["history"]) == pytest.approx(after["perplexity"])


def test_what_is_saved_is_read_by_transformers_and_gives_the_same(made: tuple[Path, dict[str, Any]]) -> None:
    out = made[0]
    tokenizer = transformers.AutoTokenizer.from_pretrained(out)
    network = transformers.AutoModelForMaskedLM.from_pretrained(out).eval()
    encoder = transformers.AutoModel.from_pretrained(out, add_pooling_layer=False).eval()
    given = tokenizer("Naloxone reverses hypotension.", return_tensors="pt")
    own = open_encoder(out)
    assert given["input_ids"][0].tolist() == own.subwords.tokenizer.encode("Naloxone reverses hypotension.").ids
    states = encoder(**given).last_hidden_state
    assert torch.allclose(states, own.network(**given).last_hidden_state, atol=1e-5)
    assert torch.allclose(states, network.base_model(**given).last_hidden_state, atol=1e-5)
    assert network.config.hidden_dropout_prob == 0.1  # what fine-tuning begins with


def test_a_killed_run_goes_on_to_the_same_weights(
    made: tuple[Path, dict[str, Any]], text: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tiny"
    command = [sys.executable, "-m", "tests.models.pretraining_samples", str(text), str(out), "17"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}, check=False)
    assert done.returncode == -9
    folder = folder_for_pretraining(out)
    packed = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.ints")}
    assert len(packed) == 2 and folder.stat().st_mode & 0o077 == 0 and (folder / "checkpoint.json").is_file()
    with pytest.raises(ConfigError, match="holds a run with another configuration: masked was 0.15, is 0.3"):
        samples.pretrain(text, out, "training.report_steps=1", "training.checkpoint_steps=5", "masked=0.3")
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("*.ints")} == packed
    run = samples.pretrain(text, out, "training.report_steps=1", "training.checkpoint_steps=5")
    expected, found = (load_file(one / "model.safetensors") for one in (made[0], out))
    assert expected.keys() == found.keys() and all(torch.equal(expected[name], found[name]) for name in expected)
    assert run["scores"] == made[1]["scores"] and run["history"] == made[1]["history"]
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_no_text_is_in_the_record_and_the_card_warns(made: tuple[Path, dict[str, Any]], text: Path) -> None:
    out, run = made
    assert json.loads((out / "run.json").read_text(encoding="utf-8")) == json.loads(json.dumps(run))
    written = [(out / name).read_text(encoding="utf-8") for name in ("run.json", "card.md", "config.json")]
    words = {
        word for line in text.read_text(encoding="utf-8").lower().split("\n") for word in line.split() if len(word) > 8
    }
    assert len(words) > 300 and not any(
        word in page.lower().split() for word in words - {"documents"} for page in written
    )
    card = written[1]
    assert WARNING in card and "fewer than 3 documents hold" in card and "| before |" in card


def test_an_encoder_goes_on_with_the_head_it_has(made: tuple[Path, dict[str, Any]], text: Path, tmp_path: Path) -> None:
    settings = [f"encoder={made[0]}", "training.epochs=1", "weights=float16"]
    run = samples.pretrain(text, tmp_path / "more", *settings)
    assert list(run["scores"]) == ["before", "after"] and run["begun_with"] == str(made[0])
    assert run["scores"]["before"]["perplexity"] == pytest.approx(made[1]["scores"]["after"]["perplexity"], rel=1e-3)
    kept = load_file(tmp_path / "more" / "model.safetensors")
    assert {tensor.dtype for tensor in kept.values()} == {torch.float16}
    assert open_masked(tmp_path / "more").subwords.size == open_masked(made[0]).subwords.size
    assert "nothing was added to it" in (tmp_path / "more" / "card.md").read_text(encoding="utf-8")


def test_a_new_head_learns_first_and_is_measured_alone(
    made: tuple[Path, dict[str, Any]], text: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    opened = open_encoder(made[0])
    opened.network.save_pretrained(bare)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (bare / name).write_bytes((made[0] / name).read_bytes())
    said: list[str] = []
    run = samples.pretrain(
        text, tmp_path / "out", f"encoder={bare}", "head_steps=8", "training.epochs=1", say=said.append
    )
    perplexities = [one["perplexity"] for one in run["scores"].values()]
    assert list(run["scores"]) == ["before", "its new output layer learned", "after"]
    assert perplexities[0] > perplexities[1] > perplexities[2]
    assert len(said) == 3 and "documents of" in said[0] and "its new output layer learned" in said[2]


def test_batches_of_parts_are_every_row_once_in_each_pass(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[int]] = []

    def looked_into(model: Any, batches: Any, *, settings: Any, **more: Any) -> Any:
        for epoch in range(1, settings.epochs + 1):
            seen.append([int(row) for batch in batches(epoch)._planned for row in batch.rows])
        raise ModelError("enough")

    monkeypatch.setattr(flow, "fit", looked_into)
    with pytest.raises(ModelError, match="enough"):
        samples.pretrain(text, tmp_path / "out", "training.epochs=2")
    half = len(seen) // 2
    first, second = (list(chain.from_iterable(some)) for some in (seen[:half], seen[half:]))
    assert half > 1 and sorted(first) == sorted(second) == list(range(len(first))) and first != second


@pytest.mark.parametrize(
    ("num_units", "together", "num_steps"), [(23, 4, 12.0), (7, 1, 100.0), (1, 8, 0.2), (40, 5, 3.9)]
)
def test_the_parts_of_a_pass_hold_every_unit_once_and_do_not_part_a_batch(
    num_units: int, together: int, num_steps: float
) -> None:
    passes = Passes(num_units, units_together=together, num_steps=num_steps, score_steps=2, seed=1)
    parts = [passes.part(epoch).tolist() for epoch in range(1, passes.num_parts + 1)]
    assert sorted(chain.from_iterable(parts)) == list(range(num_units))
    assert all(part and len(part) % together == 0 for part in parts[:-1])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (["length=65"], ConfigError, "The setting 'length' is 65, but the encoder reads at most 64"),
        (["network.attention_heads=3"], ConfigError, "a size of 32 cannot be divided by 3"),
        (["text.held_out=0.000001"], ModelError, "0 held out; one of each is needed"),
        (["encoder=nowhere/at/all"], ModelError, "There is no folder nowhere/at/all"),
        (["mask=0.2"], ConfigError, "There is no setting 'mask'. Did you mean 'masked'"),
    ],
)
def test_what_is_wrong_is_said(
    settings: list[str], error: type[Exception], message: str, text: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        samples.pretrain(text, tmp_path / "out", *settings)
    assert list(tmp_path.iterdir()) == []


def test_a_run_stopped_while_text_is_read_says_what_is_left(text: Path, tmp_path: Path) -> None:
    def stop(read: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"\.out\.pretraining holds what was done, text too: the same command"):
        samples.pretrain(text, tmp_path / "out", on_read=stop)


def test_a_run_stopped_while_it_packs_goes_on_to_the_same_rows(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bionym.models.transformer.pretraining import packing

    encoded, taken = packing.encoded, list[int]()

    def stopping(texts: Any, subwords: Any) -> Any:
        if sum(taken) > 60 and not tmp_path.joinpath("stopped").exists():
            tmp_path.joinpath("stopped").touch()
            raise KeyboardInterrupt
        taken.append(len(texts))
        return encoded(texts, subwords)

    def packed(*about: Any, **more: Any) -> Any:
        raise ModelError("packed")

    def rows_of_run(out: Path) -> list[bytes]:
        (folder_for_pretraining(out)).mkdir(mode=0o700, exist_ok=True)  # so that it stays in spite of the error
        with pytest.raises(ModelError, match="^packed$"):
            samples.pretrain(text, out)
        return [path.read_bytes() for path in sorted(folder_for_pretraining(out).glob("*.ints"))]

    monkeypatch.setattr(flow, "fit", packed)
    expected = rows_of_run(tmp_path / "whole")
    for name, number in (("DOCUMENTS_AT_ONCE", 10), ("SUBWORDS_BETWEEN", 2_000)):
        monkeypatch.setattr(packing, name, number)
    monkeypatch.setattr(packing, "encoded", stopping)
    with pytest.raises(KeyboardInterrupt):
        samples.pretrain(text, tmp_path / "out")
    assert rows_of_run(tmp_path / "out") == expected and sum(taken) < 120 + 40


def test_a_tokenizer_is_learned_anew_where_text_or_vocabulary_changed(tmp_path: Path) -> None:
    def size(asked: str, *settings: str) -> int:
        config = configuration.load(PretrainingConfig, None, [*samples.TINY, *settings])
        return begin(config, iter(samples.real_lines()), tmp_path, asked=asked).encoder.subwords.size

    first = size("a")
    assert size("a", "vocabulary.size=700") == first and size("b", "vocabulary.size=700") > first


def test_what_stands_in_the_way_is_said_before_any_work(text: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x", encoding="utf-8")
    for force, message in ((False, "exists"), (True, "is no encoder, so it is not replaced")):
        with pytest.raises(OutputError, match=message):
            samples.pretrain(text, tmp_path, force=force)
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_other_kinds_of_model_say_that_they_do_not(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'crf' is not pretrained on raw text. These are: .*transformer"):
        part_for_pretraining("crf")


def test_standard_input_is_refused_where_the_text_is_read_twice(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="standard input only once"):
        samples.pretrain(Path("-"), tmp_path / "out")


def test_dropout_is_off_while_it_learns_here() -> None:
    from bionym.models.transformer.pretraining.beginning import set_dropout

    model = network_of("Bert")
    set_dropout(model, 0.25)
    assert {part.p for part in model.modules() if isinstance(part, nn.Dropout)} == {0.25}
    assert model.config.hidden_dropout_prob == 0.1 and np.isfinite(model.config.initializer_range)
