"""Lines and files that are of no use: an error without `repair`, left out and counted with it."""

import json
from pathlib import Path

import pytest

from bionym import formats
from bionym.data import Audit, Document
from bionym.errors import FormatError

TEXT = "Severe pain"
SEVERE, PAIN = "T1\tX 0 6\tSevere\n", "T2\tX 7 11\tpain\n"


def brat(folder: Path, ann: str, text: str = TEXT) -> Path:
    (folder / "a.txt").write_text(text, encoding="utf-8", newline="")
    (folder / "a.ann").write_text(ann, encoding="utf-8", newline="")
    return folder / "a.ann"


def repaired(path: Path, format: str = "brat") -> tuple[Document, Audit]:
    audit = Audit()
    (document,) = formats.read(path, format, audit=audit, repair="nearest")
    return document, audit


def ids(document: Document) -> list[str]:
    return [one.id for one in document.entities]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("T8\tNull 7 7\t\n", "entity"),
        ("T8\tNull 9 3\t\n", "entity"),
        ("T8\tNull 90 97\tataxia\n", "entity"),
        ("R1\tRel Arg1:T1 Arg2:T9\n", "relation"),
        ("E1\tOnset:T9\n", "event"),
        ("E1\tOnset:T1 Theme:T9\n", "event"),
        ("A1\tNegation T9\n", "attribute"),
        ("M1\tNegation T9\n", "attribute"),
        ("N1\tReference T9 MESH:D1\tpain\n", "normalisation"),
        ("*\tEquiv T1 T9\n", "equivalence"),
        ("T8\tNull\n", "line"),
        ("T8\tNull -1 4\tSev\n", "line"),
        ("T8 Null 0 6 Severe\n", "line"),
        ("R1\tRel Arg1:T1\n", "line"),
        ("<<<<<<< HEAD\n", "line"),
        ("\0\0\n", "line"),
    ],
)
def test_one_line_of_brat_never_refuses_the_others(line: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="repair=nearest"):
        list(formats.read(brat(tmp_path, SEVERE + line + PAIN), "brat"))
    document, audit = repaired(brat(tmp_path, SEVERE + line + PAIN))
    assert ids(document) == ["T1", "T2"]
    assert [(event.what, event.kind) for event in audit.examples] == [(what, "lost")]
    assert "2" in audit.examples[0].place or "T8" in audit.examples[0].place


def test_an_attribute_whose_id_stands_twice_gets_a_new_one(tmp_path: Path) -> None:
    document, audit = repaired(brat(tmp_path, f"{SEVERE}A1\tF1 T1 A\n{PAIN}A1\tF4 T2 B\n"))
    assert [dict(one.attributes) for one in document.entities] == [{"F1": "A"}, {"F4": "B"}]
    assert sum(audit.changed.values()) == 1


def test_an_entity_whose_id_stands_twice_gets_a_new_one(tmp_path: Path) -> None:
    document, audit = repaired(brat(tmp_path, f"{SEVERE}T1\tX 7 11\tpain\nA1\tNegation T1\n"))
    assert ids(document) == ["T1", "T2"]
    assert [bool(one.attributes) for one in document.entities] == [True, False]
    assert audit.changed.total() == 1


def test_a_line_that_stands_twice_is_read_once(tmp_path: Path) -> None:
    document, audit = repaired(brat(tmp_path, SEVERE + SEVERE + PAIN))
    assert (ids(document), audit.num_lost) == (["T1", "T2"], 1)


def test_what_refers_to_a_lost_mention_is_lost_with_it(tmp_path: Path) -> None:
    more = "T8\tX 7 7\t\nE1\tX:T8\nA1\tNegation E1\nR1\tRel Arg1:T1 Arg2:E1\n"
    document, audit = repaired(brat(tmp_path, SEVERE + more))
    assert (ids(document), document.relations) == (["T1"], ())
    assert sorted(what for what, _ in audit.lost) == ["attribute", "entity", "event", "relation"]


