"""Documents packed in rows, and what of them is hidden."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bionym.encoders.subwords import Specials, Subwords
from bionym.models.transformer.pretraining import packer, packing
from bionym.models.transformer.pretraining.masking import Masking
from bionym.models.transformer.pretraining.packing import (
    HELD_OUT,
    STATE,
    TRAINING,
    Counted,
    Rows,
    encoded,
    kind_of,
    pack,
)
from bionym.models.transformer.pretraining.settings import VocabularySettings
from bionym.models.transformer.pretraining.vocabulary import train
from bionym.pretraining.text import Piece
from tests.models.pretraining_samples import real_lines

LENGTH = 48


@pytest.fixture(scope="module")
def subwords() -> Subwords:
    tokenizer = train(real_lines(), VocabularySettings(size=800, min_count=2))
    start, end, unknown, padding, mask = map(tokenizer.token_to_id, ("[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]"))
    return Subwords(tokenizer, Specials((start,), (end,), unknown, padding, mask, False, 512))


@pytest.fixture(scope="module")
def packed(subwords: Subwords, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("packed")
    pieces = [Piece(line, number % 10 == 0) for number, line in enumerate(real_lines())]
    return folder, pieces, pack(pieces, subwords, folder, LENGTH)


def contents(rows: Rows, subwords: Subwords) -> list[tuple[int, ...]]:
    """The pieces in rows, without start and end."""
    (start,), (end,) = subwords.specials.start, subwords.specials.end
    found: list[tuple[int, ...]] = []
    for row in rows.take(range(len(rows)))[0].tolist():
        held: list[int] = []
        for number in row:
            if number == start:
                held = []
            elif number == end:
                found.append(tuple(held))
            else:
                held.append(number)
    return found


def ids_of(text: str, subwords: Subwords) -> list[int]:
    return list(subwords.tokenizer.encode(text, add_special_tokens=False).ids)


def test_every_subword_of_every_document_is_in_the_rows_and_nothing_else(packed, subwords: Subwords) -> None:
    folder, pieces, counted = packed
    for name, is_held_out in ((TRAINING, False), (HELD_OUT, True)):
        expected = []
        for text in (piece.text for piece in pieces if piece.is_held_out is is_held_out):
            ids, room = ids_of(text, subwords), LENGTH - 2
            expected += [tuple(ids[first : first + room]) for first in range(0, len(ids), room)]
        assert sorted(contents(Rows(folder / name, subwords, LENGTH), subwords)) == sorted(expected)
    assert counted.subwords + counted.held_out_subwords == sum(len(ids_of(one.text, subwords)) for one in pieces)


def test_little_of_the_rows_is_padding(packed, subwords: Subwords) -> None:
    ids_RT, _ = Rows(packed[0] / TRAINING, subwords, LENGTH).take(range(packed[2].rows))
    assert (ids_RT == subwords.specials.padding).mean() < 0.05


def test_the_bit_says_which_subwords_go_on_with_a_word(packed, subwords: Subwords) -> None:
    ids_RT, goes_on_RT = Rows(packed[0] / TRAINING, subwords, LENGTH).take([0, 3])
    names = [subwords.tokenizer.id_to_token(number) for number in ids_RT.reshape(-1).tolist()]
    assert [name.startswith("##") for name in names] == goes_on_RT.reshape(-1).tolist() and goes_on_RT.any()


def test_what_looks_like_a_special_subword_in_a_text_is_text(subwords: Subwords) -> None:
    (ids,) = encoded(["[SEP] fever [MASK]"], subwords)
    specials = subwords.specials
    assert not {*specials.start, *specials.end, specials.mask} & {*(ids & 0x7FFF).tolist()}
    assert ids_of("[SEP]", subwords) == [specials.end[0]]  # as it is elsewhere


def test_packing_does_not_depend_on_how_many_documents_are_read_at_once(
    packed, subwords: Subwords, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bionym.models.transformer.pretraining.packing.DOCUMENTS_AT_ONCE", 7)
    assert pack(packed[1], subwords, tmp_path, LENGTH) == packed[2]
    assert (tmp_path / TRAINING).read_bytes() == (packed[0] / TRAINING).read_bytes()


def test_a_large_vocabulary_takes_four_bytes(subwords: Subwords, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kind_of(subwords) == np.uint16
    monkeypatch.setattr(Subwords, "size", 2**15 + 1)
    assert kind_of(subwords) == np.uint32


@pytest.mark.parametrize("whole_words", [False, True])
def test_the_share_that_was_asked_is_hidden_in_words_or_subwords(packed, subwords: Subwords, whole_words: bool) -> None:
    ids_RT, goes_on_RT = Rows(packed[0] / TRAINING, subwords, LENGTH).take(range(packed[2].rows))
    batch = Masking(subwords, share=0.2, whole_words=whole_words).hide(ids_RT, goes_on_RT, np.random.default_rng(1))
    places, gold = batch.places_M.numpy(), batch.gold_M.numpy()
    shown, ids = batch.ids_BT.numpy().reshape(-1), ids_RT.reshape(-1)
    specials = [*subwords.specials.start, *subwords.specials.end, subwords.specials.padding]
    assert np.array_equal(ids[places], gold) and not np.isin(gold, specials).any()
    assert np.array_equal(np.delete(shown, places), np.delete(ids, places))
    assert 0.17 < len(places) / batch.num_tokens < 0.23
    assert 0.75 < (shown[places] == subwords.specials.mask).mean() < 0.85
    assert 0.07 < (shown[places] == gold).mean() < 0.14
    hidden = np.isin(np.arange(len(ids)), places)
    goes_on = np.flatnonzero(goes_on_RT.reshape(-1))
    goes_on = goes_on[ids[goes_on - 1] != specials[0]]  # of words that were cut between two rows
    assert np.array_equal(hidden[goes_on], hidden[goes_on - 1]) is whole_words


def test_pieces_of_a_row_are_numbered(subwords: Subwords) -> None:
    (start,), (end,), padding = subwords.specials.start, subwords.specials.end, subwords.specials.padding
    ids_BT = np.array([[start, 50, end, start, 60, 61, end, padding, padding], [start, *[70] * 7, end]])
    masking = Masking(subwords, share=0.2, whole_words=False)
    batch = masking.hide(ids_BT, np.zeros_like(ids_BT, bool), np.random.default_rng(3))
    first, second = batch.pieces_BT.tolist()
    assert [one - first[0] for one in first] == [0, 0, 0, 1, 1, 1, 1, 2, 2] and len(set(second)) == 1


def cut_off(pieces: list[Piece], number: int) -> Iterator[Piece]:
    """Documents, until the program is stopped."""
    yield from pieces[:number]
    raise KeyboardInterrupt


Packed = tuple[Counted, list[bytes]]


def bytes_in(folder: Path) -> list[bytes]:
    assert sorted(path.name for path in folder.iterdir()) == sorted([TRAINING, HELD_OUT])
    return [(folder / name).read_bytes() for name in (TRAINING, HELD_OUT)]


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Documents taken seven at a time, and written down every so often; how many were made subwords of, each time."""
    monkeypatch.setattr(packing, "DOCUMENTS_AT_ONCE", 7)
    monkeypatch.setattr(packing, "SUBWORDS_BETWEEN", 700)
    monkeypatch.setattr(packer, "OPEN_ROWS", 6)
    seen: list[int] = []

    def counting(texts: Sequence[str], subwords: Subwords) -> Iterator[Any]:
        seen.append(len(texts))
        return encoded(texts, subwords)

    monkeypatch.setattr(packing, "encoded", counting)
    return seen


