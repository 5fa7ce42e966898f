"""What a network knows by name: words and characters with rows, and what its inputs collect, from the training data.

What the model that another one begins with knows is kept besides; of a part that is frozen it alone.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from bionym.models.bilstm_crf import words
from bionym.models.bilstm_crf.inputs.protocol import Input, Inputs, TrainingWords
from bionym.models.bilstm_crf.settings import SENTENCE_INPUTS, WORD_INPUTS, Config, NetworkSettings
from bionym.models.bilstm_crf.streams import BEHIND, BETWEEN
from bionym.models.bilstm_crf.words import Lexicon
from bionym.trained.store import locate


def collect_lexicon(counts: Counter[str], config: Config) -> Lexicon:
    """Words and characters with rows. Raises: ConfigError if only pretrained words are asked for, and there are none."""
    settings = config.network.words
    base = Lexicon.load(locate(config.init)) if config.init is not None else None
    lexicon = words.collect_words(
        counts,
        vectors=settings.vectors,
        most_vectors=settings.most_vectors,
        only_found=settings.only_found,
        min_count=settings.min_count,
        only_pretrained=settings.only_pretrained,
        besides=BETWEEN + BEHIND if config.network.sentence_characters.size else "",
        base=base,
    )
    if base is not None and "words" in config.freeze:
        lexicon = replace(lexicon, new=base.new, pretrained=base.pretrained)
    if base is not None and "characters" in config.freeze:
        lexicon = replace(lexicon, characters=base.characters)
    return lexicon


def collect_inputs(
    network: NetworkSettings,
    counts: Counter[str],
    lexicon: Lexicon,
    *,
    base: Path | None = None,
    frozen: Collection[str] = (),
) -> Inputs:
    """The inputs that settings ask for, with rows for what the training data hold.

    Args:
        counts, lexicon, base: as in `TrainingWords`.
        frozen: the parts of the network that learn nothing more.
    """

    def words_for(kind: type[Input]) -> TrainingWords:
        return TrainingWords(counts, lexicon, base, is_frozen=kind.PART in frozen)

    return Inputs(
        tuple(kind.collect(network, words_for(kind)) for kind in WORD_INPUTS if kind.requested_by(network)),
        tuple(kind.collect(network, words_for(kind)) for kind in SENTENCE_INPUTS if kind.requested_by(network)),
    )
