"""UIMA CAS: types, features and relations of others are read, their offsets are Java's, and nothing is expanded."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from bionym import formats
from bionym.data import Audit, Document, Entity, Span, entity
from bionym.errors import BionymError, InputError, MissingExtraError
from bionym.formats import uima_json, uima_xmi
from tests.strategies import documents

cassis = pytest.importorskip("cassis")

GOLD = Path(__file__).parents[1] / "gold"
FORMATS = ("uima_xmi", "uima_json")
TEXT = "😀 Naloxone reverses fever."


def mentions(document: Document) -> list[tuple[str, str]]:
    return [(document.mention(one), one.label) for one in document.entities]


def stored(folder: Path, name: str, **features: str) -> tuple[Path, Any, Any]:
    """A CAS of somebody else's type `org.example.Finding`, still to be filled, and its functions to save it."""
    system = cassis.TypeSystem()
    kind = system.create_type("org.example.Finding")
    for feature, of_type in features.items():
        system.create_feature(kind, feature, of_type)
    cas = cassis.Cas(system)
    cas.sofa_string = TEXT
    cas.sofa_mime = "text/plain"
    folder.mkdir(exist_ok=True)

    def save() -> None:
        if name == "uima_xmi":
            cas.to_xmi(folder / "a.xmi")
            system.to_xml(folder / "typesystem.xml")
        else:
            cas.to_json(folder / "a.json")

    return folder / ("a.xmi" if name == "uima_xmi" else "a.json"), (cas, kind), save


@pytest.mark.parametrize("name", FORMATS)
def test_samples_are_told_and_read(name: str) -> None:
    path = next(one for one in (GOLD / name).iterdir() if one.stem == "note")
    assert formats.detect(path) == name
    (document,) = formats.read(path)
    assert mentions(document)[:2] == [("Naloxone", "Chemical"), ("severe hypotension", "Disease")]
    by_id = {one.id: document.mention(one) for one in document.entities}
    assert [by_id[end.target] for end in document.relations[0].arguments] == ["Naloxone", "severe hypotension"]


@pytest.mark.parametrize("name", FORMATS)
def test_types_of_others_are_read_with_their_features(name: str, tmp_path: Path) -> None:
    string, number = "uima.cas.String", "uima.cas.Integer"
    path, (cas, kind), save = stored(tmp_path / "in", name, value=string, sure=string, rank=number)
    cas.add(kind(begin=2, end=10, value="Drug", sure="yes", rank=3))
    save()
    (document,) = formats.read(path)
    assert mentions(document) == [("Naloxone", "Drug")]
    assert dict(document.entities[0].attributes) == {"sure": "yes", "rank": "3"}


@pytest.mark.parametrize("name", FORMATS)
def test_an_annotation_without_features_has_the_label_of_its_type(name: str, tmp_path: Path) -> None:
    path, (cas, kind), save = stored(tmp_path / "in", name)
    cas.add(kind(begin=2, end=10))
    save()
    assert mentions(next(iter(formats.read(path)))) == [("Naloxone", "Finding")]
    audit = Audit()
    assert mentions(next(iter(formats.read(path, types="Other", audit=audit)))) == []
    assert audit.lost["annotation of another type", "is not read (option types)"] == 1
    assert len(next(iter(formats.read(path, types="org.example.Finding"))).entities) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_an_annotation_of_no_text_is_counted_and_one_outside_it_refused(name: str, tmp_path: Path) -> None:
    path, (cas, kind), save = stored(tmp_path / "in", name)
    cas.add(kind(begin=2, end=2))
    save()
    audit = Audit()
    assert next(iter(formats.read(path, audit=audit))).entities == ()
    assert audit.num_lost == 1
    content = (
        path.read_text()
        .replace('end="3"', 'end="99"')
        .replace('"end" : 3', '"end" : 99')
        .replace('"end": 3', '"end": 99')
    )
    path.write_text(content)
    with pytest.raises(InputError, match=r"a\.(xmi|json): (an annotation of type|not a CAS)"):
        list(formats.read(path))


