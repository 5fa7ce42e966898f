"""Our tokens as an encoder's subwords.

Each token is written in subwords by itself, as it stands in the text: behind white space, or joined to the token before.
Byte-level and SentencePiece vocabularies tell the two apart, and so does this. So no subword ever lies across two tokens,
and none of ours is without one: what the tokenizer has nothing for, a control character perhaps, is its unknown subword.

Only the package tokenizers is needed, neither torch nor transformers; and that at the first tokenizer, not to import this.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from bionym.data import Document
from bionym.errors import ModelError, require

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENIZER, SPECIALS = "tokenizer.json", "subwords.json"
MOST_REMEMBERED = 200_000  # tokens; when there are more, all are forgotten


@dataclass(frozen=True)
class Specials:
    """The subwords with a meaning of their own.

    Args:
        start, end: what an encoder expects before and behind a text; may be empty.
        unknown, padding, mask: ids; -1 for a mask that there is not.
        is_cased: whether capitals are told from small letters.
        max_subwords: that the encoder reads at once, start and end counted.
    """

    start: tuple[int, ...]
    end: tuple[int, ...]
    unknown: int
    padding: int
    mask: int
    is_cased: bool
    max_subwords: int

    @property
    def room(self) -> int:
        """Subwords of a text that fit between start and end."""
        return self.max_subwords - len(self.start) - len(self.end)


class Subwords:
    """Writes tokens as ids of subwords, each as often as it is asked but made once.

    Args:
        tokenizer: without padding and truncation.
    """

    def __init__(self, tokenizer: "Tokenizer", specials: Specials) -> None:
        self.tokenizer, self.specials = tokenizer, specials
        self._behind_space, self._joined = _Writer(tokenizer, is_joined=False), _Writer(tokenizer, is_joined=True)
        self._lock = Lock()
        self._known: dict[tuple[str, bool], tuple[int, ...]] = {}

    @property
    def size(self) -> int:
        """Subwords in the vocabulary, added ones too."""
        return int(self.tokenizer.get_vocab_size())

    def of_tokens(self, document: Document) -> list[tuple[int, ...]]:
        """Ids of each token of a tokenised document; at least one each."""
        text = document.text
        keys = [(text[start:end], start > 0 and not text[start - 1].isspace()) for start, end in document.tokens]
        known = self.learn(keys)
        return [known[key] for key in keys]

    def of_words(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        """The same for words that stand apart."""
        keys = [(word, False) for word in words]
        known = self.learn(keys)
        return [known[key] for key in keys]

    def learn(self, keys: Iterable[tuple[str, bool]]) -> Mapping[tuple[str, bool], tuple[int, ...]]:
        """Take in tokens, with whether they are joined to the one before. Returns: at least their ids, by token."""
        with self._lock:
            self._learn(list(keys))
            return self._known  # other threads only add to it, or put a new one in its place

    def _learn(self, keys: Sequence[tuple[str, bool]]) -> None:
        new = [key for key in dict.fromkeys(keys) if key not in self._known]
        if len(self._known) + len(new) > MOST_REMEMBERED:
            self._known = {}
            new = list(dict.fromkeys(keys))
        for is_joined, writer in ((False, self._behind_space), (True, self._joined)):
            words_alike = [word for word, joined in new if joined is is_joined]
            self._known |= {
                (word, is_joined): ids for word, ids in zip(words_alike, writer.ids(words_alike), strict=True)
            }

    def at_the_start(self) -> "Tokenizer":
        """The tokenizer, which writes the beginning of a text as `of_tokens` does: as if it stood behind a space."""
        return _behind(self.tokenizer, is_joined=False)

    def save(self, folder: Path) -> None:
        """Two files."""
        self.tokenizer.save(str(folder / TOKENIZER))
        text = json.dumps(asdict(self.specials), indent=1)
        (folder / SPECIALS).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Subwords":
        """Raises: ModelError if a file is missing or damaged."""
        try:
            content = json.loads((folder / SPECIALS).read_text(encoding="utf-8"))
            specials = Specials(**content | {side: tuple(content[side]) for side in ("start", "end")})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{folder / SPECIALS} is missing or damaged. Copy the model again.") from error
        return cls(read_tokenizer(folder / TOKENIZER), specials)


def about(config: Mapping[str, Any], subwords: Subwords) -> str:
    """What an encoder is, by its `config.json` and its tokenizer, in one line."""
    specials = subwords.specials
    words = [str(subwords.tokenizer.id_to_token(one)) for one in (*specials.start, *specials.end)]
    around = f"text between {' and '.join(words)}" if words else "nothing around the text"
    return (
        f"{config.get('model_type')}, {config.get('num_hidden_layers')} layers of {config.get('hidden_size')}, "
        f"{'cased' if specials.is_cased else 'uncased'}, {subwords.size:,} subwords, {around}, "
        f"at most {specials.max_subwords:,} at once"
    )


def read_tokenizer(path: Path) -> "Tokenizer":
    """A tokenizer that neither pads nor cuts. Raises: ModelError, MissingExtraError."""
    require("tokenizers", extra="subwords", purpose="Reading an encoder's vocabulary")
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises nothing narrower
        raise ModelError(f"{path} is missing, damaged, or of a newer version. Copy it again.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


class _Writer:
    """Writes words that are behind a space, or joined to what is before them."""

    def __init__(self, tokenizer: "Tokenizer", *, is_joined: bool) -> None:
        self._tokenizer = _behind(tokenizer, is_joined=is_joined)
        unknown = unknown_of(tokenizer)
        self._instead = (unknown,) if unknown is not None else None

    def ids(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        """Ids of each word, at least one."""
        encodings = self._tokenizer.encode_batch_fast([_clean(word) for word in words], add_special_tokens=False)
        ids = [tuple(ids_of_word.ids) for ids_of_word in encodings]
        assert self._instead is not None or all(ids), "opened without an unknown subword"
        return [ids_of_word or self._instead or () for ids_of_word in ids]


def _clean(word: str) -> str:
    """A word as text that UTF-8 can hold: half a surrogate pair becomes the replacement character."""
    return word.encode("utf-8", "replace").decode("utf-8") if not word.isascii() else word


def _behind(tokenizer: "Tokenizer", *, is_joined: bool) -> "Tokenizer":
    """One that writes a text as if it stood behind a space, or was joined to something."""
    from tokenizers import Tokenizer

    table = json.loads(tokenizer.to_str())
    for part in ("normalizer", "pre_tokenizer"):
        table[part] = _with_space(table[part], is_joined=is_joined)
    return Tokenizer.from_str(json.dumps(table))


def _with_space(part: Any, *, is_joined: bool) -> Any:
    """A normalizer or pre-tokenizer that adds a space before every text, or before none."""
    if not isinstance(part, Mapping):
        return part
    changed: dict[str, Any] = {}
    for key, value in part.items():
        changed[key] = [_with_space(item, is_joined=is_joined) for item in value] if isinstance(value, list) else value
    for key in ("normalizers", "pretokenizers"):
        if key in changed:
            changed[key] = [item for item in changed[key] if item is not None]
    if changed.get("type") == "Metaspace":
        changed["prepend_scheme"] = "never" if is_joined else "always"
    if changed.get("type") == "ByteLevel":
        changed["add_prefix_space"] = not is_joined
    if changed.get("type") == "Prepend" and is_joined:
        return None
    return changed


def unknown_of(tokenizer: "Tokenizer") -> int | None:
    """The id of the unknown subword, as the model of subwords names it or as is the custom."""
    model = json.loads(tokenizer.to_str())["model"]
    if isinstance(model.get("unk_id"), int):
        return int(model["unk_id"])
    for name in (model.get("unk_token"), "[UNK]", "<unk>", "[unk]", "<|unk|>", "<|endoftext|>"):
        number = tokenizer.token_to_id(name) if name else None
        if number is not None:
            return int(number)
    return None
