"""conlleval: phrases and tags as the script of the CoNLL shared tasks counts them, and its output to the character.

    bionym evaluate tagged.tsv tagged.tsv --gold-option tag_column=-2 --predicted-option tag_column=-1 --metric conlleval

A phrase is right if its tokens and its label are. The second table holds tags, "O" too: its micro recall is what the script
calls accuracy. Documents that were read from CoNLL files are compared by the tags in the file, valid or not; the tags of any
other follow from its entities, under the scheme of the other side, or BIO. An entity that cuts a token has the whole of it;
those that share a token, are discontinuous or cover no token are refused, since tags cannot hold them.

Source: conlleval, version of 2004-01-26 (Tjong Kim Sang and De Meulder 2003). Differs from it in tags beyond B, I and O with
a label: the script knows no S, runs an E and the B behind it together, and reads a bare B as a phrase without a type.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bionym.data import Document, Span, TokenSpan
from bionym.data.align import join_cut_sentences, sentence_ranges
from bionym.data.counts import Counts, LabelCounts, count_matches
from bionym.data.tags import TagScheme, find_scheme
from bionym.evaluation.metrics._tokens import as_runs, tokens_of
from bionym.evaluation.pairs import Pair
from bionym.evaluation.scores import Scores
from bionym.text.sentences import split_sentences

VERSION = 1
TABLES = ("", "tags")
IS_LOCAL = True

_META = "conll"


def count(pair: Pair) -> tuple[Counts, Counts]:
    """Counts of phrases per label, and of tokens per tag. Raises: InputError for what tags cannot hold."""
    tokens = tokens_of(pair)
    ranges = _sentences(pair, tokens)
    gold, predicted = as_runs(pair.gold, tokens), as_runs(pair.predicted, tokens)
    phrases = count_matches(*([((run.start, run.end), run.label) for run in side] for side in (gold, predicted)))
    gold_tags = _tags(pair.gold, pair.predicted, tokens, ranges, gold)
    predicted_tags = _tags(pair.predicted, pair.gold, tokens, ranges, predicted)
    return phrases, _count_tags(gold_tags, predicted_tags)


def layout(scores: Scores) -> str:
    """What conlleval prints."""
    phrases, tags = scores.counts["conlleval"], scores.counts["conlleval:tags"].micro
    micro = phrases.micro
    lines = [
        f"processed {tags.support:.0f} tokens with {micro.support:.0f} phrases; "
        f"found: {micro.num_predicted:.0f} phrases; correct: {micro.true_positives:.0f}."
    ]
    if tags.support:
        lines.append(f"accuracy: {100 * tags.true_positives / tags.support:6.2f}%; {_values(micro)}")
    for label in phrases.labels:
        lines.append(f"{label:>17}: {_values(phrases.of(label))}  {phrases.of(label).num_predicted:.0f}")
    return "".join(f"{line}\n" for line in lines)


def _values(counts: LabelCounts) -> str:
    precision, recall = (
        100 * counts.true_positives / number if number else 0.0 for number in (counts.num_predicted, counts.support)
    )
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return f"precision: {precision:6.2f}%; recall: {recall:6.2f}%; FB1: {f1:6.2f}"


def _sentences(pair: Pair, tokens: tuple[Span, ...]) -> list[tuple[int, int]]:
    """Token positions of each gold sentence; of ours, if the document is not tokenised either."""
    gold = pair.gold
    sentences = gold.sentences or (() if gold.tokens else split_sentences(gold.text, tokens))
    entities = (*gold.entities, *pair.predicted.entities)
    whole = join_cut_sentences(replace(gold, tokens=tokens, sentences=sentences, entities=entities))
    ranges = list(sentence_ranges(whole))
    return [(0, ranges[0][0]), *ranges] if ranges and ranges[0][0] else ranges


def _tags(
    document: Document,
    other: Document,
    tokens: Sequence[Span],
    ranges: Sequence[tuple[int, int]],
    runs: Sequence[TokenSpan],
) -> list[str]:
    """The tag of each token: as its file has it while that still says what the entities say, else from the entities."""
    layout: Mapping[str, Any] = document.meta.get(_META, {})
    scheme = find_scheme(layout.get("scheme") or other.meta.get(_META, {}).get("scheme", "BIO"))
    written: Mapping[int, str] = layout.get("tags", {})
    tags: list[str] = []
    following = iter(runs)
    run = next(following, None)
    for first, last in ranges:
        inside = []
        while run is not None and run.start < last:
            inside.append(TokenSpan(run.start - first, run.end - first, run.label))
            run = next(following, None)
        tags += _written(written, tokens[first:last], scheme, inside) or scheme.encode(inside, last - first)
    return tags


def _written(
    written: Mapping[int, str], tokens: Sequence[Span], scheme: TagScheme, runs: Sequence[TokenSpan]
) -> list[str]:
    """The tags that the file has for a sentence, if it has other ones than its entities would get, and they mean these."""
    tags = [written[token.start] for token in tokens if token.start in written]
    return tags if len(tags) == len(tokens) and scheme.decode(tags) == list(runs) else []


def _count_tags(gold: Sequence[str], predicted: Sequence[str]) -> Counts:
    counts = Counts()
    for (left, right), number in Counter(zip(gold, predicted, strict=True)).items():
        if left == right:
            counts.add_right(left, number)
        else:
            counts.add_missed(left, number)
            counts.add_spurious(right, number)
    return counts
