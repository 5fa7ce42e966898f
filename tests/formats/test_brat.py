"""brat standoff: every byte comes back, and every entity, relation, attribute and identifier from the model alone."""

import gzip
import json
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from bionym import formats
from bionym.data import Argument, Audit, Document, Passage, Relation, Span, entity
from bionym.errors import BionymError, FormatError, InputError, LossError
from bionym.formats import brat
from tests.strategies import documents, texts

GOLD = Path(__file__).parents[1] / "gold" / "brat"
CORPORA = Path(__file__).parents[2].parent / "shared" / "data" / "corpora"
EVENTS = GOLD / "8473723.ann"


def pair(folder: Path, text: str | bytes, ann: str | bytes) -> Path:
    """A pair of files with this content; the path of its `.ann`."""
    for suffix, content in ((".txt", text), (".ann", ann)):
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / f"a{suffix}").write_bytes(raw)
    return folder / "a.ann"


def read(path: Path, **options: object) -> Document:
    [document] = brat.read(path, **options)
    return document


def written(document: Document, audit: Audit | None = None) -> tuple[bytes, bytes]:
    """The `.txt` and the `.ann` of a document."""
    with tempfile.TemporaryDirectory() as folder:
        brat.write([replace(document, id="a")], Path(folder), audit=audit)
        return (Path(folder) / "a.txt").read_bytes(), (Path(folder) / "a.ann").read_bytes()


def again(document: Document, audit: Audit | None = None) -> Document:
    """The document, written and read."""
    with tempfile.TemporaryDirectory() as folder:
        brat.write([replace(document, id="a")], Path(folder), audit=audit)
        return read(Path(folder) / "a.ann")


def said(document: Document) -> list[object]:
    return [(one.spans, one.label, sorted(one.concepts), dict(one.attributes), one.score) for one in document.entities]


def ties(document: Document) -> Counter[object]:
    return Counter((relation.label, relation.arguments) for relation in document.relations)


def covered(document: Document) -> Counter[object]:
    """Label and offsets of every entity's characters that are no line ends, where there are any."""
    text = document.text
    kept = [
        (one.label.replace(" ", "_"), tuple(at for span in one.spans for at in range(*span) if text[at] not in "\r\n"))
        for one in document.entities
    ]
    return Counter((label, offsets) for label, offsets in kept if offsets)


