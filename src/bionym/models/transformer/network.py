"""The network of the transformer: subwords in, scores of tokens for each head out.

Axes: B windows, T subwords of the longest, N scored tokens of the longest, H values of the encoder, S scores of a token, L tags
or labels, W lengths of a span in tokens.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from bionym.data.tags import OUTSIDE, TagScheme, split_tag
from bionym.encoders.lower_layers import LowerLayers
from bionym.encoders.networks import Encoder, states_of
from bionym.encoders.subwords import Specials
from bionym.errors import ConfigError, MissingExtraError
from bionym.heads.head import Head
from bionym.layers.dropout import Dropout, replace_dropout
from bionym.layers.linear_chain import LinearChain
from bionym.layers.output import Output, rules
from bionym.layers.padding import is_padding
from bionym.layers.softmax import Softmax
from bionym.layers.span_scores import SpanScores
from bionym.models.transformer.settings import Lora, NetworkSettings

HIDDEN_STD = 0.02  # of new weights, as BERT's


@dataclass(frozen=True)
class Gold:
    """What one head learns from windows: one of these.

    Args:
        tags_BN: gold tags, by their place in the head.
        possible_BNL: which tags a token may have.
        spans_BNWL: 1 where a span is an entity; `known_L`, whether its corpus annotates a label.
    """

    tags_BN: Tensor | None = None
    possible_BNL: Tensor | None = None
    spans_BNWL: Tensor | None = None
    known_L: Tensor | None = None


@dataclass(frozen=True)
class Batch:
    """Windows that are read together.

    Args:
        ids_BT, num_subwords_B: subwords, and how many there are without padding.
        firsts_BN, counts_BN: first subword of each scored token, and how many it has; 0 in the padding.
        lengths_B: scored tokens of each window.
        places, golds: the heads that learn, and what.
        num_tokens: without padding.
        below_BTH: what frozen layers give, if it was kept.
    """

    ids_BT: Tensor
    num_subwords_B: Tensor
    firsts_BN: Tensor
    counts_BN: Tensor
    lengths_B: Tensor
    places: tuple[int, ...] = ()
    golds: tuple[Gold, ...] = ()
    num_tokens: int = 0
    below_BTH: Tensor | None = None


class Network(nn.Module):
    """An encoder, and a linear layer for each head.

    Source: Devlin et al. 2019, section 5.3, for labels on first subwords.
    """

    def __init__(self, settings: NetworkSettings, encoder: Encoder, heads: Sequence[Head], scheme: TagScheme) -> None:
        super().__init__()
        self.settings, self.specials, self.hidden_size = settings, encoder.subwords.specials, encoder.hidden_size
        self._frozen = tuple(frozen_parts(encoder.network, settings))
        self.encoder = prepare_encoder(encoder.network, settings, self._frozen)
        self._lower = LowerLayers(self.encoder, layers_of(self.encoder), settings.frozen_layers)
        self.dropout = Dropout(settings.dropout)
        self.outputs = nn.ModuleList(_output(settings, head, scheme) for head in heads)
        self.scores = nn.ModuleList(nn.Linear(encoder.hidden_size, int(output.num_scores)) for output in self.outputs)  # type: ignore[arg-type]
        for layer in self.scores:
            assert isinstance(layer, nn.Linear)
            nn.init.normal_(layer.weight, std=HIDDEN_STD if settings.output != "spans" else _span_std(encoder))
            nn.init.zeros_(layer.bias)
        for place, head in enumerate(heads):
            self.register_buffer(f"weights_{place}", _weights(settings, head), persistent=False)

    def train(self, mode: bool = True) -> "Network":
        """Set for learning, or not; what is frozen computes the same either way, without dropout."""
        super().train(mode)
        for part in self._frozen:
            part.eval()
        return self

    def loss(self, batch: Batch) -> Tensor:
        """Mean negative log-likelihood (nats) of a token's annotation, a scalar; a mean over the heads that learn."""
        states_BNH = self.states(batch)
        losses = [
            self._loss(place, self.scores[place](states_BNH).float(), gold, batch.lengths_B)
            for place, gold in zip(batch.places, batch.golds, strict=True)
        ]
        return torch.stack(losses).mean()

    def scores_of(self, batch: Batch, places: Sequence[int]) -> Tensor:
        """Scores of heads, one behind the other, B x N x S."""
        states_BNH = self.states(batch)
        return torch.cat([self.scores[place](states_BNH) for place in places], 2).float()

    def width(self, place: int) -> int:
        """Scores of one head."""
        return cast(nn.Linear, self.scores[place]).out_features

    def states(self, batch: Batch) -> Tensor:
        """What the encoder says of each token, B x N x H."""
        inputs = self._inputs(batch)
        if batch.below_BTH is None or inputs["input_ids"] is not batch.ids_BT:
            states_BTH = states_of(self.encoder, **inputs)
        else:
            states_BTH = self._lower.above(batch.below_BTH, **inputs)
        pooled_BNH = pool_subwords(states_BTH, batch.firsts_BN, batch.counts_BN, self.settings.pooling)
        return cast(Tensor, self.dropout(pooled_BNH))

    def below(self, batch: Batch) -> Tensor:
        """What the frozen layers give of each subword, B x T x H."""
        return self._lower.below(**self._inputs(batch))

    def can_begin_above(self) -> bool:
        """Whether a batch may bring what the frozen layers give; see `LowerLayers`."""
        return self.settings.frozen_layers > 0 and self._lower.can_be_kept(self)

    def _inputs(self, batch: Batch) -> dict[str, Tensor]:
        ids_BT = self._with_hidden(batch.ids_BT, batch.num_subwords_B)
        is_inside_BT = ~is_padding(batch.num_subwords_B, ids_BT.shape[1])
        return {"input_ids": ids_BT, "attention_mask": is_inside_BT.long()}

    def _with_hidden(self, ids_BT: Tensor, num_subwords_B: Tensor) -> Tensor:
        """Some subwords hidden while learning; those around a text never."""
        share = self.settings.subword_dropout
        if not share or not self.training:
            return ids_BT
        steps_T = torch.arange(ids_BT.shape[1], device=ids_BT.device)
        first, behind = len(self.specials.start), len(self.specials.end)
        is_text_BT = (steps_T >= first) & (steps_T < num_subwords_B[:, None] - behind)
        is_hidden_BT = is_text_BT & (torch.rand(ids_BT.shape, device=ids_BT.device) < share)
        return ids_BT.masked_fill(is_hidden_BT, _hider(self.specials))

    def _loss(self, place: int, scores_BNS: Tensor, gold: Gold, lengths_B: Tensor) -> Tensor:
        output, weights_L = self.outputs[place], self.get_buffer(f"weights_{place}")
        if isinstance(output, SpanScores):
            assert gold.spans_BNWL is not None and gold.known_L is not None
            return output.loss(scores_BNS, gold.spans_BNWL, weights_L * gold.known_L, lengths_B)
        assert isinstance(output, Output)
        if gold.possible_BNL is not None:
            return output.loss_partial(scores_BNS, gold.possible_BNL, lengths_B, per="token")
        assert gold.tags_BN is not None
        if self.settings.class_weights:
            losses_BN = functional.cross_entropy(scores_BNS.mT, gold.tags_BN, weights_L, reduction="none")
            is_inside_BN = ~is_padding(lengths_B, scores_BNS.shape[1])
            return (losses_BN * is_inside_BN).sum() / lengths_B.sum()
        return output.loss(scores_BNS, gold.tags_BN, lengths_B, per="token")


