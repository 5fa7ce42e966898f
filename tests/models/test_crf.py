"""The feature CRF on real abstracts: it learns, is saved, and predicts the same whatever stands beside a document."""

import gc
import json
from pathlib import Path

import pytest

import bionym
from bionym.data import Audit, Document, Span, entity
from bionym.errors import ConfigError, ModelError, OutputError, UnknownNameError
from bionym.trained import card

GOLD = Path(__file__).parents[1] / "gold" / "conll" / "ncbi.tsv"
QUICK = ["training.max_iterations=30", "features.gazetteer=false", "features.clusters=false"]


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return list(bionym.read(GOLD, "conll"))


@pytest.fixture(scope="module")
def tagger(documents: list[Document]) -> bionym.Pipeline:
    return bionym.train(documents, settings=QUICK)


def test_it_learns_the_sentences_it_has_seen(tagger: bionym.Pipeline, documents: list[Document]) -> None:
    assert bionym.evaluate(documents, tagger.predict(documents)).f1 > 0.97


def test_entities_stand_on_the_source_text_with_a_probability(tagger: bionym.Pipeline) -> None:
    document = tagger.predict("A man  with\tbreast cancer.\r\nNo mutation.")
    assert document.text == "A man  with\tbreast cancer.\r\nNo mutation."
    assert [document.mention(one) for one in document.entities] == ["breast cancer"]
    assert all(0 < (one.score or 0) <= 1 for one in document.entities)


def test_gold_entities_of_the_input_are_ignored(tagger: bionym.Pipeline, documents: list[Document]) -> None:
    bare = [document.with_entities([]) for document in documents]
    assert list(tagger.predict(documents)) == list(tagger.predict(bare))


def test_prediction_does_not_depend_on_batch_or_order(tagger: bionym.Pipeline, documents: list[Document]) -> None:
    together = {one.id: one.entities for one in tagger.predict(documents)}
    reverse = {one.id: one.entities for one in tagger.predict(documents[::-1])}
    alone = {one.id: next(iter(tagger.predict([one]))).entities for one in documents}
    assert together == reverse == alone


def test_prediction_leaves_the_collector_as_it_was(tagger: bionym.Pipeline) -> None:
    tagger.predict("Breast cancer.")
    assert gc.isenabled()


def test_a_loaded_model_can_be_saved_again_with_its_record(tagger: bionym.Pipeline, tmp_path: Path) -> None:
    tagger.save(tmp_path / "model")
    bionym.load(tmp_path / "model").save(tmp_path / "again")
    for name in ("run.json", "config.toml"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "model" / name).read_bytes()
    assert "# again" in (tmp_path / "again" / "model_card.md").read_text()
    bionym.Pipeline(tagger.tagger).save(tmp_path / "without")
    assert bionym.load(tmp_path / "without").record is None and not (tmp_path / "without" / "run.json").exists()
    (tmp_path / "model" / "checksums.json").unlink()
    (tmp_path / "model" / "run.json").write_text("{")
    with pytest.raises(ModelError, match=r"run\.json is damaged"):
        bionym.load(tmp_path / "model")


def test_tokens_before_the_first_sentence_are_tagged(tagger: bionym.Pipeline) -> None:
    text = "Ataxia telangiectasia was seen."
    tokens = (Span(0, 6), Span(7, 21), Span(22, 25), Span(26, 30), Span(30, 31))
    document = Document("d", text, tokens=tokens, sentences=(Span(22, 31),))
    whole = Document("d", text, tokens=tokens, sentences=(Span(0, 31),))
    found = [one for (one,) in ([*tagger.predict([each])] for each in (document, whole))]
    assert found[0].entities == found[1].entities


def test_a_saved_model_predicts_the_same(tagger: bionym.Pipeline, documents: list[Document], tmp_path: Path) -> None:
    tagger.save(tmp_path / "model")
    loaded = bionym.load(tmp_path / "model")
    assert list(loaded.predict(documents)) == list(tagger.predict(documents))


def test_a_model_folder_holds_its_record_and_nothing_executable(tagger: bionym.Pipeline, tmp_path: Path) -> None:
    tagger.save(tmp_path / "model")
    files = {path.name for path in (tmp_path / "model").iterdir()}
    assert files == {
        "checksums.json",
        "config.toml",
        "weights.safetensors",
        "weights.json",
        "run.json",
        "model_card.md",
    }
    run = json.loads((tmp_path / "model" / "run.json").read_text())
    assert run["labels"] == ["Disease"]
    assert run["data"]["documents"] == 3
    assert len(run["data"]["fingerprint"]) == 32
    assert {"bionym", "python-crfsuite"} <= set(run["versions"])


def test_the_files_of_its_features_travel_with_the_model(documents: list[Document], tmp_path: Path) -> None:
    terms = tmp_path / "mine.txt"
    terms.write_text("adenomatous polyposis coli\n")
    settings = ["training.max_iterations=3", "features.clusters=false", f"features.gazetteer.lists={{mine='{terms}'}}"]
    bionym.train(documents, settings=settings).save(tmp_path / "model")
    terms.unlink()
    config = (tmp_path / "model" / "config.toml").read_text()
    assert 'mine = "resources/mine.txt"' in config
    assert bionym.load(tmp_path / "model").predict("adenomatous polyposis coli").id == "text"


