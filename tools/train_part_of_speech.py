"""Train the part-of-speech tagger that ships in `src/bionym/resources`.

    python tools/train_part_of_speech.py --corpus DIR

`DIR` holds train.tsv, devel.tsv and test.tsv of the GENIA treebank: token TAB tag, a blank line between sentences.
GENIA keeps "IL-2" whole where our tokenizer makes three tokens of it; every second sentence is cut as ours are, so that
the tagger knows both. Prints the accuracy on devel and test, on GENIA's own tokens.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from bionym.data import Document, Span
from bionym.features import part_of_speech
from bionym.linear_chain.emissions import Emitter
from bionym.linear_chain.training import Optimizer, train
from bionym.linear_chain.weights import Weights
from bionym.resources import SHIPPED
from bionym.text import tokenize

Sentence = list[tuple[str, str]]


def sentences(path: Path) -> Iterator[Sentence]:
    """Pairs of token and tag, a list a sentence."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        pairs = [tuple(line.split("\t")) for line in block.splitlines() if line.strip()]
        if pairs:
            yield pairs  # type: ignore[misc]


def cut(sentence: Sentence) -> Sentence:
    """The sentence in tokens of ours: a mark within a token is punctuation, what stands beside it keeps the tag."""
    result = []
    for token, tag in sentence:
        parts = [span.of(token) for span in tokenize(token)]
        result += [(part, tag if len(parts) == 1 or part.isalnum() else "HYPH") for part in parts]
    return result


def document(sentence: Sentence) -> Document:
    """A sentence as a document whose tokens are the sentence's."""
    tokens, offset = [], 0
    for token, _ in sentence:
        tokens.append(Span(offset, offset + len(token)))
        offset += len(token) + 1
    return Document("", " ".join(token for token, _ in sentence), tokens=tuple(tokens))


def accuracy(weights: Weights, corpus: list[Sentence]) -> float:
    """Share of tokens with the right tag."""
    template = part_of_speech.template()
    sequences = template.sequences([document(sentence) for sentence in corpus])
    emissions = Emitter(template.columns, weights).emissions(sequences)
    gold = [tag for sentence in corpus for _, tag in sentence]
    predicted = [weights.tags[tag] for tag in emissions.argmax(axis=1).tolist()]
    return sum(map(str.__eq__, gold, predicted)) / len(gold)


def main() -> None:
    """Train, score, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    arguments = parser.parse_args()
    corpus = [cut(one) if number % 2 else one for number, one in enumerate(sentences(arguments.corpus / "train.tsv"))]
    template = part_of_speech.template()
    batches = ((template.sequences([document(one)]), [[tag for _, tag in one]]) for one in corpus)
    optimizer = Optimizer(c1=1.0, c2=0.01, min_frequency=2, max_iterations=60)
    weights = train(template.columns, batches, optimizer, is_chained=False)
    weights.save(arguments.out, part_of_speech.NAME)
    scores = {
        split: accuracy(weights, list(sentences(arguments.corpus / f"{split}.tsv"))) for split in ("devel", "test")
    }
    print(json.dumps({"attributes": len(weights.attributes), "accuracy": scores}))


if __name__ == "__main__":
    main()
