"""CoNLL as others write it: numbered columns, document edges in remarks, other spellings of tags, odd line ends."""

from pathlib import Path

import pytest

from bionym.data import Audit, Document, Entity, Span, entity
from bionym.errors import FormatError
from bionym.formats import conll, read, write

Found = list[tuple[str, str, list[tuple[int, int, str]]]]


def from_text(folder: Path, text: str, audit: Audit | None = None, **options: object) -> list[Document]:
    path = folder / "some.conll"
    path.write_bytes(text.encode())
    return list(conll.read(path, audit=audit, **options))  # type: ignore[arg-type]


def essence(documents: list[Document]) -> Found:
    return [(one.id, one.text, [(part.start, part.end, part.label) for part in one.entities]) for one in documents]


PLUS = (
    "# global.columns = ID FORM UPOS BIO:NE\n# newdoc id = note-7\n# sent_id = 1\n# text = Aspirin helps.\n"
    "1\tAspirin\tNOUN\tB-Drug\n2\thelps\tVERB\tO\n3\t.\tPUNCT\tO\n\n"
)
NUMBERED = "1\tMild\tO\n2\tpain\tB-Sign\n\n1\tNo\tO\n2\tfever\tB-Sign\n"


def test_global_columns_name_the_token_and_the_tag(tmp_path: Path) -> None:
    assert essence(from_text(tmp_path, PLUS)) == [("note-7", "Aspirin helps .", [(0, 7, "Drug")])]


@pytest.mark.parametrize(
    "header",
    [
        "ID FORM NE UPOS",
        "ID FORM BIO:NE MISC",
        "ID FORM ENTITY:BIO FEATS",
        "ID WORD NER XPOS",
        "ID FORM IOB:DRUGS XPOS",
    ],
)
def test_the_tag_column_is_known_by_its_name_wherever_it_stands(header: str, tmp_path: Path) -> None:
    header = header.replace("ENTITY:BIO", "X:ENTITY")
    text = f"# global.columns = {header}\n1\tAspirin\tB-Drug\tNOUN\n2\thelps\tO\tVERB\n"
    assert essence(from_text(tmp_path, text)) == [("some", "Aspirin helps", [(0, 7, "Drug")])]


def test_ranges_and_empty_nodes_of_conll_u_are_no_tokens(tmp_path: Path) -> None:
    audit = Audit()
    text = (
        "# global.columns = ID FORM BIO:NE\n1-2\tdon't\tO\n1\tdo\tO\n2\tn't\tO\n2.1\tso\tO\n3\ttake\tO\n4\tZinc\tB-X\n"
    )
    assert essence(from_text(tmp_path, text, audit)) == [("some", "do n't take Zinc", [(12, 16, "X")])]
    assert sum(audit.lost.values()) == 2


def test_global_columns_are_written_back(tmp_path: Path) -> None:
    (tmp_path / "in.conll").write_text(PLUS)
    write(read(tmp_path / "in.conll"), tmp_path / "out.conll")
    assert (tmp_path / "out.conll").read_text().startswith("# global.columns = ID FORM UPOS BIO:NE\n")
    assert essence(list(read(tmp_path / "out.conll"))) == essence(list(read(tmp_path / "in.conll")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1 Los O\n1 ensayos B-PROC\n1 controlados I-PROC\n\n2 Son O\n2 caros O\n",
            ("Los ensayos controlados\nSon caros", [(4, 23, "PROC")]),
        ),
        (NUMBERED, ("Mild pain\nNo fever", [(5, 9, "Sign"), (13, 18, "Sign")])),
        (
            NUMBERED.replace("1\t", "0\t").replace("2\t", "1\t"),
            ("Mild pain\nNo fever", [(5, 9, "Sign"), (13, 18, "Sign")]),
        ),
        ("1\tMild\tO\n2\tpain\tB-Sign\n\n3\tNo\tO\n4\tfever\tO\n", ("Mild pain\nNo fever", [(5, 9, "Sign")])),
        ("1-1\tMild\tO\n1-2\tpain\tB-Sign\n\n2-1\tNo\tO\n", ("Mild pain\nNo", [(5, 9, "Sign")])),
        ("7\t1\tMild\tO\n7\t2\tpain\tB-Sign\n", ("Mild pain", [(5, 9, "Sign")])),
        (
            "Sentence: 1\tMild\tJJ\tO\n\tpain\tNN\tB-Sign\n\nSentence: 2\tNo\tDT\tO\n",
            ("Mild pain\nNo", [(5, 9, "Sign")]),
        ),
        ("1.1\tMild\tO\n1.2\tpain\tB-Sign\n", ("Mild pain", [(5, 9, "Sign")])),
    ],
)
def test_a_first_column_of_numbers_that_count_is_passed_over(
    text: str, expected: tuple[str, list[tuple[int, int, str]]], tmp_path: Path
) -> None:
    audit = Audit()
    assert [one[1:] for one in essence(from_text(tmp_path, text, audit))] == [expected]
    assert {what for what, _ in audit.changed} == {"column"}


