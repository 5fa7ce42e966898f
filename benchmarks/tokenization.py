"""How tokens and sentences fit published annotations, and how fast they are made.

    python benchmarks/tokenization.py --data CORPORA

Prints JSON, four parts:

- `corpora`: for each corpus and split, the share of edges of gold entities (the start and the end of each contiguous
  part) that are edges of tokens; tokens for each whitespace-separated word, ours and the CoNLL version's; precision,
  recall and F1 of the sentence boundaries inside the documents against the CoNLL version; entities whose parts do
  not all lie in one sentence.
- `rules`: what each rule changes when it is added alone to the plain cut at whitespace and punctuation: tokens, and
  edges of gold entities that are edges of tokens; all documents outside test splits.
- `wrapped_notes`: the sentences of clinical notes wrapped at 72 and 80 columns against those of the notes as they are.
- `speed`: characters and tokens a second on one core, best of three, and the time as a multiple of a plain
  alternative's.

Boundaries are compared as places between the letters and digits of a text: the CoNLL versions drop some full stops
and rewrite quotation marks.
"""

import argparse
import csv
import json
import re
import sys
import textwrap
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bionym.data import Span
from bionym.text import split_sentences, tokenize

Tokenizer = Callable[[str], Sequence[tuple[int, int]]]


class Annotated(NamedTuple):
    """A text and the parts of each of its gold entities."""

    id: str
    text: str
    entities: list[list[Span]]


class Source(NamedTuple):
    """Where the documents of one split stand, and the same split in CoNLL form: folder and file names."""

    path: str
    conll: str = ""
    conll_splits: tuple[str, ...] = ()


CORPORA = {
    "BC5CDR": {
        "train": Source("bc5cdr/CDR_TrainingSet.PubTator.txt", "BC5CDR", ("train",)),
        "dev": Source("bc5cdr/CDR_DevelopmentSet.PubTator.txt", "BC5CDR", ("devel",)),
        "test": Source("bc5cdr/CDR_TestSet.PubTator.txt", "BC5CDR", ("test",)),
    },
    "NCBI-disease": {
        "train": Source("ncbi-disease/NCBItrainset_corpus.txt", "NCBI-disease", ("train",)),
        "dev": Source("ncbi-disease/NCBIdevelopset_corpus.txt", "NCBI-disease", ("devel",)),
        "test": Source("ncbi-disease/NCBItestset_corpus.txt", "NCBI-disease", ("test",)),
    },
    "NCBI-disease, brat": {
        "train": Source("ncbi-disease/brat/train"),
        "dev": Source("ncbi-disease/brat/devel"),
        "test": Source("ncbi-disease/brat/test"),
    },
    "JNLPBA": {
        "train": Source("jnlpba-brat/train", "JNLPBA", ("train", "devel")),
        "test": Source("jnlpba-brat/test", "JNLPBA", ("test",)),
    },
    "AnatEM": {
        "train": Source("anatem-brat/train", "AnatEM", ("train",)),
        "dev": Source("anatem-brat/devel", "AnatEM", ("devel",)),
        "test": Source("anatem-brat/test", "AnatEM", ("test",)),
    },
    "MACCROBAT": {"all": Source("maccrobat")},
}

PLAIN = r"\w+|[^\w\s]"
RULES = {
    "taken: decimal numbers whole": r"\d++(?:,\d{3})*+(?:\.\d+)+",
    "taken: dotted abbreviations whole": r"(?:[^\W\d_]\.){2,}",
    "taken: +/- whole": r"\+/-",
    "taken: 's of a possessive whole": r"(?<=[^\W\d_])['’](?:[sStTdm]|re|ve|ll)(?!\w)",
    "taken: number cut from its unit": r"\d+(?=(?:mg|mcg|g|kg|ml|mL|cm|mm|h|hrs?|min|yo|mM|kDa|kb)(?!\w))",
    "left: digits cut from all letters": r"\d+|[^\W\d_]+",
    "left: lower case cut from capitals": r"(?<!\w)[a-z]+(?=[A-Z])",
    "left: prefix anti cut off": r"(?<!\w)[Aa]nti(?=[a-z]{4})",
    "left: prefix anti cut off, but antibody, antigen": r"(?<!\w)[Aa]nti(?=[a-z]{4})(?!bod|gen|biot|cip|qu)",
    "left: names such as IL-2 whole": r"[A-Za-z]+-\d+(?![\w-])",
    "left: charges such as Ca2+ whole": r"\w+[+](?!\w)",
    "left: (+) and (-) whole": r"\([+-]\)",
    "left: words with apostrophes whole": r"[^\W\d_]+['’][^\W\d_]+(?!\w)",
    "left: dates and pressures such as 120/80 whole": r"\d+(?:/\d+)+(?!\w)",
}


