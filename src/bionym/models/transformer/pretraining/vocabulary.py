"""A tokenizer trained on raw text: WordPiece, as BERT has it.

A vocabulary is a list of strings, and strings of notes may be names of patients. So words are counted by the documents that
hold them, and those that fewer than `min_count` documents hold are not shown to the training at all: whatever stands in the
vocabulary is a piece of a word that so many documents use. It is no proof against a name that stands in many.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bionym.errors import ModelError
from bionym.models.transformer.pretraining.settings import VocabularySettings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PADDING, UNKNOWN, START, END, MASK = SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MOST_WRITTEN = 50_000_000  # words that the training is shown; of more, each as many times fewer
WORDS_A_LINE = 1_000
MOST_LETTERS = 1_000  # different ones; words with a rarer one are unknown
LONGEST_CHARS = 100  # of a word; a longer one is unknown
FEWEST_SUBWORDS = 50


def train(texts: Iterable[str], settings: VocabularySettings) -> "Tokenizer":
    """A tokenizer of the words of a text, with BERT's special subwords, which it puts around what it is given.

    Raises: ModelError if the text has too few words that stand in `min_count` documents.
    Source: Schuster and Nakajima 2012; as the package tokenizers has it, by pairs.
    """
    from tokenizers import decoders, processors

    counts = counted(texts, _tokenizer({UNKNOWN: 0}, settings), settings)
    names = _learned(counts, settings)
    if len(names) < len(SPECIALS) + FEWEST_SUBWORDS:
        raise ModelError(
            f"The {len(counts):,} words that {settings.min_count} documents hold or more give no vocabulary. Give more "
            "text, or a lower --min-count."
        )
    tokenizer = _tokenizer({name: number for number, name in enumerate(names)}, settings)
    tokenizer.add_special_tokens(list(SPECIALS))
    ids = [(name, tokenizer.token_to_id(name)) for name in (START, END)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", pair=f"{START} $A {END} $B:1 {END}:1", special_tokens=ids
    )
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def counted(texts: Iterable[str], tokenizer: "Tokenizer", settings: VocabularySettings) -> Counter[str]:
    """How often each word stands in the text, those aside that fewer than `min_count` documents hold.

    When there are more different words than can be counted, the rarest so far are forgotten. Source: Manku and Motwani
    2002, lossy counting; a word that is kept was never counted too often.
    """
    documents: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for text in texts:
        words = [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))]
        times.update(words)
        documents.update(set(words))
        if len(documents) > settings.most_words:
            _forget_rarest(documents, times)
    return Counter({word: times[word] for word, number in documents.items() if number >= settings.min_count})


def _forget_rarest(documents: Counter[str], times: Counter[str]) -> None:
    middle = sorted(documents.values())[len(documents) // 2]
    for word in [word for word, number in documents.items() if number <= middle]:
        del documents[word], times[word]


def _learned(counts: Counter[str], settings: VocabularySettings) -> list[str]:
    """The subwords in the order of their ids, the same whenever the counts are.

    The package numbers letters in an order that is another one each time, and breaks ties by the numbers. Names of special
    subwords it numbers as they come, so here letters are among them.
    """
    from tokenizers.trainers import WordPieceTrainer

    times = Counter[str]()
    for word, number in counts.items():
        times.update(dict.fromkeys(word, number))
    letters = {letter for letter, _ in sorted(times.items(), key=lambda one: (-one[1], one[0]))[:MOST_LETTERS]}
    kept = Counter({word: number for word, number in counts.items() if letters.issuperset(word)})
    inside = sorted({f"##{letter}" for word in kept for letter in word[1:]})
    named = [*SPECIALS, *sorted({word[0] for word in kept}), *inside]
    trainer = WordPieceTrainer(vocab_size=max(settings.size, len(named)), special_tokens=named, show_progress=False)
    tokenizer = _tokenizer({UNKNOWN: 0}, settings)
    tokenizer.train_from_iterator(_written(kept), trainer)
    found = sorted(tokenizer.get_vocab().items(), key=lambda one: one[1])
    return [name for name, _ in found]


def _written(counts: Counter[str]) -> Iterator[str]:
    """Lines in which each word stands as often as it was counted, or in proportion."""
    share = min(1.0, MOST_WRITTEN / max(1, counts.total()))
    for word, number in sorted(counts.items()):
        left = max(1, round(number * share))
        while left > 0:
            yield " ".join([word] * min(left, WORDS_A_LINE))
            left -= WORDS_A_LINE


def _tokenizer(vocabulary: dict[str, int], settings: VocabularySettings) -> "Tokenizer":
    from tokenizers import Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import WordPiece

    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=LONGEST_CHARS))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=settings.lower)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer
