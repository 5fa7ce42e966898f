"""Trained models that decide together: as one of them, where all are the same; by their names, where they have several heads."""

import shutil
from pathlib import Path

import pytest

import bionym
from bionym.data import Corpus, Document
from bionym.errors import ModelError, OutputError, UnknownNameError, UsageError
from bionym.heads.development import predict_as
from bionym.models.ensemble import Ensemble, combining
from bionym.trained import sharing, store
from tests.encoders import families
from tests.models import small

PLAIN = ["features.gazetteer=false", "features.clusters=false"]
QUICK = ["training.max_iterations=15", *PLAIN]
SMALL = [
    *small.SMALL,
    "training.epochs=4",
    "training.learning_rate=0.03",
    "held_out=0",
]


@pytest.fixture(scope="module")
def folder(diseases: list[Document], chemicals: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two feature CRFs, a BiLSTM-CRF of one corpus, and one of both."""
    place = tmp_path_factory.mktemp("members")
    corpora = {"ncbi": Corpus({"train": tuple(diseases)}), "cdr": Corpus({"train": tuple(chemicals)})}
    strict = ["outside_penalty=0.4", "drop_unbalanced=true"]
    bionym.train(diseases, settings=[*QUICK, *strict]).save(place / "crf_ncbi")
    bionym.train(chemicals, settings=QUICK).save(place / "crf_cdr")
    bionym.train(diseases, model="bilstm_crf", settings=SMALL).save(place / "net_ncbi")
    bionym.train(model="bilstm_crf", corpora=corpora, settings=SMALL).save(place / "multi")
    return place


@pytest.fixture(scope="module")
def both(folder: Path) -> Path:
    combining.combine([folder / "crf_ncbi", folder / "net_ncbi"], folder / "both")
    return folder / "both"


@pytest.fixture(scope="module")
def by_name(folder: Path) -> Path:
    given = [folder / "multi", f"ncbi={folder / 'crf_ncbi'}", f"cdr={folder / 'crf_cdr'}"]
    combining.combine(given, folder / "by_name", shares=[2, 1, 3])
    return folder / "by_name"


@pytest.mark.parametrize("name", ["crf_ncbi", "net_ncbi", "multi"])
def test_a_model_beside_itself_predicts_as_it_does_alone(
    folder: Path, diseases: list[Document], chemicals: list[Document], tmp_path: Path, name: str
) -> None:
    made = combining.combine([folder / name, folder / name], tmp_path / "twice")
    alone = bionym.load(folder / name)
    documents = [*diseases, *chemicals]
    assert list(made.predict(documents)) == list(alone.predict(documents))
    assert any(one.entities for one in made.predict(documents))


def test_networks_of_single_heads_speak_in_an_ensemble_too(
    folder: Path, chemicals: list[Document], tmp_path: Path
) -> None:
    shutil.copytree(folder / "multi", tmp_path / "each")
    shutil.copytree(folder / "multi", tmp_path / "each" / "own" / "0")
    (tmp_path / "each" / "own.json").write_text('{"cdr": 0}', encoding="utf-8")
    made = combining.combine([tmp_path / "each", tmp_path / "each"], tmp_path / "twice")
    assert made.sources == ("ncbi", "cdr")
    assert list(made.predict(chemicals)) == list(bionym.load(folder / "multi").predict(chemicals))


def test_a_crf_and_a_network_decide_together(both: Path, folder: Path, diseases: list[Document]) -> None:
    found = list(bionym.load(both).predict(diseases))
    alone = [list(bionym.load(folder / name).predict(diseases)) for name in ("crf_ncbi", "net_ncbi")]
    scores = [one.score for document in found for one in document.entities]
    assert scores and all(0 < (score or 0) <= 1 for score in scores)
    assert found != alone[0] and found != alone[1]
    assert bionym.evaluate(diseases, found).f1 > 0.8


def test_prediction_does_not_depend_on_batch_or_order(both: Path, diseases: list[Document]) -> None:
    tagger = bionym.load(both)
    together = list(tagger.predict(diseases))
    assert list(tagger.predict(diseases[::-1]))[::-1] == together
    assert [next(iter(tagger.predict([one]))) for one in diseases] == together


def test_documents_without_text_are_predicted_too(by_name: Path) -> None:
    empty = [Document("1", ""), Document("2", " \n "), Document("3", "No.")]
    assert [one.id for one in bionym.load(by_name).predict(empty)] == ["1", "2", "3"]
    assert list(bionym.load(by_name).predict(empty[:1])) == empty[:1]


def test_heads_speak_by_their_names(by_name: Path, folder: Path, diseases: list[Document], tmp_path: Path) -> None:
    tagger = store.load(by_name)
    assert isinstance(tagger, Ensemble)
    assert (tagger.sources, tagger.labels) == (("ncbi", "cdr"), ("Chemical", "Disease"))
    found = {one.attributes["source"] for document in tagger.predict(diseases) for one in document.entities}
    assert found <= {"ncbi", "cdr"} and "ncbi" in found
    alone = tagger.of_source("ncbi")
    assert (alone.sources, alone.labels, len(alone.members)) == (("ncbi",), ("Disease",), 2)
    assert list(alone.predict(diseases)) == list(predict_as(tagger, "ncbi", diseases))
    with pytest.raises(UnknownNameError, match="no source named 'ncib'. Did you mean 'ncbi'"):
        tagger.of_source("ncib")


def test_a_source_that_one_member_alone_speaks_for_is_as_that_member_has_it(
    folder: Path, chemicals: list[Document], tmp_path: Path
) -> None:
    made = combining.combine([folder / "multi", f"ncbi={folder / 'crf_ncbi'}"], tmp_path / "made", shares=[0.2, 0.8])
    alone = predict_as(store.load(folder / "multi"), "cdr", chemicals)
    assert list(predict_as(made, "cdr", chemicals)) == list(alone)


def test_sentences_read_together_by_one_member_are_decided_one_by_one(
    folder: Path, diseases: list[Document], tmp_path: Path
) -> None:
    shutil.copytree(folder / "net_ncbi", tmp_path / "wide")
    config = tmp_path / "wide" / "config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("context_tokens = 0", "context_tokens = 80"), encoding="utf-8")
    made = combining.combine([folder / "crf_ncbi", tmp_path / "wide"], tmp_path / "made")
    said = [one.potentials(diseases) for one in made.members]
    assert sum(map(len, said[1].ranges)) < sum(map(len, said[0].ranges))
    assert made.potentials(diseases).ranges == said[0].ranges
    assert bionym.evaluate(diseases, made.predict(diseases)).f1 > 0.5


def test_an_encoder_speaks_beside_a_feature_crf(diseases: list[Document], folder: Path, tmp_path: Path) -> None:
    encoder = families.bert(tmp_path / "encoder")
    quick = [
        "training.epochs=1",
        "training.precision=float32",
        "window=24",
        "overlap=8",
        "weights=float32",
        "held_out=0",
    ]
    bionym.train(diseases[:1], model="transformer", settings=[f"encoder={encoder}", *quick]).save(tmp_path / "encoded")
    made = combining.combine([folder / "crf_ncbi", tmp_path / "encoded"], tmp_path / "made", shares=[1, 1e-9])
    assert places(made.predict(diseases)) == places(bionym.load(folder / "crf_ncbi").predict(diseases))
    assert list(made.predict([Document("1", "")])) == [Document("1", "")]
    assert [len(head.scores_NS) for head in made.potentials(()).heads] == [0]


def places(documents: object) -> list[list[object]]:
    return [[(one.spans, one.label) for one in document.entities] for document in documents]  # type: ignore[attr-defined]


def test_a_saved_ensemble_predicts_the_same_and_can_be_saved_again(
    folder: Path, diseases: list[Document], tmp_path: Path
) -> None:
    given = [folder / "multi", f"ncbi={folder / 'crf_ncbi'}"]
    made = combining.combine(given, tmp_path / "one", shares=[0.25, 0.75])
    loaded = bionym.load(tmp_path / "one").tagger
    assert list(loaded.predict(diseases)) == list(made.predict(diseases))
    loaded.save(tmp_path / "two")
    again = bionym.load(tmp_path / "two").tagger
    assert isinstance(again, Ensemble) and again.config == made.config
    assert list(again.predict(diseases)) == list(made.predict(diseases))


def test_the_folder_holds_each_member_whole(by_name: Path, folder: Path, diseases: list[Document]) -> None:
    for number, name in enumerate(("multi", "crf_ncbi", "crf_cdr"), 1):
        member = by_name / "members" / str(number)
        assert {one.name for one in member.iterdir()} == {one.name for one in (folder / name).iterdir()}
    member = bionym.load(by_name / "members" / "2")
    assert list(member.predict(diseases)) == list(bionym.load(folder / "crf_ncbi").predict(diseases))


def test_the_card_names_the_members_and_copies_no_score(by_name: Path) -> None:
    card = (by_name / "model_card.md").read_text(encoding="utf-8")
    assert "| 1 | multi | bilstm_crf | 2 | ncbi, cdr |" in card
    assert "| 3 | crf_cdr | crf | 3 | cdr |" in card
    assert "The ensemble was not scored." in card and "F1" not in card


def test_what_cannot_be_combined_is_refused_with_the_way_out(
    folder: Path, both: Path, diseases: list[Document], tmp_path: Path
) -> None:
    bionym.train(diseases, settings=["training.max_iterations=2", "scheme=BIO", *PLAIN]).save(tmp_path / "bio")
    crf, cdr, multi = folder / "crf_ncbi", folder / "crf_cdr", folder / "multi"
    cases: list[tuple[list[object], type[Exception], str]] = [
        ([crf], UsageError, "two models or more, found 1"),
        ([crf, tmp_path / "bio"], ModelError, "tag scheme BIOES, bio .* has BIO. Train them with the same scheme"),
        ([crf, cdr], ModelError, "gives Disease, crf_cdr .* gives Chemical, Disease"),
        ([multi, f"ncbi={cdr}"], ModelError, "gives Disease for ncbi, crf_cdr .* gives Chemical, Disease"),
        ([crf, both], ModelError, "is itself an ensemble. Name its members"),
        ([multi, f"ncib={crf}"], UsageError, "named 'ncib'. Did you mean 'ncbi'"),
        ([multi, crf], UsageError, "crf_ncbi has one head without a name.*they have cdr, ncbi.*NAME="),
        ([multi, f"ncbi={multi}"], UsageError, "heads for ncbi, cdr, so it cannot stand for ncbi alone"),
        ([crf, folder / "crf_nbci"], UnknownNameError, "no model named"),
    ]
    for given, kind, message in cases:
        with pytest.raises(kind, match=message):
            combining.combine(given, tmp_path / "made")  # type: ignore[arg-type]
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("shares", "message"),
    [([1.0], "1 shares for 2"), ([1, -1], "-1: expected"), ([0, 1], "above 0"), ([1, float("nan")], "nan: expected")],
)
def test_shares_that_do_not_fit_are_refused(folder: Path, tmp_path: Path, shares: list[float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        combining.combine([folder / "crf_ncbi", folder / "crf_ncbi"], tmp_path / "made", shares=shares)


def test_what_stands_there_is_kept_and_no_model_is_copied_into_itself(both: Path, folder: Path) -> None:
    given = [folder / "crf_ncbi", folder / "net_ncbi"]
    with pytest.raises(OutputError, match="--force"):
        combining.combine(given, both)
    with pytest.raises(OutputError, match="lies in"):
        combining.combine(given, folder / "crf_ncbi" / "deeper" / "made")
    combining.combine(given, both, force=True)
    assert len(list((both / "members").iterdir())) == 2


def test_a_damaged_ensemble_is_said_to_be_so(both: Path, tmp_path: Path) -> None:
    shutil.copytree(both, tmp_path / "made")
    shutil.rmtree(tmp_path / "made" / "members" / "2")
    with pytest.raises(ModelError, match="members/2 is missing"):
        bionym.load(tmp_path / "made")
    shutil.copytree(both / "members" / "1", tmp_path / "made" / "members" / "2")
    with pytest.raises(ModelError, match=r"members/2/checksums\.json is not as it was saved"):
        bionym.load(tmp_path / "made")
    (tmp_path / "made" / "checksums.json").unlink()
    with pytest.raises(ModelError, match="is a crf, expected a bilstm_crf"):
        bionym.load(tmp_path / "made")


def test_an_ensemble_is_neither_trained_nor_stripped(both: Path, diseases: list[Document], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not trained. Combine trained models"):
        bionym.train(diseases, model="ensemble")
    with pytest.raises(ModelError, match="Strip its members"):
        sharing.strip(str(both), tmp_path / "shared")
