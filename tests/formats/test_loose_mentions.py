"""Mentions that are spelled otherwise than the text, in every format that repeats the text of a mention."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Audit, Document
from bionym.errors import FormatError
from bionym.formats._mentions import CUT, EXTENT, JOINED, KEPT, MOVED

Ranges = tuple[tuple[int, int], ...]


class Said(NamedTuple):
    """What a file says of one mention: its ranges, its text, and the texts of its fragments if they are told apart."""

    ranges: Ranges
    mention: str
    pieces: tuple[str, ...] = ()


def said(start: int, end: int, mention: str) -> Said:
    return Said(((start, end),), mention)


def _brat(folder: Path, text: str, mentions: Sequence[Said]) -> Path:
    (folder / "a.txt").write_text(text, encoding="utf-8", newline="")
    rows = (
        f"T{number}\tX {';'.join(f'{start} {end}' for start, end in one.ranges)}\t{one.mention}\n"
        for number, one in enumerate(mentions, start=1)
    )
    (folder / "a.ann").write_text("".join(rows), encoding="utf-8", newline="")
    return folder / "a.ann"


def _i2b2_xml(folder: Path, text: str, mentions: Sequence[Said]) -> Path:
    def tag(number: int, one: Said) -> str:
        (start, end), more = one.ranges[0], len(one.ranges) > 1
        spans = ",".join(f"{start}~{end}" for start, end in one.ranges)
        place = f'spans="{spans}"' if more else f'start="{start}" end="{end}"'
        return f'<X id="P{number}" {place} text={quoteattr(one.mention)} TYPE="X"/>'

    tags = "".join(tag(number, one) for number, one in enumerate(mentions))
    body = f"<deIdi2b2><TEXT>{escape(text)}</TEXT><TAGS>{tags}</TAGS></deIdi2b2>"
    (folder / "a.xml").write_text(body, encoding="utf-8", newline="")
    return folder / "a.xml"


def _pubtator(folder: Path, text: str, mentions: Sequence[Said]) -> Path:
    rows = "".join(f"1\t{one.ranges[0][0]}\t{one.ranges[0][1]}\t{one.mention}\tX\tD1\n" for one in mentions)
    title, _, abstract = text.partition("\n")
    body = f"1|t|{title}\n" + (f"1|a|{abstract}\n" if "\n" in text else "")
    (folder / "a.pubtator").write_text(body + rows, encoding="utf-8", newline="")
    return folder / "a.pubtator"


def _annotation(number: int, one: Said) -> dict[str, Any]:
    places = [{"offset": start, "length": end - start} for start, end in one.ranges]
    return {"id": f"a{number}", "infons": {"type": "X"}, "text": one.mention, "locations": places}


def _bioc_json(folder: Path, text: str, mentions: Sequence[Said]) -> Path:
    own = [_annotation(number, one) for number, one in enumerate(mentions)]
    passage = {"offset": 0, "infons": {}, "text": text, "annotations": own}
    value = {"documents": [{"id": "1", "infons": {}, "passages": [passage]}]}
    (folder / "a.json").write_text(json.dumps(value), encoding="utf-8")
    return folder / "a.json"


def _bioc_xml(folder: Path, text: str, mentions: Sequence[Said]) -> Path:
    def annotation(number: int, one: Said) -> str:
        places = "".join(f'<location offset="{start}" length="{end - start}"/>' for start, end in one.ranges)
        inside = f'<infon key="type">X</infon>{places}<text>{escape(one.mention)}</text>'
        return f'<annotation id="a{number}">{inside}</annotation>'

    own = "".join(annotation(number, one) for number, one in enumerate(mentions))
    passage = f"<passage><offset>0</offset><text>{escape(text)}</text>{own}</passage>"
    body = f"<collection><source/><date/><key/><document><id>1</id>{passage}</document></collection>"
    (folder / "a.xml").write_text(body, encoding="utf-8", newline="")
    return folder / "a.xml"


def _kb_entity(number: int, one: Said) -> dict[str, Any]:
    places = [list(place) for place in one.ranges]
    return {
        "id": f"e{number}",
        "type": "X",
        "text": [*one.pieces] or [one.mention],
        "offsets": places,
        "normalized": [],
    }


def _bigbio(folder: Path, text: str, mentions: Sequence[Said]) -> Path:
    own = [_kb_entity(number, one) for number, one in enumerate(mentions)]
    passages = [{"id": "p", "type": "title", "text": [text], "offsets": [[0, len(text)]]}]
    row = {"id": "0", "document_id": "1", "passages": passages, "entities": own, "relations": []}
    (folder / "a.json").write_text(json.dumps([row]), encoding="utf-8")
    return folder / "a.json"


def _bigbio_source(folder: Path, text: str, mentions: Sequence[Said]) -> Path:
    own = [_kb_entity(number, one) for number, one in enumerate(mentions)]
    passages = [{"document_id": "1", "type": "title", "text": text, "entities": own, "relations": []}]
    (folder / "a.json").write_text(json.dumps([{"passages": passages}]), encoding="utf-8")
    return folder / "a.json"


WRITERS: dict[str, Callable[[Path, str, Sequence[Said]], Path]] = {
    "brat": _brat,
    "i2b2_xml": _i2b2_xml,
    "pubtator": _pubtator,
    "bioc_json": _bioc_json,
    "bioc_xml": _bioc_xml,
    "bigbio": _bigbio,
    "bigbio source": _bigbio_source,
}
WITH_FRAGMENTS = [name for name in WRITERS if name != "pubtator"]
every_format = pytest.mark.parametrize("name", list(WRITERS))
every_format_with_fragments = pytest.mark.parametrize("name", WITH_FRAGMENTS)


def read(
    name: str, folder: Path, text: str, mentions: Sequence[Said], audit: Audit | None = None, *, repair: bool = False
) -> Document:
    path = WRITERS[name](folder, text, mentions)
    options = {"repair": "nearest"} if repair else {}
    (document,) = formats.read(path, name.partition(" ")[0], audit=audit, **options)
    return document


def places(document: Document) -> list[Ranges]:
    return [tuple((start, end) for start, end in one.spans) for one in document.entities]


ALIKE = [
    ("Serum TNF-α rose", 6, 11, "TNF-a"),
    ("Serum TNF-α rose", 6, 11, "TNF-alpha"),
    ("Serum TNF-alpha rose", 6, 15, "TNF-α"),
    ("Serum β-catenin rose", 6, 15, "beta catenin"),
    ("A β2-agonist here", 2, 12, "ß2 agonist"),
    ("Seen CVE-2012-66 here", 5, 16, "CVE - 2012 - 66"),
    ("Severe insulin-like pain; insulin like text", 7, 19, "insulin like"),
    ("the IL\u20112 gene, IL-2", 4, 8, "IL-2"),
    ("the IL\u20132 gene, IL-2", 4, 8, "IL-2"),
    ("the 5\u2032 flank, 5' flank", 4, 12, "5' flank"),
    ("the 5' flank", 4, 12, "5  flank"),
    ("\u201cbad\u201d luck", 0, 5, '"bad"'),
    ("Crohn\u2019s disease", 0, 15, "Crohn's disease"),
    ("10\u00a0mg now", 0, 5, "10 mg"),
    ("10\u2009mg now", 0, 5, "10 mg"),
    ("the ﬁbrosis, fibrosis", 4, 11, "fibrosis"),
    ("Sjo\u0308gren rose", 0, 8, "Sjögren"),
    ("Sjögren rose", 0, 7, "Sjogren"),
    ("p &lt; 0.05 here", 0, 11, "p < 0.05"),
    ("p < 0.05 here", 0, 8, "p &lt; 0.05"),
    ("ACUTE pain, Acute", 0, 5, "acute"),
    ("10 μg, 10 ug", 0, 5, "10 ug"),
    ("vitamin B₁₂ here", 0, 11, "vitamin B12"),
    ("soft\u00adware here", 0, 9, "software"),
]


@every_format
@pytest.mark.parametrize(("text", "start", "end", "mention"), ALIKE)
def test_a_mention_that_is_alike_stays_without_an_option_and_is_counted(
    name: str, text: str, start: int, end: int, mention: str, tmp_path: Path
) -> None:
    audit = Audit()
    document = read(name, tmp_path, text, [said(start, end, mention)], audit)
    assert places(document) == [((start, end),)]
    assert audit.changed == {("entity", KEPT): 1}
    assert audit.examples[0].place.endswith(f"[{start}, {end})")


SIMILAR = [
    ("the tumour grew, a tumor", 4, 10, "tumor"),
    ("myocardial infarct seen", 0, 18, "myocardial infarction"),
    ("Serum TNF-α rose", 6, 11, "TNF-?"),
    ("use of Acetaminophen", 7, 20, "Acetaminophin"),
    ("the p.(V600E) change", 4, 13, "p.V600E"),
    ("a heart attack here", 2, 14, "cardiac arr."),
]


@every_format
@pytest.mark.parametrize(("text", "start", "end", "mention"), SIMILAR)
def test_a_mention_that_resembles_the_text_stays_under_repair(
    name: str, text: str, start: int, end: int, mention: str, tmp_path: Path
) -> None:
    audit = Audit()
    document = read(name, tmp_path, text, [said(start, end, mention)], audit, repair=True)
    assert places(document) == [((start, end),)]
    assert audit.changed == {("entity", KEPT): 1}


@every_format
@pytest.mark.parametrize(("text", "start", "end", "mention"), SIMILAR)
def test_a_mention_that_only_resembles_the_text_is_refused_without_repair(
    name: str, text: str, start: int, end: int, mention: str, tmp_path: Path
) -> None:
    with pytest.raises(FormatError, match="pass --option repair=nearest") as caught:
        read(name, tmp_path, text, [said(start, end, mention)])
    assert mention not in str(caught.value)


MISPLACED = [
    ("no mild fever, fever", 3, 8, "fever", (8, 13)),
    ("mild fever", 4, 9, "fever", (5, 10)),
    ("mild fever", 5, 9, "fever", (5, 10)),
    ("IL-2 and IL-4", 0, 4, "IL-4", (9, 13)),
    ("mild Fever", 0, 4, "fever", (5, 10)),
    ("mild fe\u00advers", 0, 4, "fevers", (5, 12)),
    ("the p53R2, then p53", 5, 8, "p53", (16, 19)),
]


@every_format
@pytest.mark.parametrize(("text", "start", "end", "mention", "right"), MISPLACED)
def test_a_mention_that_is_somewhere_else_is_moved_under_repair(
    name: str, text: str, start: int, end: int, mention: str, right: tuple[int, int], tmp_path: Path
) -> None:
    audit = Audit()
    assert places(read(name, tmp_path, text, [said(start, end, mention)], audit, repair=True)) == [(right,)]
    assert audit.changed == {("entity", MOVED): 1}


@every_format
def test_every_one_of_equal_mentions_stays_at_its_own_place(name: str, tmp_path: Path) -> None:
    text = "TNF-a levels.\nSerum TNF-α and again TNF-α rose."
    mentions = [said(0, 5, "TNF-a"), said(20, 25, "TNF-a"), said(36, 41, "TNF-a")]
    assert places(read(name, tmp_path, text, mentions)) == [((0, 5),), ((20, 25),), ((36, 41),)]


@every_format
def test_two_misplaced_mentions_of_one_text_go_to_different_places(name: str, tmp_path: Path) -> None:
    text = "some p53 binds to p53 always"
    mentions = [said(5, 8, "p53"), said(9, 12, "p53")]
    assert places(read(name, tmp_path, text, mentions, repair=True)) == [((5, 8),), ((18, 21),)]


@every_format
@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le"])
def test_one_mention_spelled_otherwise_does_not_hide_the_unit(name: str, codec: str, tmp_path: Path) -> None:
    text = "α𝓐 β γ trial\nαβγ p53 p53 p53 rose"
    starts = [at for at in range(len(text)) if text.startswith("p53", at)]
    theirs = [len(text[:at].encode(codec)) // (1 + (codec != "utf-8")) for at in starts]
    first = len("α".encode(codec)) // (1 + (codec != "utf-8"))
    audit = Audit()
    mentions = [said(0, first, "Alpha"), *(said(at, at + 3, "p53") for at in theirs)]
    document = read(name, tmp_path, text, mentions, audit)
    assert places(document) == [((0, 1),), *(((at, at + 3),) for at in starts)]
    assert audit.changed["entity", KEPT] == 1
    assert audit.num_changed == 4


@every_format
def test_the_unit_is_recognised_although_a_mention_is_nowhere(name: str, tmp_path: Path) -> None:
    text, audit = "ααα p53 p53 p53 rose", Audit()
    mentions = [said(0, 3, "BRAF"), *(said(at, at + 3, "p53") for at in (7, 11, 15))]
    document = read(name, tmp_path, text, mentions, audit, repair=True)
    assert places(document) == [((4, 7),), ((8, 11),), ((12, 15),)]
    assert audit.num_lost == 1


@every_format
@pytest.mark.parametrize("by", [-1, 1, 4])
def test_offsets_that_are_all_off_by_as_much_are_moved_together(name: str, by: int, tmp_path: Path) -> None:
    text, audit = "A p53 p53 p53 rose, and fever", Audit()
    starts = {2: "p53", 6: "p53", 10: "p53", 24: "fever"}
    mentions = [said(at + by, at + by + len(word), word) for at, word in starts.items()]
    document = read(name, tmp_path, text, mentions, audit, repair=True)
    assert places(document) == [((at, at + len(word)),) for at, word in starts.items()]
    ((_, reason),) = audit.changed
    assert reason == f"all offsets were {abs(by)} too {'high' if by > 0 else 'low'}: moved"


@every_format
@pytest.mark.parametrize(
    ("start", "end", "mention", "right"),
    [
        (19, 26, "anemia", (19, 25)),
        (19, 99, "Anemia", (19, 25)),
        (40, 46, "anemia", (19, 25)),
        (19, 26, "ANEMIA,", (19, 25)),
    ],
)
def test_an_end_beyond_the_text_is_cut_or_the_mention_searched(
    name: str, start: int, end: int, mention: str, right: tuple[int, int], tmp_path: Path
) -> None:
    audit = Audit()
    document = read(name, tmp_path, "Lead exposure\niron anemia", [said(start, end, mention)], audit, repair=True)
    assert places(document) == [(right,)]
    assert set(audit.changed) <= {("entity", CUT), ("entity", MOVED)}
    with pytest.raises(FormatError):
        read(name, tmp_path, "Lead exposure\niron anemia", [said(start, end, mention)])


@every_format
def test_a_mention_beyond_the_text_that_is_nowhere_is_left_out_and_named(name: str, tmp_path: Path) -> None:
    audit = Audit()
    document = read(name, tmp_path, "mild fever", [said(0, 4, "mild"), said(5, 99, "ataxia")], audit, repair=True)
    assert places(document) == [((0, 4),)]
    assert (audit.num_lost, audit.examples[0].place.endswith("[5, 99)")) == (1, True)


LEFT_ARM = ((0, 4), (15, 18))


@every_format_with_fragments
@pytest.mark.parametrize(
    "joined",
    [
        "left arm",
        "leftarm",
        "left...arm",
        "left ... arm",
        "left [...] arm",
        "left … arm",
        "left|arm",
        "left; arm",
        "LEFT\u00a0arm",
    ],
)
def test_fragments_may_be_joined_in_any_way(name: str, joined: str, tmp_path: Path) -> None:
    document = read(name, tmp_path, "left and right arm", [Said(LEFT_ARM, joined)])
    assert places(document) == [LEFT_ARM]


@every_format_with_fragments
def test_fragments_of_one_word_each_may_be_joined_by_nothing(name: str, tmp_path: Path) -> None:
    mention = Said(((6, 13), (14, 15)), "protein1")
    assert places(read(name, tmp_path, "Binds protein 1 here", [mention])) == [((6, 13), (14, 15))]


@every_format_with_fragments
def test_fragments_that_white_space_parts_are_one_mention_in_tags(name: str, tmp_path: Path) -> None:
    mention = Said(((0, 13), (16, 34)), "diverticulite sigmoidienne aigue")
    document = read(name, tmp_path, "diverticulite \n\nsigmoidienne aigue", [mention])
    formats.write([document], tmp_path / "out.conll", "conll")
    tags = [line.split("\t")[1] for line in (tmp_path / "out.conll").read_text().splitlines() if "\t" in line]
    assert tags[1:] == ["B-X", "I-X", "I-X"]


@every_format_with_fragments
def test_a_text_that_is_the_whole_extent_keeps_the_fragments(name: str, tmp_path: Path) -> None:
    audit = Audit()
    document = read(name, tmp_path, "left and right arm", [Said(LEFT_ARM, "left and right arm")], audit)
    assert places(document) == [LEFT_ARM]
    assert audit.changed == {("entity", EXTENT): 1}


@every_format_with_fragments
@pytest.mark.parametrize("wrong", [((5, 15), (27, 34)), ((5, 15), (28, 34)), ((4, 14), (28, 35)), ((5, 15), (29, 36))])
@pytest.mark.parametrize("joiner", [" ", " ... "])
def test_each_fragment_is_repaired_by_its_own_text(name: str, wrong: Ranges, joiner: str, tmp_path: Path) -> None:
    pieces = ("colorectal", "cancers")
    mention = Said(wrong, joiner.join(pieces), pieces)
    document = read(name, tmp_path, "Lead colorectal and gastric cancers", [mention], repair=True)
    assert places(document) == [((5, 15), (28, 35))]


@every_format_with_fragments
def test_fragments_that_overlap_are_joined_under_repair(name: str, tmp_path: Path) -> None:
    text, audit = "the erbA/myb IRES virus grew", Audit()
    mention = Said(((4, 23), (18, 23)), "erbA/myb IRES virus virus", ("erbA/myb IRES virus", "virus"))
    assert places(read(name, tmp_path, text, [mention], audit, repair=True)) == [((4, 23),)]
    assert audit.changed == {("entity", JOINED): 1}
    with pytest.raises(FormatError):
        read(name, tmp_path, text, [mention])


@every_format_with_fragments
def test_fragments_in_any_order_come_in_text_order(name: str, tmp_path: Path) -> None:
    mention = Said(
        ((15, 18), (0, 4)), "arm left" if name != "bioc_json" and name != "bioc_xml" else "left arm", ("arm", "left")
    )
    assert places(read(name, tmp_path, "left and right arm", [mention])) == [LEFT_ARM]


@every_format
@pytest.mark.parametrize("place", [(7, 7), (9, 3)])
def test_an_empty_or_reversed_mention_is_left_out_under_repair(
    name: str, place: tuple[int, int], tmp_path: Path
) -> None:
    audit = Audit()
    document = read(name, tmp_path, "Severe pain", [said(0, 6, "Severe"), said(*place, "")], audit, repair=True)
    assert (places(document), audit.num_lost) == ([((0, 6),)], 1)


FOLDED = {"α": "alpha", "-": "\u2011", " ": "\u00a0", "'": "\u2019", "é": "e\u0301", "ﬁ": "fi", "<": "&lt;"}
WORDS = st.lists(st.sampled_from(["TNF-α", "Crohn's", "café", "ﬁbroma", "p53", "IL-2"]), min_size=1, max_size=4)


@every_format
@given(words=WORDS, spelled=st.lists(st.booleans(), min_size=4, max_size=4))
def test_any_foldable_spelling_reads_back_with_equal_offsets(
    name: str, words: list[str], spelled: list[bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text, mentions, num_other = "see", [], 0
    for word, is_other in zip(words, spelled, strict=False):
        mention = "".join(FOLDED.get(char, char.upper()) for char in word) if is_other else word
        mentions.append(said(len(text) + 1, len(text) + 1 + len(word), mention))
        text, num_other = f"{text} {word}", num_other + (mention != word)
    audit = Audit()
    document = read(name, tmp_path_factory.mktemp("folded"), text, mentions, audit)
    assert places(document) == [one.ranges for one in mentions]
    assert audit.changed["entity", KEPT] == audit.num_changed == num_other


PLAIN = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=12)


@every_format
@given(
    text=st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30),
    claims=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), PLAIN), max_size=4),
)
def test_nothing_raises_under_repair_and_nothing_goes_uncounted(
    name: str, text: str, claims: list[tuple[int, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    audit = Audit()
    mentions = [said(*claim) for claim in claims if not (name.startswith("bioc") and claim[1] < claim[0])]
    document = read(name, tmp_path_factory.mktemp("wild"), text, mentions, audit, repair=True)
    assert len(document.entities) + audit.num_lost == len(mentions)