def pool_subwords(values_BTH: Tensor, firsts_BN: Tensor, counts_BN: Tensor, pooling: str) -> Tensor:
    """Values of tokens from those of subwords: the first, or the mean."""
    if pooling == "first":
        return values_BTH.gather(1, firsts_BN[:, :, None].expand(-1, -1, values_BTH.shape[2]))
    steps_T = torch.arange(values_BTH.shape[1], device=values_BTH.device)
    is_own_BNT = (steps_T >= firsts_BN[:, :, None]) & (steps_T < (firsts_BN + counts_BN)[:, :, None])
    return is_own_BNT.to(values_BTH) @ values_BTH / counts_BN.clamp(min=1)[:, :, None].to(values_BTH)


def prepare_encoder(encoder: Any, settings: NetworkSettings, frozen: Sequence[nn.Module]) -> nn.Module:
    """The encoder with what is frozen frozen, and low-rank changes laid over the rest if asked for."""
    replace_dropout(encoder)
    for part in encoder.modules():
        _set_attention_dropout(part, settings.attention_dropout)
    for part in [*frozen, encoder.get_input_embeddings()] if settings.frozen_embeddings else frozen:
        part.requires_grad_(False)
    for name, weight in encoder.named_parameters():
        if name.startswith("pooler."):  # never used here
            weight.requires_grad_(False)
    whole = _with_lora(encoder, settings.lora, frozen) if settings.lora.rank else encoder
    if settings.checkpointing:
        _checkpoint(encoder)
    return cast(nn.Module, whole)


