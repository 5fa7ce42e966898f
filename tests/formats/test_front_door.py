"""The front door: what is found, which options are taken, and whether the counts are true."""

import io
import os
from pathlib import Path

import pytest

from bionym.data import Argument, Audit, Document, Entity, Relation, Span, entity
from bionym.errors import InputError, UsageError
from bionym.formats import detect, read, write

GAPPED = Entity((Span(0, 4), Span(14, 17)), "Part", id="T1")
FORMATS = {"out.json": "bioc_json", "brat": "brat"}
TIE = Relation("in", (Argument("Arg1", "T1"), Argument("Arg2", "T2")), "R1")
ARM = Document("1", "left or right arm", entities=(GAPPED, entity(8, 17, "Part", id="T2")), relations=(TIE,))
MISPLACED = "1|t|mild fever\n1\t5\t10\tfever\tDisease\tD1\n1\t0\t5\tataxia\tDisease\tD2\n"


@pytest.mark.parametrize("target", ["-", "out.pubtator"])
def test_what_is_lost_is_not_counted_as_written(target: str, tmp_path: Path) -> None:
    audit = Audit()
    write([ARM, ARM], target if target == "-" else tmp_path / target, "pubtator", audit=audit)
    assert audit.written == {"documents": 2, "entities": 2, "relations": 0}


def test_what_the_reader_lost_counts_as_read(tmp_path: Path) -> None:
    (tmp_path / "in.pubtator").write_text(MISPLACED)
    audit = Audit()
    write(read(tmp_path / "in.pubtator", repair="nearest", audit=audit), tmp_path / "out.jsonl", audit=audit)
    assert (audit.read["entities"], audit.written["entities"], audit.num_lost) == (2, 1, 1)


NOTES = "T1\tPart 0 4\tleft\nT2\tPart 14 17\tarm\nR1\tIn Arg1:T1 Arg2:T2\n#1\tAnnotatorNotes T1\tsure?\nA1\tOld R1\n"


@pytest.mark.parametrize(("target", "num_lost"), [("out.json", 3), ("out.jsonl", 0), ("out.html", 0), ("brat", 0)])
def test_what_only_its_own_format_can_write_is_counted(target: str, num_lost: int, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARM.text)
    (tmp_path / "a.ann").write_text(f"{NOTES}*\tEquiv T1 T2\n")
    audit = Audit()
    write(read(tmp_path, audit=audit), tmp_path / "out" / target, FORMATS.get(target), audit=audit)
    assert sum(audit.lost.values()) == num_lost


@pytest.mark.parametrize(
    "option",
    [{"encoding": "klingon"}, {"decoding": "srict"}, {"token_column": "x"}, {"separator": None, "encoding": None}],
)
def test_an_option_of_the_wrong_kind_is_refused(option: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "in.conll").write_text("fever\tB-Disease\n")
    with pytest.raises(UsageError, match=r"srict|klingon|expected a whole number|expected text"):
        list(read(tmp_path / "in.conll", **option))


def test_digits_are_text_where_text_is_wanted(tmp_path: Path) -> None:
    write([ARM], tmp_path / "out.html", title=2020)
    assert "<title>2020</title>" in (tmp_path / "out.html").read_text()


def test_hidden_folders_and_their_files_are_passed_over(tmp_path: Path) -> None:
    for name in ("a.txt", ".b.txt", ".checkpoints/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mild fever")
    assert [document.id for document in read(tmp_path, "text")] == ["a"]


def test_the_output_may_lie_in_the_folder_that_is_read(tmp_path: Path) -> None:
    write([ARM], tmp_path / "in.jsonl")
    write(read(tmp_path), tmp_path / "out.jsonl")
    assert [document.id for document in read(tmp_path / "out.jsonl")] == ["1"]


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"fever\tB-Disease\n")))
    with pytest.raises(InputError, match="only once"):
        list(read(["-", "-"], "conll"))


@pytest.mark.parametrize("name", ["con", "ast"])
def test_a_text_with_any_of_its_companions_is_one_document(name: str, tmp_path: Path) -> None:
    assertion = '||a="present"' if name == "ast" else ""
    (tmp_path / "a.txt").write_text("fever\n")
    (tmp_path / f"a.{name}").write_text(f'c="fever" 1:0 1:0||t="problem"{assertion}\n')
    assert [(one.id, len(one.entities)) for one in read(tmp_path)] == [("a", 1)]
    assert detect(tmp_path / "a.txt") == "i2b2"


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write([Document("1", "fever")], tmp_path / "pipe", "jsonl")
    assert b"fever" in os.read(reading, 1000)
    os.close(reading)
