"""Scores of predicted documents against gold ones; whoever made them, on character spans of the text."""

from bionym.data.counts import Counts, LabelCounts
from bionym.evaluation.pairs import Pair, pair
from bionym.evaluation.scores import Labels, Scores, evaluate

__all__ = ["Counts", "LabelCounts", "Labels", "Pair", "Scores", "evaluate", "pair"]