def error_of(path: Path, **options: object) -> str:
    """The message of the error that reading gives: one line."""
    with pytest.raises(InputError) as caught:
        read(path, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("path", sorted(GOLD.glob("*.ann")), ids=lambda path: path.stem)
def test_an_unchanged_document_is_written_byte_for_byte(path: Path) -> None:
    assert written(read(path)) == (path.with_suffix(".txt").read_bytes(), path.read_bytes())


@pytest.mark.parametrize("path", sorted(GOLD.glob("*.ann")), ids=lambda path: path.stem)
def test_the_model_alone_carries_all_that_it_has_a_place_for(path: Path) -> None:
    document = read(path)
    rebuilt = again(replace(document, meta={}))
    assert (said(rebuilt), ties(rebuilt)) == (said(document), ties(document))


@pytest.mark.corpora
@pytest.mark.parametrize("folder", ["maccrobat", "anatem-brat", "jnlpba-brat", "ncbi-disease/brat"])
def test_whole_corpora_come_back_byte_for_byte(tmp_path: Path, folder: str) -> None:
    formats.write(formats.read(CORPORA / folder, "brat", require_annotations=False), tmp_path / "out", "brat")
    for path in (CORPORA / folder).rglob("*.ann"):
        copy = tmp_path / "out" / path.relative_to(CORPORA / folder)
        assert copy.read_bytes() == path.read_bytes()
        assert copy.with_suffix(".txt").read_bytes() == path.with_suffix(".txt").read_bytes()


@pytest.mark.parametrize(
    "ann",
    [
        "T1\tX 0 3\tone",
        "T1\tX 0 3\tone\r\n\r\nT2\tX 4 7\ttwo\r\n",
        "\ufeffT1\tX 0 3\tone\n",
        "\n \n\t\nT7\tX 0 3\tone  \n\n",
        "T2\tX 4 7\ttwo\nT1\tX 0 3\tone\t\nR1\tr a:T1 b:T2 \t\n",
        "",
        "\n",
        "# a comment\n#9\tOther T9\tof nothing\n",
    ],
)
def test_odd_lines_come_back_byte_for_byte(tmp_path: Path, ann: str) -> None:
    text = "\ufeffone\r\ntwo" if ann.startswith("\ufeff") else "one two"
    assert written(read(pair(tmp_path, text, ann))) == (text.encode(), ann.encode())


def test_discontinuous_mention_has_several_spans() -> None:
    therapy = next(one for one in read(EVENTS).entities if one.label == "Therapy")
    assert therapy.spans == (Span(167, 185), Span(201, 220))


def test_mention_over_a_line_end_is_one_span_and_two_fragments() -> None:
    document = read(EVENTS)
    crossing = next(one for one in document.entities if one.label == "passage_break")
    assert crossing.spans == (Span(57, 77),)
    fresh = document.with_entities([replace(crossing, id="")])
    assert written(replace(fresh, meta={}))[1] == b"T1\tpassage_break 57 67;68 77\ttreatment. We report\n"


def test_mention_over_a_line_end_without_fragments_is_read_too(tmp_path: Path) -> None:
    assert read(pair(tmp_path, "a b\nc d", "T1\tX 2 5\tb c\n")).entities[0].spans == (Span(2, 5),)


def test_attributes_of_an_event_belong_to_its_trigger() -> None:
    trigger = next(one for one in read(EVENTS).entities if one.label == "induction")
    assert trigger.attributes == {"Negation": "true"}


def test_relation_end_that_names_an_event_is_its_trigger() -> None:
    part_of = next(relation for relation in read(EVENTS).relations if relation.label == "part-of")
    assert part_of.arguments == (Argument("Arg1", "T7"), Argument("Arg2", "T9"))


def test_event_with_arguments_is_a_relation() -> None:
    event = next(relation for relation in read(EVENTS).relations if relation.id == "E1")
    assert [role for role, _ in event.arguments] == ["Trigger", "Effect", "Cause", "Cause2"]


def test_normalisations_are_concepts() -> None:
    assert read(EVENTS).entities[0].concepts == ("MESH:D012640",)


def test_scores_and_values_with_spaces_stand_in_notes() -> None:
    by_id = {one.id: one for one in read(EVENTS).entities}
    assert by_id["T6"].score == 0.93
    assert by_id["T8"].attributes == {"drug class": "typical antipsychotic"}


def test_score_of_a_predicted_entity_is_written_as_a_note() -> None:
    document = Document("a", "mild fever", entities=(entity(5, 10, "Sign", score=0.5),))
    assert written(document)[1] == b"T1\tSign 5 10\tfever\n#1\tAnnotatorNotes T1\tscore=0.5\n"


def test_a_removed_entity_takes_along_what_refers_to_it() -> None:
    document, audit = read(EVENTS), Audit()
    kept = [one for one in document.entities if one.id != "T11"]
    ann = written(document.with_entities(kept, relations=document.relations[1:]), audit)[1].decode()
    assert not any(line.startswith(("T11", "E1", "A1")) for line in ann.splitlines())
    assert "E2\tTherapy:T9 \n" in ann
    assert {what for what, _ in audit.lost} == {"event", "attribute"}


def test_equivalences_shrink_and_vanish_with_their_members() -> None:
    document, audit = read(EVENTS), Audit()
    kept = [one for one in document.entities if one.id != "T2"]
    assert b"Equiv" not in written(document.with_entities(kept), audit)[1]
    assert audit.lost["equivalence", "what it refers to is no longer in the document"] == 1


def test_new_entities_get_fresh_ids_behind_the_old_lines() -> None:
    document = read(EVENTS)
    more = document.with_entities([*document.entities, entity(17, 19, "Word")], relations=document.relations)
    old, new = EVENTS.read_text(encoding="utf-8"), written(more)[1].decode()
    assert new == old + "\nT12\tWord 17 19\tby\n"


def test_a_moved_entity_keeps_its_id_and_its_place_in_the_file() -> None:
    document = read(EVENTS)
    moved = [replace(one, spans=(Span(0, 4),)) if one.id == "T1" else one for one in document.entities]
    lines = written(document.with_entities(moved, relations=document.relations))[1].decode().splitlines()
    assert lines[0] == "T1\tDisease 0 4\tSeiz"
    assert "N1\tReference T1 MESH:D012640\tSeizures" in lines


def test_gold_lines_never_leak_into_predictions() -> None:
    document = read(EVENTS)
    predicted = document.with_entities([replace(document.entities[0], id="", concepts=(), attributes={})])
    assert written(predicted)[1] == b"\nT12\tDisease 0 8\tSeizures\n"


def test_changed_attributes_and_concepts_replace_their_lines() -> None:
    document = read(EVENTS)
    edited = [
        replace(one, concepts=("D1",), attributes={"Negation": "no"}) if one.id == "T1" else one
        for one in document.entities
    ]
    found = again(document.with_entities(edited, relations=document.relations)).entities[0]
    assert (found.concepts, found.attributes) == (("D1",), {"Negation": "no"})


def test_what_was_said_of_a_vanished_event_is_said_of_its_trigger() -> None:
    document, audit = read(EVENTS), Audit()
    without_relations = document.with_entities(document.entities)
    assert said(again(without_relations, audit)) == said(document)
    assert "attribute" not in {what for what, _ in audit.lost}


def test_label_with_white_space_is_changed_and_counted() -> None:
    audit = Audit()
    found = again(Document("a", "fever", entities=(entity(0, 5, "Sign or\tsymptom"),)), audit)
    assert found.entities[0].label == "Sign_or_symptom"
    assert audit.num_changed == 1


@pytest.mark.parametrize("label", ["cell-line", "cell_line", "B-cell_type", "Gene/Protein", "a:b"])
def test_dashes_and_underscores_in_labels_survive(label: str) -> None:
    assert again(Document("a", "fever", entities=(entity(0, 5, label),))).entities[0].label == label


def test_relations_between_concepts_and_passages_are_lost_and_counted() -> None:
    audit = Audit()
    tie = Relation("CID", (Argument("Chemical", "D1"), Argument("Disease", "D2")))
    again(Document("a", "fever", passages=(Passage(0, 5, "title"),), relations=(tie,)), audit)
    assert sorted(what for what, _ in audit.lost) == ["passage", "relation"]


def test_a_strict_audit_refuses_a_loss() -> None:
    with pytest.raises(LossError):
        again(Document("a", "\n\n", entities=(entity(0, 2, "X"),)), Audit(strict=True))


@given(documents(text=texts().map(lambda text: text.replace("\n", "").replace("\r", "")), passages=False))
def test_any_document_without_line_ends_comes_back(document: Document) -> None:
    expected = [replace(one, label=one.label.replace(" ", "_")) for one in document.entities]
    assert sorted(map(repr, said(again(document)))) == sorted(
        map(repr, said(replace(document, entities=tuple(expected))))
    )


@given(documents(details=False, passages=False))
def test_line_ends_cost_no_other_character_of_a_mention(document: Document) -> None:
    found = again(document)
    assert found.text == document.text
    assert covered(found) == covered(document)


@given(documents(passages=False))
def test_a_document_with_fewer_entities_comes_back_as_it_is(document: Document) -> None:
    first = again(document)
    fewer = first.with_entities(first.entities[::2])
    assert said(again(fewer)) == said(fewer)


@given(documents(passages=False))
def test_what_was_written_once_is_written_so_again(document: Document) -> None:
    once = again(document)
    assert written(again(once)) == written(once)


@given(texts(max_size=30))
def test_any_text_comes_back(text: str) -> None:
    assert written(Document("a", text))[0].decode().endswith(text)
    assert again(Document("a", text)).text == text


@pytest.mark.parametrize(
    "text", ["\U0001d4d0 mild fever", "\ufeff\U0001d4d0 mild fever", "x\r\ny\r\nfever", "naïve fever"]
)
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-8", "lf"])
def test_offsets_counted_otherwise_are_converted_and_counted(tmp_path: Path, text: str, codec: str) -> None:
    before = text[: text.index("fever")]
    start = (
        len(before.replace("\r\n", "\n")) if codec == "lf" else len(before.encode(codec)) // (1 + (codec != "utf-8"))
    )
    ann, audit = f"T1\tSign {start} {start + 5}\tfever\n", Audit()
    document = read(pair(tmp_path, text, ann), audit=audit)
    assert document.mention(document.entities[0]) == "fever"
    assert audit.num_changed == (start != document.entities[0].start)
    assert written(document) == (text.encode(), ann.encode())


def test_new_entities_count_as_their_file_counts(tmp_path: Path) -> None:
    document = read(pair(tmp_path, "\U0001d4d0 mild fever", "T1\tSign 8 13\tfever\n"))
    more = document.with_entities([*document.entities, entity(2, 6, "Grade")])
    assert written(more)[1].endswith(b"T2\tGrade 3 7\tmild\n")


def test_repair_moves_a_mention_to_its_nearest_occurrence(tmp_path: Path) -> None:
    audit = Audit()
    path = pair(tmp_path, "fever, no mild fever", "T1\tSign 14 19\tfever\nT2\tX 6 8;14 19\tno fever\n")
    document = read(path, repair="nearest", audit=audit)
    assert [one.spans for one in document.entities] == [(Span(7, 9), Span(15, 20)), (Span(15, 20),)]
    assert audit.num_changed == 2


@pytest.mark.parametrize(
    ("ann", "expected"),
    [
        ("T1\tSign 5 11\tfever\n", "line 1: T1 [5, 11) ends beyond the 10 characters"),
        ("T1\tSign 10 5\tfever\n", "line 1: T1 [10, 5) is empty or reversed"),
        ("\nT1\tSign 4 9\tfever\n", "line 2: T1 [4, 9) differs from the text at 4"),
        ("T1\tSign 5 10\tfev\n", "line 1: T1 [5, 10) differs from the text"),
        ("T1\tSign 5 10\n", "line 1: expected T1<TAB>Label start end<TAB>mention"),
        ("T1\tSign five 10\tfever\n", "line 1: expected T1<TAB>"),
        ("T1 Sign 5 10 fever\n", "line 1: expected T1<TAB>"),
        (f"T1\tSign 5 {'9' * 5000}\tfever\n", "line 1: expected T1<TAB>"),
        ("T1\tSign 0 6;5 10\tmild fever\n", "line 1: T1 "),
        ("T1\tSign 5 10\tfever\nT1\tSign 5 10\tfever\n", "line 2: T1 is used twice"),
        ("R1\tr Arg1:T1 Arg2:T2\n", "line 1: R1 refers to T1"),
        ("A1\tNegation\n", "line 1: expected A1<TAB>Name"),
        ("N1\tReference T1\n", "line 1: expected N1<TAB>Reference"),
        ("E1\tX\n", "line 1: expected E1<TAB>Label:T1"),
        ("R1\tr Arg1:T1\n", "line 1: expected R1<TAB>Label Arg1:T1 Arg2:T2"),
        ("*\tEquiv\n", "line 1: expected *<TAB>Label T1 T2"),
        ("Z1\tnonsense\n", "line 1: expected a line that begins with one of"),
        ("fever\0\n", "line 1: expected a line that begins with one of"),
        ("x" * 1_000_000, "line 1: expected a line that begins with one of"),
    ],
)
def test_broken_lines_are_named_with_place_and_fix(tmp_path: Path, ann: str, expected: str) -> None:
    message = error_of(pair(tmp_path, "mild fever", ann))
    assert expected in message
    assert len(message) < 500 + len(str(tmp_path))
    assert "fever" not in message


def test_a_text_in_another_encoding_is_an_error(tmp_path: Path) -> None:
    assert "UTF-8" in error_of(pair(tmp_path, "naïve".encode("latin-1"), ""))
    assert "UTF-16" in error_of(pair(tmp_path, "fever", "T1".encode("utf-16")))


def test_half_a_pair_is_an_error_that_names_the_fix(tmp_path: Path) -> None:
    path = pair(tmp_path, "fever", "")
    shutil.move(path, tmp_path / "b.ann")
    assert "there is no a.ann" in error_of(tmp_path / "a.txt")
    assert "there is no b.txt" in error_of(tmp_path / "b.ann")
    assert read(tmp_path / "a.txt", require_annotations=False).entities == ()


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.ann").mkdir()
    (tmp_path / "a.txt").write_text("fever")
    assert "folder" in error_of(tmp_path / "a.ann")


def test_the_other_half_may_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    path = pair(tmp_path, "fever", "T1\tSign 0 5\tfever\n")
    shutil.move(tmp_path / "a.txt", tmp_path / "texts" / "a.txt")
    assert len(read(path, beside=[tmp_path / "texts"]).entities) == 1


def test_packed_pairs_are_read(tmp_path: Path) -> None:
    for name in ("8696339.txt", "8696339.ann"):
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress((GOLD / name).read_bytes()))
    assert said(read(tmp_path / "8696339.ann.gz")) == said(read(GOLD / "8696339.ann"))