@pytest.mark.parametrize(
    "text",
    [
        "1 O\n2 O\n3 O\n",
        "1\tCD\tO\n2\tCD\tO\n",
        "1\tO\tO\n2\tB-X\tO\n",
        "5\tCD\tO\nmg\tnn\tB-X\n",
        "1\tcd\tO\n3\tcd\tO\n",
    ],
)
def test_numbers_that_are_the_text_stay_the_text(text: str, tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, text)
    assert document.text == " ".join(line.split()[0] for line in text.splitlines())


def test_a_token_column_that_is_given_is_taken(tmp_path: Path) -> None:
    assert from_text(tmp_path, NUMBERED, token_column=1)[0].text == "Mild pain\nNo fever"
    assert from_text(tmp_path, NUMBERED, token_column=0)[0].text == "1 2\n1 2"


def test_webanno_tsv_is_refused_by_name(tmp_path: Path) -> None:
    text = "#FORMAT=WebAnno TSV 3\n#T_SP=de.x.NamedEntity|value\n\n\n#Text=0-4#pain\n1-1\t0-4\tpain\tB-X[1]\n"
    with pytest.raises(FormatError, match="WebAnno TSV, not CoNLL"):
        from_text(tmp_path, text)
    assert not conll.sniff(text)


MEDLINE = "###MEDLINE:95369245\n\nIL-2\tB-DNA\ngene\tI-DNA\n\n###MEDLINE:95333264\n\nNumber\tO\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("###MEDLINE:95369245", "###MEDLINE:95333264"),
        ("### 95369245", "### 95333264"),
        ("# newdoc id = 95369245", "# newdoc id = 95333264"),
        ("# doc_id = 95369245", "# doc_id = 95333264"),
        ("# PMID: 95369245", "# PMID: 95333264"),
        ("#begin document (95369245); part 000", "#end document\n#begin document (95333264); part 000"),
        ("# document id: 95369245", "# document id: 95333264"),
        ("-DOCSTART- (95369245)", "-DOCSTART- (95333264)"),
        ("-docstart- (95369245)", "-docstart- (95333264)"),
    ],
)
def test_a_remark_that_names_a_document_begins_it(first: str, second: str, tmp_path: Path) -> None:
    audit = Audit()
    text = MEDLINE.replace("###MEDLINE:95369245", first).replace("###MEDLINE:95333264", second)
    found = essence(from_text(tmp_path, text, audit))
    assert found == [("95369245", "IL-2 gene", [(0, 9, "DNA")]), ("95333264", "Number", [])]
    assert not audit.lost


def test_a_document_that_is_named_before_each_sentence_stays_one(tmp_path: Path) -> None:
    text = "# doc_id = 7\na\tO\n\n# doc_id = 7\nb\tO\n\n# doc_id = 8\nc\tO\n"
    assert [(one.id, one.text) for one in from_text(tmp_path, text)] == [("7", "a\nb"), ("8", "c")]


def test_remarks_that_begin_documents_are_written_back(tmp_path: Path) -> None:
    (tmp_path / "in.iob2").write_text(MEDLINE)
    write(read(tmp_path / "in.iob2"), tmp_path / "out.iob2")
    assert (tmp_path / "out.iob2").read_text() == MEDLINE


def test_documents_that_are_not_named_are_numbered(tmp_path: Path) -> None:
    text = "# newdoc\na\tO\n\n# newdoc\nb\tO\n"
    assert [(one.id, one.text) for one in from_text(tmp_path, text)] == [("some-1", "a"), ("some-2", "b")]


@pytest.mark.parametrize(
    "text",
    [
        "Pain\tB-Problem\t\nCough\tO\t\n",
        "Pain\tB-Problem\t\nCough\tO\n",
        "Pain\tB-Problem\t \nCough\tO\t \n",
        "Pain\tB-Problem\t\t\nCough\tO\t\t\n",
        "Pain B-Problem \nCough O \n",
    ],
)
def test_separators_behind_the_last_column_are_passed_over(text: str, tmp_path: Path) -> None:
    assert essence(from_text(tmp_path, text)) == [("some", "Pain Cough", [(0, 4, "Problem")])]


def test_a_missing_last_tag_is_not_made_up_from_the_column_before(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="line 2: column -1 holds no tag"):
        from_text(tmp_path, "Pain\tB-X\tO\nCough\tO\t\n")


