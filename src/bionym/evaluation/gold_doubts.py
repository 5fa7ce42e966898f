"""Where gold may be wrong itself: the same mention annotated otherwise in another place.

An error is suspected of being gold's, not the model's, in two cases:

    a prediction is not gold here, and gold holds the same mention with the predicted label in another place. This is
        asked of the kinds "label" and "label-and-boundary", and of "spurious" where no gold entity overlaps it;
    a missed entity is one word, and this word stands in the gold texts more often outside all entities than as an
        entity of this label in other places.

Mentions compare in any case and white space. Boundary errors are never suspected: that "failure" is annotated elsewhere
does not say that "renal failure" is wrong here. Of longer mentions it is not known how often they stand unannotated, for
that would need a count of every run of words; and words are counted whole, so that the "naloxone" of "naloxone-induced"
is not "naloxone". A suspicion is a reason to look, not a verdict: "cold" is a disease and a temperature.
"""

import re
from collections import Counter
from collections.abc import Iterator

from bionym.data import Document
from bionym.data.mentions import mention_key
from bionym.evaluation.error_groups import Group

_WORD = re.compile(r"[^\W_]+(?:[-'’./][^\W_]+)*")


class GoldMentions:
    """Every mention of gold with its label, and every word outside of entities, counted."""

    def __init__(self) -> None:
        self._mentions: Counter[tuple[str, str | None]] = Counter()
        self._outside: Counter[str] = Counter()

    def add(self, gold: Document) -> None:
        """One more gold document."""
        once = {(entity.spans, entity.label): entity for entity in gold.entities}
        self._mentions.update((mention_key(gold.text, entity), entity.label) for entity in once.values())
        for piece in _pieces_outside(gold):
            self._outside.update(word.casefold() for word in _WORD.findall(piece))

    def is_suspected(self, group: Group) -> bool:
        """Whether errors of this group may be gold's own; to be asked when all gold has been seen."""
        if group.kind == "missed":
            elsewhere = max(0, self._mentions[group.mention, group.label] - 1)
            return bool(_WORD.fullmatch(group.mention)) and self._outside[group.mention] > elsewhere
        is_asked = group.kind in ("label", "label-and-boundary") or (group.kind == "spurious" and group.is_apart)
        return is_asked and (group.predicted_mention, group.predicted_label) in self._mentions


def _pieces_outside(gold: Document) -> Iterator[str]:
    """The text between entities."""
    end = 0
    for span in sorted(span for entity in gold.entities for span in entity.spans):
        if span.start > end:
            yield gold.text[end : span.start]
        end = max(end, span.end)
    yield gold.text[end:]