def frozen_parts(encoder: Any, settings: NetworkSettings) -> list[nn.Module]:
    """What stays as it is whole: the first layers, and the embeddings below them. Raises: ConfigError."""
    number, layers = settings.frozen_layers, layers_of(encoder)
    if number > len(layers):
        raise ConfigError(f"The setting 'frozen_layers' is {number}, but there are {len(layers)} layers.")
    if number and number == len(layers) and settings.lora.rank:
        raise ConfigError(f"All {number} layers are frozen, so there is none that lora could change. Freeze fewer.")
    if number == 0:
        return []
    embeddings = [part for name, part in encoder.base_model.named_children() if name.startswith("embedding")]
    return [*(embeddings or [encoder.get_input_embeddings()]), *layers[:number]]


def layers_of(encoder: nn.Module) -> list[nn.Module]:
    """The layers from below; none where they share their weights."""
    number = int(encoder.config.num_hidden_layers)  # type: ignore[union-attr,arg-type]
    stacks = (part for part in encoder.modules() if isinstance(part, nn.ModuleList) and len(part) == number)
    return list(next(stacks, nn.ModuleList()))


def rates(network: Network, rate: float, decay: float) -> dict[str, float]:
    """Learning rates by the beginnings of names: each layer's a share of that above it, the embeddings' lowest.

    Source: Howard and Ruder 2018, section 3.2 (discriminative fine-tuning).
    """
    learning = [name for name, weight in network.named_parameters() if weight.requires_grad]
    layers = layers_of(network.encoder)
    names = {id(part): name for name, part in network.named_modules()}
    rate_of = {
        f"{names[id(layer)]}.": rate * decay ** (len(layers) - 1 - place) for place, layer in enumerate(layers)
    } | {"encoder.": rate * decay ** len(layers)}
    return {name: value for name, value in rate_of.items() if any(parameter.startswith(name) for parameter in learning)}


def merged_encoder(network: Network) -> Any:
    """The encoder alone, low-rank changes taken into its weights."""
    encoder: Any = network.encoder
    return encoder.merge_and_unload() if network.settings.lora.rank else encoder


def _set_attention_dropout(part: nn.Module, share: float) -> None:
    """In a layer of attention, whichever way its family keeps the number; other parts stay as they are."""
    if "attention" not in type(part).__name__.lower():
        return
    for name in ("dropout", "attention_dropout"):
        held = getattr(part, name, None)
        if isinstance(held, nn.Dropout) and (hasattr(part, "query") or hasattr(part, "query_proj")):
            held.p = share
        elif isinstance(held, float):
            setattr(part, name, share)


def _checkpoint(encoder: Any) -> None:
    """By the name that every version 5 of transformers knows, though newer ones warn that version 6 will not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        encoder.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    if hasattr(encoder, "_require_grads_hook"):
        encoder.disable_input_require_grads()  # else gradients would go down through frozen layers, to nothing


def _with_lora(encoder: Any, lora: Lora, frozen: Sequence[nn.Module]) -> Any:
    try:
        import peft
    except ImportError as error:
        raise MissingExtraError("peft", extra="peft", purpose="Learning low-rank changes (network.lora)") from error
    below = {id(inner) for part in frozen for inner in part.modules()}
    config = peft.LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules="all-linear",
        exclude_modules=[name for name, part in encoder.named_modules() if id(part) in below],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, about names that transformers has since given up
        return peft.get_peft_model(encoder, config)


def _output(settings: NetworkSettings, head: Head, scheme: TagScheme) -> nn.Module:
    if settings.output == "spans":
        return SpanScores(len(head.labels), settings.span_tokens, settings.span_size)
    head_rules = rules(head.tags, scheme)
    # A window may begin within an entity, so while learning every sequence is possible.
    return LinearChain(head_rules, valid_training=False) if settings.output == "crf" else Softmax(head_rules)


def _weights(settings: NetworkSettings, head: Head) -> Tensor:
    """How much each tag counts; for spans, each label."""
    if settings.output == "spans":
        return torch.tensor([settings.class_weights.get(label, 1.0) for label in head.labels])
    labels = [None if tag == OUTSIDE else split_tag(tag)[1] for tag in head.tags]
    return torch.tensor([settings.class_weights.get(label, 1.0) if label else 1.0 for label in labels])


def _span_std(encoder: Encoder) -> float:
    return 1 / math.sqrt(encoder.hidden_size)


def _hider(specials: Specials) -> int:
    return specials.mask if specials.mask >= 0 else specials.unknown
