"""The network of an encoder, by transformers.

Weights are read from safetensors, or from the old `pytorch_model.bin` by a reader that takes tensors and nothing else.
"""

import contextlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bionym.encoders.folders import CONFIG, locate, read_json
from bionym.encoders.opening import open_subwords
from bionym.encoders.subwords import Subwords, about
from bionym.errors import MissingExtraError, ModelError
from bionym.privacy import stay_offline

stay_offline()
try:
    import torch
    import transformers
    from torch import Tensor, nn
except ImportError as error:
    raise MissingExtraError("torch and transformers", extra="transformers", purpose="An encoder") from error

NOT_NEEDED = ("pooler.", "cls.", "lm_head.", "discriminator_predictions.", "classifier.", "score.", "head.", "decoder.")
LAST_LAYERS = ("classifier", "score")  # what transformers calls the layer that classifies subwords
WITH_INNER_HEAD = "bionym_with_inner_head"  # a key of config.json: the encoder is a classifier without its last layer
_KINDS_BY_FILE = {"vocab.txt": "bert", "merges.txt": "roberta"}
_USUAL = 512
_UNLIMITED = 100_000  # a tokenizer that says more says nothing


@dataclass(frozen=True)
class Encoder:
    """An encoder that is opened.

    Args:
        network: takes `input_ids`, `attention_mask`; what it gives is for `states_of`.
        subwords: its tokenizer.
    """

    network: Any
    subwords: Subwords

    @property
    def hidden_size(self) -> int:
        """H."""
        return int(self.network.config.hidden_size)

    @property
    def about(self) -> str:
        """What it is, in one line."""
        return about(self.network.config.to_dict(), self.subwords)


def open_encoder(name: str | Path) -> Encoder:
    """An encoder by its folder or hub id, in float32, without a head. Raises: ModelError that names what is wrong."""
    folder = locate(name)
    if not read_json(folder / CONFIG).get(WITH_INNER_HEAD):
        return load_network(folder, transformers.AutoModel).encoder
    encoder = load_network(
        folder, transformers.AutoModelForTokenClassification, not_needed=("pooler.", *LAST_LAYERS)
    ).encoder
    take_last_layer(encoder.network)
    return encoder


def states_of(network: Any, **inputs: Tensor) -> Tensor:
    """What an encoder says of each subword, B x T x H."""
    output = network(**inputs)
    states_BTH: Tensor = output.last_hidden_state if "last_hidden_state" in output else output.logits
    return states_BTH


def take_last_layer(network: Any) -> nn.Module | None:
    """Take the layer that classifies subwords out of a network, which then gives what that layer would have read."""
    name = next((name for name in LAST_LAYERS if isinstance(getattr(network, name, None), nn.Linear)), None)
    if name is None:
        return None
    layer: nn.Linear = getattr(network, name)
    setattr(network, name, nn.Identity())
    setattr(network.config, WITH_INNER_HEAD, True)
    return layer


def open_masked(name: str | Path) -> Encoder:
    """The same with the head of a masked language model, a new one where the folder has none.

    `network(input_ids=..., attention_mask=...).logits` is B x T x V; `network.base_model` is the encoder.
    """
    return load_network(locate(name), transformers.AutoModelForMaskedLM, is_missing_fine=True).encoder


def save_encoder(encoder: Encoder, folder: Path) -> None:
    """`config.json`, `model.safetensors`, `tokenizer.json` and `tokenizer_config.json`, which transformers reads too."""
    with _quiet():
        encoder.network.save_pretrained(folder)
    encoder.subwords.tokenizer.save(str(folder / "tokenizer.json"))
    tokenizer, specials = encoder.subwords.tokenizer, encoder.subwords.specials
    ids = {"unk_token": specials.unknown, "pad_token": specials.padding, "mask_token": specials.mask}
    ids |= {"cls_token": specials.start[0]} if specials.start else {}
    ids |= {"sep_token": specials.end[0]} if specials.end else {}
    names = {name: tokenizer.id_to_token(number) for name, number in ids.items() if number >= 0}
    table = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": specials.max_subwords,
        "model_input_names": ["input_ids", "attention_mask"],  # some families take nothing else
        **names,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(table, indent=1, ensure_ascii=False), encoding="utf-8")


