"""What a network shows to those who watch it learn: vectors of words and tags, and how it marks some texts."""

from collections.abc import Mapping, Sequence
from html import escape

from torch import Tensor

from bionym.data import Document
from bionym.heads.head import Head
from bionym.models.bilstm_crf.network import Network
from bionym.models.bilstm_crf.words import FIRST, Lexicon

NUM_SAMPLES = 3  # documents of each corpus

Marked = tuple[Document, Document]


class SamplePredictions:
    """A network with what its numbers mean; see `bionym.training.events.Shown`.

    Args:
        marked: by corpus some development documents, gold and as they were marked last; whoever evaluates keeps it.
    """

    def __init__(
        self, network: Network, lexicon: Lexicon, heads: Sequence[Head], marked: Mapping[str, Sequence[Marked]]
    ) -> None:
        self._network, self._lexicon, self._heads, self._marked = network, lexicon, heads, marked

    def embeddings(self, *, show_text: bool) -> dict[str, tuple[Sequence[str], Tensor]]:
        """Tags by the weights that score them; words, those without a pretrained vector with `show_text` alone."""
        return self._tags() | self._words(show_text)

    def samples(self) -> list[str]:
        """Gold and predicted, one below the other."""
        return [
            f"{escape(name or 'dev')}, {escape(gold.id)}  \ngold: {_in_markdown(gold)}  \npredicted: {_in_markdown(predicted)}"
            for name, documents in self._marked.items()
            for gold, predicted in documents
        ]

    def _tags(self) -> dict[str, tuple[Sequence[str], Tensor]]:
        """Vectors of the tags of heads that score each tag by itself."""
        scores = zip(self._heads, self._network.scores.values(), strict=True)
        weights = {head: layer.get_parameter("weight").detach().cpu() for head, layer in scores}
        return {
            f"tags {head.name}".strip(): (head.tags, weight)
            for head, weight in weights.items()
            if len(weight) == len(head.tags)
        }

    def _words(self, show_text: bool) -> dict[str, tuple[Sequence[str], Tensor]]:
        vectors = self._network.words
        shown: dict[str, tuple[Sequence[str], Tensor]] = {}
        if self._lexicon.pretrained is not None:
            pretrained = self._lexicon.pretrained.words
            shown["pretrained words"] = tuple(pretrained), vectors.pretrained_VD.detach().cpu()
        if show_text and self._lexicon.new:
            shown["words of the training data"] = self._lexicon.new, vectors.new.weight.detach().cpu()[FIRST:]
        return shown


def _in_markdown(document: Document) -> str:
    """The text with every entity in bold, its label behind; of overlapping ones the first."""
    parts, reached = [], 0
    for entity in document.entities:
        if entity.start >= reached:
            parts += [
                _plain(document.text[reached : entity.start]),
                f"**{_plain(document.text[entity.start : entity.end])}** ",
            ]
            parts.append(f"[{_plain(entity.label)}] ")
            reached = entity.end
    return "".join((*parts, _plain(document.text[reached:])))


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is, on one line."""
    escaped = "".join(f"\\{character}" if character in r"\`*_{}[]#|~" else character for character in text)
    return escape(" ".join(escaped.split()) if escaped.strip() else escaped)