def test_an_existing_model_is_kept_unless_forced(tagger: bionym.Pipeline, tmp_path: Path) -> None:
    tagger.save(tmp_path / "model")
    with pytest.raises(OutputError, match="--force"):
        tagger.save(tmp_path / "model")
    tagger.save(tmp_path / "model", force=True)


def test_a_folder_that_is_no_model_is_never_replaced(tagger: bionym.Pipeline, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="not a model folder"):
        tagger.save(tmp_path, force=True)
    assert (tmp_path / "thesis.txt").exists()


def test_no_entity_to_learn_from_is_an_error(documents: list[Document]) -> None:
    with pytest.raises(ModelError, match="no entity"):
        bionym.train([document.with_entities([]) for document in documents], settings=QUICK)


def test_entities_it_cannot_learn_are_counted_in_the_card(documents: list[Document], tmp_path: Path) -> None:
    first = documents[0]
    crossing = entity(0, first.sentences[1].end, "Disease")
    audit = Audit()
    made = bionym.train([first.with_entities([*first.entities, crossing])], settings=QUICK, audit=audit)
    assert audit.num_lost == 1
    assert "crosses the end of a sentence" in card.card("model", made.record)


def test_development_documents_are_scored_and_never_learned_from(documents: list[Document]) -> None:
    made = bionym.train(documents[:1], dev=documents[1:], settings=QUICK)
    assert made.record.data.documents == 1
    assert made.record.development_scores["documents"] == 2


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("training.max_iteration=8", "Did you mean 'max_iterations'"),
        ("training.c1=minus", "training.c1"),
        ("features.affix={}", "Did you mean 'affixes'"),
        ("features.affixes.windo=1", "Did you mean 'window'"),
        ("features.clusters.file='no.tsv'", "one of those that ship"),
        ("policy='best'", "policy"),
        ("training.c1", "expected key=value"),
    ],
)
def test_a_wrong_setting_is_named_with_the_right_word(documents: list[Document], setting: str, message: str) -> None:
    with pytest.raises((ConfigError, UnknownNameError, bionym.errors.InputError), match=message):
        bionym.train(documents, settings=[*QUICK, setting] if "clusters" not in setting else [QUICK[0], setting])


def test_unknown_model_names_are_answered_with_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownNameError, match="There is no model named 'biomedica'"):
        bionym.load("biomedica")


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.toml is missing"):
        bionym.load(tmp_path)


def test_empty_and_blank_documents_have_no_entities(tagger: bionym.Pipeline) -> None:
    found = list(tagger.predict([Document("1", ""), Document("2", " \n\t "), Document("3", "x", tokens=(Span(0, 1),))]))
    assert [document.entities for document in found] == [(), (), ()]


def test_editing_an_annotation_changes_the_next_training(documents: list[Document], tmp_path: Path) -> None:
    bionym.write(documents, tmp_path / "corpus", "brat")
    before = bionym.train(bionym.read(tmp_path / "corpus", "brat"), settings=QUICK).record
    path = next(path for path in sorted((tmp_path / "corpus").glob("*.ann")) if path.stat().st_size)
    path.write_text(path.read_text().replace("Disease", "Finding"))
    after = bionym.train(bionym.read(tmp_path / "corpus", "brat"), settings=QUICK).record
    assert (before.labels, after.labels) == (("Disease",), ("Disease", "Finding"))
    assert before.data.fingerprint != after.data.fingerprint


def test_the_end_of_a_long_document_is_found_like_its_beginning(tagger: bionym.Pipeline) -> None:
    sentence = "Germline mutations in BRCA1 are found in breast cancer. "
    document = tagger.predict(sentence * 400)
    assert len(document.tokens) == 4_000
    assert [document.mention(one) for one in document.entities] == ["breast cancer"] * 400


@pytest.mark.needs("torch", "onnx")
def test_a_term_list_that_is_never_met_is_said(documents: list[Document], tmp_path: Path) -> None:
    (tmp_path / "met.txt").write_text("breast cancer\n")
    (tmp_path / "silent.txt").write_text("quetzalcoatlus\n")
    lists = [f"features.gazetteer.lists.{name}={tmp_path / name}.txt" for name in ("met", "silent")]
    settings = ["training.max_iterations=2", "features.clusters=false", *lists]
    audit = Audit()
    bionym.train(documents, settings=settings, audit=audit)
    silent = {what for what, reason in audit.lost if "none of its terms" in reason}
    assert "term list 'silent'" in silent
    assert "term list 'met'" not in silent
    again = Audit()
    own = [
        "network.lists={}",
        *(f"network.lists.{n}={tmp_path / n}.txt" for n in ("met", "silent")),
        "training.epochs=1",
    ]
    bionym.train(documents, model="bilstm_crf", settings=own, audit=again)
    assert [what for what, _ in again.lost] == ["term list 'silent'"]