def test_the_column_that_holds_tags_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="tag_column=1"):
        from_text(tmp_path, "Pain\tB-X\tNN\nCough\tO\tNN\n")


def test_a_token_of_white_space_is_left_out_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    assert essence(from_text(tmp_path, "Pain\tB-Problem\n \tO\nCough\tO\n", audit)) == [
        ("some", "Pain Cough", [(0, 4, "Problem")])
    ]
    assert audit.lost["token", "white space alone"] == 1


def test_a_token_of_white_space_that_is_tagged_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="line 2: there is no token in column 0"):
        from_text(tmp_path, "Pain\tB-Problem\n \tI-Problem\n")


@pytest.mark.parametrize("line", ["\u00a0", "\u3000", "\u2003 ", " \u00a0\t"])
def test_a_line_of_white_space_alone_is_blank(line: str, tmp_path: Path) -> None:
    assert from_text(tmp_path, f"Pain\tB-X\n{line}\nCough\tO\n")[0].text == "Pain\nCough"


@pytest.mark.parametrize(
    "tags",
    [
        ("b-drug", "i-drug", "o"),
        ("B_drug", "I_drug", "O"),
        ("drug-B", "drug-I", "O"),
        ("drug_B", "drug_I", "O"),
        ("b_drug", "i_drug", "O"),
        ("B-drug", "I-drug", "o"),
    ],
)
def test_other_spellings_of_tags_are_read_and_counted(tags: tuple[str, str, str], tmp_path: Path) -> None:
    audit = Audit()
    text = f"low\t{tags[0]}\nsodium\t{tags[1]}\nnow\t{tags[2]}\n"
    assert essence(from_text(tmp_path, text, audit)) == [("some", "low sodium now", [(0, 10, "drug")])]
    assert {what for what, _ in audit.changed} == {"tag"}


def test_labels_without_prefixes_are_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="write I- before each"):
        from_text(tmp_path, "low\tDrug\nsodium\tDrug\nnow\tO\nand\tO\n")


@pytest.mark.parametrize("text", ["Pain\tB-X\rCough\tO\r", "Pain\tB-X\rCough\tO", "Pain B-X\rCough O\r\r"])
def test_lines_that_end_with_carriage_returns_are_lines(text: str, tmp_path: Path) -> None:
    assert essence(from_text(tmp_path, text)) == [("some", "Pain Cough", [(0, 4, "X")])]


def test_mixed_line_ends_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="line 1: a carriage return within the line"):
        from_text(tmp_path, "Pain\tB-X\rCough\tO\nNow\tO\n")


def test_what_would_start_a_document_or_break_a_line_is_changed_and_counted(tmp_path: Path) -> None:
    audit, path = Audit(), tmp_path / "out.conll"
    tokens = (Span(0, 10), Span(11, 14), Span(15, 16))
    write([Document("a\nb", "-DOCSTART- a\rb \ufeff", tokens=tokens)], path, audit=audit)
    (again,) = read(path)
    assert (again.id, again.text) == ("a_b", "_-DOCSTART- a_b _")
    assert (audit.changed.total(), {what for what, _ in audit.changed}) == (4, {"column", "document id"})


def test_text_that_no_token_covers_is_counted(tmp_path: Path) -> None:
    audit = Audit()
    document = Document("1", "chest pain severe", tokens=(Span(0, 5), Span(6, 10)))
    write([document], tmp_path / "out.conll", audit=audit)
    assert audit.lost["character", "no token covers it"] == 6


def test_an_id_that_has_no_place_is_counted(tmp_path: Path) -> None:
    audit = Audit()
    write([Document("n1", "pain", entities=(entity(0, 4, "X"),))], tmp_path / "o.conll", audit=audit, separator=" ")
    assert {what for what, _ in audit.changed} == {"document id"}


def test_lone_surrogates_become_replacement_characters_and_are_counted(tmp_path: Path) -> None:
    audit = Audit()
    document = Document("1", "a\ud800 b", entities=(Entity((Span(0, 2),), "X\udc00"),))
    write([document], tmp_path / "o.conll", audit=audit)
    (again,) = read(tmp_path / "o.conll")
    assert ([part.label for part in again.entities], audit.changed.total()) == (["X\ufffd"], 2)


@pytest.mark.parametrize("meta", [3, {}, {"rows": 5}, [], {"separator": "\t", "scheme": "BIO", "rows": [[]]}])
def test_a_layout_that_is_none_is_left_out_and_counted(meta: object, tmp_path: Path) -> None:
    audit = Audit()
    write([Document("1", "pain", meta={"conll": meta})], tmp_path / "o.conll", audit=audit)
    assert audit.lost["meta value", "it is not in the form of conll"] == 1