@pytest.mark.parametrize(
    "ann",
    [
        f"{SEVERE}T8\tNull 7 7\t\n{PAIN}A1\tF1 T2\nA1\tF4 T1\n",
        "T1\tX 7 99\tpain\nA1\tNegation T1\n",
        "T1\tX 0 6;3 11\tSevere ere pain\nA1\tNegation T1\n",
        "T1\tX 2 6\tpain\r\nA1\tNegation T1\r\nbroken\r\n",
    ],
)
def test_a_repaired_file_is_written_as_one_that_reads_without_repair(ann: str, tmp_path: Path) -> None:
    document, _ = repaired(brat(tmp_path, ann))
    formats.write([document], tmp_path / "out", "brat")
    audit = Audit()
    (again,) = formats.read(tmp_path / "out" / "a.ann", "brat", audit=audit)
    assert [(one, dict(one.attributes)) for one in again.entities] == [
        (one, dict(one.attributes)) for one in document.entities
    ]
    assert not audit.changed


def test_a_line_that_differs_in_spelling_alone_is_written_back_as_it_was(tmp_path: Path) -> None:
    ann = "T1\tDose 0 5\t10 mg\n"
    (document,) = formats.read(brat(tmp_path, ann, "10\u00a0mg now"), "brat")
    formats.write([document], tmp_path / "out", "brat")
    assert (tmp_path / "out" / "a.ann").read_text(encoding="utf-8") == ann


def test_fragments_that_white_space_parts_are_written_back_as_they_were(tmp_path: Path) -> None:
    ann = "T1\tDISO 0 13;16 34\tdiverticulite sigmoidienne aigue\n"
    (document,) = formats.read(brat(tmp_path, ann, "diverticulite \n\nsigmoidienne aigue"), "brat")
    formats.write([document], tmp_path / "out", "brat")
    assert (tmp_path / "out" / "a.ann").read_text(encoding="utf-8") == ann


PUBTATOR = "1|t|Lead exposure\n1|a|iron\n1\t0\t4\tLead\tX\tD\n{}\n\n2|t|Iron\n2|a|x\n2\t0\t4\tIron\tX\tD\n"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("1\tTranslation 7488T/C\tHis-to-Arg", "line"),
        ("1\t0\t4\tLead", "line"),
        ("1\t0\tfour\tLead\tX\tD", "line"),
        ("1\t-1\t4\tLead\tX\tD", "line"),
        ("1\t0\t4\tLead\t\tD", "entity"),
        ("7\t0\t4\tLead\tX\tD", "line"),
        ("a line break within", "line"),
        ("1|a|a second abstract", "line"),
    ],
)
def test_one_line_of_pubtator_never_refuses_the_others(line: str, what: str, tmp_path: Path) -> None:
    path, audit = tmp_path / "a.pubtator", Audit()
    path.write_text(PUBTATOR.format(line))
    found = list(formats.read(path, audit=audit, repair="nearest"))
    assert [len(one.entities) for one in found] == [1, 1]
    assert [(event.what, event.document_id, event.place) for event in audit.examples] == [(what, "1", "line 4")]
    with pytest.raises(FormatError, match="line 4"):
        list(formats.read(path))


def test_a_document_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    path, errors = tmp_path / "a.pubtator", []
    path.write_text(PUBTATOR.format("1\tTranslation 7488T/C\tHis-to-Arg"))
    assert [one.id for one in formats.read(path, on_error=errors.append)] == ["2"]
    assert len(errors) == 1


def test_lines_before_the_first_title_are_left_out_under_repair(tmp_path: Path) -> None:
    path, audit = tmp_path / "a.pubtator", Audit()
    path.write_text("# a remark\n" + PUBTATOR.format(""))
    assert len(list(formats.read(path, "pubtator", audit=audit, repair="nearest"))) == 2
    assert audit.lost.total() == 1


def test_a_file_that_is_not_pubtator_is_refused_under_repair_too(tmp_path: Path) -> None:
    (tmp_path / "a.pubtator").write_text("plain text\nand more\n")
    with pytest.raises(FormatError, match="expected a title line"):
        list(formats.read(tmp_path / "a.pubtator", repair="nearest"))


