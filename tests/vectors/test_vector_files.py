"""Every usual file of word vectors is read, told by its content; gensim writes and reads the same ones."""

import gzip
import lzma
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from bionym.data import Audit
from bionym.errors import FormatError, InputError, OutputError, UnknownNameError
from bionym.vectors import WordVectors, read, write
from bionym.vectors._collecting import FIRST_ROWS
from bionym.vectors.writing import WRITERS
from tests.vectors.strategies import word_vectors

FORMATS = ("folder", *WRITERS)


def random_vectors(num_words: int, num_dimensions: int = 4) -> WordVectors:
    matrix_VD = np.random.default_rng(1).normal(size=(num_words, num_dimensions))
    return WordVectors([f"w{row}" for row in range(num_words)], matrix_VD.astype(np.float32))


def assert_equal(found: WordVectors, expected: WordVectors) -> None:
    assert found.words == expected.words
    assert found.matrix_VD.dtype == np.float32
    assert np.array_equal(found.matrix_VD, expected.matrix_VD)


def text_of(tmp_path: Path, lines: Iterable[str | bytes]) -> Path:
    path = tmp_path / "vectors.txt"
    path.write_bytes(b"".join(line.encode() if isinstance(line, str) else line for line in lines))
    return path


@pytest.mark.parametrize("to", FORMATS)
def test_what_is_written_is_read_back(to: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    @given(word_vectors(min_dimensions=2 if to == "glove" else 1, blanks=to == "folder"))
    def survives(vectors: WordVectors) -> None:
        out = tmp_path_factory.mktemp("round") / "trip"
        write(vectors, out, to)
        assert_equal(read(out), vectors)

    survives()


@pytest.mark.parametrize("to", FORMATS)
def test_only_wanted_words_are_kept_in_the_order_of_the_file(to: str, tmp_path: Path) -> None:
    vectors = random_vectors(40_000 if to == "folder" else 500)
    write(vectors, tmp_path / "v", to)
    found = read(tmp_path / "v", wanted=["w499", "w3", "w39999", "nobody"])
    expected = ["w3", "w499", "w39999"] if to == "folder" else ["w3", "w499"]
    assert_equal(found, WordVectors(expected, vectors.matrix_VD[[int(word[1:]) for word in expected]]))
    assert_equal(read(tmp_path / "v", wanted=[]), WordVectors([], np.empty((0, 4), dtype=np.float32)))


@pytest.mark.needs("gensim")
@pytest.mark.parametrize("binary", [True, False])
def test_files_of_gensim_are_read(binary: bool, tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    vectors, theirs = random_vectors(300), KeyedVectors(4)
    theirs.add_vectors(list(vectors.words), vectors.matrix_VD)
    theirs.save_word2vec_format(str(tmp_path / "v"), binary=binary)
    assert_equal(read(tmp_path / "v"), vectors)


@pytest.mark.needs("gensim")
@pytest.mark.parametrize("binary", [True, False])
@given(vectors=word_vectors())
def test_gensim_reads_our_files(binary: bool, vectors: WordVectors, tmp_path_factory: pytest.TempPathFactory) -> None:
    from gensim.models import KeyedVectors

    path = tmp_path_factory.mktemp("gensim") / "v"
    write(vectors, path, "word2vec-binary" if binary else "word2vec-text")
    theirs = KeyedVectors.load_word2vec_format(str(path), binary=binary)
    assert theirs.index_to_key == list(vectors.words)
    assert np.array_equal(theirs.vectors, vectors.matrix_VD)


def test_glove_is_word2vec_without_the_header(tmp_path: Path) -> None:
    for to in ("glove", "word2vec-text"):
        write(random_vectors(9), tmp_path / to, to)
    assert (tmp_path / "word2vec-text").read_bytes() == b"9 4\n" + (tmp_path / "glove").read_bytes()


@pytest.mark.parametrize("to", WRITERS)
@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_packing_is_told_by_content(to: str, pack: object, tmp_path: Path) -> None:
    assert callable(pack)
    vectors = random_vectors(200)
    write(vectors, tmp_path / "v", to)
    packed = tmp_path / "no-suffix"
    packed.write_bytes(pack((tmp_path / "v").read_bytes()))
    assert_equal(read(packed), vectors)
    packed.write_bytes(packed.read_bytes()[:-40])
    with pytest.raises(FormatError, match=r"no-suffix: the compressed data is damaged or cut short\. Fetch"):
        read(packed)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["fever 1 2 3\n", ". . . 4 5 6\n", "at name@x.org 7 8 9\n"], ["fever", ". . .", "at name@x.org"]),
        (["2010 1.5 2 3\n", "7 4 5 6\n"], ["2010", "7"]),
        (["7 3\n", "8 2\n"], ["7", "8"]),
        (["2 3\n", "7 4 5 6\n", "8 4 5 6\n"], ["7", "8"]),
        (["2 3\r\n", "a 4 5 6 \r\n", "b 4 5 6 \r\n", "\r\n"], ["a", "b"]),
        (["\ufeff2 3 \n", "a 4 5 6 \n", "b 4 5 6"], ["a", "b"]),
        (["\ufeffa\t4\t5\n", "b\t4\t5\n"], ["a", "b"]),
        (["a 1e-5 -0.2\n", "\u00a0 4 5\n", "x\u2028y 1 2\n"], ["a", "\u00a0", "x\u2028y"]),
    ],
)
def test_text_with_and_without_a_header(lines: list[str], words: list[str], tmp_path: Path) -> None:
    assert list(read(text_of(tmp_path, lines)).words) == words


