"""The component for spaCy: every entity reaches the `Doc`, whole, whatever spaCy's tokens are."""

import copy
import gc
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.tokens import Span as DocSpan

import bionym
from bionym.apps.spacy import Bionym, packing
from bionym.data import Document, Entity, Span, entity
from bionym.errors import ConfigError, LossError, ModelError, UnknownNameError

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "gold"
QUICK = ["training.max_iterations=30", "features.gazetteer=false", "features.clusters=false"]
NOTE = "Familial breast cancer[1] and colorectal cancer."  # spaCy's second "cancer" is a token, the first is "cancer[1"


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))


@pytest.fixture(scope="module")
def model(documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "diseases"
    bionym.train(documents, settings=QUICK).save(folder)
    return str(folder)


@pytest.fixture(scope="module")
def texts(documents: list[Document]) -> list[str]:
    """Sentences that the model knows."""
    return [sentence.of(one.text) for one in documents for sentence in one.sentences]


class Finds:
    """A tagger that finds the same entities in every document."""

    def __init__(self, *entities: Entity) -> None:
        self.entities = entities

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        return (document.with_entities(self.entities) for document in documents)


def with_model(model: str, **settings: Any) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("bionym", config={"model": model, **settings})
    return nlp


def finding(*entities: Entity, **settings: Any) -> Language:
    """A pipeline whose component finds just these."""
    nlp = spacy.blank("en")
    component = nlp.add_pipe("bionym", config=settings)
    component._tagger = Finds(*entities)  # type: ignore[attr-defined]
    return nlp


def component_of(nlp: Language) -> Bionym:
    component = nlp.get_pipe("bionym")
    assert isinstance(component, Bionym)
    return component


def placed(spans: Iterable[DocSpan]) -> list[tuple[str, str]]:
    return [(span.text, span.label_) for span in spans]


def test_a_model_finds_in_a_doc_what_it_finds_in_the_text(model: str, texts: list[str]) -> None:
    tagger, nlp = bionym.load(model), with_model(model)
    for text in texts[:10]:
        assert nlp(text)._.bionym.entities == tagger.predict(text).entities


def test_entities_that_fit_stand_in_ents_and_in_the_group(model: str) -> None:
    doc = with_model(model)("A \N{FACE WITH THERMOMETER} man  with\tbreast cancer.\r\nNo mutation.")
    assert placed(doc.ents) == placed(doc.spans["bionym"]) == [("breast cancer", "Disease")]
    assert doc._.bionym.aside == ()


def test_overlapping_entities_are_all_in_the_group_and_the_longest_in_ents() -> None:
    doc = finding(entity(0, 22, "Disease"), entity(9, 22, "Disease"), entity(9, 15, "Anatomy"))(NOTE.replace("[1]", ""))
    everything = [("Familial breast cancer", "Disease"), ("breast cancer", "Disease"), ("breast", "Anatomy")]
    assert placed(doc.spans["bionym"]) == everything
    assert placed(doc.ents) == everything[:1]


def test_what_cuts_a_token_is_kept_aside_counted_and_said() -> None:
    nlp = finding(entity(0, 22, "Disease", score=0.9), entity(30, 47, "Disease"))
    with pytest.warns(UserWarning, match=r"an edge falls inside a token.*aside") as warned:
        docs = list(nlp.pipe([NOTE, NOTE]))
    assert placed(docs[0].ents) == placed(docs[0].spans["bionym"]) == [("colorectal cancer", "Disease")]
    assert docs[0]._.bionym.aside == (entity(0, 22, "Disease", score=0.9),)
    assert component_of(nlp).audit.num_lost == 2
    assert len(warned) == 1 and "breast" not in str(warned[0].message)


def test_expand_widens_the_span_and_keeps_the_offsets() -> None:
    nlp = finding(entity(0, 22, "Disease", score=0.9), misaligned="expand")
    with pytest.warns(UserWarning, match="widened"):
        doc = nlp(NOTE)
    assert placed(doc.ents) == [("Familial breast cancer[1", "Disease")]
    assert doc._.bionym.widened == (doc.ents[0]._.bionym,) == (entity(0, 22, "Disease", score=0.9),)
    assert component_of(nlp).audit.num_changed == 1


def test_error_names_the_place_and_not_the_text() -> None:
    with pytest.raises(LossError, match=r"Document 1: Disease \[0, 22\) .*inside a token") as raised:
        finding(entity(0, 22, "Disease"), misaligned="error")(NOTE)
    assert "breast" not in str(raised.value)


@pytest.mark.parametrize("misaligned", ["aside", "expand"])
def test_a_discontinuous_entity_is_kept_aside_whole(misaligned: str) -> None:
    parts = Entity((Span(0, 8), Span(30, 47)), "Disease")
    nlp = finding(parts, misaligned=misaligned)
    with pytest.warns(UserWarning, match="discontinuous"):
        doc = nlp(NOTE)
    assert doc._.bionym.aside == (parts,)
    assert not doc.ents and not doc.spans["bionym"]


def test_with_the_tokens_of_spacy_everything_fits(model: str) -> None:
    doc = with_model(model, tokens="spacy", misaligned="error")("Breast cancer[1] is not\nbreast cancer. No mutation.")
    assert ("breast cancer", "Disease") in placed(doc.ents)
    assert doc._.bionym.aside == ()


def test_pretokenised_docs_keep_their_sentences(model: str) -> None:
    nlp = with_model(model, tokens="spacy")
    seen: list[Document] = []
    component = component_of(nlp)
    component._tagger = tagger = Finds()  # type: ignore[assignment]
    tagger.predict = lambda documents: iter(seen.extend(documents) or seen)  # type: ignore[method-assign, func-returns-value]
    nlp(Doc(nlp.vocab, words=["No", "\n", "fever", ".", "Pain"], sent_starts=[1, 0, 0, 0, 1]))
    assert [one.of(seen[0].text) for one in seen[0].sentences] == ["No \n fever .", "Pain"]
    assert [one.of(seen[0].text) for one in seen[0].tokens] == ["No", "fever", ".", "Pain"]


def test_score_concepts_and_attributes_come_with_a_span() -> None:
    given = Entity((Span(9, 15),), "Anatomy", ("D001940", "X"), {"source": "anatomy"}, 0.75, "T1")
    doc = finding(given, entity(30, 47, "Disease"))(NOTE)
    assert doc.ents[0]._.bionym == doc.spans["bionym"][0]._.bionym == given
    assert doc.ents[0].kb_id_ == "D001940"
    np.testing.assert_array_equal(doc.spans["bionym"].attrs["scores"], np.array([0.75, np.nan], dtype=np.float32))
    assert doc[0:1]._.bionym is None


def test_entities_of_other_components_stay() -> None:
    nlp = finding(entity(9, 15, "Anatomy"), entity(30, 47, "Disease"))
    nlp.add_pipe("entity_ruler", before="bionym").add_patterns([{"label": "TOPIC", "pattern": "colorectal cancer"}])  # type: ignore[attr-defined]
    assert placed(nlp(NOTE).ents) == [("breast", "Anatomy"), ("colorectal cancer", "TOPIC")]
    nlp.get_pipe("bionym").settings = component_of(finding(overwrite_ents=True)).settings  # type: ignore[attr-defined]
    assert placed(nlp(NOTE).ents) == [("breast", "Anatomy"), ("colorectal cancer", "Disease")]


def test_two_models_in_one_pipeline_lose_nothing() -> None:
    nlp = finding(entity(9, 15, "Anatomy", score=0.5))
    nlp.add_pipe("bionym", name="second")._tagger = Finds(entity(30, 47, "Disease"))  # type: ignore[attr-defined]
    doc = nlp(NOTE)
    assert placed(doc.spans["bionym"]) == placed(doc.ents) == [("breast", "Anatomy"), ("colorectal cancer", "Disease")]
    assert len(doc._.bionym.entities) == 2
    assert doc.spans["bionym"].attrs["scores"][0] == 0.5


def test_a_doc_gone_over_twice_is_as_after_the_first_time() -> None:
    nlp = finding(entity(9, 15, "Anatomy"), entity(30, 47, "Disease"))
    doc = nlp(NOTE)
    once = doc.to_bytes()
    assert nlp(doc).to_bytes() == once


def test_an_empty_text_gives_an_empty_doc(model: str) -> None:
    docs = list(with_model(model).pipe(["", " \n ", "Breast cancer."]))
    assert [len(doc._.bionym.entities) for doc in docs] == [0, 0, 1]


def test_batches_and_processes_change_nothing(model: str, texts: list[str]) -> None:
    nlp = with_model(model)
    alone = [nlp(text).to_json() for text in texts]
    assert [doc.to_json() for doc in nlp.pipe(texts, batch_size=3)] == alone
    several = list(nlp.pipe(texts, batch_size=5, n_process=2))
    assert [doc.to_json() for doc in several] == alone
    assert [doc._.bionym for doc in several] == [nlp(text)._.bionym for text in texts]


def test_a_batch_that_fails_goes_to_the_error_handler() -> None:
    nlp = finding(entity(0, 22, "Disease"), misaligned="error")
    failed: list[tuple[str, int]] = []
    nlp.set_error_handler(lambda name, component, docs, error: failed.append((name, len(docs))))
    assert list(nlp.pipe([NOTE, NOTE, NOTE], batch_size=2)) == []
    assert failed == [("bionym", 2), ("bionym", 1)]


def test_docs_are_saved_with_all_entities(model: str) -> None:
    nlp = finding(entity(0, 22, "Disease", score=0.9), entity(30, 47, "Disease"))
    with pytest.warns(UserWarning, match="aside"):
        doc = nlp(NOTE)
    packed = DocBin(docs=[doc], store_user_data=True).to_bytes()
    (read,) = DocBin().from_bytes(packed).get_docs(nlp.vocab)
    assert read._.bionym == doc._.bionym and len(read._.bionym.aside) == 1
    assert placed(read.spans["bionym"]) == placed(doc.spans["bionym"])


def test_a_pipeline_on_disk_needs_the_model_no_more(model: str, texts: list[str], tmp_path: Path) -> None:
    nlp = with_model(str(shutil.copytree(model, tmp_path / "first")))
    found = [nlp(text)._.bionym for text in texts]
    nlp.to_disk(tmp_path / "pipeline")
    shutil.rmtree(tmp_path / "first")
    again = spacy.load(tmp_path / "pipeline")
    assert [again(text)._.bionym for text in texts] == found
    assert bionym.load(tmp_path / "pipeline" / "bionym").predict("No breast cancer.").entities


def test_a_pipeline_can_be_saved_where_it_came_from(model: str, tmp_path: Path) -> None:
    with_model(model).to_disk(tmp_path / "pipeline")
    spacy.load(tmp_path / "pipeline").to_disk(tmp_path / "pipeline")
    assert placed(spacy.load(tmp_path / "pipeline")("No breast cancer.").ents) == [("breast cancer", "Disease")]


def test_bytes_hold_the_model(model: str, texts: list[str]) -> None:
    nlp, again = with_model(model), with_model("elsewhere")
    again.from_bytes(nlp.to_bytes())
    assert [again(text)._.bionym for text in texts] == [nlp(text)._.bionym for text in texts]
    assert component_of(again).to_bytes() == component_of(nlp).to_bytes()


def test_a_component_from_bytes_travels_to_another_process_and_leaves_nothing_behind(model: str) -> None:
    component = component_of(with_model("elsewhere")).from_bytes(component_of(with_model(model)).to_bytes())
    folder = component.folder
    copied = copy.deepcopy(component)
    del component
    gc.collect()
    assert not folder.exists() and copied.folder.is_dir()
    assert copied(spacy.blank("en").make_doc("No breast cancer.")).ents


def test_bytes_that_lead_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x").write_text("x")
    good = packing.pack(tmp_path / "outside")
    packing.unpack(good, tmp_path)
    assert (tmp_path / "x").read_text() == "x"
    for name in (b"/", b"\\", b":"):
        with pytest.raises(ModelError, match="outside"):
            packing.unpack(good.replace(b"x", name), tmp_path)
    with pytest.raises(ModelError, match="hold no model"):
        packing.unpack(b"nothing", tmp_path)


def test_a_model_that_is_missing_is_named() -> None:
    with pytest.raises(ConfigError, match="has no model"):
        Bionym("bionym", component_of(finding()).settings).initialize(list)
    with pytest.raises(UnknownNameError, match="no model named 'frist'"):
        with_model("frist").initialize()


def test_spacy_finds_the_component_by_its_entry_point(model: str, tmp_path: Path) -> None:
    points = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    folder = tmp_path / "declared-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: declared\nVersion: 1\n")
    lines = [f"{name} = {target}" for name, target in points["spacy_factories"].items()]
    (folder / "entry_points.txt").write_text("\n".join(["[spacy_factories]", *lines]) + "\n")
    code = (
        "import spacy, sys; nlp = spacy.blank('en'); nlp.add_pipe('bionym', config={'model': sys.argv[1]});"
        "print(*(ent.text for ent in nlp('No breast cancer.').ents))"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", code, model], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.stdout.strip() == "breast cancer", done.stderr