@pytest.fixture
def whole(packed, subwords: Subwords, often: list[int], tmp_path_factory: pytest.TempPathFactory) -> Packed:
    folder = tmp_path_factory.mktemp("whole")
    counted = pack(packed[1], subwords, folder, LENGTH)
    often.clear()
    return counted, bytes_in(folder)


@pytest.mark.parametrize("places", [(3,), (25,), (60,), (119,), (30, 31, 80), (20, 90, 40)])
def test_a_packing_cut_off_anywhere_ends_with_the_same_bytes(
    places: tuple[int, ...], packed, whole: Packed, subwords: Subwords, often: list[int], tmp_path: Path
) -> None:
    said: list[str] = []
    for place in places:
        with pytest.raises(KeyboardInterrupt):
            pack(cut_off(packed[1], place), subwords, tmp_path, LENGTH, asked="a")
    counted = pack(packed[1], subwords, tmp_path, LENGTH, asked="a", say=said.append)
    assert (counted, bytes_in(tmp_path)) == whole and not said
    assert sum(often) < len(packed[1]) + 40 * len(places)  # what was written down is not done again


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-50])


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        (f".{TRAINING}.unfinished", spoil, "the rows are not those"),
        (f".{TRAINING}.unfinished", lambda path: path.write_bytes(b""), "the rows are not those"),
        (f".{HELD_OUT}.unfinished", Path.unlink, "No such file"),
        (STATE, spoil, "is damaged"),
        (STATE, cut, "is damaged"),
    ],
)
def test_a_damaged_part_is_seen_and_packed_anew(
    name: str,
    damage: Any,
    message: str,
    packed,
    whole: Packed,
    subwords: Subwords,
    often: list[int],
    tmp_path: Path,
) -> None:
    with pytest.raises(KeyboardInterrupt):
        pack(cut_off(packed[1], 100), subwords, tmp_path, LENGTH, asked="a")
    damage(tmp_path / name)
    often.clear()
    said: list[str] = []
    counted = pack(packed[1], subwords, tmp_path, LENGTH, asked="a", say=said.append)
    assert (counted, bytes_in(tmp_path)) == whole and sum(often) == len(packed[1])
    assert len(said) == 1 and "anew" in said[0] and message in said[0]


@pytest.mark.parametrize("change", ["text", "shorter", "asked", "nothing asked"])
def test_other_text_or_settings_are_packed_anew(
    change: str, packed, subwords: Subwords, often: list[int], tmp_path: Path
) -> None:
    pieces = list(packed[1])
    with pytest.raises(KeyboardInterrupt):
        pack(cut_off(pieces, 100), subwords, tmp_path, LENGTH, asked="a")
    pieces[4] = Piece("Another line of text.", pieces[4].is_held_out) if change == "text" else pieces[4]
    pieces = pieces[:40] if change == "shorter" else pieces
    (expected := tmp_path / "expected").mkdir()
    counted = pack(pieces, subwords, expected, LENGTH)
    often.clear()
    asked = {"asked": "b", "nothing asked": ""}.get(change, "a")
    assert pack(pieces, subwords, tmp_path, LENGTH, asked=asked) == counted and sum(often) == len(pieces)
    assert [(tmp_path / name).read_bytes() for name in (TRAINING, HELD_OUT)] == bytes_in(expected)
