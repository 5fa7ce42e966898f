"""The network that pretraining begins with: an encoder that there is, or a new and small one."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn
from transformers import BertConfig, BertForMaskedLM

from bionym.encoders.networks import Encoder, open_masked
from bionym.encoders.opening import open_subwords
from bionym.encoders.subwords import TOKENIZER
from bionym.errors import ConfigError, ModelError
from bionym.files import write_whole, writing_whole
from bionym.models.transformer.pretraining import vocabulary
from bionym.models.transformer.pretraining.settings import PretrainingConfig
from bionym.training import seeds

ASKED = "tokenizer.asked"  # what a trained tokenizer was asked to be, as a hash


class Beginning(NamedTuple):
    """An encoder with a head, and whether the head must be learned from nothing."""

    encoder: Encoder
    has_new_head: bool


def begin(config: PretrainingConfig, texts: Iterable[str], folder: Path, *, asked: str) -> Beginning:
    """The encoder of the configuration, or a new one.

    Args:
        texts: to train a tokenizer on; not read if there is an encoder, or the folder holds the tokenizer already.
        folder: where a trained tokenizer is kept, so that a run that goes on has the same.
        asked: what must be the same for that: the text, the settings.
    Raises: ModelError, ConfigError if the encoder cannot do what is asked of it.
    """
    seeds.seed_everything(config.seed)
    made = _opened(config.encoder) if config.encoder is not None else _new(config, texts, folder, asked)
    specials = made.encoder.subwords.specials
    if specials.mask < 0:
        raise ModelError(f"The tokenizer of {config.encoder} has no subword that masks, such as [MASK] or <mask>.")
    if not specials.start and not specials.end:
        raise ModelError(f"The tokenizer of {config.encoder} puts nothing around a text, so pieces would run together.")
    if config.length > specials.max_subwords:
        raise ConfigError(
            f"The setting 'length' is {config.length}, but the encoder reads at most {specials.max_subwords} subwords at once."
        )
    return made


def set_dropout(network: nn.Module, share: float) -> None:
    """Every dropout of a network; its configuration, which is saved, keeps its own."""
    for part in network.modules():
        if isinstance(part, nn.Dropout):
            part.p = share
        if isinstance(getattr(part, "attention_dropout", None), float):  # of attentions that are computed in one call
            part.attention_dropout = share  # type: ignore[assignment]


def _opened(name: str) -> Beginning:
    """The head is new if it is another one each time: what a folder holds is the same whatever chance says."""
    encoder = open_masked(name)
    inside = {id(one) for one in encoder.network.base_model.parameters()}
    head = [one.detach().clone() for one in encoder.network.parameters() if id(one) not in inside and one.ndim > 1]
    seeds.seed_everything(2**20)
    again = open_masked(name).network
    inside = {id(one) for one in again.base_model.parameters()}
    others = [one for one in again.parameters() if id(one) not in inside and one.ndim > 1]
    return Beginning(encoder, any(not torch.equal(*pair) for pair in zip(head, others, strict=True)))


def _is_asked(path: Path, asked: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == asked


def _new(config: PretrainingConfig, texts: Iterable[str], folder: Path, asked: str) -> Beginning:
    if not (folder / TOKENIZER).is_file() or not _is_asked(folder / ASKED, asked):
        tokenizer = vocabulary.train(texts, config.vocabulary)
        with writing_whole(folder / TOKENIZER) as unfinished:
            tokenizer.save(str(unfinished))
        called = {"pad_token": vocabulary.PADDING, "unk_token": vocabulary.UNKNOWN, "cls_token": vocabulary.START}
        called |= {"sep_token": vocabulary.END, "mask_token": vocabulary.MASK}
        (folder / "tokenizer_config.json").write_text(json.dumps(called), encoding="utf-8")
        write_whole(folder / ASKED, asked)
    subwords = open_subwords(folder, config.network.positions)
    size = config.network
    network: Any = BertForMaskedLM(
        BertConfig(
            vocab_size=subwords.size,
            hidden_size=size.size,
            num_hidden_layers=size.layers,
            num_attention_heads=size.attention_heads,
            intermediate_size=size.feed_forward,
            max_position_embeddings=size.positions,
            pad_token_id=subwords.specials.padding,
        )
    )
    return Beginning(Encoder(network.eval(), subwords), has_new_head=False)