def test_damaged_packed_file_is_an_error(tmp_path: Path) -> None:
    path = pair(tmp_path, "fever", "")
    path.with_suffix(".ann.gz").write_bytes(gzip.compress(b"T1\tSign 0 5\tfever\n")[:-9])
    assert "damaged" in error_of(path.with_suffix(".ann.gz"))


def test_last_line_without_line_end_and_empty_text(tmp_path: Path) -> None:
    assert read(pair(tmp_path, "", "")).text == ""
    assert len(read(pair(tmp_path, "fever", "T1\tSign 0 5\tfever")).entities) == 1


def test_configuration_comes_back_and_gets_what_it_lacks(tmp_path: Path) -> None:
    docs = list(formats.read(GOLD, "brat"))
    formats.write(docs, tmp_path / "same", "brat")
    assert (tmp_path / "same" / "annotation.conf").read_bytes() == (GOLD / "annotation.conf").read_bytes()
    formats.write([docs[0].with_entities([entity(0, 4, "New_type")])], tmp_path / "more", "brat")
    conf = (tmp_path / "more" / "annotation.conf").read_text(encoding="utf-8")
    assert conf.replace("New_type\n", "") == (GOLD / "annotation.conf").read_text(encoding="utf-8")


def test_configuration_is_made_where_there_was_none(tmp_path: Path) -> None:
    tie = Relation("treats", (Argument("Arg1", "T1"), Argument("Arg2", "T2")))
    found = (replace(entity(0, 1, "Drug", id="T1"), attributes={"dose": "low"}), entity(2, 3, "Sign", id="T2"))
    formats.write([Document("x", "a b", entities=found, relations=(tie,))], tmp_path / "out", "brat")
    assert (tmp_path / "out" / "annotation.conf").read_text(encoding="utf-8") == (
        "[entities]\nDrug\nSign\n\n[relations]\ntreats\tArg1:<ANY>, Arg2:<ANY>\n\n[events]\n\n"
        "[attributes]\ndose\tArg:<ANY>, Value:low\n"
    )


def test_folders_in_ids_come_back(tmp_path: Path) -> None:
    formats.write([Document("train/a", "x"), Document("test/a", "y")], tmp_path / "out", "brat")
    assert [document.id for document in formats.read(tmp_path / "out", "brat")] == ["test/a", "train/a"]


def test_meta_is_plain_data() -> None:
    meta = read(EVENTS).meta
    assert json.loads(json.dumps(meta)) == meta


def test_a_pair_is_recognised_by_either_name() -> None:
    assert {formats.detect(EVENTS), formats.detect(EVENTS.with_suffix(".txt"))} == {"brat"}


def test_damaged_meta_is_an_error_not_a_crash() -> None:
    with pytest.raises(BionymError):
        written(Document("a", "fever", meta={"brat": {"ann": "T1\tbroken"}}))


def test_no_message_shows_the_text(tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read(pair(tmp_path, "Jane Doe has fever", "T1\tName 0 8\tJane Roe\n"))
    assert "Jane" not in str(caught.value)
