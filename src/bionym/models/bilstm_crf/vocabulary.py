"""What a network knows by name: words, characters and groups of words with rows, from the words of the training data.

Those of the model that another one begins with come besides; of a part that is frozen they alone.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from bionym.models.bilstm_crf import groups as groups_
from bionym.models.bilstm_crf import words
from bionym.models.bilstm_crf.groups import Groups
from bionym.models.bilstm_crf.settings import Config
from bionym.models.bilstm_crf.streams import BEHIND, BETWEEN
from bionym.models.bilstm_crf.words import Lexicon
from bionym.trained.store import locate


def lexicon(counts: Counter[str], config: Config) -> Lexicon:
    """Words and characters with rows. Raises: ConfigError if only pretrained words are asked for, and there are none."""
    settings = config.network.words
    base = Lexicon.load(locate(config.init)) if config.init is not None else None
    found = words.learned(
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
        found = replace(found, new=base.new, pretrained=base.pretrained)
    if base is not None and "characters" in config.freeze:
        found = replace(found, characters=base.characters)
    return found


def groups(counts: Iterable[str], config: Config) -> Groups:
    """Groups of words with rows, of these distinct words."""
    base = groups_.read_values(locate(config.init)) if config.init is not None else {}
    seen = () if "words" in config.freeze else counts
    return groups_.learned(groups_.groupings(config.network), seen, base)


def ranks(known: Lexicon, counts: Counter[str], config: Config) -> dict[int, int] | None:
    """The words to predict by their ranks, if characters are to learn that."""
    settings = config.network.sentence_characters
    is_asked = settings.size and settings.language_model and "characters" not in config.freeze
    return words.ranks(known, counts) if is_asked else None
