"""Frozen layers: without dropout, computed once, and the network learns what it would have learned."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import bionym
from bionym.data.tags import BIOES
from bionym.encoders.networks import open_encoder
from bionym.errors import ConfigError
from bionym.heads.head import Head
from bionym.models.transformer import state_cache
from bionym.models.transformer.encoding import batch_of
from bionym.models.transformer.network import Batch, Network
from bionym.models.transformer.reading import Piece, Reader, pieces_of
from bionym.models.transformer.settings import NetworkSettings, Training
from bionym.models.transformer.targets import Known
from bionym.training.precision import Precision
from tests.encoders import families
from tests.models.test_transformer import QUICK, long_note, notes

torch.set_num_threads(1)

HEAD = Head("", BIOES.tags(["Disease"]))
NUMBERS = Precision(Training(precision="float32"), torch.device("cpu"))


def network_of(folder: Path, **settings: Any) -> Network:
    torch.manual_seed(3)
    return Network(NetworkSettings(dropout=0.0, **settings), open_encoder(folder), [HEAD], BIOES)


def windows(folder: Path) -> list[Piece]:
    reader = Reader(open_encoder(folder).subwords, "sentence", window=24, overlap=8)
    return [piece for piece in pieces_of(reader.texts(reader.prepared(long_note(42)))) if len(piece.firsts_N)]


def learned_from(pieces: list[Piece], network: Network, below: state_cache.StateCache = state_cache.NO_CACHE) -> Batch:
    known = [(Known(tags_N=piece.firsts_N % len(HEAD.tags)),) for piece in pieces]
    padding = network.specials.padding
    return batch_of(pieces, padding, places=(0,), known=known, below_BTH=below.of(pieces))


def gradients(network: Network, batch: Batch) -> dict[str, torch.Tensor]:
    network.train().zero_grad()
    torch.manual_seed(5)
    network.loss(batch).backward()
    return {name: one.grad for name, one in network.named_parameters() if one.grad is not None}


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return families.bert(tmp_path_factory.mktemp("bert"))


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("family", ["bert", "roberta", "electra", "modernbert"])
def test_a_network_that_begins_above_frozen_layers_learns_the_same(family: str, number: int, tmp_path: Path) -> None:
    folder = families.FAMILIES[family](tmp_path)
    network, pieces = network_of(folder, frozen_layers=number), windows(folder)
    with state_cache.cached_states(network, pieces, NUMBERS, most_bytes=1e9) as below:
        assert len(below) == len({piece.ids_T.tobytes() for piece in pieces}) > 1
        some = pieces[2:7]
        found, expected = (
            gradients(network, learned_from(some, network, one)) for one in (below, state_cache.NO_CACHE)
        )
    assert found.keys() == expected.keys() and not any("embeddings" in name for name in found)
    assert all(torch.allclose(found[name], expected[name], rtol=1e-5, atol=1e-6) for name in found)


def test_a_family_whose_layers_share_what_learns_computes_them_each_time(tmp_path: Path) -> None:
    folder = families.deberta(tmp_path)
    network = network_of(folder, frozen_layers=2)
    assert not network.can_begin_above()
    with state_cache.cached_states(network, windows(folder), NUMBERS, most_bytes=1e9) as below:
        assert below.of(windows(folder)) is None
    network.encoder.encoder.rel_embeddings.requires_grad_(False)  # type: ignore[union-attr]
    network.encoder.encoder.LayerNorm.requires_grad_(False)  # type: ignore[union-attr]
    assert network.can_begin_above()


def test_layers_in_which_chance_has_a_part_are_not_kept(bert: Path) -> None:
    network = network_of(bert, frozen_layers=1)
    network._frozen = ()
    network.train()
    assert not network.can_begin_above() and network.training


def test_frozen_layers_are_without_dropout_and_those_above_are_not(bert: Path) -> None:
    network = network_of(bert, frozen_layers=1).train()
    batch = learned_from(windows(bert)[:3], network)
    first, second = network.below(batch), network.below(batch)
    assert torch.equal(first, second) and torch.equal(first, network.eval().below(batch))
    network.train()
    assert not torch.equal(network.states(batch), network.states(batch))


@pytest.mark.parametrize(
    "settings", [{"checkpointing": True}, {"lora": {"rank": 2}}, {"checkpointing": True, "lora": {"rank": 2}}]
)
def test_checkpointing_and_low_rank_changes_go_with_kept_layers(settings: dict[str, Any], bert: Path) -> None:
    network, pieces = network_of(bert, frozen_layers=1, **settings), windows(bert)
    with state_cache.cached_states(network, pieces, NUMBERS, most_bytes=1e9) as below:
        assert len(below)
        found, expected = (
            gradients(network, learned_from(pieces[:5], network, one)) for one in (below, state_cache.NO_CACHE)
        )
    assert found.keys() == expected.keys() and any("layer.1." in name for name in found)
    assert not any("layer.0." in name for name, one in network.named_parameters() if one.requires_grad)
    assert all(torch.allclose(found[name], expected[name], rtol=1e-5, atol=1e-6) for name in found)


def test_low_rank_changes_need_a_layer_that_is_not_frozen(bert: Path) -> None:
    with pytest.raises(ConfigError, match="lora"):
        network_of(bert, frozen_layers=2, lora={"rank": 2})


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many windows each batch brought from below."""
    found: list[int] = []
    states = Network.states

    def counting(self: Network, batch: Batch) -> torch.Tensor:
        found.append(0 if batch.below_BTH is None else len(batch.below_BTH))
        return states(self, batch)

    monkeypatch.setattr(Network, "states", counting)
    yield found
    monkeypatch.undo()


