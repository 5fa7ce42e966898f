"""BioNLP shared task: names from .a1, triggers and events from .a2, and each line back in its file."""

import shutil
from pathlib import Path

import pytest

from bionym import formats
from bionym.data import Audit, Document, entity
from bionym.errors import FormatError, InputError

GOLD = Path(__file__).parents[1] / "gold" / "bionlp_st"


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(GOLD, folder / "in"))


def test_names_triggers_and_events_are_read() -> None:
    (document,) = formats.read(GOLD)
    assert [document.mention(one) for one in document.entities] == ["IL-4", "activates", "STAT6", "Stat6", "binds"]
    assert [(one.label, len(one.arguments)) for one in document.relations] == [
        ("Positive_regulation", 3),
        ("Binding", 2),
    ]
    assert [dict(one.attributes) for one in document.entities if one.attributes] == [{"Speculation": "true"}]


@pytest.mark.parametrize("name", ["1.txt", "1.a1", "1.a2"])
def test_each_of_the_files_tells_the_format(name: str) -> None:
    assert formats.detect(GOLD / name) == "bionlp_st"


def test_an_unchanged_document_is_written_back_into_the_same_files(tmp_path: Path) -> None:
    formats.write(formats.read(GOLD), tmp_path / "out", "bionlp_st")
    for name in ("1.txt", "1.a1", "1.a2"):
        assert (tmp_path / "out" / name).read_text() == (GOLD / name).read_text()


def test_new_entities_go_to_the_given_names_and_events_to_the_others(tmp_path: Path) -> None:
    (document,) = formats.read(GOLD)
    more = document.with_entities([*document.entities, entity(5, 8, "Protein")], relations=document.relations)
    formats.write([more], tmp_path / "out", "bionlp_st")
    assert "T6\tProtein 5 8\tact\n" in (tmp_path / "out" / "1.a1").read_text()
    assert (tmp_path / "out" / "1.a2").read_text() == (GOLD / "1.a2").read_text()


def test_brat_and_back_loses_nothing(tmp_path: Path) -> None:
    formats.write(formats.read(GOLD), tmp_path / "brat", "brat")
    formats.write(formats.read(tmp_path / "brat", "brat"), tmp_path / "out", "bionlp_st")
    again, before = (next(iter(formats.read(place))) for place in (tmp_path / "out", GOLD))
    assert (again.entities, again.relations) == (before.entities, before.relations)


@pytest.mark.parametrize(("name", "line"), [("1.a1", 2), ("1.a2", 1)])
def test_an_error_names_the_file_and_line_where_it_stands(name: str, line: int, tmp_path: Path) -> None:
    path = copied(tmp_path) / name
    lines = path.read_text().splitlines()
    lines[line - 1] = "T9\tProtein 0\tIL-4"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(FormatError, match=rf"{name}, line {line}: expected T1<TAB>"):
        list(formats.read(path.parent))


def test_either_of_the_annotation_files_may_be_missing_but_not_both(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "1.a2").unlink()
    assert [len(one.entities) for one in formats.read(folder)] == [3]
    (folder / "1.a1").unlink()
    with pytest.raises(InputError, match=r"there is no 1\.a1 or 1\.a2 for it"):
        list(formats.read(folder, "bionlp_st"))


def test_a_new_document_has_its_names_in_the_first_file(tmp_path: Path) -> None:
    formats.write([Document("2", "IL-4 binds", entities=(entity(0, 4, "Protein"),))], tmp_path / "out", "bionlp_st")
    assert (tmp_path / "out" / "2.a1").read_text() == "T1\tProtein 0 4\tIL-4\n"
    assert (tmp_path / "out" / "2.a2").read_text() == ""


def test_a_line_that_begins_with_a_tab_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "1.a1").write_text("\tProtein 0 4\tIL-4\n")
    with pytest.raises(FormatError, match=r"1\.a1, line 1: expected a line that begins with"):
        list(formats.read(folder))


def test_under_repair_unusable_lines_are_left_out_and_the_others_stay_in_their_files(tmp_path: Path) -> None:
    folder, audit = copied(tmp_path), Audit()
    (folder / "1.a1").write_text("T7 no tab\n" + (GOLD / "1.a1").read_text())
    formats.write(formats.read(folder, repair="nearest", audit=audit), tmp_path / "out", "bionlp_st")
    assert audit.lost.total() == 1
    for name in ("1.a1", "1.a2"):
        assert (tmp_path / "out" / name).read_text() == (GOLD / name).read_text()
