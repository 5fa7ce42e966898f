"""Speed and memory of the feature CRF: raw text to written output in one process, and training.

    python benchmarks/crf_speed.py --data CORPORA

Prediction: the texts of the BC5CDR test set, several times over under new ids, from files through tokenizer, sentence
splitter, features and decoding to JSON Lines, by `bionym predict` in a process of its own; peak memory is that process's.
The named alternative: python-crfsuite's own tagger, given the very same attributes of the same tokens as strings, without
reading, tokenising or writing. Training: BC5CDR train + devel with the default settings, against a plain window-and-affix
CRF (100 iterations, c2 0.1) trained by python-crfsuite on the same tokens. Prints one JSON object.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pycrfsuite

import bionym
from bionym.data import Document
from bionym.data.align import sentence_ranges, to_tags
from bionym.data.tags import BIOES
from bionym.linear_chain.columns import EDGE, Sequences, full_name
from bionym.models.crf import Crf
from bionym.text.prepare import tokenized

# The peak of the process image itself: `ru_maxrss` would begin with the size of the process that started it.
PROGRAM = """
import re, sys
from pathlib import Path
from bionym.apps.cli import main
code = main()
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
sys.exit(code)
"""


def read(path: Path) -> list[Document]:
    """Documents of a PubTator file."""
    return list(bionym.read(path, "pubtator"))


def predict(model: Path, documents: list[Document], folder: Path, copies: int) -> dict[str, float]:
    """Raw text files to JSON Lines by the command line, start-up and loading included, and without them."""
    texts = folder / "texts"
    texts.mkdir()
    for copy in range(copies):
        for document in documents:
            (texts / f"{document.id}-{copy}.txt").write_text(document.text, encoding="utf-8")
    num_tokens = copies * sum(len(tokenized(document).tokens) for document in documents)
    single = folder / "one.txt"
    single.write_text("Fever.", encoding="utf-8")
    loading = run("predict", str(single), "--model", str(model), "--to", "jsonl", "--out", str(folder / "one.jsonl"))
    whole = run("predict", str(texts), "--model", str(model), "--to", "jsonl", "--out", str(folder / "all.jsonl"))
    return {
        "tokens": num_tokens,
        "start_seconds": round(loading["seconds"], 2),
        "tokens_per_second": round(num_tokens / whole["seconds"]),
        "tokens_per_second_without_start": round(num_tokens / (whole["seconds"] - loading["seconds"])),
        "peak_mib": round(whole["peak_mib"]),
    }


def run(*arguments: str) -> dict[str, float]:
    """CPU seconds and peak memory of a command in its own process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments, "-q"], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "peak_mib": float(done.stdout.split()[-1])}


def attributes(tagger: Crf, sequences: Sequences) -> list[list[list[str]]]:
    """The names of every token's attributes, as CRFsuite wants them."""
    sentences = []
    for start, end in sequences.ranges:
        sentence: list[list[str]] = [[] for _ in range(start, end)]
        for column in tagger.template.columns:
            cells = sequences.cells[column.name]
            for position, names in enumerate(sentence, start):
                for offset in column.offsets:
                    at = position + offset
                    found = column.attributes(cells[at] if start <= at < end else EDGE)
                    names += [full_name(column.name, offset, name) for name, radius in found if radius >= abs(offset)]
        sentences.append(sentence)
    return sentences


def crfsuite_prediction(tagger: Crf, documents: list[Document], folder: Path) -> dict[str, float]:
    """python-crfsuite's tagger over ready-made attribute strings, with a model trained on them."""
    sentences = attributes(tagger, tagger.template.sequences(list(map(tokenized, documents))))
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params({"c1": 0.05, "c2": 0.2, "max_iterations": 3})
    for document in map(tokenized, documents[:1]):
        inside = attributes(tagger, tagger.template.sequences([document]))
        for names, tags in zip(inside, to_tags(document, BIOES), strict=True):
            trainer.append(names, tags)
    trainer.train(str(folder / "crfsuite"))
    theirs = pycrfsuite.Tagger()
    theirs.open(str(folder / "crfsuite"))
    start_seconds = time.process_time()
    for sentence in sentences:
        theirs.tag(sentence)
    seconds = time.process_time() - start_seconds
    return {"tokens_per_second": round(sum(map(len, sentences)) / seconds)}


def plain_training(documents: list[Document], folder: Path) -> float:
    """CPU seconds of a plain window-and-affix CRF in python-crfsuite."""
    start = time.process_time()
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params({"c2": 0.1, "max_iterations": 100})
    for document in map(tokenized, documents):
        words = [span.of(document.text) for span in document.tokens]
        tags = to_tags(document, BIOES)
        for (first, last), inside in zip(sentence_ranges(document), tags, strict=True):
            trainer.append([plain(words[first:last], place) for place in range(last - first)], inside)
    trainer.train(str(folder / "plain"))
    return time.process_time() - start


def plain(words: list[str], place: int) -> list[str]:
    """Words of a window of two, and affixes of up to four characters."""
    word = words[place].lower()
    window = [f"{at}={words[place + at].lower()}" for at in range(-2, 3) if 0 <= place + at < len(words)]
    affixes = [f"p{size}={word[:size]}" for size in range(1, 5)] + [f"s{size}={word[-size:]}" for size in range(1, 5)]
    return [*window, *affixes, f"title={words[place].istitle()}", f"upper={words[place].isupper()}"]


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    parser.add_argument("--copies", type=int, default=4)
    arguments = parser.parse_args()
    at = arguments.data / "bc5cdr"
    learned = read(at / "CDR_TrainingSet.PubTator.txt") + read(at / "CDR_DevelopmentSet.PubTator.txt")
    test = read(at / "CDR_TestSet.PubTator.txt")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.process_time()
        made = bionym.train(learned)
        training = time.process_time() - start
        made.save(folder / "model")
        theirs = plain_training(learned, folder)
        ours = predict(folder / "model", test, folder, arguments.copies)
        alternative = crfsuite_prediction(made.tagger, test[:100], folder)
    ratios = {
        name.replace("tokens_per_second", "ratio"): round(ours[name] / alternative["tokens_per_second"], 2)
        for name in ("tokens_per_second", "tokens_per_second_without_start")
    }
    report = {
        "prediction": {**ours, "python-crfsuite_tagging_only": alternative, **ratios},
        "training": {
            "cpu_seconds": round(training),
            "plain_crfsuite_cpu_seconds": round(theirs),
            "ratio": round(training / theirs, 2),
        },
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
