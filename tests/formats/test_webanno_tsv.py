"""WebAnno TSV 3: stacked, longer and partial annotations, escapes, relations, and offsets of Java."""

from pathlib import Path

import pytest
from hypothesis import given

from bionym import formats
from bionym.data import Argument, Audit, Document, Entity, Relation, Span, entity
from bionym.errors import FormatError
from bionym.formats import webanno_tsv
from tests.strategies import documents

GOLD = Path(__file__).parents[1] / "gold" / "webanno_tsv"
NER = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value"
HEAD = "#FORMAT=WebAnno TSV 3.3\n"


def read(folder: Path, *lines: str, header: str = NER, **options: object) -> Document:
    (folder / "a.tsv").write_text(f"{HEAD}{header}\n\n\n" + "\n".join(lines) + "\n")
    (document,) = formats.read(folder / "a.tsv", "webanno_tsv", **options)
    return document


def written(document: Document, folder: Path, audit: Audit | None = None) -> list[str]:
    formats.write([document], folder / "out", "webanno_tsv", audit=audit, force=True)
    return (folder / "out" / "1.tsv").read_text().splitlines()


def mentions(document: Document) -> list[tuple[str, str]]:
    return [(document.mention(one), one.label) for one in document.entities]


def test_stacked_longer_and_partial_annotations_are_read() -> None:
    (document,) = formats.read(GOLD)
    assert mentions(document) == [
        ("Naloxone", "Chemical"),
        ("severe hypotension", "Disease"),
        ("severe", "high_grade"),
        ("hypotension", "Sign"),
        ("hypo", "Prefix"),
        ("Clonidine", "Chemical"),
    ]
    assert document.entities[0].concepts == ("http://mesh/D009270",)


def test_a_relation_goes_from_the_place_it_names_to_its_row() -> None:
    (document,) = formats.read(GOLD)
    by_id = {one.id: document.mention(one) for one in document.entities}
    assert [by_id[end.target] for end in document.relations[0].arguments] == ["Naloxone", "severe hypotension"]


def test_what_is_not_read_is_counted() -> None:
    audit = Audit()
    list(formats.read(GOLD, audit=audit))
    assert {what: count for (what, _), count in audit.lost.items()} == {
        "annotation of another layer": 8,
        "chain link": 2,
    }


def test_one_layer_is_read_when_named() -> None:
    (document,) = formats.read(GOLD, layer="Severity")
    assert mentions(document) == [("severe", "high_grade")]
    assert document.relations == ()


def test_offsets_are_units_of_utf_16_or_code_points_by_the_tokens(tmp_path: Path) -> None:
    for offsets in ("3-8", "2-7"):
        document = read(tmp_path, "#Text=😀 fever", f"1-1\t{offsets}\tfever\t*\tSign\t")
        assert mentions(document) == [("fever", "Sign")]


def test_sentences_stand_where_their_first_token_says(tmp_path: Path) -> None:
    lines = ("#Text=Fever.", "1-1\t0-5\tFever\t_\t_\t", "", "#Text=Ataxia.", "2-1\t9-15\tAtaxia\t_\t_\t")
    document = read(tmp_path, *lines)
    assert document.text == "Fever.  \nAtaxia."
    assert [span.of(document.text) for span in document.sentences] == ["Fever.", "Ataxia."]


def test_escapes_are_undone_in_text_tokens_and_values(tmp_path: Path) -> None:
    row = "1-1\t0-3\ta\\\\b\t\\*x\\_y\tA\\|B\\[1\\]\\->\t"
    document = read(tmp_path, "#Text=a\\\\b\\nc", row)
    assert document.text == "a\\b\nc"
    (one,) = document.entities
    assert (one.label, one.concepts) == ("A|B[1]->", ("*x_y",))


def test_files_without_escapes_are_read(tmp_path: Path) -> None:
    document = read(tmp_path, "#Text=a\\b c", "1-1\t0-3\ta\\b\t*\tSign\t")
    assert document.text == "a\\b c"


def test_an_annotation_without_a_value_has_the_label_of_its_layer(tmp_path: Path) -> None:
    document = read(tmp_path, "#Text=fever", "1-1\t0-5\tfever\t*\t", header="#T_SP=webanno.custom.Sign|value")
    assert mentions(document) == [("fever", "Sign")]


def test_features_other_than_the_label_are_attributes(tmp_path: Path) -> None:
    header = "#T_SP=webanno.custom.Sign|kind|sure"
    document = read(tmp_path, "#Text=fever", "1-1\t0-5\tfever\tx\tno\t", header=header)
    assert (document.entities[0].label, dict(document.entities[0].attributes)) == ("Sign", {"kind": "x", "sure": "no"})
    named = read(tmp_path, "#Text=fever", "1-1\t0-5\tfever\tx\tno\t", header=header, label_feature="kind")
    assert (named.entities[0].label, dict(named.entities[0].attributes)) == ("x", {"sure": "no"})


