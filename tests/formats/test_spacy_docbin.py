"""spaCy's .spacy: every character comes back, overlapping entities are a group of spans, spaCy reads what is written."""

import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given

from bionym import formats
from bionym.data import Audit, Document, Entity, Span, entity
from bionym.errors import FormatError, MissingExtraError
from bionym.formats import spacy_docbin
from tests.strategies import documents

spacy = pytest.importorskip("spacy")

TEXT = "Naloxone  reverses\n\nfever."


def again(document: Document, folder: Path, audit: Audit | None = None) -> Document:
    formats.write([document], folder / "a.spacy", audit=audit, force=True)
    (found,) = formats.read(folder / "a.spacy")
    return found


def theirs(path: Path) -> list[object]:
    return list(spacy.tokens.DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))


def test_spacy_reads_what_is_written(tmp_path: Path) -> None:
    again(Document("n1", TEXT, entities=(Entity((Span(0, 8),), "Drug", ("D009270",)),)), tmp_path)
    (doc,) = theirs(tmp_path / "a.spacy")
    assert (doc.text, [(one.text, one.label_, one.kb_id_) for one in doc.ents]) == (
        TEXT,
        [("Naloxone", "Drug", "D009270")],
    )


def test_what_spacy_writes_is_read(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    doc = nlp("Mild fever. No gout.")
    doc.set_ents([doc.char_span(5, 10, "Sign")])
    doc.spans["sc"] = [doc.char_span(0, 10, "Finding")]
    spacy.tokens.DocBin(docs=[doc]).to_disk(tmp_path / "b.spacy")
    audit = Audit()
    (found,) = formats.read(tmp_path / "b.spacy", audit=audit)
    assert [(found.mention(one), one.label) for one in found.entities] == [("fever", "Sign")]
    assert [span.of(found.text) for span in found.sentences] == ["Mild fever.", "No gout."]
    assert audit.lost["span group", "is not the one that is read (option spans_key)"] == 1
    assert len(next(iter(formats.read(tmp_path / "b.spacy", spans_key="sc"))).entities) == 2


def test_overlapping_entities_are_a_group_of_spans(tmp_path: Path) -> None:
    nested = Document("1", TEXT, entities=(entity(0, 18, "Claim"), entity(0, 8, "Drug")))
    assert again(nested, tmp_path).entities == nested.entities
    (doc,) = theirs(tmp_path / "a.spacy")
    assert (len(doc.ents), len(doc.spans["sc"])) == (0, 2)


def test_tokens_are_cut_at_the_edges_of_entities(tmp_path: Path) -> None:
    assert again(Document("1", TEXT, entities=(entity(2, 5, "Part"),)), tmp_path).entities == (entity(2, 5, "Part"),)


def test_names_tokens_and_sentences_come_back(tmp_path: Path) -> None:
    document = Document("n/1", "mild fever", tokens=(Span(0, 4), Span(5, 10)), sentences=(Span(0, 10),))
    assert again(document, tmp_path) == document


def test_an_entity_of_a_space_alone_is_lost_and_counted(tmp_path: Path) -> None:
    audit = Audit()
    assert again(Document("1", "mild fever", entities=(entity(4, 5, "Gap"),)), tmp_path, audit).entities == ()
    assert audit.num_lost == 1


@pytest.mark.parametrize(
    "content", [b"", b"abc", zlib.compress(b"\xff" * 50), zlib.compress(b"\x80"), zlib.compress(b"x" * 99)[:9]]
)
def test_what_is_no_docbin_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.spacy").write_bytes(content)
    with pytest.raises(FormatError, match=r"a\.spacy: not a DocBin that can be read"):
        list(formats.read(tmp_path / "a.spacy"))


def test_what_unpacks_beyond_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacy_docbin, "MAX_UNPACKED_BYTES", 1_000)
    (tmp_path / "a.spacy").write_bytes(zlib.compress(b"\0" * 100_000))
    with pytest.raises(FormatError, match="unpacks to more than"):
        list(formats.read(tmp_path / "a.spacy"))


def test_without_spacy_the_command_that_installs_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.spacy").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'bionym\[spacy\]'"):
        list(formats.read(tmp_path / "a.spacy"))


@given(document=documents(discontinuous=False, relations=False, passages=False))
def test_text_and_entities_survive_but_for_spaces(document: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("round") / "a.spacy"
    audit = Audit()
    spacy_docbin.write([document], path, audit=audit)
    (found,) = spacy_docbin.read(path)
    assert found.text == document.text
    assert len(found.entities) == len(document.entities) - audit.num_lost
    if not audit.num_lost and not audit.num_changed:
        assert sorted((one.spans, one.label) for one in found.entities) == sorted(
            (one.spans, one.label) for one in document.entities
        )