def test_a_type_system_is_looked_for_and_missed_by_name(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    shutil.copy(GOLD / "uima_xmi" / "note.xmi", tmp_path / "a" / "b")
    with pytest.raises(InputError, match=r"there is no TypeSystem\.xml beside it.*type_system=FILE"):
        list(formats.read(tmp_path / "a"))
    given = str(GOLD / "uima_xmi" / "TypeSystem.xml")
    assert len(next(iter(formats.read(tmp_path / "a", type_system=given))).entities) == 6
    shutil.copy(given, tmp_path / "a" / "TYPESYSTEM.XML".lower())
    assert len(next(iter(formats.read(tmp_path / "a" / "b" / "note.xmi"))).entities) == 6


@pytest.mark.parametrize("which", ["note.xmi", "TypeSystem.xml"])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "UTF-7"])
def test_documents_that_declare_entities_are_refused(which: str, encoding: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(GOLD / "uima_xmi", tmp_path / "in"))
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    bomb = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    content = (folder / which).read_text().partition("?>")[2]
    (folder / which).write_bytes(f'<?xml version="1.0" encoding="{encoding}"?>{bomb}{content}'.encode(encoding))
    with pytest.raises(InputError):
        list(formats.read(folder / "note.xmi"))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("content", ["", "{}", "[]", "<x/>", '{"%FEATURE_STRUCTURES": 3}', '{"%TYPES": {"a": null}}'])
def test_what_is_no_cas_is_refused(name: str, content: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(GOLD / "uima_xmi", tmp_path / "in"))
    path = folder / f"a{formats.find(name).SUFFIXES[0]}"
    path.write_text(content)
    with pytest.raises(BionymError) as caught:
        list(formats.read(path, name))
    assert path.name in str(caught.value)


@pytest.mark.parametrize("name", FORMATS)
def test_without_the_package_the_command_that_installs_it_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cassis", None)
    path = next(one for one in (GOLD / name).iterdir() if one.stem == "note")
    with pytest.raises(MissingExtraError, match=r"pip install 'bionym\[uima\]'"):
        list(formats.read(path, name))


@pytest.mark.parametrize("name", FORMATS)
def test_what_cannot_be_held_is_counted(name: str, tmp_path: Path) -> None:
    gapped = Entity((Span(2, 4), Span(6, 8)), "Drug")
    rich = Entity((Span(2, 10),), "Drug", ("a", "b"), {"sure": "yes", "not a name": "x"}, 0.5)
    audit = Audit()
    formats.write([Document("1", TEXT, entities=(gapped, rich))], tmp_path / "out", name, audit=audit)
    (found,) = formats.read(tmp_path / "out", name)
    assert (found.entities[0].concepts, dict(found.entities[0].attributes)) == (("a",), {"sure": "yes"})
    assert {what: count for (what, _), count in audit.lost.items()} == dict.fromkeys(
        ("entity", "concept", "attribute", "score"), 1
    )


def test_control_characters_become_a_replacement_and_are_counted(tmp_path: Path) -> None:
    audit = Audit()
    document = Document("1", "a\x0bb\ud800c\r\nd", entities=(entity(4, 5, "X"),))
    formats.write([document], tmp_path / "out", "uima_xmi", audit=audit)
    (found,) = formats.read(tmp_path / "out", "uima_xmi")
    assert (found.text, mentions(found)) == ("a\ufffdb\ufffdc\r\nd", [("c", "X")])
    assert audit.changed["character", "became U+FFFD, since XML cannot hold it"] == 2


@pytest.mark.parametrize("part", [uima_xmi, uima_json], ids=FORMATS)
@given(document=documents(discontinuous=False, relations=False, passages=False))
def test_entities_survive(part: Any, document: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("round")
    part.write([document], folder)
    path = next(one for one in folder.iterdir() if one.name != "TypeSystem.xml")
    (found,) = part.read(path)
    assert sorted((one.spans, one.label) for one in found.entities) == sorted(
        (one.spans, one.label) for one in document.entities
    )