def test_links_of_features_are_counted(tmp_path: Path) -> None:
    header = "#T_SP=webanno.custom.Event|ROLE_webanno.custom.Event:Args_webanno.custom.Link|webanno.custom.X|value"
    audit = Audit()
    document = read(tmp_path, "#Text=fever", "1-1\t0-5\tfever\tagent\t1-1\tOnset\t", header=header, audit=audit)
    assert mentions(document) == [("fever", "Onset")]
    assert audit.lost["slot", "links of a feature to other annotations are not read"] == 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("1-1\t0-5\tfever\t_\t_\t",), "line 5: a token before the first #Text="),
        (("#Text=fever", "1-1\t0-5\tfever"), "line 6: expected 5 columns, as the layers have, found 3"),
        (("#Text=fever", "1-1\t0:5\tfever\t_\t_\t"), "line 6: expected SENTENCE-TOKEN<TAB>START-END<TAB>token"),
        (("#Text=fever", "1-1\t0-6\tfever\t_\t_\t"), "line 6: a token is not where its offsets say"),
        (("#Text=mild fever", "1-1\t0-4\tmild\t_\t_\t", "1-2\t4-9\tfever\t_\t_\t"), "line 7: a token is not where"),
        (("#Text=fever", f"1-1\t0-{10**17}\tfever\t_\t_\t"), "line 6: a token is not where its offsets say"),
        (("#Text=fever", "1-1\t9999999-10000004\tfever\t_\t_\t"), "two sentences overlap at offset 9999999"),
        (("#Text=ab", "1-1\t0-2\tab\t_\t_\t", "#Text=cd", "2-1\t1-3\tcd\t_\t_\t"), "two sentences overlap at offset 1"),
    ],
)
def test_a_broken_line_is_named(lines: tuple[str, ...], message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read(tmp_path, *lines)
    assert message in str(caught.value)


@pytest.mark.parametrize("address", ["x", "1-9", "1-1[7_0]", "1-1[0_7]", "_-_"])
def test_a_relation_without_ends_is_refused(address: str, tmp_path: Path) -> None:
    tie = f"{NER}\n#T_RL=webanno.custom.Relation|label|BT_{NER[6:].partition('|')[0]}"
    with pytest.raises(FormatError, match=r"line 7: (expected the place of|a relation ties what is no)"):
        read(tmp_path, "#Text=fever", f"1-1\t0-5\tfever\t*\tSign\ttreats\t{address}\t", header=tie)


def test_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("#FORMAT=WebAnno TSV 2\n")
    with pytest.raises(FormatError, match=r"line 1: expected #FORMAT=WebAnno TSV 3\.x in the first line"):
        list(formats.read(tmp_path / "a.tsv", "webanno_tsv"))


def test_what_is_written_is_numbered_only_where_it_must_be(tmp_path: Path) -> None:
    ends = (entity(0, 8, "Drug", id="a"), entity(18, 36, "Sign_x", id="b"), entity(18, 22, "Part", id="c"))
    tie = Relation("treats", (Argument("Arg1", "a"), Argument("Arg2", "b")), "R1")
    lines = written(Document("1", "Naloxone reverses severe hypotension", entities=ends, relations=(tie,)), tmp_path)
    assert "1-1\t0-8\tNaloxone\t*\tDrug\t_\t_\t" in lines
    assert "1-3\t18-24\tsevere\t*[1]\tSign\\_x[1]\ttreats\t1-1[0_1]\t" in lines
    assert "1-3.1\t18-22\tseve\t*\tPart\t_\t_\t" in lines


def test_what_cannot_be_held_is_counted(tmp_path: Path) -> None:
    gapped = Entity((Span(0, 2), Span(6, 8)), "Drug")
    blank = entity(8, 9, "Gap")
    edge = Entity((Span(8, 17),), "Verb", ("a", "b"), {"sure of": "x", "sure": "y"}, 0.5)
    audit = Audit()
    document = Document("1", "Naloxone reverses", entities=(gapped, blank, edge))
    lines = written(document, tmp_path, audit)
    assert "1-2\t9-17\treverses\ta\tVerb\ty\t" in lines
    assert {what for what, _ in audit.lost} == {"entity", "concept", "attribute", "score"}
    assert audit.num_lost == 2
    assert audit.num_changed == 1


@given(document=documents(discontinuous=False, relations=False, passages=False))
def test_text_and_entities_survive_but_for_white_space_at_edges(
    document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("round")
    audit = Audit()
    webanno_tsv.write([document], folder, audit=audit)
    (found,) = webanno_tsv.read(next(folder.rglob("*.tsv")))
    if found.text or not document.text.strip():
        stripped = [(document.mention(one).strip(), one.label) for one in document.entities]
        expected = sorted(pair for pair in stripped if pair[0])
        assert sorted(mentions(found)) == expected
    assert found.text == document.text or not document.text.strip()


def test_a_tsv_file_to_write_is_still_conll(tmp_path: Path) -> None:
    formats.write([Document("1", "fever")], tmp_path / "a.tsv")
    assert formats.detect(tmp_path / "a.tsv") == "conll"


def test_the_older_form_with_offsets_before_each_text_is_refused_by_name(tmp_path: Path) -> None:
    rows = "1-1\t0-5\tchest\tB-Problem[1]\t\n1-2\t6-10\tpain\tI-Problem[1]\t\n"
    content = f"#FORMAT=WebAnno TSV 3\n#T_SP=de.x.NamedEntity|value\n\n\n#Text=0-10#chest pain\n{rows}"
    (tmp_path / "a.tsv").write_text(content)
    with pytest.raises(FormatError, match=r"a\.tsv, line 5: the sentence begins with its offsets"):
        list(formats.read(tmp_path / "a.tsv"))
