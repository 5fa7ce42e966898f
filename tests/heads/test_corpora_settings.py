"""Corpora as a configuration names them: read, held out, compared."""

from pathlib import Path

from bionym.data import Audit, Corpus, Document
from bionym.heads.corpora import CorpusSettings, hold_out_development, read_corpora, shared_documents
from bionym.training.split import split


def documents(*numbers: int) -> tuple[Document, ...]:
    return tuple(Document(f"d{number}", f"the text of number {number}") for number in numbers)


def test_a_corpus_is_read_by_split_under_its_new_labels(tmp_path: Path) -> None:
    for name in ("train", "test"):
        (tmp_path / f"{name}.tsv").write_text(f"{name}\tB-PROBLEM\nof\tO\naspirin\tB-DRUG\n\n", encoding="utf-8")
    settings = CorpusSettings(
        train=[str(tmp_path / "train.tsv")],
        test=str(tmp_path / "test.tsv"),
        format="conll",
        labels={"PROBLEM": "Disease"},
        only=["Disease"],
    )
    corpus = read_corpora({"notes": settings}, Audit())["notes"]
    assert list(corpus.splits) == ["train", "test"]
    mentions = {
        name: [(one.label, document.mention(one)) for document in corpus[name] for one in document.entities]
        for name in corpus.splits
    }
    assert mentions == {"train": [("Disease", "train")], "test": [("Disease", "test")]}


def test_a_corpus_with_nothing_to_learn_from_has_an_empty_training_split(tmp_path: Path) -> None:
    assert read_corpora({"": CorpusSettings(train=[])}, Audit())[""].splits == {"train": ()}


def test_what_one_corpus_learns_and_another_holds_back_is_listed_by_both() -> None:
    corpora = {
        "a": Corpus({"train": documents(1, 2, 3), "dev": documents(4)}),
        "b": Corpus({"train": documents(4, 5), "dev": documents(2, 6), "test": documents(3, 1)}),
    }
    shared = shared_documents(corpora)
    by_place = {place: [leak.document_id for leak in leaks] for place, leaks in shared.items()}
    assert by_place == {("a", "b", "dev"): ["d2"], ("a", "b", "test"): ["d1", "d3"], ("b", "a", "dev"): ["d4"]}


def test_development_documents_are_held_out_where_there_are_none() -> None:
    train = documents(*range(20))
    held = hold_out_development({"a": Corpus({"train": train})}, fraction=0.3, seed=4)["a"]
    expected = split((one.id for one in train), fraction=0.3, seed=4)
    assert tuple(one.id for one in held["dev"]) == expected.dev and len(expected.dev) == 6
    assert tuple(one.id for one in held["train"]) == expected.train


def test_two_documents_are_enough_to_hold_one_out() -> None:
    held = hold_out_development({"a": Corpus({"train": documents(1, 2)})}, fraction=0.1, seed=1)["a"]
    assert {held["train"], held["dev"]} == {documents(1), documents(2)}


def test_nothing_is_held_out_where_development_data_stands_or_none_is_wanted() -> None:
    has_dev = Corpus({"train": documents(1, 2, 3), "dev": documents(4)})
    single, plain = Corpus({"train": documents(1)}), Corpus({"train": documents(1, 2, 3)})
    assert hold_out_development({"a": has_dev, "b": single}, fraction=0.5, seed=1) == {"a": has_dev, "b": single}
    assert hold_out_development({"a": plain}, fraction=0, seed=1) == {"a": plain}
