"""CoNLL: every layout in, and the same file out."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bionym.data import Audit, Document, Entity, Passage, Span, entity
from bionym.data.tags import SCHEMES
from bionym.errors import FormatError, InputError
from bionym.formats import conll, detect, read, write
from tests.strategies import documents

GOLD = Path(__file__).parents[1] / "gold" / "conll" / "ncbi.tsv"
CORPORA = Path(__file__).parents[2].parent / "shared" / "data" / "corpora" / "conll"
WORD = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=6).filter(
    lambda word: not word.startswith("-DOC") and not word.isspace()
)


def from_text(tmp_path: Path, text: str, **options: object) -> list[Document]:
    path = tmp_path / "some.tsv"
    path.write_bytes(text.encode("utf-8"))
    return list(conll.read(path, **options))  # type: ignore[arg-type]


def mentions(document: Document) -> list[tuple[str, str]]:
    return [(document.mention(one), one.label) for one in document.entities]


def test_the_sample_goes_through_byte_for_byte(tmp_path: Path) -> None:
    write(read(GOLD, "conll"), tmp_path / "out.tsv", "conll")
    assert (tmp_path / "out.tsv").read_bytes() == GOLD.read_bytes()


@pytest.mark.corpora
def test_every_corpus_goes_through_byte_for_byte(tmp_path: Path) -> None:
    for corpus in ("NCBI-disease", "BC5CDR", "JNLPBA"):
        path = CORPORA / corpus / "devel.tsv"
        write(read(path, "conll"), tmp_path / "out.tsv", "conll", force=True)
        assert (tmp_path / "out.tsv").read_bytes().rstrip() == path.read_bytes().rstrip()


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_every_scheme_is_written_found_and_read(scheme: str, tmp_path: Path) -> None:
    path = tmp_path / "out.tsv"
    write(read(GOLD), path, "conll", scheme=scheme)
    assert [mentions(one) for one in read(path, "conll")] == [mentions(one) for one in read(GOLD)]
    assert next(read(path, "conll")).meta["conll"]["scheme"] == scheme.replace("IO", "IOB1", scheme == "IO")


@pytest.mark.parametrize("separator", ["\t", " ", "   "])
def test_columns_are_split_at_tabs_or_runs_of_spaces(separator: str, tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, f"mild{separator}JJ{separator}O\nfever{separator}NN{separator}B-Disease\n")
    assert (document.text, mentions(document)) == ("mild fever", [("fever", "Disease")])


def test_extra_columns_are_kept_and_never_change_what_is_read(tmp_path: Path) -> None:
    text = "mild\tJJ\tO\nfever\tNN\tB-Disease\n"
    (document,) = from_text(tmp_path, text)
    write([document.with_entities([])], tmp_path / "out.tsv", "conll")
    assert (tmp_path / "out.tsv").read_text() == "mild\tJJ\tO\nfever\tNN\tO\n"
    (scored,) = from_text(tmp_path, "mild\tO\t0.9\nfever\tB-Disease\t0.8\n", tag_column=1)
    assert mentions(scored) == mentions(document)


def test_a_prediction_is_appended_behind_every_column(tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, "-DOCSTART- O\n\nmild O\nfever B-Disease\n")
    write([document.with_entities([entity(0, 4, "X")])], tmp_path / "out.tsv", "conll", append=True)
    assert (tmp_path / "out.tsv").read_text() == "-DOCSTART- O O\n\nmild O B-X\nfever B-Disease O\n"


def test_tokens_alone_are_a_document_without_entities(tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, "mild\nfever\n\nNo\npain\n")
    assert (document.text, len(document.sentences), document.entities) == ("mild fever\nNo pain", 2, ())


def test_the_scheme_of_the_only_sentence_is_found_without_a_blank_line_behind_it(tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, "left S-Side\nknee B-Site\njoint E-Site")
    assert document.meta["conll"]["scheme"] == "BIOES"


def test_a_token_keeps_white_space_that_is_no_separator(tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, "10\u00a0mg B-Dose\n\u00a0 O\na\x0bb O\n")
    assert mentions(document) == [("10\u00a0mg", "Dose")]
    assert [token.of(document.text) for token in document.tokens] == ["10\u00a0mg", "\u00a0", "a\x0bb"]


def test_a_tab_in_a_blank_line_separates_no_columns(tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, "mild O\n \t\nfever B-Disease\n")
    assert mentions(document) == [("fever", "Disease")]


@pytest.mark.parametrize("remark", ["###of the trial\n\n", "# id = 5\n# text = mild fever\n"])
def test_remarks_are_passed_over_and_counted(remark: str, tmp_path: Path) -> None:
    audit = Audit()
    (document,) = from_text(tmp_path, f"{remark}#\tO\nfever\tB-Disease\n", audit=audit)
    assert (document.text, mentions(document)) == ("# fever", [("fever", "Disease")])
    assert sum(audit.lost.values()) == remark.count("# ") + remark.count("###")


def test_document_starts_name_their_documents(tmp_path: Path) -> None:
    text = "-DOCSTART- (10192393)\tO\n\nfever\tO\n\n-DOCSTART-\tO\n\npain\tO\n"
    assert [one.id for one in from_text(tmp_path, text)] == ["10192393", "some-2"]


@pytest.mark.parametrize(
    "text",
    [
        "fever\tB-D",
        "fever\tB-D\n",
        "\n\nfever\tB-D\n\n\n",
        "fever\tB-D\r\n",
        "\ufefffever\tB-D\n",
        "fever\tB-D\n \t \n",
    ],
)
def test_missing_or_blank_last_lines_carriage_returns_and_marks_change_nothing(text: str, tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, text)
    assert (document.text, mentions(document)) == ("fever", [("fever", "D")])


def test_an_empty_file_has_no_documents(tmp_path: Path) -> None:
    assert from_text(tmp_path, "") == from_text(tmp_path, "\n \n") == []


def test_lenient_and_strict_decoding_differ_on_broken_runs(tmp_path: Path) -> None:
    text = "a\tO\nb\tI-X\nc\tB-X\n"
    assert len(from_text(tmp_path, text)[0].entities) == 2
    assert len(from_text(tmp_path, text, decoding="strict", scheme="BIO")[0].entities) == 1


def test_labels_keep_dashes_and_underscores(tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, "a\tB-cell-line_2\nb\tI-cell-line_2\n")
    assert mentions(document) == [("a b", "cell-line_2")]


def test_adjacent_entities_of_one_label_stay_apart(tmp_path: Path) -> None:
    (document,) = from_text(tmp_path, "a\tB-X\nb\tB-X\n")
    assert len(document.entities) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mild\tO\nfever\tword\n", "some.tsv, line 2: column -1 holds no tag"),
        ("mild\tO\n\tO\n", "some.tsv, line 2: there is no token in column 0"),
        ("mild\tO\nfever\tB-\n", "line 2"),
    ],
)
def test_a_broken_line_is_named_and_not_quoted(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        from_text(tmp_path, text)
    assert "fever" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="expected a column 5, found 2 columns"):
        from_text(tmp_path, "mild\tO\n", tag_column=5)


def test_other_encodings_are_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.tsv"
    path.write_bytes("mild\tO\nfièvre\tO\n".encode("latin-1"))
    with pytest.raises(FormatError, match=r"line 2: byte 0xe8 is not UTF-8.*iconv"):
        list(conll.read(path))
    assert next(conll.read(path, encoding="latin-1")).text == "mild fièvre"


def test_utf_16_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "wide.tsv"
    path.write_bytes("mild\tO\n".encode("utf-16"))
    with pytest.raises(FormatError, match="the file is in UTF-16"):
        list(conll.read(path))


def test_damaged_gzip_is_one_clear_error(tmp_path: Path) -> None:
    write(read(GOLD), tmp_path / "out.tsv.gz", "conll")
    (tmp_path / "out.tsv.gz").write_bytes((tmp_path / "out.tsv.gz").read_bytes()[:-20])
    with pytest.raises(InputError, match="compressed data is damaged"):
        list(read(tmp_path / "out.tsv.gz"))


def test_gzip_is_packed_and_unpacked(tmp_path: Path) -> None:
    write(read(GOLD), tmp_path / "out.tsv.gz", "conll")
    assert (tmp_path / "out.tsv.gz").read_bytes()[:2] == b"\x1f\x8b"
    assert list(map(mentions, read(tmp_path / "out.tsv.gz"))) == list(map(mentions, read(GOLD)))


def test_what_conll_cannot_hold_is_counted(tmp_path: Path) -> None:
    gap = Entity((Span(0, 4), Span(11, 16)), "A")
    nested = Entity((Span(5, 16),), "B", concepts=("D1",)), entity(5, 10, "C")
    audit = Audit()
    write([Document("1", "mild acute fever", entities=(gap, *nested))], tmp_path / "out.tsv", "conll", audit=audit)
    assert (audit.num_lost, audit.written["entities"]) == (2, 1)
    assert audit.lost["concept", "CoNLL holds no concept identifiers"] == 1


@pytest.mark.parametrize("separator", [" ", "\t", ","])
def test_a_column_with_the_separator_in_it_stays_one(separator: str, tmp_path: Path) -> None:
    document = Document("1", "a b,c\td", entities=(entity(0, 7, "x y,z\tw"),), tokens=(Span(0, 7),))
    audit = Audit()
    write([document], tmp_path / "out.tsv", "conll", separator=separator, audit=audit)
    (again,) = read(tmp_path / "out.tsv", "conll", separator=separator)
    assert (len(again.tokens), len(again.entities), len(again.text)) == (1, 1, 7)
    assert sum(count for (what, _), count in audit.changed.items() if what == "column") == 2


def test_scores_and_passages_are_counted_as_lost(tmp_path: Path) -> None:
    audit = Audit()
    document = Document("1", "fever", (Passage(0, 5, "title"),), (entity(0, 5, "Disease", score=0.5),))
    write([document], tmp_path / "out.tsv", "conll", audit=audit)
    assert {what for what, _ in audit.lost} == {"score", "passage"}


@settings(max_examples=100)
@given(document=documents())
def test_what_is_written_reads_back_and_the_rest_is_counted(
    document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, audit = tmp_path_factory.mktemp("conll") / "out.conll", Audit()
    write([document], path, "conll", audit=audit)
    again = list(read(path, "conll"))
    assert (
        sum(len(one.entities) for one in again) == audit.written["entities"] == len(document.entities) - audit.num_lost
    )


@given(sentences=st.lists(st.lists(WORD, min_size=1, max_size=4), min_size=1, max_size=3))
def test_any_tokens_read_back_as_they_were(
    sentences: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("conll") / "in.tsv"
    path.write_bytes("\n\n".join("\n".join(f"{word}\tO" for word in one) for one in sentences).encode())
    (document,) = conll.read(path)
    assert [token.of(document.text) for token in document.tokens] == [word for one in sentences for word in one]


def test_conll_is_recognised_by_name() -> None:
    assert detect(GOLD) == "conll"
