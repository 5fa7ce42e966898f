"""`Errors`: what went wrong, by kind, label and mention, with examples; an observer of `evaluate`.

    errors = Errors()
    evaluate(gold, predicted, observers=[errors.add])
    errors.as_dict(show_text=False, num_examples=20)

Little is kept: counts, each erroneous mention once, gold's mentions (see `gold_doubts`), and a bounded number of examples.
"""

from collections import Counter
from typing import Any

from bionym.data import Entity
from bionym.evaluation.confusion import Confusion
from bionym.evaluation.error_examples import Example, Examples
from bionym.evaluation.error_groups import Group, group_of
from bionym.evaluation.error_kinds import KINDS, classify
from bionym.evaluation.error_names import NAMES, Names
from bionym.evaluation.gold_doubts import GoldMentions
from bionym.evaluation.matching import match
from bionym.evaluation.pairs import Pair
from bionym.evaluation.seen import Seen
from bionym.evaluation.slicers import Surroundings

NUM_FREQUENT = 30


class Errors:
    """The errors of a stream of pairs.

    Args:
        most_examples: examples to keep of each kind; no more than these can be shown.
        seen: what the model has learned from; without it nothing is said of that.
    """

    def __init__(self, *, most_examples: int = 200, seen: Seen | None = None) -> None:
        self.num_gold = 0
        self.num_predicted = 0
        self.right: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.names: Counter[str] = Counter()
        self._seen = seen
        self._groups: Counter[Group] = Counter()
        self._confusion = Confusion()
        self._gold = GoldMentions()
        self._examples = Examples(most_examples)

    def add(self, both: Pair) -> None:
        """One more pair."""
        if both.missing != "gold":
            self._gold.add(both.gold)
        matched = match(both)
        self.num_gold += len(matched.right) + len(matched.missed)
        self.num_predicted += len(matched.right) + len(matched.spurious)
        self.right.update(gold.label for gold, _ in matched.right)
        errors = classify(matched)
        self._confusion.count(matched, errors)
        names = Names(Surroundings(both.gold), matched, self._seen) if errors else None
        for error in errors:
            ties = names.of(error) if names else ()
            group = group_of(both.gold, error)
            self.kinds[error.kind] += 1
            self.names.update(ties)
            self._groups[group] += 1
            self._examples.add(both.gold, error, group, ties)

    @property
    def num_suspected_gold_errors(self) -> int:
        """Errors that may be gold's own."""
        return sum(number for group, number in self._groups.items() if self._gold.is_suspected(group))

    def as_dict(self, *, show_text: bool = False, num_examples: int = 20) -> dict[str, Any]:
        """Everything, ready for JSON.

        Args:
            show_text: with the mentions, and the text around the examples; without it, nothing of any text.
            num_examples: at most so many; which, and in what order, says `error_examples`.
        Returns: "names" counts errors as `error_names` tells, one error in several places or in none.
            "by_label" counts an error under its gold label, or under the predicted one if it has no gold.
            "confusion" is explained in `bionym.evaluation.confusion`.
            "frequent" counts errors of the same kind and labels, with `show_text` those of the same mention.
        """
        return {
            "gold": self.num_gold,
            "predicted": self.num_predicted,
            "right": self.right.total(),
            "kinds": {kind: self.kinds[kind] for kind in KINDS},
            "names": {name: self.names[name] for name in NAMES},
            "by_label": self._by_label(),
            "confusion": self._confusion.as_dict(),
            "suspected_gold_errors": self.num_suspected_gold_errors,
            "frequent": self._frequent("kind", "gold_label", "predicted_label", *(("mention",) if show_text else ())),
            "examples": [self._shown(example, show_text) for example in self._examples.worst(num_examples, self.kinds)],
        }

    def _by_label(self) -> dict[str, dict[str, int]]:
        by_label: dict[str, Counter[str]] = {}
        for group, number in self._groups.items():
            by_label.setdefault(group.label, Counter())[group.kind] += number
        return {label: {kind: by_label[label][kind] for kind in KINDS} for label in sorted(by_label)}

    def _frequent(self, *names: str) -> list[dict[str, object]]:
        summed: Counter[tuple[str | None, ...]] = Counter()
        for group, number in self._groups.items():
            summed[tuple(getattr(group, name) for name in names)] += number
        first = sorted(summed.items(), key=lambda item: (-item[1], tuple(value or "" for value in item[0])))
        return [{**dict(zip(names, key, strict=True)), "number": number} for key, number in first[:NUM_FREQUENT]]

    def _shown(self, example: Example, show_text: bool) -> dict[str, object]:
        error = example.error
        shown: dict[str, object] = {
            "document": example.document_id,
            "kind": error.kind,
            "names": list(example.names),
            "suspected_gold_error": self._gold.is_suspected(example.group),
            "gold": [_place(entity) for entity in error.gold],
            "predicted": [_place(entity) | {"score": entity.score} for entity in error.predicted],
        }
        return shown | ({"context": example.context._asdict()} if show_text else {})


def _place(entity: Entity) -> dict[str, object]:
    return {"spans": [list(span) for span in entity.spans], "label": entity.label}
