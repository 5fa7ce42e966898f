"""The settings of the transformer's network and data."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from bionym.config import Settings
from bionym.data.flatten import Policy
from bionym.heads.settings import CorpusSettings, Teacher
from bionym.training.settings import TrainingSettings

Sharing = Literal["corpus", "label", "shared"]


class Lora(Settings):
    """Low-rank changes instead of all weights (Hu et al. 2022); needs the extra peft. Merged when the model is saved."""

    rank: int = Field(default=0, ge=0, description="Rank of the changes (LoRA); 0: off, all weights are trained.")
    alpha: int = Field(default=32, gt=0, description="Changes are scaled by alpha / rank.")
    dropout: float = Field(default=0.05, ge=0, lt=1, description="Dropout on the input of a change.")


class NetworkSettings(Settings):
    """What the network is made of, and what of it learns."""

    output: Literal["softmax", "crf", "spans"] = Field(
        default="softmax",
        description="softmax: each token by itself, under the scheme's rules; crf: a chain; spans: every pair of first and "
        "last token by itself, so entities of one label may nest.",
    )
    pooling: Literal["first", "mean"] = Field(
        default="first", description="How the scores of subwords become those of their token."
    )
    dropout: float = Field(default=0.1, ge=0, lt=1, description="Dropout on the encoder's output.")
    attention_dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Dropout on attention in training; above 0 is slower on a CPU."
    )
    subword_dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Probability that a subword is masked in training."
    )
    span_tokens: int = Field(default=24, ge=1, description="For spans: the longest entity, in tokens.")
    span_size: int = Field(default=48, ge=2, description="For spans: size of a token's vectors, for each label.")
    class_weights: dict[str, float] = Field(
        default={}, description="Weight of a label's tokens in training, 1 by default; not for crf."
    )
    frozen_embeddings: bool = Field(default=False, description="Freeze the encoder's subword embeddings.")
    frozen_layers: int = Field(
        default=0,
        ge=0,
        description="Frozen layers, from the bottom, with the embeddings; they have no dropout.",
    )
    frozen_gigabytes: float = Field(
        default=4.0,
        ge=0,
        description="Most temporary disk for the output of frozen layers, so that it is computed once, not in each epoch; 0: never "
        "kept.",
    )
    checkpointing: bool = Field(default=False, description="Compute layers twice in training, to save memory.")
    lora: Lora = Field(default_factory=Lora)

    @model_validator(mode="after")
    def _weights_fit(self) -> "NetworkSettings":
        if self.class_weights and self.output == "crf":
            raise ValueError("class_weights are for output = softmax or spans")
        return self


class Training(TrainingSettings):
    """How the weights are found; chosen on development splits."""

    optimizer: Literal["adam", "adamw", "sgd"] = Field(default="adamw", description="adam, adamw or sgd.")
    learning_rate: float = Field(default=3e-4, gt=0, description="The highest rate, of the heads and the top layer.")
    layer_decay: float = Field(
        default=0.9, gt=0, le=1, description="Each layer's rate as a share of that above it; 1: the same for all."
    )
    weight_decay: float = Field(default=0.01, ge=0, description="Decay of weight matrices; never of biases and norms.")
    schedule: Literal["constant", "linear", "cosine", "one-cycle", "inverse", "plateau"] = Field(
        default="linear", description="constant, linear, cosine, one-cycle, inverse or plateau."
    )
    clip: float = Field(default=1.0, ge=0, description="Longest gradient, as a norm over all weights; 0 does not clip.")
    epochs: int = Field(default=8, ge=1, description="Passes over the data, at most.")
    patience: int = Field(default=0, ge=0, description="Stop after this many epochs without a better score; 0: never.")
    precision: Literal["auto", "float32", "bf16", "fp16"] = Field(
        default="auto", description="auto (bf16 where it is quicker: GPUs, AMX), float32, bf16 or fp16."
    )
    batch_tokens: int = Field(default=1024, ge=1, description="Subwords in a batch, padding counted.")
    moving_average: float = Field(
        default=0.0, ge=0, lt=1, description="Decay of an average over the weights, which is then the model; 0 is off."
    )


class Config(Settings):
    """Configuration of the transformer."""

    encoder: str = Field(default="", description="A folder with a pretrained encoder, or its id on the hub; required.")
    scheme: str = Field(
        default="BIOES", description="Tag scheme: IO, IOB1, BIO or BIOES; LENIENT for models of others."
    )
    policy: Policy = Field(default="longest", description="Which of several overlapping entities is trained on.")
    heads: Sharing = Field(
        default="corpus",
        description="corpus: an output for each corpus; label: one for each of its labels, so that labels may overlap; "
        "shared: one for all corpora, where other labels are unknown.",
    )
    held_out: float = Field(
        default=0.1,
        ge=0,
        lt=0.9,
        description="Share of documents held out where no development data is given; 0: none.",
    )
    context: Literal["sentence", "paragraph", "document"] = Field(
        default="document", description="The context that is encoded together, as far as it fits into a window."
    )
    window: int = Field(default=256, ge=8, description="Most subwords of a window; limited by the encoder.")
    overlap: int = Field(
        default=32,
        ge=0,
        description="Subwords that two windows share, where a text needs several; at most half of one.",
    )
    weights: Literal["auto", "float32", "int8", "torch"] = Field(
        default="auto",
        description="Weights to predict with; auto: int8 where it loses at most 0.2 F1 on the development data; torch: "
        "the network as it was trained, which needs torch and transformers.",
    )
    init: Path | None = Field(
        default=None, description="A model to start from: its encoder, and heads with equal labels."
    )
    corpora: dict[str, CorpusSettings] = Field(default={}, description="Training corpora, by name.")
    teacher: Teacher = Field(default_factory=Teacher)
    network: NetworkSettings = Field(default_factory=NetworkSettings)
    training: Training = Field(default_factory=Training)

    @property
    def seed(self) -> int:
        """Recorded with the model."""
        return self.training.seed