@pytest.mark.parametrize(
    "tag",
    [
        '<X id="P1" start="x" end="y" text="pain" TYPE="X"/>',
        '<X id="P1" start="7" text="pain" TYPE="X"/>',
        '<X id="P1" start="11" end="7" text="ataxia" TYPE="X"/>',
        '<X id="P1" spans="7~x" text="pain" TYPE="X"/>',
        '<X id="P1" start="7" end="70" text="ataxia" TYPE="X"/>',
    ],
)
def test_one_tag_never_refuses_the_others(tag: str, tmp_path: Path) -> None:
    tags = f'<X id="P0" start="0" end="6" text="Severe" TYPE="X"/>{tag}'
    (tmp_path / "a.xml").write_text(f"<deIdi2b2><TEXT>{TEXT}</TEXT><TAGS>{tags}</TAGS></deIdi2b2>")
    document, audit = repaired(tmp_path / "a.xml", "i2b2_xml")
    assert (ids(document), audit.num_lost) == (["P0"], 1)
    assert "P1" in audit.examples[0].place
    with pytest.raises(FormatError, match="repair=nearest"):
        list(formats.read(tmp_path / "a.xml"))


ANNOTATION = {"id": "1", "infons": {"type": "X"}, "text": "Severe", "locations": [{"offset": 0, "length": 6}]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"locations": [{"offset": "x", "length": 4}]},
        {"locations": [{"offset": 7}]},
        {"infons": ["X"]},
        {"text": 7.5},
        {"locations": [{"offset": 7, "length": 40}], "text": "ataxia"},
        {"locations": [{"offset": 7, "length": 0}], "text": ""},
    ],
)
def test_one_annotation_of_bioc_never_refuses_the_others(wrong: dict[str, object], tmp_path: Path) -> None:
    own = [ANNOTATION, {**ANNOTATION, "id": "2", **wrong}]
    tie = {"id": "r", "infons": {"type": "in"}, "nodes": [{"refid": "1", "role": "a"}, {"refid": "2", "role": "b"}]}
    passage = {"offset": 0, "infons": {}, "text": TEXT, "annotations": own, "relations": ["broken"]}
    value = {"documents": [{"id": "d", "infons": {}, "passages": [passage], "relations": [tie]}]}
    (tmp_path / "a.json").write_text(json.dumps(value))
    document, audit = repaired(tmp_path / "a.json", "bioc_json")
    assert (ids(document), audit.num_lost) == (["1"], 1)
    assert audit.lost["relation", "of no form that BioC has: left out"] == 1


def test_a_relation_of_bioc_goes_with_the_annotation_that_is_left_out(tmp_path: Path) -> None:
    lost = {**ANNOTATION, "id": "2", "text": "ataxia", "locations": [{"offset": 7, "length": 4}]}
    tie = {"id": "r", "infons": {"type": "in"}, "nodes": [{"refid": "1", "role": "a"}, {"refid": "2", "role": "b"}]}
    passage = {"offset": 0, "infons": {}, "text": TEXT, "annotations": [ANNOTATION, lost]}
    value = {"documents": [{"id": "d", "infons": {}, "passages": [passage], "relations": [tie]}]}
    (tmp_path / "a.json").write_text(json.dumps(value))
    document, audit = repaired(tmp_path / "a.json", "bioc_json")
    assert (document.relations, {what for what, _ in audit.lost}) == ((), {"entity", "relation"})


ENTITY = {"id": "e1", "type": "X", "text": ["Severe"], "offsets": [[0, 6]], "normalized": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"offsets": [[7, "x"]]},
        {"offsets": [[7]]},
        {"offsets": [], "text": []},
        {"type": None},
        {"type": ""},
        {"text": "pain"},
        {"offsets": [[7, 70]], "text": ["ataxia"]},
    ],
)
def test_one_entity_of_bigbio_never_refuses_the_others(wrong: dict[str, object], tmp_path: Path) -> None:
    passages = [{"id": "p", "type": "title", "text": [TEXT], "offsets": [[0, 11]]}]
    ties = [{"id": "r1", "type": "in", "arg1_id": "e1", "arg2_id": "e2"}, {"id": "r2", "type": "in"}]
    row = {"id": "0", "document_id": "1", "passages": passages, "entities": [ENTITY, {**ENTITY, "id": "e2", **wrong}]}
    (tmp_path / "a.json").write_text(json.dumps([{**row, "relations": ties}]))
    document, audit = repaired(tmp_path / "a.json", "bigbio")
    assert (ids(document), document.relations, audit.num_lost) == (["e1"], (), 1)
    assert sum(number for (what, _), number in audit.lost.items() if what == "relation") == 2


CON = 'c="severe" 1:0 1:0||t="problem"\n'


def i2b2(folder: Path, con: str, text: str = "Severe pain\n", **others: str) -> Path:
    for name, content in {"txt": text, "con": con, **others}.items():
        (folder / f"a.{name}").write_text(content)
    return folder / "a.con"


