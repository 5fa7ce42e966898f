"""PubTator: what it says is what we read, and what we write is what was read."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given

from bionym import formats
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span, entity
from bionym.data.blanks import without_blank_gaps
from bionym.data.entity import in_text_order
from bionym.errors import FormatError, InputError, LossError
from bionym.formats import pubtator
from tests.strategies import documents, essence

GOLD = Path(__file__).parents[1] / "gold" / "pubtator"
CORPORA = Path(__file__).parents[2].parent / "shared" / "data" / "corpora"
GENE = "1|t|p53 binds\n1|a|MDM2 and p53.\n"


def write_file(folder: Path, content: str | bytes) -> Path:
    path = folder / "some.pubtator"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_text(folder: Path, content: str | bytes, **options: object) -> list[Document]:
    return list(pubtator.read(write_file(folder, content), **options))  # type: ignore[arg-type]


def written(folder: Path, document: Document, audit: Audit | None = None, **options: object) -> str:
    pubtator.write([document], folder / "out", audit=audit, **options)  # type: ignore[arg-type]
    return (folder / "out").read_bytes().decode()


@pytest.mark.parametrize("name", ["bc5cdr.PubTator.txt", "ncbi-disease.txt", "nlm-gene.PubTator"])
def test_samples_of_three_corpora_come_back_byte_by_byte(name: str, tmp_path: Path) -> None:
    pubtator.write(pubtator.read(GOLD / name), tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == (GOLD / name).read_bytes()


def test_every_entity_covers_its_mention_in_title_and_abstract() -> None:
    for document in pubtator.read(GOLD / "bc5cdr.PubTator.txt"):
        lines = (GOLD / "bc5cdr.PubTator.txt").read_text().splitlines()
        own = [line.split("\t") for line in lines if line.startswith(f"{document.id}\t")]
        mentions = [columns[3] for columns in own if columns[1] != "CID"]
        assert [document.mention(entity) for entity in document.entities] == mentions


def test_one_character_stands_between_title_and_abstract(tmp_path: Path) -> None:
    (document,) = read_text(tmp_path, "1|t|Title \n1|a|Abstract\n")
    assert document.text == "Title \nAbstract"
    assert document.passages == (Passage(0, 6, "title"), Passage(7, 15, "abstract"))


def test_a_title_alone_stays_alone(tmp_path: Path) -> None:
    (document,) = read_text(tmp_path, "1|t|Title\n\n")
    assert document.text == "Title"
    assert written(tmp_path, document) == "1|t|Title\n\n"


def test_composite_concepts_are_several_and_keep_their_joiner(tmp_path: Path) -> None:
    source = "1|t|ab cd\n1|a|\n1\t0\t2\tab\tDisease\tD001+D002\n1\t3\t5\tcd\tDisease\tD003|D004\n\n"
    (document,) = read_text(tmp_path, source)
    assert [entity.concepts for entity in document.entities] == [("D001", "D002"), ("D003", "D004")]
    assert written(tmp_path, document) == source


def test_a_mutation_with_bars_is_one_concept(tmp_path: Path) -> None:
    (document,) = read_text(tmp_path, "1|t|T1799A\n1\t0\t6\tT1799A\tDNAMutation\tc|SUB|T|1799|A\n")
    assert document.entities[0].concepts == ("c|SUB|T|1799|A",)


def test_minus_one_is_no_concept_and_is_written_again(tmp_path: Path) -> None:
    source = "1|t|ab\n1|a|\n1\t0\t2\tab\tDisease\t-1\n\n"
    (document,) = read_text(tmp_path, source)
    assert document.entities[0].concepts == ()
    assert written(tmp_path, document) == source


def test_relations_of_bc5cdr_tie_a_chemical_and_a_disease(tmp_path: Path) -> None:
    (document,) = read_text(tmp_path, "1|t|ab\n1|a|\n1\tCID\tD001\tD002\n")
    assert document.relations == (Relation("CID", (Argument("Chemical", "D001"), Argument("Disease", "D002"))),)


def test_the_same_id_twice_is_two_documents(tmp_path: Path) -> None:
    assert [one.text for one in read_text(tmp_path, "1|t|a\n1|a|b\n\n1|t|c\n1|a|d\n")] == ["a\nb", "c\nd"]


def test_documents_need_no_blank_line_between_them(tmp_path: Path) -> None:
    assert [one.id for one in read_text(tmp_path, "1|t|a\n1|a|b\n2|t|c\n2|a|d")] == ["1", "2"]


def test_an_empty_file_and_one_of_blank_lines_hold_no_documents(tmp_path: Path) -> None:
    assert read_text(tmp_path, "") == read_text(tmp_path, "\n  \n\n") == []


def test_a_byte_order_mark_and_crlf_change_nothing(tmp_path: Path) -> None:
    plain = read_text(tmp_path, GENE + "1\t0\t3\tp53\tGene\t7157\n")
    marked = read_text(tmp_path, b"\xef\xbb\xbf" + (GENE + "1\t0\t3\tp53\tGene\t7157\n").replace("\n", "\r\n").encode())
    assert [essence(one) for one in plain] == [essence(one) for one in marked]


@pytest.mark.parametrize(("unit", "start"), [("UTF-8 bytes", 7), ("UTF-16 units", 4), ("code points", 3)])
def test_offsets_in_other_units_are_converted(unit: str, start: int, tmp_path: Path) -> None:
    audit = Audit()
    source = f"1|t|é𝓐 p53\n1|a|\n1\t{start}\t{start + 3}\tp53\tGene\t1\n"
    (document,) = read_text(tmp_path, source, audit=audit)
    assert document.entities[0].spans == (Span(3, 6),)
    assert sum(audit.changed.values()) == (unit != "code points")


def test_a_mention_that_differs_is_an_error_with_line_and_offsets(tmp_path: Path) -> None:
    with pytest.raises(
        FormatError, match=r"some.pubtator, line 3: the mention at \[0, 3\) of document 1 differs"
    ) as caught:
        read_text(tmp_path, GENE + "1\t0\t3\tMDM\tGene\t1\n")
    assert "MDM" not in str(caught.value)


def test_repair_moves_a_mention_to_its_nearest_occurrence(tmp_path: Path) -> None:
    audit = Audit()
    (document,) = read_text(tmp_path, GENE + "1\t15\t18\tp53\tGene\t1\n", repair="nearest", audit=audit)
    assert document.mention(document.entities[0]) == "p53"
    assert document.entities[0].start == 19
    assert audit.num_changed == 1


def test_repair_loses_and_counts_a_mention_that_is_nowhere(tmp_path: Path) -> None:
    audit = Audit()
    (document,) = read_text(tmp_path, GENE + "1\t0\t4\tBRAF\tGene\t1\n", repair="nearest", audit=audit)
    assert (document.entities, audit.num_lost) == ((), 1)


def test_white_space_at_the_end_of_a_mention_is_trimmed(tmp_path: Path) -> None:
    audit = Audit()
    (document,) = read_text(tmp_path, "1|t|ab cd\n1\t3\t5\tcd  \tGene\t1\n", audit=audit)
    assert (document.entities[0].spans, audit.num_changed) == ((Span(3, 5),), 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("plain text\n", "line 1: expected a title line"),
        ("1|a|no title\n", "line 1: expected a title line"),
        ("1|t|a\n2\t0\t1\ta\tGene\t1\n", "line 2: expected a passage, annotation or relation of document 1"),
        ("1|t|a\nx\n", "line 2: expected a passage"),
        ("1|t|a\n1\t0\t1\ta\n", "line 2: expected id, start, end"),
        ("1|t|a\n1\t0\tx\ta\tGene\n", "line 2: expected id, start, end"),
        ("1|t|a\n1\t-1\t0\ta\tGene\t1\n", "line 2: expected id, start, end"),
        ("1|t|a\n1\t0.0\t1.0\ta\tGene\t1\n", "line 2: expected id, start, end"),
        ("1|t|a\n1\t1\t1\t\tGene\t1\n", "line 2: the mention at"),
        ("1|t|a\n1\t0\t99\ta\tGene\t1\n", "line 2: the mention at"),
        ("1|t|a\n1\t0\t99999999999999999999\ta\tGene\t1\n", "line 2: expected id, start"),
        ("1|t|a\n1\t0\t1\ta\t\t1\n", "line 2: an annotation without a type"),
        ("1|t|a\n1|a|b\n1|a|c\n", "line 3: document 1 has its abstract twice"),
        (b"1|t|a\n1|a|caf\xe9\n", "line 2: byte 0xe9 is not UTF-8"),
        ("1|t|a\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_malformed_files_are_one_line_errors(content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read_text(tmp_path, content)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        list(pubtator.read(tmp_path))


def test_nul_bytes_and_huge_lines_are_text(tmp_path: Path) -> None:
    (document,) = read_text(tmp_path, "1|t|a\0b\n1|a|" + "x" * 1_000_000 + "\n1\t0\t3\ta\0b\tGene\t1\n")
    assert len(document.text) == 1_000_004


def test_reading_is_lazy_and_compressed_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.pubtator.gz"
    path.write_bytes(gzip.compress(b"1|t|a\n1|a|b\n\n2|t|c\nnot PubTator\n"))
    found = pubtator.read(path)
    assert next(found).id == "1"
    with pytest.raises(FormatError, match="line 5"):
        next(found)


def test_discontinuous_entities_are_lost_and_counted_or_written_as_extent(tmp_path: Path) -> None:
    document = Document("1", "left or right arm", entities=(Entity((Span(0, 4), Span(14, 17)), "Part"),))
    lost, extent = Audit(), Audit()
    assert written(tmp_path, document, lost) == "1|t|left or right arm\n1|a|\n\n"
    assert "1\t0\t17\tleft or right arm\tPart\t-1" in written(tmp_path, document, extent, discontinuous="extent")
    assert (lost.num_lost, extent.num_changed) == (1, 1)


def test_the_first_line_is_the_title_where_no_passage_says_so(tmp_path: Path) -> None:
    audit = Audit()
    assert written(tmp_path, Document("1", "a\nb\nc"), audit) == "1|t|a\n1|a|b c\n\n"
    assert audit.changed == {("line break", "became a space, since a passage is one line"): 1}


def test_a_strict_audit_refuses_a_loss(tmp_path: Path) -> None:
    document = Document("1", "a b", entities=(Entity((Span(0, 1), Span(2, 3)), "Part"),))
    with pytest.raises(LossError):
        written(tmp_path, document, Audit(strict=True))


def test_ties_between_mentions_are_lost_and_counted(tmp_path: Path) -> None:
    tie = Relation("causes", (Argument("Arg1", "T1"), Argument("Arg2", "T1")))
    audit = Audit()
    written(tmp_path, Document("1", "a", entities=(entity(0, 1, "X", id="T1"),), relations=(tie,)), audit)
    assert audit.lost == {("relation", "ties mentions: PubTator ties concepts"): 1}


def test_labels_with_dashes_and_underscores_survive(tmp_path: Path) -> None:
    entities = (entity(0, 1, "cell_line"), entity(2, 3, "B-cell"))
    (again,) = read_text(tmp_path, written(tmp_path, Document("1", "a b", entities=entities)))
    assert [entity.label for entity in again.entities] == ["cell_line", "B-cell"]


def test_the_front_door_tells_pubtator_from_other_text_files(tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text(GENE)
    assert formats.detect(path) == "pubtator"


@given(document=documents(passages=False, relations=False))
def test_text_offsets_and_labels_survive_and_losses_are_counted(
    document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, audit = tmp_path_factory.mktemp("round"), Audit()
    (again,) = read_text(folder, written(folder, document, audit))
    joined = in_text_order(without_blank_gaps(document.text, one) for one in document.entities)
    whole = [one for one in joined if not one.is_discontinuous]
    assert audit.num_lost == len(document.entities) - len(whole) == len(document.entities) - len(again.entities)
    assert [(one.spans, one.label, one.concepts) for one in again.entities] == [
        (one.spans, one.label, one.concepts) for one in whole
    ]
    altered = sum(left != right for left, right in zip(document.text, again.text, strict=False))
    assert altered == sum(count for (what, _), count in audit.changed.items() if what in ("line break", "tab"))
    assert again.text[len(document.text) :] in ("", "\n")


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("name", "num_documents", "num_entities", "num_relations"),
    [
        ("bc5cdr/CDR_TrainingSet.PubTator.txt", 500, 9385, 1038),
        ("bc5cdr/CDR_DevelopmentSet.PubTator.txt", 500, 9591, 1012),
        ("bc5cdr/CDR_TestSet.PubTator.txt", 500, 9809, 1066),
        ("ncbi-disease/NCBIdevelopset_corpus.txt", 100, 787, 0),
        ("ncbi-disease/NCBItestset_corpus.txt", 100, 960, 0),
        ("gene/NLMgene_Test.PubTator", 100, 3053, 0),
        ("species/Linnaeus_Test.PubTator", 20, 576, 0),
        ("species/Linnaeus_Train.PubTator", 80, 2321, 0),
    ],
)
def test_whole_corpora_come_back_byte_by_byte(
    name: str, num_documents: int, num_entities: int, num_relations: int, tmp_path: Path
) -> None:
    audit = Audit()
    found = list(formats.read(CORPORA / name, "pubtator", audit=audit))
    assert (len(found), audit.read["entities"], audit.read["relations"]) == (num_documents, num_entities, num_relations)
    pubtator.write(found, tmp_path / "out", audit=audit)
    assert (tmp_path / "out").read_bytes() == (CORPORA / name).read_bytes()
    assert not audit.lost
    assert not audit.changed


@pytest.mark.corpora
def test_ncbi_train_differs_in_its_one_irregular_line(tmp_path: Path) -> None:
    name, audit = CORPORA / "ncbi-disease" / "NCBItrainset_corpus.txt", Audit()
    pubtator.write(pubtator.read(name, audit=audit), tmp_path / "out")
    pairs = zip(name.read_text().splitlines(), (tmp_path / "out").read_text().splitlines(), strict=True)
    assert [number for number, (left, right) in enumerate(pairs, start=1) if left != right] == [3249]
    assert audit.num_changed == 1