def main() -> None:
    """Measure everything and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    data = parser.parse_args().data
    corpora = {name: {split: measure(data, source) for split, source in CORPORA[name].items()} for name in CORPORA}
    sources = [
        (split, data / source.path)
        for name, splits in CORPORA.items()
        for split, source in splits.items()
        if name != "NCBI-disease, brat"  # the same texts once more
    ]
    result = {
        "corpora": corpora,
        "rules": weigh_rules([doc for split, path in sources if split != "test" for doc in documents(path)]),
        "wrapped_notes": wrapped_notes(data / "clinical-notes"),
        "speed": speed([doc.text for _, path in sources for doc in documents(path)]),
    }
    json.dump(result, sys.stdout, indent=2)
    print()


def measure(data: Path, source: Source) -> dict[str, float]:
    """All numbers of one split."""
    docs = list(documents(data / source.path))
    edges, on_token_edges = edge_counts(docs)
    num_words = sum(len(doc.text.split()) for doc in docs)
    result = {
        "documents": len(docs),
        "edges": edges,
        "not_on_token_edges": edges - on_token_edges,
        "share_on_token_edges": round(on_token_edges / edges, 6),
        "tokens_per_document": round(sum(len(tokenize(doc.text)) for doc in docs) / len(docs), 1),
        "tokens_per_word": round(sum(len(tokenize(doc.text)) for doc in docs) / num_words, 4),
        "entities": sum(len(doc.entities) for doc in docs),
        "entities_cut_by_a_sentence": sum(map(num_cut, docs)),
    }
    return result | (against_conll(docs, data / "conll" / source.conll, source.conll_splits) if source.conll else {})


# Tokens and entities


def edge_counts(docs: Sequence[Annotated], tokenizer: Tokenizer = tokenize) -> tuple[int, int]:
    """Edges of gold entities, and how many of them are edges of tokens."""
    edges = on_token_edges = 0
    for doc in docs:
        tokens = tokenizer(doc.text)
        starts, ends = {start for start, _ in tokens}, {end for _, end in tokens}
        parts = [part for entity in doc.entities for part in entity]
        edges += 2 * len(parts)
        on_token_edges += sum((part.start in starts) + (part.end in ends) for part in parts)
    return edges, on_token_edges


def weigh_rules(docs: Sequence[Annotated]) -> dict[str, dict[str, int]]:
    """Tokens added by each rule (fewer: negative) and edges gained (lost: negative), over the plain cut."""
    plain_tokens, plain_edges = _rule_counts(docs, PLAIN)
    weights = {"tokens of the plain cut": {"tokens": plain_tokens}}
    for name, pattern in RULES.items():
        tokens, edges = _rule_counts(docs, f"{pattern}|{PLAIN}")
        weights[name] = {"tokens": tokens - plain_tokens, "edges": edges - plain_edges}
    return weights


def _rule_counts(docs: Sequence[Annotated], pattern: str) -> tuple[int, int]:
    expression = re.compile(pattern)

    def tokenizer(text: str) -> list[tuple[int, int]]:
        return [token.span() for token in expression.finditer(text)]

    return sum(len(tokenizer(doc.text)) for doc in docs), edge_counts(docs, tokenizer)[1]


def num_cut(doc: Annotated) -> int:
    """Entities that do not lie in one sentence."""
    starts = [sentence.start for sentence in split_sentences(doc.text)]
    first_and_last = ((entity[0].start, entity[-1].end - 1) for entity in doc.entities)
    return sum(bisect_right(starts, first) != bisect_right(starts, last) for first, last in first_and_last)


# Sentences against the CoNLL versions


def against_conll(docs: Sequence[Annotated], folder: Path, splits: Sequence[str]) -> dict[str, float]:
    """Boundaries of the documents that the CoNLL version has, title and abstract being apart in both."""
    letters, ends, num_tokens = conll_letters([folder / f"{split}.tsv" for split in splits])
    true_positive = predicted = gold = num_aligned = 0
    for doc in docs:
        own = _letters(doc.text)
        offset = letters.find(own)
        if offset < 0:
            continue
        num_aligned += 1
        boundaries = letter_boundaries(doc.text)
        expected = {place for place in range(1, len(own)) if place + offset in ends}
        true_positive += len(boundaries & expected)
        predicted, gold = predicted + len(boundaries), gold + len(expected)
    num_words = sum(len(text.split()) for text in {doc.id: doc.text for doc in docs}.values())
    return {
        "conll_tokens_per_word": round(num_tokens / num_words, 4),
        "documents_aligned": num_aligned,
        **scores(true_positive, predicted, gold),
    }


def conll_letters(paths: Sequence[Path]) -> tuple[str, set[int], int]:
    """Letters and digits of some files, the places among them where a sentence ends, and the number of tokens."""
    pieces: list[str] = []
    ends, num_letters, num_tokens = set(), 0, 0
    for line in (line for path in paths for line in path.read_text(encoding="utf-8").split("\n")):
        if not line.strip() or line.startswith("-DOCSTART-"):
            ends.add(num_letters)
            continue
        pieces.append(_letters(line.split("\t")[0]))
        num_letters += len(pieces[-1])
        num_tokens += 1
    return "".join(pieces), ends, num_tokens


def letter_boundaries(text: str) -> set[int]:
    """How many letters and digits stand before each sentence but the first."""
    places, num_letters = set(), 0
    for sentence in split_sentences(text):
        places.add(num_letters)
        num_letters += len(_letters(sentence.of(text)))
    return places - {0, num_letters}


def scores(true_positive: int, predicted: int, gold: int) -> dict[str, float]:
    """Precision, recall and F1 of boundaries."""
    return {
        "boundaries": gold,
        "false_positive": predicted - true_positive,
        "false_negative": gold - true_positive,
        "precision": round(true_positive / predicted, 4),
        "recall": round(true_positive / gold, 4),
        "f1": round(2 * true_positive / (predicted + gold), 4),
    }


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


# Wrapped notes


def wrapped_notes(folder: Path) -> dict[str, dict[str, float]]:
    """Boundaries found in wrapped notes against those of the notes as they are."""
    notes = [note for note in clinical_notes(folder) if len(note) > 300]
    return {f"{width} columns": _compare_wrapped(notes, width) for width in (72, 80)}


def _compare_wrapped(notes: Sequence[str], width: int) -> dict[str, float]:
    true_positive = predicted = gold = 0
    for note in notes:
        expected, found = letter_boundaries(note), letter_boundaries(_wrap(note, width))
        true_positive += len(expected & found)
        predicted, gold = predicted + len(found), gold + len(expected)
    return scores(true_positive, predicted, gold)


def _wrap(note: str, width: int) -> str:
    wrapped = (textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) for line in note.split("\n"))
    return "\n".join("\n".join(lines) for lines in wrapped)


# Speed


def speed(texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Tokenizer and sentence splitter, document by document, beside plain alternatives."""
    simple = re.compile(PLAIN)
    naive = re.compile(r"(?<=[.!?])\s+")
    return {
        "tokenize": _rates(tokenize, texts)
        | {
            "times_as_long_as_str_split": _ratio(tokenize, str.split, texts),
            "times_as_long_as_re_findall_words": _ratio(tokenize, simple.findall, texts),
        },
        "split_sentences": _rates(split_sentences, texts)
        | {"times_as_long_as_a_split_at_stops": _ratio(split_sentences, naive.split, texts)},
    }


