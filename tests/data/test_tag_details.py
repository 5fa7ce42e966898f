"""Tags: what is a tag, which scheme is told from few, and labels that are written or left out."""

import pytest

from bionym.data import Argument, Corpus, Document, Relation, entity
from bionym.data.corpus import find_leaks, fingerprint
from bionym.data.labels import LabelMap, label_map
from bionym.data.tags import BIO, BIOES, IO, IOB1, TokenSpan, detect_scheme, find_scheme, is_tag, is_valid, split_tag
from bionym.errors import InputError, UsageError


@pytest.mark.parametrize(
    ("tag", "parts"),
    [
        ("O", ("O", "")),
        ("B", ("B", "Entity")),
        ("M-A", ("I", "A")),
        ("W-A", ("S", "A")),
        ("U-A", ("S", "A")),
        ("L-A", ("E", "A")),
        ("B-", ("O", "")),
        ("X-A", ("O", "")),
        ("Disease", ("O", "")),
    ],
)
def test_a_tag_has_a_known_prefix_and_a_label_if_it_has_a_dash(tag: str, parts: tuple[str, str]) -> None:
    assert split_tag(tag) == parts
    assert is_tag(tag) == (tag == "O" or parts[0] != "O")


@pytest.mark.parametrize(
    ("tags", "scheme"),
    [
        ([], BIO),
        (["O", "O"], BIO),
        (["I-A", "I-A"], IOB1),
        (["B-A", "I-A"], BIO),
        (["I-A", "B-A"], IOB1),
        (["B-A", "I-B"], BIO),
        (["S-A"], BIOES),
        (["I-A", "E-A"], BIOES),
    ],
)
def test_the_scheme_of_few_tags_is_the_likeliest(tags: list[str], scheme: object) -> None:
    assert detect_scheme([tags]) is scheme


def test_one_sentence_decides_between_schemes_that_fit_the_others() -> None:
    assert detect_scheme([["I-A"], ["I-A", "B-A"], ["O"]]) is IOB1
    assert detect_scheme([["O"], ["B-A"], ["O", "B-A", "I-A"]]) is BIO


@pytest.mark.parametrize(
    ("alias", "scheme"), [("IOB2", BIO), ("iob", IOB1), ("BMES", BIOES), ("bmewo", BIOES), ("IO", IO)]
)
def test_a_scheme_has_several_names(alias: str, scheme: object) -> None:
    assert find_scheme(alias) is scheme


def test_a_second_entity_right_behind_one_of_its_label_begins_with_b_in_iob1_alone() -> None:
    neighbours = [TokenSpan(0, 2, "A"), TokenSpan(2, 4, "A"), TokenSpan(4, 5, "B"), TokenSpan(6, 7, "B")]
    assert IOB1.encode(neighbours, 7) == ["I-A", "I-A", "B-A", "I-A", "I-B", "O", "I-B"]
    assert not is_valid(["B-A"], IOB1) and not is_valid(["I-A", "B-B"], IOB1) and is_valid(["I-A", "B-A"], IOB1)


def test_the_first_of_several_tokens_may_have_two_prefixes_where_the_scheme_tells_of_the_entity_before() -> None:
    assert [scheme.firsts for scheme in (IO, IOB1, BIO, BIOES)] == [("I",), ("I", "B"), ("B",), ("B",)]


def test_lenient_decoding_ends_an_entity_behind_its_last_prefix() -> None:
    tags = ["I-A", "E-A", "I-A", "S-A", "B-A", "I-B"]
    ends = [(0, 2, "A"), (2, 3, "A"), (3, 4, "A"), (4, 5, "A"), (5, 6, "B")]
    assert BIOES.decode(tags) == ends


def test_leaks_are_sorted_and_told_by_the_last_part_of_an_id_or_by_text() -> None:
    train = (Document("a/2", "two"), Document("a/1", "one"), Document("a/3", " "))
    test = (Document("b/1", "other"), Document("c", "TWO "), Document("d", ""))
    leaks = find_leaks({"train": train, "test": test, "dev": (Document("e", "two"),)})
    assert [(leak.document_id, leak.splits) for leak in leaks] == [
        ("a/1", ("train", "test")),
        ("a/2", ("train", "test", "dev")),
    ]
    assert fingerprint("One\n two") == fingerprint("one two") != fingerprint("onetwo")


def test_an_error_names_three_of_many_leaks() -> None:
    many = tuple(Document(str(number), f"text {number}") for number in range(5))
    with pytest.raises(InputError, match=r"^5 documents .*: 0 \(train and test\), 1 \(.*\), 2 \([a-z ]*\)(?!,)"):
        Corpus({"train": many, "test": many})
    assert Corpus({"train": many, "test": many}, allow_leaks=True)["test"] == many


def test_relations_of_what_stays_stay() -> None:
    ends = {"T1": entity(0, 1, "A", id="T1"), "T2": entity(2, 3, "B", id="T2"), "T3": entity(4, 5, "A", id="T3")}
    ties = [
        Relation("tie", (Argument("Arg1", left), Argument("Arg2", right)))
        for left, right in (("T1", "T3"), ("T1", "T2"))
    ]
    document = Document("d", "a b c", entities=tuple(ends.values()), relations=tuple(ties))
    changed = LabelMap({"B": ""}).apply(document)
    assert changed.entities == (ends["T1"], ends["T3"]) and changed.relations == (ties[0],)
    assert LabelMap(only=("A",)).apply(document) == changed


def test_labels_that_nobody_has_are_sorted_whether_renamed_or_kept() -> None:
    names = LabelMap({"Z": "Y", "A": "B"}, ("B", "X"))
    names.apply(Document("d", "a", entities=(entity(0, 1, "A"),)))
    assert names.unmet == ("X", "Z")


def test_white_space_around_labels_is_not_theirs() -> None:
    assert label_map([" A = B ", "C= "], ["B"]) == LabelMap({"A": "B", "C": ""}, ("B",))
    for pair in (" =B", "A"):
        with pytest.raises(UsageError):
            label_map([pair])


def test_the_table_of_pairs_has_the_edge_of_a_sentence_first() -> None:
    table = BIO.allowed_pairs(("O", "I-A"))
    assert table == [[True, True, False], [True, True, False], [True, True, True]]