def trained(bert: Path, *settings: str, folder: Path | None = None) -> dict[str, torch.Tensor]:
    usual = [f"encoder={bert}", *QUICK, "weights=torch", "training.epochs=4", "network.frozen_layers=1"]
    made = bionym.train(
        notes(2), dev=notes(1), model="transformer", settings=[*usual, *settings], folder=folder, allow_leaks=True
    )
    return load_file(made.tagger.folder / "encoder" / "model.safetensors")  # type: ignore[attr-defined]


def differ(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> float:
    return max(float((found[name] - expected[name]).abs().max()) for name in expected)


@pytest.mark.parametrize("settings", [(), ("network.dropout=0.2", "training.moving_average=0.9")])
def test_a_training_gives_the_same_weights_kept_or_not(
    settings: tuple[str, ...], bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted(monkeypatch) as from_below:
        once = trained(bert, *settings)
    with counted(monkeypatch) as each_time:
        always = trained(bert, *settings, "network.frozen_gigabytes=0")
    assert all(from_below) and not any(each_time) and len(from_below) == len(each_time)
    whole = load_file(bert / "model.safetensors")
    assert differ(once, always) < 1e-6 < 1e-3 < differ(once, {name: whole[name] for name in once})


def test_windows_with_hidden_subwords_are_computed_and_development_ones_kept(
    bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted(monkeypatch) as from_below:
        once = trained(bert, "network.subword_dropout=0.2", "context=sentence")
    always = trained(bert, "network.subword_dropout=0.2", "context=sentence", "network.frozen_gigabytes=0")
    assert any(from_below) and differ(once, always) < 1e-6


def test_hidden_subwords_are_never_answered_from_what_was_kept(bert: Path) -> None:
    network, pieces = network_of(bert, frozen_layers=1, subword_dropout=0.5), windows(bert)
    with state_cache.cached_states(network, pieces, NUMBERS, most_bytes=1e9) as below:
        found, expected = (
            gradients(network, learned_from(pieces, network, one)) for one in (below, state_cache.NO_CACHE)
        )
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_an_interrupted_training_with_kept_layers_ends_as_one_that_ran_through(bert: Path, tmp_path: Path) -> None:
    for _ in range(2):
        trained(bert, "training.time_limit_minutes=0.00001", folder=tmp_path / "run")
    assert differ(trained(bert, folder=tmp_path / "run"), trained(bert)) == 0


def test_what_is_kept_has_no_name_on_the_disk(bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    network, pieces = network_of(bert, frozen_layers=1), windows(bert)
    with state_cache.cached_states(network, pieces, NUMBERS, most_bytes=1e9) as below:
        assert len(below) and not list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_without_room_nothing_is_kept(bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, pieces = network_of(bert, frozen_layers=1), windows(bert)
    needed = 4 * 32 * sum({piece.ids_T.tobytes(): len(piece) for piece in pieces}.values())
    for most_bytes, is_kept in ((needed, True), (needed - 1, False)):
        with state_cache.cached_states(network, pieces, NUMBERS, most_bytes=most_bytes) as below:
            assert (below.of(pieces) is not None) is is_kept

    def full(self: Network, batch: Batch) -> torch.Tensor:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Network, "below", full)
    monkeypatch.setattr(Network, "can_begin_above", lambda self: True)
    with state_cache.cached_states(network, pieces, NUMBERS, most_bytes=1e9) as below:
        assert below is state_cache.NO_CACHE


def test_numbers_of_16_bits_are_kept_as_they_are(bert: Path) -> None:
    network, pieces = network_of(bert, frozen_layers=1), windows(bert)
    numbers = Precision(Training(precision="bf16"), torch.device("cpu"))
    with (
        state_cache.cached_states(network, pieces[:1], numbers, most_bytes=1e9) as below,
        torch.no_grad(),
        numbers.computing(),
    ):
        found = below.of(pieces[:1])
        expected = network.below(learned_from(pieces[:1], network))
    assert found is not None and found.dtype == expected.dtype and torch.equal(found, expected)
