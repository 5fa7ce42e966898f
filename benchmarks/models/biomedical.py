"""The model `biomedical`: a network with a head for each corpus that an ensemble taught, and its scores.

    python benchmarks/models/biomedical.py --data CORPORA HELD_OUT --text TEXT.txt... --vectors VECTORS --encoders MINILM MPNET --out FOLDER

One after the other: a BiLSTM-CRF over all corpora; a feature CRF for each corpus of `CRFS`; each encoder fine-tuned over the
corpora of `ENCODED`; all of them as one ensemble; then for each file of raw text a round, in which a BiLSTM-CRF goes on from the one
before with the annotated documents and with what the ensemble finds in the text; then one that goes on with the annotated
documents alone, for each seed. Every model is kept in FOLDER, one that stands there is not trained again, and one that was
interrupted goes on. HELD_OUT is the folder with `biored/train.pubtator` and `biored/test.pubtator` (`split_biored.py`).
`--select` learns from the first part of each corpus alone and scores the second, for choices. Prints one JSON object: strict F1
in percent of each model, for each corpus on the head of its own.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import corpora as sources
from steps import trained

import bionym
from bionym.data import Corpus
from bionym.models.ensemble import combining
from bionym.trained import store

NETWORK = (
    "network.characters.size=128",
    "network.recurrent.size=256",
    "network.words.only_pretrained=true",
    "network.words.dropout=0.05",
    "held_out=0",
    "weights=float32",
    "training.threads=1",
)
NET = (*NETWORK, "training.epochs=9", "training.sampling=temperature")
STUDENT = (*NETWORK, "network.dropout=0.35", "training.epochs=4", "training.sampling=temperature")
LAST = (*NETWORK, "training.epochs=3", "training.learning_rate=0.0007")
ENCODER = ("context=sentence", "held_out=0", "weights=float32", "training.threads=1", "training.checkpoint_minutes=2")
BASE_SIZE = 768
BASE = ("training.learning_rate=1e-4", "training.epochs=2")
SMALL = ("training.epochs=5",)
CRFS = ("NCBI-disease", "BC5CDR", "BC2GM", "BioRED")
ENCODED = (
    "NCBI-disease",
    "BC5CDR",
    "BioRED",
    "BC2GM",
)  # by a small encoder; one of base size learns from the first three

Corpora = dict[str, Corpus]


def chosen(corpora: Corpora, names: Iterable[str]) -> Corpora:
    """Some of the corpora."""
    return {name: corpora[name] for name in names}


def f1(folder: Path, corpora: Corpora) -> dict[str, float]:
    """Of a model on the test documents of each corpus that it has a head for, as the test data are tokenised."""
    tagger: Any = store.load(folder)
    known = getattr(tagger, "sources", ())
    scores = {}
    for name, corpus in corpora.items():
        speaks = tagger.of_source(name) if len(known) > 1 and name in known else tagger if folder.name == name else None
        if speaks and corpus["test"]:
            scores[name] = round(100 * bionym.evaluate(corpus["test"], speaks.predict(corpus["test"])).f1, 2)
    return scores


def members(corpora: Corpora, arguments: argparse.Namespace) -> list[tuple[str, Path]]:
    """The models that teach, and the corpus that each of those with one head speaks for."""
    out: Path = arguments.out
    vectors = f"network.words.vectors={arguments.vectors}"
    found = [("", trained(out / "net", "bilstm_crf", corpora, [*NET, vectors]))]
    for name in CRFS:
        found.append((name, trained(out / "crf" / name, "crf", chosen(corpora, [name]), ())))
    found += [("", fine_tuned(corpora, encoder, out)) for encoder in arguments.encoders]
    return found


def fine_tuned(corpora: Corpora, encoder: Path, out: Path) -> Path:
    """An encoder with a head for each of some corpora; larger ones learn more slowly, for fewer epochs."""
    is_base = json.loads((encoder / "config.json").read_text(encoding="utf-8"))["hidden_size"] >= BASE_SIZE
    settings = [*ENCODER, *(BASE if is_base else SMALL), f"encoder={encoder}"]
    names = ENCODED[:3] if is_base else ENCODED
    return trained(out / encoder.name, "transformer", chosen(corpora, names), settings)


def ensemble(named: Sequence[tuple[str, Path]], folder: Path) -> Path:
    """All of them as one."""
    if not folder.exists():
        combining.combine([f"{name}={path}" if name else str(path) for name, path in named], folder)
    return folder


def rounds(corpora: Corpora, named: list[tuple[str, Path]], arguments: argparse.Namespace) -> list[Path]:
    """The ensemble of each round and the network that it taught."""
    made = []
    last = named[0][1]
    for number, text in enumerate(arguments.text, 1):
        place = arguments.out / f"round{number}"
        teacher = ensemble([("", last), *named[1:]], place / "teacher")
        taught = [f"teacher.model={teacher}", f"teacher.text=['{text}']", f"teacher.words={arguments.words}"]
        last = trained(place / "student", "bilstm_crf", corpora, [*STUDENT, *taught, f"init={last}"])
        made += [teacher, last]
    for seed in arguments.seeds:
        settings = [*LAST, f"init={last}", f"training.seed={seed}"]
        made.append(trained(arguments.out / "last" / str(seed), "bilstm_crf", corpora, settings))
    return made


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--text", type=Path, nargs="+", default=[], help="raw text, a file for each round")
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--encoders", type=Path, nargs="*", default=[])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words", type=int, default=1_500_000, help="of the raw text, in a round")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--select", action="store_true")
    parser.add_argument("--encoders-only", action="store_true", help="fine-tune the encoders, and end")
    arguments = parser.parse_args()
    corpora = sources.read(arguments.data, sources.SOURCES, select=arguments.select)
    if arguments.encoders_only:
        for encoder in arguments.encoders:
            fine_tuned(corpora, encoder, arguments.out)
        return
    named = members(corpora, arguments)
    folders = [path for _, path in named] + rounds(corpora, named, arguments)
    scores = {str(folder.relative_to(arguments.out)): f1(folder, corpora) for folder in folders}
    print(json.dumps(scores, indent=2))


if __name__ == "__main__":
    main()
