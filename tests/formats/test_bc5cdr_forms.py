"""BC5CDR is one corpus, whichever form it comes in; and what readers before us got wrong in it stays right."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.data import Document, entity
from bionym.data.align import from_tags, to_tags
from bionym.data.tags import find_scheme
from bionym.formats import bigbio, bioc_json, bioc_xml, pubtator
from bionym.text.prepare import tokenized

GOLD = Path(__file__).parents[1] / "gold"
CORPUS = Path(__file__).parents[2].parent / "shared" / "data" / "corpora" / "bc5cdr"
FORMS = {
    "pubtator": GOLD / "pubtator" / "bc5cdr.PubTator.txt",
    "bioc_xml": GOLD / "bioc_xml" / "bc5cdr.BioC.xml",
    "bioc_json": GOLD / "bioc_json" / "bc5cdr.json",
    "bigbio": GOLD / "bigbio" / "bc5cdr.json",
}


def content(document: Document) -> Any:
    """What every form says."""
    entities = [(one.spans, one.label, one.concepts) for one in document.entities]
    passages = [(one.start, one.end, one.label) for one in document.passages]
    return document.id, document.text, passages, entities, [(one.label, one.arguments) for one in document.relations]


def mentions_of_bioc(path: Path) -> Iterator[tuple[str, int, str]]:
    """Document, offset and text of each annotation, by a parser that knows nothing of ours."""
    from lxml import etree

    for document in etree.parse(path).iter("document"):
        for one in document.iter("annotation"):
            if one.findtext("infon[@key='CompositeRole']") != "IndividualMention":
                yield str(document.findtext("id")), int(one.find("location").get("offset")), str(one.findtext("text"))


@pytest.mark.parametrize("name", FORMS)
def test_every_form_holds_the_same_documents(name: str) -> None:
    assert formats.detect(FORMS[name]) == name
    ours = [content(one) for one in formats.read(FORMS[name])]
    assert ours == [content(one) for one in pubtator.read(FORMS["pubtator"])]


@pytest.mark.parametrize("name", FORMS)
def test_offsets_count_from_the_document_in_title_and_abstract_alike(name: str) -> None:
    told = sorted(mentions_of_bioc(FORMS["bioc_xml"]))
    found = sorted(
        (one.id, found.start, one.text[found.start : found.end])
        for one in formats.read(FORMS[name])
        for found in one.entities
    )
    assert found == told
    parts = {(one.id, part.label, part.start) for one in formats.read(FORMS[name]) for part in one.passages}
    starts = {id: start for id, label, start in parts if label == "abstract"}
    assert any(start < starts[id] for id, start, _ in found) and any(start > starts[id] for id, start, _ in found)


@pytest.mark.parametrize("name", ["bigbio", "bioc_xml", "bioc_json"])
def test_an_abstract_shifted_by_its_title_is_refused_not_believed(name: str, tmp_path: Path) -> None:
    """A reader that adds the title's length once more puts every entity of the abstract too far right."""
    shifted = tmp_path / FORMS[name].name
    shifted.write_text(SHIFTS[name](FORMS[name].read_text(encoding="utf-8"), 60), encoding="utf-8")
    with pytest.raises(formats.InputError, match=r"differs|differ"):
        list(formats.find(name).read(shifted))


def shift_bigbio(text: str, by: int) -> str:
    rows = json.loads(text)
    for one in rows[0]["entities"]:
        one["offsets"] = [[at + by * (start >= by) for at in (start, end)] for start, end in one["offsets"]]
    return json.dumps(rows)


def shift_bioc(text: str, by: int) -> str:
    """The offsets of annotations, which alone have a length beside them."""
    place = re.compile(r"(offset['\"]?[=:] ?['\"]?)(\d+)(?=['\"]?,? ['\"]?length)")
    return place.sub(lambda found: f"{found[1]}{int(found[2]) + by * (int(found[2]) >= by)}", text)


SHIFTS: dict[str, Callable[[str, int], str]] = {
    "bigbio": shift_bigbio,
    "bioc_xml": shift_bioc,
    "bioc_json": shift_bioc,
}


def test_digits_greek_letters_and_hyphens_stay_in_the_tokens() -> None:
    text = "5-fluorouracil, B12 and IL-2 (10 mg), naïve β-blocker"
    assert "".join(token.of(text) for token in tokenized(Document("1", text)).tokens) == "".join(text.split())


def test_adjacent_mentions_of_one_label_and_mentions_that_begin_with_a_digit_come_back_from_tags() -> None:
    drugs = [entity(start, end, "Chemical") for start, end in ((0, 14), (15, 18), (19, 23))]
    document = tokenized(Document("1", "5-fluorouracil B12 IL-2", entities=tuple(drugs)))
    tags = to_tags(document, find_scheme("BIO"))
    assert [one.spans for one in from_tags(document, tags, find_scheme("BIO"))] == [one.spans for one in drugs]


def test_a_title_and_its_abstract_are_never_one_sentence() -> None:
    for document in map(tokenized, pubtator.read(FORMS["pubtator"])):
        edge = next(one.start for one in document.passages if one.label == "abstract")
        assert not any(sentence.start < edge < sentence.end for sentence in document.sentences)


def test_a_composite_mention_is_one_entity_with_all_its_concepts() -> None:
    for name, path in FORMS.items():
        whole = [one for document in formats.read(path, name) for one in document.entities if len(one.concepts) > 1]
        assert [one.concepts for one in whole] == [("D014786", "D006311")] * len(whole) and whole


def test_concepts_and_relations_come_with_the_text() -> None:
    for name, path in FORMS.items():
        for document in formats.read(path, name):
            known = {concept for one in document.entities for concept in one.concepts}
            assert document.relations
            assert all(end.target in known for one in document.relations for end in one.arguments)


@pytest.mark.corpora
@pytest.mark.parametrize("split", ["Training", "Development", "Test"])
def test_the_whole_corpus_is_the_same_in_every_form(split: str, tmp_path: Path) -> None:
    source = CORPUS / f"CDR_{split}Set.BioC.xml"
    theirs = list(bioc_xml.read(source))
    told = sorted(mentions_of_bioc(source))
    for part, path in ((bigbio, tmp_path / "a.json"), (bioc_json, tmp_path / "b.json")):
        part.write(theirs, path)
        assert [content(one) for one in part.read(path)] == [content(one) for one in theirs]
    ours = list(pubtator.read(CORPUS / f"CDR_{split}Set.PubTator.txt"))
    assert [content(one) for one in ours] == [content(one) for one in theirs]
    assert sorted((one.id, found.start, one.mention(found)) for one in ours for found in one.entities) == told