def open_config(folder: Path) -> Any:
    """The configuration of an encoder. Raises: ModelError for a kind that transformers does not know."""
    table = dict(read_json(folder / CONFIG))
    if "model_type" not in table:  # before 2020 it was not said
        guess = (kind for file, kind in _KINDS_BY_FILE.items() if (folder / file).is_file())
        table["model_type"] = next(guess, "bert")
    kind = table.pop("model_type")
    try:
        return transformers.AutoConfig.for_model(kind, **table)
    except Exception as error:
        raise ModelError(f"{folder / CONFIG} is of a kind, {kind!r}, that transformers cannot make.") from error


def max_subwords(network: Any, folder: Path) -> int:
    """How many subwords the encoder reads at once: by its positions, and by what its tokenizer says."""
    config = network.config
    limit = int(getattr(config, "max_position_embeddings", 0) or 0)
    room = limit if limit > 0 else _USUAL  # XLNet says -1
    for name, part in network.named_modules():
        if name.endswith("position_embeddings") and isinstance(part, nn.Embedding):
            first = 0 if part.padding_idx is None else part.padding_idx + 1  # RoBERTa counts from there
            room = min(room, part.num_embeddings - first)
    longest = read_json(folder / "tokenizer_config.json").get("model_max_length")
    is_said = isinstance(longest, (int, float)) and 0 < longest < _UNLIMITED
    return min(room, int(longest)) if is_said and longest is not None else room


class Opened(NamedTuple):
    """An encoder, or a network with more above it; the tensors that its folder has not, and those without a place."""

    encoder: Encoder
    missing: tuple[str, ...]
    unused: tuple[str, ...]


def load_network(
    folder: Path,
    kind: Any,
    *,
    config: Any = None,
    is_missing_fine: bool = False,
    not_needed: tuple[str, ...] = NOT_NEEDED,
) -> Opened:
    """The network of a checked folder, made by a class of transformers.

    Args:
        config: if not that of the folder.
        is_missing_fine: whether all that stands above the encoder may be new.
        not_needed: how the names of those tensors begin that may be missing.
    Raises: ModelError that names what is wrong.
    """
    config = config if config is not None else open_config(folder)
    try:
        with _quiet():
            network, loading = kind.from_pretrained(
                str(folder),
                config=config,
                dtype=torch.float32,
                output_loading_info=True,
                local_files_only=True,
                trust_remote_code=False,
            )
    except Exception as error:
        raise ModelError(
            f"The weights of {folder} cannot be read ({type(error).__name__}). Copy the folder again, and check that its "
            f"{CONFIG} belongs to them."
        ) from error
    missing = sorted(one for one in loading["missing_keys"] if not one.startswith(not_needed))
    if missing and not (is_missing_fine and _is_head(missing, network)):
        raise ModelError(
            f"The weights of {folder} are not whole: {len(missing)} tensors are missing, the first is {missing[0]}. "
            "Copy the folder again, or check that its config.json belongs to them."
        )
    subwords = open_subwords(folder, max_subwords(network, folder))
    rows = network.get_input_embeddings().num_embeddings
    if subwords.size > rows:
        raise ModelError(
            f"The tokenizer of {folder} has {subwords.size:,} subwords, but the encoder has vectors for {rows:,}. "
            "They do not belong together."
        )
    return Opened(Encoder(network.eval(), subwords), tuple(missing), tuple(sorted(loading["unexpected_keys"])))


def _is_head(missing: list[str], network: Any) -> bool:
    """Whether only what a masked language model has above its encoder is missing."""
    return not any(name.startswith(f"{network.base_model_prefix}.") for name in missing)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the bars and the advice of transformers; what matters is checked and said here."""
    logger = logging.getLogger("transformers")
    level, had_bar = logger.level, transformers.utils.logging.is_progress_bar_enabled()
    logger.setLevel(logging.CRITICAL)
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logger.setLevel(level)
        if had_bar:
            transformers.utils.logging.enable_progress_bar()  # type: ignore[no-untyped-call]