def test_what_cannot_be_kept_is_counted(tmp_path: Path) -> None:
    lines = ["a 1 2\n", "a 3 4\n", b"\xff\xfe 5 6\n", " 7 8\n", "b nan 1\n", "c inf 1\n", "d 1e39 1\n", "e 1 1\n"]
    audit = Audit()
    found = read(text_of(tmp_path, lines), audit=audit)
    assert_equal(found, WordVectors(["a", "e"], np.array([[1, 2], [1, 1]], dtype=np.float32)))
    assert {reason.split(",")[0]: number for (_, reason), number in audit.lost.items()} == {
        "its word occurs twice; the first is kept": 1,
        "its word is not UTF-8": 1,
        "its word is blank": 1,
        "it holds something that is not a number (NaN or infinite)": 3,
    }
    assert audit.read["vectors"] == 2


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["a 1 2 3\n", "b 1 2\n", "c 1 2 3\n"], "line 2: expected a word and 3 numbers, found 2. Repair"),
        (
            ["3 3\n", "a 1 2 3\n", "b 0.1 0.2 0.3 0.4\n", "c 1 2 3\n"],
            "line 3: expected a word and 3 numbers, found more",
        ),
        (
            ["2 3\n", "a 1 2 3\n", "b 1 x 3\n"],
            "line 3: expected a word and 3 numbers, found something that is no number",
        ),
        (["2 3\n", "a 1\n", "b 1 2 3\n"], "line 2: expected a word and 3 numbers, found 1."),
        (["5 2\n", "a 1 2\n", "b 1 2\n"], "promises 5 words, but there are 2: the file was cut short. Fetch it again."),
        (["5 0\n", "a\n"], "line 1: the header promises vectors of 0 dimensions"),
        (["Fever is a sign.\n", "It has 1 cause.\n"], "line 1: this is no file of word vectors. Expected lines of"),
        (["\n", "\n"], "this is no file of word vectors"),
        ([], "there is no complete line"),
        (["a 1 2"], "there is no complete line"),
        (["0 2\n"], "this file holds no word vectors"),
        (["a nan\n"], "this file holds no word vectors"),
        ([b"\xba\x16\x4f\x2f\x0c\x00\x00\x00"], "this is a fastText model, expected word vectors. Read the .vec file"),
        ([b"PK\x03\x04 and so on"], "this is a zip archive, expected word vectors. Unzip it"),
        ([b"\x80\x04\x95"], "save_word2vec_format"),
    ],
)
def test_damage_is_one_line_with_the_place_and_the_way_out(
    lines: list[str | bytes], message: str, tmp_path: Path
) -> None:
    with pytest.raises(FormatError) as caught:
        read(text_of(tmp_path, lines))
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "vectors.txt"))
    assert "\n" not in str(caught.value)


def test_more_words_than_promised_are_read_and_said(tmp_path: Path) -> None:
    audit = Audit()
    assert len(read(text_of(tmp_path, ["1 2\n", "a 1 2\n", "b 1 2\n"]), audit=audit)) == 2
    assert audit.changed.total() == 1


def test_damage_beside_the_wanted_words_is_left_alone(tmp_path: Path) -> None:
    path = text_of(tmp_path, ["a 1 2\n", "b 1 2\n", "c x\n", "a b 1 2\n", "d 1 2\n"])
    assert read(path, wanted={"a", "d", "a b"}).words == ("a", "a b", "d")


@pytest.mark.parametrize("num_bytes", [6, 40, 1_000, 3_000])
def test_a_binary_file_that_was_cut_short_is_refused(num_bytes: int, tmp_path: Path) -> None:
    write(random_vectors(150), tmp_path / "v.bin", "word2vec-binary")
    whole = (tmp_path / "v.bin").read_bytes()
    (tmp_path / "v.bin").write_bytes(whole[:num_bytes])
    with pytest.raises(FormatError, match="promises 150 words, but") as caught:
        read(tmp_path / "v.bin")
    assert "Fetch" in str(caught.value)