def _rates(function: Callable[[str], Sequence[object]], texts: Sequence[str]) -> dict[str, float]:
    seconds = _seconds(function, texts)
    return {
        "million_chars_per_s": round(sum(map(len, texts)) / seconds / 1e6, 2),
        "million_results_per_s": round(sum(len(function(text)) for text in texts) / seconds / 1e6, 3),
    }


def _ratio(
    function: Callable[[str], Sequence[object]], other: Callable[[str], Sequence[object]], texts: Sequence[str]
) -> float:
    return round(_seconds(function, texts) / _seconds(other, texts), 1)


def _seconds(function: Callable[[str], Sequence[object]], texts: Sequence[str]) -> float:
    return min(_once(function, texts) for _ in range(3))


def _once(function: Callable[[str], Sequence[object]], texts: Sequence[str]) -> float:
    start = time.perf_counter()
    for text in texts:
        function(text)
    return time.perf_counter() - start


# Files: read here with the least code, so that the measurement depends on nothing that repairs offsets.


def documents(path: Path) -> Iterator[Annotated]:
    """Documents of a brat folder or a PubTator file."""
    return _brat(path) if path.is_dir() else _pubtator(path)


def _brat(folder: Path) -> Iterator[Annotated]:
    for path in sorted(folder.glob("*.ann")):
        text = path.with_suffix(".txt").read_bytes().decode("utf-8")
        lines = path.read_text(encoding="utf-8").split("\n")
        offsets = [line.split("\t")[1].split(" ", 1)[1] for line in lines if line.startswith("T")]
        yield Annotated(path.stem, text, [_parts(entity) for entity in offsets])


def _parts(offsets: str) -> list[Span]:
    return [Span(*map(int, part.split())) for part in offsets.split(";")]


def _pubtator(path: Path) -> Iterator[Annotated]:
    for block in re.split(r"\n[ \t]*\n", path.read_text(encoding="utf-8").strip()):
        lines = block.strip().split("\n")
        title, abstract = (line.split("|", 2)[2] for line in lines[:2])
        rows = [line.split("\t") for line in lines[2:]]
        entities = [[Span(int(row[1]), int(row[2]))] for row in rows if len(row) > 4 and row[1].isdigit()]
        yield Annotated(lines[0].split("|")[0], f"{title}\n{abstract}", entities)


def clinical_notes(folder: Path) -> Iterator[str]:
    """The notes and note sections of some CSV files."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            yield from (row.get("note") or row.get("section_text") or "" for row in csv.DictReader(stream))


if __name__ == "__main__":
    main()
