"""The tokenizer of an encoder, from whichever files its folder has.

Case: where the folder does not say whether text is lower-cased, the vocabulary tells. One with capitals is cased, and stays
so; the old layout, without `tokenizer_config.json`, is elsewhere read as lower-cased whatever it holds.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionym.encoders.folders import read_json
from bionym.encoders.subwords import Specials, Subwords, read_tokenizer, unknown_of
from bionym.errors import ModelError, require

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_CUSTOM = {
    "start": ("[CLS]", "<s>", "<cls>"),
    "end": ("[SEP]", "</s>", "<sep>"),
    "padding": ("[PAD]", "<pad>"),
    "mask": ("[MASK]", "<mask>"),
}
_CALLED = {
    "start": ("cls_token", "bos_token"),
    "end": ("sep_token", "eos_token"),
    "padding": ("pad_token",),
    "mask": ("mask_token",),
}
_CAPITALS = 0.01  # of the subwords; fewer may be special ones and slips


def open_subwords(folder: Path, max_subwords: int) -> Subwords:
    """The tokenizer of a checked folder.

    Args:
        max_subwords: what the encoder reads at once, start and end counted.
    Raises: ModelError if its files are damaged, or it has no subword for what it does not know.
    """
    tokenizer, names = open_tokenizer(folder), _names(folder)
    unknown = tokenizer.token_to_id(names.get("unk_token", "")) if "unk_token" in names else unknown_of(tokenizer)
    unknown = unknown_of(tokenizer) if unknown is None else unknown
    start, end = _around(tokenizer, names)
    ids = {part: _id(tokenizer, names, part) for part in ("padding", "mask")}
    if unknown is None:  # byte-level vocabularies know every byte, but a token may still come to nothing
        unknown = ids["mask"] if ids["mask"] is not None else (end or start or (None,))[0]
    if unknown is None:
        raise ModelError(f"The tokenizer of {folder} has no subword for what it does not know, such as [UNK] or <unk>.")
    specials = Specials(
        start=start,
        end=end,
        unknown=unknown,
        padding=ids["padding"] if ids["padding"] is not None else unknown,
        mask=ids["mask"] if ids["mask"] is not None else -1,
        is_cased=is_cased(tokenizer),
        max_subwords=max_subwords,
    )
    return Subwords(tokenizer, specials)


def open_tokenizer(folder: Path) -> "Tokenizer":
    """From `tokenizer.json`, or made of an older layout. Raises: ModelError, MissingExtraError."""
    require("tokenizers", extra="subwords", purpose="Reading an encoder's vocabulary")
    if (folder / "tokenizer.json").is_file():
        return read_tokenizer(folder / "tokenizer.json")
    try:
        if (folder / "vocab.txt").is_file():
            return _wordpiece(folder)
        if (folder / "vocab.json").is_file():
            return _byte_level(folder)
    except Exception as error:  # the package raises nothing narrower
        raise ModelError(f"The tokenizer of {folder} is damaged. Copy its files again.") from error
    return _converted(folder)


def is_cased(tokenizer: "Tokenizer") -> bool:
    """Whether capitals reach the vocabulary, by the tokenizer's own rules."""
    normalizer = tokenizer.normalizer
    return normalizer is None or "A" in normalizer.normalize_str("xAx")


def has_capitals(tokenizer: "Tokenizer") -> bool:
    """Whether the vocabulary itself holds words with capitals."""
    return _holds_capitals(tokenizer.get_vocab())


def mismatch(tokenizer: "Tokenizer") -> str | None:
    """What is odd about a tokenizer's case, as half a sentence; None if nothing is."""
    if has_capitals(tokenizer) and not is_cased(tokenizer):
        return "the tokenizer lower-cases, but its vocabulary is cased: set do_lower_case to false if that is a mistake"
    return None


def _wordpiece(folder: Path) -> "Tokenizer":
    from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
    from tokenizers.models import WordPiece

    vocabulary = {
        line: number
        for number, line in enumerate((folder / "vocab.txt").read_text(encoding="utf-8").splitlines())
        if line
    }
    setting = read_json(folder / "tokenizer_config.json").get("do_lower_case")
    lowercase = bool(setting) if setting is not None else not _holds_capitals(vocabulary)
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens([name for name in _special_names(vocabulary) if name in vocabulary])
    return _with_edges(tokenizer, "[CLS]", "[SEP]")


def _byte_level(folder: Path) -> "Tokenizer":
    from tokenizers import Tokenizer, decoders, pre_tokenizers
    from tokenizers.models import BPE

    vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer(BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([name for name in _special_names(vocabulary) if name in vocabulary])
    is_bert = "[CLS]" in vocabulary
    return _with_edges(tokenizer, *(("[CLS]", "[SEP]") if is_bert else ("<s>", "</s>")))


def _converted(folder: Path) -> "Tokenizer":
    """A SentencePiece model alone, by the converters of transformers."""
    from tokenizers import Tokenizer

    try:
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(str(folder), use_fast=True).backend_tokenizer
    except Exception as error:
        raise ModelError(
            f"The SentencePiece model of {folder} could not be converted to a tokenizer.json. Install sentencepiece and "
            "try again, or put the encoder's tokenizer.json beside it."
        ) from error
    found = Tokenizer.from_str(tokenizer.to_str())
    found.no_padding()
    found.no_truncation()
    return found


def _with_edges(tokenizer: "Tokenizer", start: str, end: str) -> "Tokenizer":
    from tokenizers import processors

    ids = [(name, tokenizer.token_to_id(name)) for name in (start, end)]
    if all(number is not None for _, number in ids):
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{start} $A {end}", pair=f"{start} $A {end} $B:1 {end}:1", special_tokens=ids
        )
    return tokenizer


def _special_names(vocabulary: Mapping[str, int]) -> Iterator[str]:
    yield from ("[UNK]", "<unk>")
    for names in _CUSTOM.values():
        yield from names


def _holds_capitals(vocabulary: Mapping[str, int]) -> bool:
    words = [word for word in vocabulary if not word.startswith(("[", "<"))]
    return sum(any(map(str.isupper, word)) for word in words) > _CAPITALS * len(words)


def _names(folder: Path) -> dict[str, str]:
    """What the folder calls its special subwords."""
    names: dict[str, Any] = {}
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        names |= {key: value for key, value in read_json(folder / name).items() if key.endswith("_token")}
    plain = {key: value["content"] if isinstance(value, Mapping) else value for key, value in names.items()}
    return {key: value for key, value in plain.items() if isinstance(value, str)}


def _around(tokenizer: "Tokenizer", names: Mapping[str, str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What stands before and behind a text: as the tokenizer itself puts it, or else by the names."""
    word = next((word for word in ("a", "the", "1", ".") if tokenizer.encode(word, add_special_tokens=False).ids), None)
    if word is not None:
        inner = tokenizer.encode(word, add_special_tokens=False).ids
        whole = tokenizer.encode(word).ids
        if len(whole) > len(inner):
            first = next(at for at in range(len(whole)) if whole[at : at + len(inner)] == inner)
            return tuple(whole[:first]), tuple(whole[first + len(inner) :])
    ids = [_id(tokenizer, names, part) for part in ("start", "end")]
    start, end = ((number,) if number is not None else () for number in ids)
    return start, end


def _id(tokenizer: "Tokenizer", names: Mapping[str, str], part: str) -> int | None:
    candidates = [*(names[key] for key in _CALLED[part] if key in names), *_CUSTOM[part]]
    ids = (tokenizer.token_to_id(name) for name in candidates)
    return next((int(number) for number in ids if number is not None), None)
