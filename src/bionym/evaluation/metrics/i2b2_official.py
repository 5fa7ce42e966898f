"""i2b2 official: the numbers of the 2010 i2b2/VA scorer, `i2b2va-eval.jar -ft con`, with all its quirks.

Positions are line and token; a token's key is 1000 times its line plus its number in the line. Each gold concept takes the
first free predicted one that fits, in the order of the file:

    exact-span      first and last key are equal
    exact-class     and the type is
    inexact-span    the prediction lies inside the gold concept, or covers it, or starts inside it and ends behind it
    inexact-class   and the type is

Quirks, reproduced. A prediction that starts before the gold concept and ends inside it is no match. In the line `Class
Inexact Span` the three counts are those of the line above, and its R and F are computed with the misses of that line, which
flatters them (table `inexact-class-as-printed` holds what they are computed from). Under a right span, what is right or
missed counts for the gold type and what is spurious for the predicted one. A line that stands twice counts twice. Types are
upper-cased; all but PROBLEM, TEST and TREATMENT are passed over (table `ignored` says how many). More than 999 tokens in a
line run into the next one. Nothing divided by nothing is NaN.

Documents of other formats: the lines of the text, the tokens of the gold document in them, or what white space separates;
an entity that cuts a token has the whole of it, and equal ones count once. Discontinuous entities are refused.

Source: Uzuner et al. 2011; the scorer's behaviour.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from bionym.data.counts import Counts
from bionym.evaluation.metrics import _i2b2_print
from bionym.evaluation.metrics._i2b2_places import Concept, concepts, keys_of
from bionym.evaluation.pairs import Pair
from bionym.evaluation.scores import Scores

VERSION = 1
TABLES = ("exact-span", "exact-class", "inexact-span", "inexact-class", "inexact-class-as-printed", "ignored")
IS_LOCAL = False

Extent = Literal["exact", "inexact", "all"]
Aggregation = Literal["aggregated", "seperate", "all"]  # spelled as the scorer's option
Rule = Callable[[Concept, Concept], bool]
Fitting = Sequence[Sequence[int]]


def count(pair: Pair) -> tuple[Counts, ...]:
    """Counts per type, a table each. Raises: InputError for entities that a concept file cannot hold."""
    keys = keys_of(pair.gold)
    (gold, gold_ignored), (predicted, predicted_ignored) = (concepts(side, keys) for side in pair[:2])
    fitting = [[index for index, other in enumerate(predicted) if _fits(concept, other)] for concept in gold]
    exact, exact_class, inexact, inexact_class = (_greedy(gold, predicted, fitting, rule) for rule in _RULES)
    as_printed = Counts(
        *map(dict, (inexact_class.true_positives, inexact_class.false_positives, inexact.false_negatives))
    )
    return exact, exact_class, inexact, inexact_class, as_printed, _ignored(gold_ignored, predicted_ignored)


def layout(scores: Scores, extent: Extent = "all", aggregation: Aggregation = "all") -> str:
    """What the scorer prints under `-ex EXTENT -ag AGGREGATION`; of `-ag all`, the order of blocks is by their number."""
    tables = {table: scores.counts[f"i2b2-official:{table}"] for table in TABLES}
    num_gold = scores.num_documents - len(scores.only_predicted)
    num_predicted = scores.num_documents - len(scores.only_gold)
    header = _i2b2_print.header(_i2b2_print.Files(num_gold, num_predicted), tables["exact-span"].micro)
    text = "\n".join((header, *_blocks(tables, extent, aggregation)))
    return text + _i2b2_print.ignored_line(tables["ignored"].micro)


def _blocks(tables: Mapping[str, Counts], extent: Extent, aggregation: Aggregation) -> Iterator[str]:
    numbers = {"Exact": ("1.1", "1.2"), "Inexact": ("1.3", "1.4")}
    for kind, (first, second) in numbers.items():
        if extent in (kind.lower(), "all"):
            if aggregation != "seperate":
                yield _i2b2_print.all_concepts_block(first, kind, tables)
            if aggregation != "aggregated":
                yield _i2b2_print.by_type_block(second, kind, tables)


def _fits(gold: Concept, predicted: Concept) -> bool:
    """Overlap as the scorer has it; what starts before the gold concept must reach its end."""
    if predicted.first < gold.first:
        return predicted.last >= gold.last
    return predicted.first <= gold.last


_RULES: tuple[Rule, ...] = (  # what is asked beyond a fit, in the order of TABLES
    lambda gold, predicted: gold[:2] == predicted[:2],
    lambda gold, predicted: gold == predicted,
    lambda gold, predicted: True,
    lambda gold, predicted: gold.label == predicted.label,
)


def _greedy(gold: Sequence[Concept], predicted: Sequence[Concept], fitting: Fitting, rule: Rule) -> Counts:
    """Each gold concept takes the first free predicted one; `fitting` holds the indices of those that may."""
    counts = Counts()
    taken: set[int] = set()
    for concept, indices in zip(gold, fitting, strict=True):
        match = next((index for index in indices if index not in taken and rule(concept, predicted[index])), None)
        if match is None:
            counts.add_missed(concept.label)
        else:
            counts.add_right(concept.label)
            taken.add(match)
    for index, other in enumerate(predicted):
        if index not in taken:
            counts.add_spurious(other.label)
    return counts


def _ignored(gold: Sequence[str], predicted: Sequence[str]) -> Counts:
    counts = Counts()
    for label in gold:
        counts.add_missed(label)
    for label in predicted:
        counts.add_spurious(label)
    return counts