def test_a_binary_file_that_goes_on_is_refused(tmp_path: Path) -> None:
    write(random_vectors(150), tmp_path / "v.bin", "word2vec-binary")
    (tmp_path / "v.bin").write_bytes((tmp_path / "v.bin").read_bytes() + b"more")
    with pytest.raises(FormatError, match="it continues after the 150 words"):
        read(tmp_path / "v.bin")


def test_a_binary_file_of_huge_promises_takes_no_memory(tmp_path: Path) -> None:
    (tmp_path / "v.bin").write_bytes(b"999999999999 999999\nword " + b"\x00\xff" * 300)
    with pytest.raises(FormatError, match="ends or is damaged at word 1"):
        read(tmp_path / "v.bin")


def test_a_filter_bounds_the_memory(tmp_path: Path) -> None:
    import tracemalloc

    vectors = random_vectors(12_000, 100)
    for to in FORMATS:
        write(vectors, tmp_path / to, to)
        tracemalloc.start()
        found = read(tmp_path / to, wanted=["w5", "w11999"])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found.words == ("w5", "w11999")
        assert peak < vectors.matrix_VD.nbytes, to


def test_the_matrix_grows_beyond_its_first_size(tmp_path: Path) -> None:
    vectors = random_vectors(FIRST_ROWS * 5 + 1)
    write(vectors, tmp_path / "v", "glove")
    assert_equal(read(tmp_path / "v"), vectors)


def test_float16_halves_the_matrix_and_keeps_three_digits(tmp_path: Path) -> None:
    vectors = random_vectors(1_000, 64)
    write(vectors, tmp_path / "half", is_half=True)
    found = read(tmp_path / "half")
    assert np.allclose(found.matrix_VD, vectors.matrix_VD, rtol=1e-3, atol=1e-6)
    assert (tmp_path / "half" / "vectors.safetensors").stat().st_size < 1_000 * 64 * 2 + 1_000
    with pytest.raises(OutputError, match="too large for float16"):
        write(WordVectors(["a"], np.array([[1e6]], dtype=np.float32)), tmp_path / "large", is_half=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["half"]


@pytest.mark.parametrize("to", WRITERS)
def test_words_with_blanks_are_left_out_of_files_and_counted(to: str, tmp_path: Path) -> None:
    vectors = WordVectors(["a b", "c", "d\n", ""], np.ones((4, 2), dtype=np.float32))
    audit = Audit()
    write(vectors, tmp_path / "v", to, audit=audit)
    assert read(tmp_path / "v").words == ("c",)
    assert audit.lost.total() == 3 and audit.written["vectors"] == 1


def test_nothing_is_overwritten_without_force_or_if_it_is_something_else(tmp_path: Path) -> None:
    vectors, mine = random_vectors(3), tmp_path / "mine"
    mine.mkdir()
    for to in FORMATS:
        with pytest.raises(OutputError, match="--force"):
            write(vectors, mine, to)
        with pytest.raises(OutputError, match="is something else"):
            write(vectors, mine, to, force=True)
    write(vectors, tmp_path / "v")
    write(random_vectors(2), tmp_path / "v", force=True)
    assert len(read(tmp_path / "v")) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "v"]


def test_an_unknown_format_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'glove'"):
        write(random_vectors(2), tmp_path / "v", "glov")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing: no such file"):
        read(tmp_path / "nothing")
    with pytest.raises(InputError, match=r"vectors\.safetensors is missing"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("words.json", b"[", "it is missing or not JSON"),
        ("words.json", b'["w0", "w0", "w2"]', "expected a list of words, each once"),
        ("words.json", b'{"w0": 1}', "expected a list of words, each once"),
        ("vectors.safetensors", b"\x00\x01", "it is missing or damaged"),
        ("vectors.safetensors", b"\xff" * 100, "it is missing or damaged"),
    ],
)
def test_a_damaged_folder_names_the_file(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    write(random_vectors(3), tmp_path / "v")
    (tmp_path / "v" / name).write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read(tmp_path / "v")
    assert message in str(caught.value) and str(tmp_path / "v" / name) in str(caught.value)


def test_a_folder_with_too_few_words_is_refused(tmp_path: Path) -> None:
    write(random_vectors(3), tmp_path / "v")
    (tmp_path / "v" / "words.json").write_text('["a", "b"]')
    with pytest.raises(FormatError, match=r"expected a matrix of 2 rows, one for each word, found the shape \[3, 4\]"):
        read(tmp_path / "v")


def test_a_folder_with_nan_is_refused(tmp_path: Path) -> None:
    write(WordVectors(["a"], np.array([[np.nan]], dtype=np.float32)), tmp_path / "v")
    with pytest.raises(FormatError, match="not a number"):
        read(tmp_path / "v")
