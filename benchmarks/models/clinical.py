"""The model `clinical`: problems, tests and treatments, from MACCROBAT, and its scores over five folds of documents.

    python benchmarks/models/clinical.py --data CORPORA --text NOTES.txt... --init PRETRAINED --encoder MINILM --out FOLDER

For each fold: a feature CRF, a BiLSTM-CRF and a fine-tuned encoder learn from the other folds; together they label raw text; a
BiLSTM-CRF learns from the annotated documents and from that text, and goes on with the annotated documents alone; `shipped` is that one without words of the training data, in int8. Fold k holds
the documents whose place in the sorted list is k modulo 5. `--folds all` learns from all documents: that is what ships, and
no score of it is printed. `--inner` learns from three folds and scores on a fourth: for choices. Every model is kept in FOLDER,
one that stands there is not trained again, and one that was interrupted goes on. Prints one JSON object: strict F1 on raw text,
all gold entities counted, those with gaps too.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ship import ship
from steps import trained

import bionym
from bionym.data import Corpus, Document
from bionym.data.labels import LabelMap
from bionym.models.ensemble import combining
from bionym.trained import store

COARSE = {
    "Disease_disorder": "problem",
    "Sign_symptom": "problem",
    "Diagnostic_procedure": "test",
    "Medication": "treatment",
    "Therapeutic_procedure": "treatment",
}
FINE = {
    "Disease_disorder": "disease",
    "Sign_symptom": "sign_or_symptom",
    "Diagnostic_procedure": "diagnostic_procedure",
    "Medication": "medication",
    "Therapeutic_procedure": "procedure",
    "Dosage": "dose",
    "Administration": "route",
    "Frequency": "frequency",
    "Biological_structure": "anatomy",
    "Lab_value": "laboratory_value",
}
UPWARD = {FINE[name]: label for name, label in COARSE.items()}
HEAD, FINER = "clinical", "clinical_finer"
NUM_FOLDS = 5
NETWORK = (
    "held_out=0",
    "weights=float32",
    "training.threads=1",
)
NET = (*NETWORK, "training.epochs=8")
ENCODER = ("context=sentence", "held_out=0", "weights=float32", "training.epochs=4", "training.threads=1")
STUDENT = (*NETWORK, "network.dropout=0.35", "training.epochs=3")
LATER = (*NETWORK, "training.epochs=2", "training.learning_rate=0.0005")


def layer(documents: Sequence[Document], names: dict[str, str]) -> tuple[Document, ...]:
    """The documents under these labels, without all others."""
    labels = LabelMap(names, tuple(dict.fromkeys(names.values())))
    return tuple(labels.apply(one) for one in documents)


class Fold:
    """What is learned from and what is scored.

    Args:
        documents: all of them, as annotated.
        number: the fold that is scored; None scores nothing.
        inner: leave this fold out altogether and score the next one, to choose by.
        headings: lines without an entity, that are learned from too; case reports have none.
    """

    def __init__(
        self, documents: Sequence[Document], number: int | None, *, inner: bool, headings: Sequence[Document] = ()
    ) -> None:
        scored = number if number is None or not inner else (number + 1) % NUM_FOLDS
        out = {number, scored}
        self.train = [one for place, one in enumerate(documents) if place % NUM_FOLDS not in out] + [*headings]
        self.test = [one for place, one in enumerate(documents) if place % NUM_FOLDS == scored]
        self.name = "all" if number is None else f"{'inner' if inner else 'fold'}{number}"

    def corpus(self, names: dict[str, str]) -> Corpus:
        """Under these labels; what is scored is named, so that raw text is kept clear of it."""
        return Corpus({"train": layer(self.train, names), "test": layer(self.test, names)}, allow_leaks=True)

    def corpora(self) -> dict[str, Corpus]:
        """Both layers, a head each."""
        return {HEAD: self.corpus(COARSE), FINER: self.corpus(FINE)}


def f1(folder: Path, fold: Fold, *, fine: bool = False) -> dict[str, float]:
    """Strict F1 in percent, over all labels and for each, of the coarse layer on raw text."""
    tagger: Any = store.load(folder)
    if len(getattr(tagger, "sources", ())) > 1:
        tagger = tagger.of_source(FINER if fine else HEAD)
    gold = layer(fold.test, COARSE)
    plain = [Document(one.id, one.text) for one in gold]
    found = list(tagger.predict(plain))
    if set(tagger.labels) != set(COARSE.values()):
        found = list(layer(found, UPWARD))
    scores = bionym.evaluate(gold, found)
    (counts,) = scores.counts.values()
    labels = {label: round(100 * counts.of(label).f1, 2) for label in sorted(set(COARSE.values()))}
    micro = counts.micro
    return {
        "F1": round(100 * micro.f1, 2),
        "P": round(100 * micro.precision, 2),
        "R": round(100 * micro.recall, 2),
    } | labels


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    parser.add_argument("--text", nargs="+", default=[], help="raw clinical text, a paragraph a line")
    parser.add_argument(
        "--init", type=Path, required=True, help="a BiLSTM that `bionym pretrain` made of raw clinical text"
    )
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--headings", type=Path, help="lines that hold no entity, learned from too")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", nargs="+", default=["0", "1", "2", "3", "4"])
    parser.add_argument("--only", nargs="+", default=["crf", "net", "encoder", "teacher", "student"])
    parser.add_argument("--words", type=int, default=300_000, help="of the raw text")
    parser.add_argument("--inner", action="store_true")
    arguments = parser.parse_args()
    documents = sorted(bionym.read(arguments.data / "maccrobat", "brat"), key=lambda one: one.id)
    lines = arguments.headings.read_text(encoding="utf-8").splitlines() if arguments.headings else []
    headings = [Document(f"heading {number}", line) for number, line in enumerate(lines)]
    found = {}
    for name in arguments.folds:
        fold = Fold(documents, None if name == "all" else int(name), inner=arguments.inner, headings=headings)
        found[fold.name] = of_fold(fold, arguments)
        print(json.dumps({fold.name: found[fold.name]}), flush=True)
    print(json.dumps(found, indent=2))


def of_fold(fold: Fold, arguments: argparse.Namespace) -> dict[str, Any]:
    """Every model of a fold, and its scores."""
    out: Path = arguments.out / fold.name
    made = dict(members(fold, out, arguments))
    if "teacher" in arguments.only:
        made["teacher"] = teacher(made, out / "+".join(made))
    if "student" in arguments.only:
        made |= students(fold, made["teacher"], out, arguments)
    if "later" in made:
        made["shipped"] = ship(made["later"], out / "shipped")
    return {kind: f1(folder, fold) for kind, folder in made.items()} if fold.test else {}


def members(fold: Fold, out: Path, arguments: argparse.Namespace) -> Iterator[tuple[str, Path]]:
    """The models that teach together."""
    coarse = {HEAD: fold.corpus(COARSE)}
    if "crf" in arguments.only:
        yield "crf", trained(out / "crf", "crf", coarse, ())
    if "net" in arguments.only:
        settings = [*NET, f"init={arguments.init}"]
        yield "net", trained(out / "net", "bilstm_crf", fold.corpora(), settings)
    if "encoder" in arguments.only:
        yield "encoder", trained(out / "encoder", "transformer", coarse, [*ENCODER, f"encoder={arguments.encoder}"])


def teacher(made: dict[str, Path], folder: Path) -> Path:
    """All members together; the finer layer is the network's alone."""
    if not folder.exists():
        named = [str(made["net"]), *(f"{HEAD}={made[kind]}" for kind in ("crf", "encoder") if kind in made)]
        combining.combine(named, folder)
    return folder


def students(fold: Fold, labeller: Path, out: Path, arguments: argparse.Namespace) -> dict[str, Path]:
    """The network that learns from the teacher too, and the one that goes on from it with the annotated documents alone."""
    taught = [f"teacher.model={labeller}", f"teacher.text={json.dumps(arguments.text)}"]
    taught += [f"teacher.words={arguments.words}", f"init={out / 'net'}"]
    first = trained(out / "student", "bilstm_crf", fold.corpora(), [*STUDENT, *taught])
    later = trained(out / "later", "bilstm_crf", fold.corpora(), [*LATER, f"init={first}"])
    return {"student": first, "later": later}


if __name__ == "__main__":
    main()