@pytest.mark.parametrize(
    "line",
    [
        'c="pain" 1:1 1:1',
        'c="pain" 1:1||t="problem"',
        'c="ataxia" 9:1 9:1||t="problem"',
        'c="ataxia" 1:7 1:8||t="problem"',
        'c="pain" 1:1 1:0||t="problem"',
        "a remark",
    ],
)
def test_one_line_of_i2b2_never_refuses_the_others(line: str, tmp_path: Path) -> None:
    document, audit = repaired(i2b2(tmp_path, f"{CON}{line}\n"), "i2b2")
    assert [document.mention(one) for one in document.entities] == ["Severe"]
    assert [(event.kind, event.place) for event in audit.examples] == [("lost", "a.con, line 2")]
    with pytest.raises(FormatError):
        list(formats.read(tmp_path / "a.con"))


def test_a_relation_of_i2b2_to_no_concept_is_left_out_under_repair(tmp_path: Path) -> None:
    rel = 'c="severe" 1:0 1:0||r="PIP"||c="pain" 1:1 1:1\n'
    document, audit = repaired(i2b2(tmp_path, CON, rel=rel), "i2b2")
    assert (document.relations, audit.lost.total()) == ((), 1)


@pytest.mark.parametrize(
    ("severe", "fever"),
    [("1:1 1:1", "2:3 2:3"), ("0:0 0:0", "1:2 1:2"), ("0:1 0:1", "1:3 1:3"), ("1:0 1:1", "2:2 2:3")],
)
def test_lines_and_tokens_counted_otherwise_are_recognised_under_repair(
    severe: str, fever: str, tmp_path: Path
) -> None:
    con = f'c="severe" {severe}||t="problem"\nc="fever" {fever}||t="problem"\n'
    rel = f'c="severe" {severe}||r="PIP"||c="fever" {fever}\n'
    path = i2b2(tmp_path, con, "Severe pain\nfever no fever\n", rel=rel)
    document, audit = repaired(path, "i2b2")
    assert [(one.start, document.mention(one)) for one in document.entities] == [(0, "Severe"), (21, "fever")]
    assert (len(document.relations), audit.num_changed) == (1, 2)


def test_a_concept_at_other_tokens_goes_to_the_nearest_that_are_its_text(tmp_path: Path) -> None:
    path = i2b2(tmp_path, 'c="pain" 1:0 1:0||t="problem"\n', "Severe pain , pain\n")
    document, audit = repaired(path, "i2b2")
    assert (document.entities[0].start, audit.num_changed) == (7, 1)


def test_offsets_that_count_from_the_passage_are_converted_under_repair(tmp_path: Path) -> None:
    def passage(offset: int, text: str, *words: str) -> dict[str, object]:
        at = [(text.index(word), word) for word in words]
        own = [
            {
                "id": f"{offset}{start}",
                "infons": {"type": "X"},
                "text": word,
                "locations": [{"offset": start, "length": 4}],
            }
            for start, word in at
        ]
        return {"offset": offset, "infons": {}, "text": text, "annotations": own}

    passages = [passage(0, "Lead or zinc rose.", "Lead", "zinc"), passage(19, "Lead or iron fell.", "Lead", "iron")]
    value = {"documents": [{"id": "d", "infons": {}, "passages": passages}]}
    (tmp_path / "a.json").write_text(json.dumps(value))
    document, _ = repaired(tmp_path / "a.json", "bioc_json")
    assert [one.start for one in document.entities] == [0, 8, 19, 27]


def test_offsets_that_count_from_the_abstract_are_converted_under_repair(tmp_path: Path) -> None:
    (tmp_path / "a.pubtator").write_text("1|t|Lead rose\n1|a|zinc, iron, zinc fell\n1\t12\t16\tzinc\tX\tD\n")
    document, audit = repaired(tmp_path / "a.pubtator", "pubtator")
    assert document.entities[0].start == 22
    assert audit.num_changed == 1


def folder_of_brat(folder: Path) -> Path:
    brat(folder, SEVERE)
    (folder / "README.txt").write_text("About this corpus.\n")
    return folder


