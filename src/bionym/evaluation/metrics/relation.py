"""Relation: a tie is right if its label and both its ends are right.

An end that names an entity is compared by the spans and label of that entity, any other as the concept identifier it is; so
relations between mentions (brat, i2b2) and between concepts (BioCreative V) both count, but not one against the other. The
order in which the ends stand does not matter. In the first table each end must have its role; in `any-role` roles are passed
over, as the i2b2 2010 scorer does, and as fits formats that name them otherwise. A relation that stands twice counts once.

Source: Uzuner et al. 2011; Wei et al. 2016 (chemical-induced diseases).
"""

from collections.abc import Iterable, Iterator

from bionym.data import Document
from bionym.data.counts import Counts, count_matches
from bionym.evaluation.pairs import Pair

VERSION = 1
TABLES = ("", "any-role")
IS_LOCAL = False
READS = ("relations",)

Ends = tuple[tuple[str, object], ...]  # role, and what it points to: spans and label, or a concept


def count(pair: Pair) -> tuple[Counts, Counts]:
    """Counts per label of the relation, with roles and without."""
    gold, predicted = list(_items(pair.gold)), list(_items(pair.predicted))
    return _compared(gold, predicted), _compared(*(map(_without_roles, side) for side in (gold, predicted)))


def _items(document: Document) -> Iterator[tuple[Ends, str]]:
    mentions = {entity.id: (entity.spans, entity.label) for entity in document.entities if entity.id}
    for relation in document.relations:
        yield _sorted((role, mentions.get(target, target)) for role, target in relation.arguments), relation.label


def _without_roles(item: tuple[Ends, str]) -> tuple[Ends, str]:
    ends, label = item
    return _sorted(("", target) for _, target in ends), label


def _sorted(ends: Iterable[tuple[str, object]]) -> Ends:
    return tuple(sorted(ends, key=repr))


def _compared(gold: Iterable[tuple[Ends, str]], predicted: Iterable[tuple[Ends, str]]) -> Counts:
    return count_matches(list(dict.fromkeys(gold)), list(dict.fromkeys(predicted)))
