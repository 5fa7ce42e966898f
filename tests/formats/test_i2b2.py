"""i2b2 2010: lines from 1, tokens from 0, ends inclusive, and every space counts."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span, entity
from bionym.errors import InputError
from bionym.formats import i2b2
from tests.strategies import documents, texts

GOLD = Path(__file__).parents[1] / "gold" / "i2b2"


def files(folder: Path, **contents: str | bytes) -> Path:
    """Files x.txt, x.con ... with this content; the path of the first."""
    for suffix, content in contents.items():
        (folder / f"x.{suffix}").write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / f"x.{next(iter(contents))}"


def read(path: Path, **options: object) -> Document:
    [document] = i2b2.read(path, **options)
    return document


def written(document: Document, audit: Audit | None = None) -> dict[str, str]:
    """The files of a document, by suffix."""
    with tempfile.TemporaryDirectory() as folder:
        i2b2.write([replace(document, id="x")], Path(folder), audit=audit)
        return {path.suffix[1:]: path.read_bytes().decode() for path in Path(folder).iterdir()}


def again(document: Document, audit: Audit | None = None) -> Document:
    with tempfile.TemporaryDirectory() as folder:
        return read(files(Path(folder), **written(document, audit)))


def mentions(document: Document) -> list[tuple[str, str]]:
    return [(document.mention(one), one.label) for one in document.entities]


def error_of(path: Path, **options: object) -> str:
    """The message of the error that reading gives: one line."""
    with pytest.raises(InputError) as caught:
        read(path, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("path", sorted(GOLD.glob("*.txt")), ids=lambda path: path.stem)
def test_samples_come_back_byte_for_byte(path: Path) -> None:
    expected = {other.suffix[1:]: other.read_bytes().decode() for other in GOLD.glob(f"{path.stem}.*")}
    assert written(read(path)) == expected


def test_leading_blank_lines_count() -> None:
    document = read(GOLD / "10565806.txt")
    assert mentions(document)[0] == ("Hypomania", "problem")
    assert document.sentences[0].start == 3


def test_a_double_space_makes_a_token_that_counts_and_is_none(tmp_path: Path) -> None:
    document = read(files(tmp_path, txt="no  mild fever\n", con='c="mild fever" 1:2 1:3||t="problem"\n'))
    assert mentions(document) == [("mild fever", "problem")]
    assert [token.of(document.text) for token in document.tokens] == ["no", "mild", "fever"]
    assert written(document)["con"] == 'c="mild fever" 1:2 1:3||t="problem"\n'


@pytest.mark.parametrize("line", [" fever", "a\tb fever", "\u00a0 fever", "\U0001d4d0 fever", "e\u0301 fever"])
def test_tokens_lie_between_single_spaces(tmp_path: Path, line: str) -> None:
    document = read(files(tmp_path, txt=f"{line}\n", con='c="fever" 1:1 1:1||t="problem"\n'))
    assert mentions(document) == [("fever", "problem")]


@pytest.mark.parametrize("txt", ["a b\r\nfever\r\n", "\ufeffa b\nfever", "a b\nfever \n \n", "\n\r\n\tfever\n"])
def test_line_ends_and_byte_order_marks_come_back(tmp_path: Path, txt: str) -> None:
    line = txt.count("\n", 0, txt.index("fever")) + 1
    con = f'c="fever" {line}:0 {line}:0||t="problem"\n'
    document = read(files(tmp_path, txt=txt, con=con))
    assert written(document)["txt"] == txt
    assert mentions(document)[0][0].strip() == "fever"


def test_assertions_are_attributes_of_the_problem() -> None:
    found = [one.attributes for one in read(GOLD / "8473723.con").entities if one.label == "problem"]
    assert found == [{"assertion": "present"}, {"assertion": "possible"}]


def test_assertions_alone_give_problems(tmp_path: Path) -> None:
    document = read(files(tmp_path, txt="no fever\n", ast='c="fever" 1:1 1:1||t="problem"||a="absent"\n'))
    assert document.entities[0].attributes == {"assertion": "absent"}


def test_relations_tie_entities() -> None:
    document = read(GOLD / "8473723.txt")
    name = {one.id: document.mention(one) for one in document.entities if one.id}
    assert [name[target] for _, target in document.relations[0].arguments] == ["levomepromazine", "Seizures"]


def test_of_two_concepts_in_one_place_the_relation_means_the_likely_one(tmp_path: Path) -> None:
    con = 'c="a" 1:0 1:0||t="test"\nc="a" 1:0 1:0||t="treatment"\nc="b" 1:1 1:1||t="problem"\n'
    document = read(files(tmp_path, txt="a b\n", con=con, rel='c="a" 1:0 1:0||r="TrAP"||c="b" 1:1 1:1\n'))
    first = document.relations[0].arguments[0].target
    assert next(one.label for one in document.entities if one.id == first) == "treatment"


def test_mentions_may_hold_quotation_marks_and_bars(tmp_path: Path) -> None:
    con = 'c="a" 1:0 1:0||t="x" 1:0 1:2||t="problem"\n'
    document = read(files(tmp_path, txt='a" 1:0 1:0||t="x\n', con=con))
    assert mentions(document) == [('a" 1:0 1:0||t="x', "problem")]
    assert written(document)["con"] == con


def test_the_text_in_the_con_file_is_the_source_lower_cased() -> None:
    text = "Naïve IL-2 rose 10 mg"
    document = Document("x", text, entities=(entity(0, 10, "test"), entity(16, 21, "treatment")))
    assert written(document)["con"].startswith('c="naïve il - 2" 1:0 1:3||t="test"\nc="10 mg"')


def test_normalised_text_of_cliner_is_tolerated_and_other_text_counted(tmp_path: Path) -> None:
    con = 'c="na@ve __num__" 1:0 1:1||t="test"\nc="fewer" 1:2 1:2||t="problem"\n'
    audit = Audit()
    document = read(files(tmp_path, txt="Naïve il-2 fever\n", con=con), audit=audit)
    assert audit.changed == {("entity", "text differs: the offsets are kept"): 1}
    assert 'c="naïve il-2"' in written(document)["con"]


def test_duplicates_are_dropped_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    line = 'c="fever" 1:0 1:0||t="problem"\n'
    assert len(read(files(tmp_path, txt="fever\n", con=line * 2), audit=audit).entities) == 1
    assert (
        written(Document("x", "fever", entities=(entity(0, 5, "a"), entity(0, 5, "a"))), audit)["con"].count("c=") == 1
    )
    assert (audit.lost["duplicate", "the line stands twice in the file"], audit.num_lost) == (1, 1)


def test_overlapping_and_adjacent_entities_are_kept() -> None:
    found = (entity(0, 10, "problem"), entity(5, 10, "problem"), entity(5, 14, "test"), entity(11, 14, "problem"))
    document = Document("x", "mild fever 5th", entities=found)
    assert len(again(document).entities) == 4


def test_an_entity_that_cuts_a_token_is_widened_and_counted() -> None:
    audit = Audit()
    found = again(Document("x", "hyperthermia now", entities=(entity(5, 12, "problem"),)), audit)
    assert mentions(found) == [("hyperthermia", "problem")]
    assert audit.num_changed == 1


def test_entities_over_a_line_end_or_with_gaps_are_lost_and_counted() -> None:
    audit, text = Audit(), "a,b\nc d"
    found = (Entity((Span(2, 5),), "problem"), Entity((Span(0, 1), Span(2, 3)), "problem"), Entity((Span(3, 4),), "x"))
    lines = Document("x", text, entities=found, tokens=(Span(0, 1), Span(2, 3), Span(4, 5), Span(6, 7)))
    assert written(replace(lines, sentences=(Span(0, 3), Span(4, 7))), audit)["con"] == ""
    assert audit.num_lost == 3


def test_a_sentence_of_ours_never_costs_an_entity() -> None:
    audit = Audit()
    document = Document("x", "He saw it. The end.", entities=(entity(7, 14, "problem"),))
    assert written(document, audit)["con"] == 'c="it . the" 1:2 1:4||t="problem"\n'
    assert audit.num_lost == 0


def test_what_i2b2_has_no_place_for_is_lost_and_counted() -> None:
    audit = Audit()
    one = Entity((Span(0, 5),), "problem", ("D1",), {"negated": "no"}, 0.5, "T1")
    tie = Relation("x", (Argument("Arg1", "T1"), Argument("Arg2", "D2")))
    again(Document("x", "fever", (Passage(0, 5, "title"),), (one,), (tie,)), audit)
    assert sorted(what for what, _ in audit.lost) == ["attribute", "identifier", "passage", "relation", "score"]


@pytest.mark.parametrize("label", ["Sign-symptom", "cell_line", "Gene/Protein", "2nd label", "a||b"])
def test_any_label_comes_back(label: str) -> None:
    assert again(Document("x", "fever", entities=(entity(0, 5, label),))).entities[0].label == label


def test_quotation_marks_in_labels_are_changed_and_counted() -> None:
    audit = Audit()
    assert again(Document("x", "fever", entities=(entity(0, 5, 'a"b'),)), audit).entities[0].label == "a_b"
    assert audit.num_changed == 1


def runs_of_tokens(text: str) -> list[tuple[int, int]]:
    """Every run of tokens in a line, between single spaces, white space at no edge; by brute force."""
    edges = [(at, line) for line in range(text.count("\n") + 1) for at in _edges_of_line(text, line)]
    pairs = [(start, end) for start, one in edges for end, other in edges if start < end and one == other]
    return [(start, end) for start, end in pairs if text[start:end].strip() == text[start:end]]


def _edges_of_line(text: str, line: int) -> set[int]:
    before = text.split("\n")[:line]
    start = sum(map(len, before)) + len(before)
    end = start + len(text.split("\n")[line])
    return {at for at in range(start, end + 1) if at in (start, end) or " " in (text[at], text[at - 1])}


@given(st.lists(texts(max_size=4).map(lambda text: text.replace("\n", "")), max_size=4).map("\n".join), st.data())
def test_any_text_and_any_run_of_its_tokens_come_back(text: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        document = read(files(Path(folder), txt=text, con=""))
    runs = runs_of_tokens(document.text)
    chosen = data.draw(st.lists(st.sampled_from(runs), max_size=4, unique=True)) if runs else []
    marked = document.with_entities(entity(start, end, "problem") for start, end in chosen)
    audit = Audit()
    found = again(marked, audit)
    assert (found.text, found.entities) == (marked.text, marked.entities)
    assert not audit.changed
    assert not audit.lost


@given(documents(passages=False, relations=False))
def test_any_document_is_written_so_that_it_reads_and_every_loss_is_counted(document: Document) -> None:
    audit = Audit()
    found = again(document, audit)
    assert len(found.entities) == len(document.entities) - audit.num_lost
    assert "".join(found.text.split()) == "".join(document.text.split())


@pytest.mark.parametrize(
    ("con", "expected"),
    [
        ('c="fever" 1:1 1:1\n', 'line 1: expected c="text" line:token line:token||t="label", found no ||t="'),
        ('\nc="fever" 1:1 1:1||x="problem"\n', "line 2: expected"),
        ('c="fever" 1:1 1:1||t="problem"||a="absent"\n', "line 1: expected"),
        ('c="fever" 1:1 1:1||t="pro', "found another form"),
        ('c="fever" 1:1 1:0||t="problem"\n', "line 1: the start 1:1 lies behind the end 1:0"),
        ('c="fever" 2:0 1:0||t="problem"\n', "line 1: the start 2:0 lies behind the end 1:0"),
        ('c="fever" 3:0 3:0||t="problem"\n', "line 1: there is no line 3: the text has 1, counted from 1"),
        ('c="fever" 0:0 0:0||t="problem"\n', "line 1: there is no line 0"),
        ('c="fever" 1:1 1:2||t="problem"\n', "line 1: line 1 has no token 2: it has 2, counted from 0"),
        ('c="fever" 1:a 1:1||t="problem"\n', "line 1: expected"),
        (f'c="fever" 1:{"9" * 5000} 1:1||t="problem"\n', "line 1: expected"),
        ("fever\0\n", "line 1: expected"),
        ('c="' + "x" * 1_000_000, "line 1: expected"),
        (b'c="f\xe9ver" 1:1 1:1||t="problem"\n', "line 1: byte 0xe9 is not UTF-8"),
        ("T1\tproblem".encode("utf-16"), "UTF-16"),
    ],
)
def test_broken_lines_are_named_with_place_and_fix(tmp_path: Path, con: str | bytes, expected: str) -> None:
    message = error_of(files(tmp_path, txt="no fever\n", con=con))
    assert expected in message
    assert "fever" not in message
    assert len(message) < 400 + len(str(tmp_path))


def test_a_concept_of_empty_tokens_is_an_error(tmp_path: Path) -> None:
    message = error_of(files(tmp_path, txt="no  fever\n", con='c="" 1:1 1:1||t="problem"\n'))
    assert "nothing but empty tokens" in message


def test_a_relation_without_its_concept_is_an_error(tmp_path: Path) -> None:
    rel = 'c="no" 1:0 1:0||r="PIP"||c="fever" 1:1 1:1\n'
    assert "x.rel, line 1: no concept stands at 1:0 1:0" in error_of(files(tmp_path, txt="no fever\n", con="", rel=rel))


def test_missing_halves_are_errors_that_name_the_fix(tmp_path: Path) -> None:
    assert "--text" in error_of(files(tmp_path, con=""))
    (tmp_path / "x.con").unlink()
    assert "there is no x.con" in error_of(files(tmp_path, txt="no fever"))
    assert read(tmp_path / "x.txt", require_annotations=False).entities == ()


def test_texts_and_concepts_may_lie_in_different_folders(tmp_path: Path) -> None:
    for folder, suffix in (("concept", "con"), ("txt", "txt"), ("ast", "ast")):
        (tmp_path / folder).mkdir()
        shutil.copy(GOLD / f"8473723.{suffix}", tmp_path / folder)
    document = read(tmp_path / "concept" / "8473723.con", beside=[tmp_path / "txt", tmp_path / "ast"])
    assert len(document.entities) == 8
    assert document.entities[0].attributes == {"assertion": "present"}


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.con").mkdir()
    files(tmp_path, txt="no fever")
    assert "folder" in error_of(tmp_path / "x.con")


@pytest.mark.parametrize("txt", ["", "\n", " \n", "fever"])
def test_texts_without_line_end_or_content(tmp_path: Path, txt: str) -> None:
    document = read(files(tmp_path, txt=txt, con=""))
    assert written(document) == {"txt": txt, "con": ""}


def test_the_front_door_reads_one_document_for_all_its_files() -> None:
    assert [document.id for document in formats.read(GOLD, "i2b2")] == ["10565806", "8473723"]
    assert {formats.detect(path) for path in GOLD.glob("8473723.*")} == {"i2b2"}