@pytest.mark.parametrize("format", [None, "brat"])
def test_a_text_without_annotations_in_a_folder_of_brat_is_left_out_and_named(
    format: str | None, tmp_path: Path
) -> None:
    audit = Audit()
    assert [one.id for one in formats.read(folder_of_brat(tmp_path), format, audit=audit)] == ["a"]
    assert [(event.what, event.document_id) for event in audit.examples] == [("file", "README")]


def test_a_readme_above_folders_of_brat_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    brat(tmp_path / "train", SEVERE)
    (tmp_path / "LICENSE.txt").write_text("Free.\n")
    assert [one.id for one in formats.read(tmp_path)] == ["train/a"]


def test_a_text_without_concepts_in_a_folder_of_i2b2_is_left_out(tmp_path: Path) -> None:
    i2b2(tmp_path, CON)
    (tmp_path / "README.txt").write_text("About this corpus.\n")
    for format in (None, "i2b2"):
        assert [one.id for one in formats.read(tmp_path, format)] == ["a"]


def test_texts_are_read_where_annotations_are_not_wanted(tmp_path: Path) -> None:
    folder = folder_of_brat(tmp_path)
    for options in ({"format": "text"}, {"format": "brat", "require_annotations": False}):
        assert [one.id for one in formats.read(folder, **options)] == ["README", "a"]


def test_a_folder_of_texts_alone_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    assert [one.id for one in formats.read(tmp_path)] == ["a"]


def test_a_text_of_another_format_beside_annotations_is_read(tmp_path: Path) -> None:
    brat(tmp_path, SEVERE)
    (tmp_path / "corpus.txt").write_text("1|t|Lead\n1|a|iron\n")
    assert [one.id for one in formats.read(tmp_path)] == ["a", "1"]


def test_files_that_cannot_be_read_are_skipped_and_counted(tmp_path: Path) -> None:
    brat(tmp_path, SEVERE)
    (tmp_path / "b.txt").write_text(TEXT)
    (tmp_path / "b.ann").write_text("broken\n")
    audit = Audit()
    assert [one.id for one in formats.read(tmp_path, "brat", audit=audit, skip_bad=True)] == ["a"]
    assert [(event.what, Path(event.place).name) for event in audit.examples] == [("file", "b.ann, line 1")]


def test_a_file_whose_format_cannot_be_told_is_skipped(tmp_path: Path) -> None:
    brat(tmp_path, SEVERE)
    (tmp_path / "strange.json").write_text("[1]")
    audit = Audit()
    assert [one.id for one in formats.read(tmp_path, audit=audit, skip_bad=True)] == ["a"]
    assert [Path(event.place).name for event in audit.examples] == ["strange.json"]


@pytest.mark.parametrize(
    ("spans", "right"),
    [
        ([[7, 99]], [(7, 11)]),
        ([[0, 3], [7, 99]], [(0, 3), (7, 11)]),
        ([[0, 7], [5, 11]], [(0, 11)]),
        ([[7, 7]], []),
        ([[9, 3]], []),
        ([[-3, -1]], []),
        ([[40, 44]], []),
        ([], []),
        ("x", []),
    ],
)
def test_entities_of_json_outside_the_text_are_cut_or_left_out(
    spans: object, right: list[tuple[int, int]], tmp_path: Path
) -> None:
    entities = [{"spans": [[0, 6]], "label": "X", "id": "T1"}, {"spans": spans, "label": "X", "id": "T2"}]
    line = {"format": "bionym", "version": 1, "id": "d", "text": TEXT, "entities": entities}
    (tmp_path / "a.jsonl").write_text(json.dumps(line))
    with pytest.raises(FormatError):
        list(formats.read(tmp_path / "a.jsonl"))
    document, audit = repaired(tmp_path / "a.jsonl", "jsonl")
    assert [one.spans for one in document.entities if one.id == "T2"] == [tuple(right)] * bool(right)
    assert (audit.num_lost, audit.num_changed) == (int(not right), int(bool(right)))


def test_lines_of_json_that_cannot_be_read_are_skipped(tmp_path: Path) -> None:
    formats.write([Document("1", "a"), Document("2", "b")], tmp_path / "a.jsonl")
    first, second = (tmp_path / "a.jsonl").read_text().splitlines()
    (tmp_path / "a.jsonl").write_text(f"{first}\n{second[:-9]}\n{second}\n")
    errors: list[Exception] = []
    assert [one.id for one in formats.read(tmp_path / "a.jsonl", on_error=errors.append)] == ["1", "2"]
    assert len(errors) == 1
