"""The settings of a transformer's pretraining."""

from typing import Literal

from pydantic import Field, model_validator

from bionym.config import Settings
from bionym.pretraining.text import TextSettings
from bionym.training.settings import OptimizerName, ScheduleName, TrainingSettings


class VocabularySettings(Settings):
    """The tokenizer of a new encoder: WordPiece, trained on the text."""

    size: int = Field(default=16_000, ge=300, description="Subwords, special ones counted.")
    min_count: int = Field(
        default=20, ge=1, description="Words that fewer documents hold give nothing to the vocabulary."
    )
    lower: bool = Field(default=True, description="Lower-case the text, and leave accents out.")
    most_words: int = Field(
        default=5_000_000, ge=1_000, description="Different words counted at once; rare ones are forgotten beyond."
    )


class NetworkSettings(Settings):
    """The size of a new encoder, of BERT's kind."""

    layers: int = Field(default=4, ge=1, description="One above the other.")
    size: int = Field(default=256, ge=1, description="Of a subword's vector.")
    attention_heads: int = Field(default=4, ge=1, description="In each layer; they divide its size.")
    feed_forward: int = Field(default=1024, ge=1, description="Size between the two halves of a layer.")
    positions: int = Field(default=512, ge=8, description="Subwords that it will read at once.")

    @model_validator(mode="after")
    def _heads_divide_size(self) -> "NetworkSettings":
        if self.size % self.attention_heads:
            raise ValueError(f"a size of {self.size} cannot be divided by {self.attention_heads} attention_heads")
        return self


class Training(TrainingSettings):
    """How the weights are found."""

    optimizer: OptimizerName = Field(default="adamw", description="adam, adamw or sgd.")
    learning_rate: float = Field(default=5e-4, gt=0, description="The highest one; the schedule takes shares of it.")
    weight_decay: float = Field(default=0.01, ge=0, description="Decay of weight matrices; never of biases and norms.")
    betas: tuple[float, float] = Field(default=(0.9, 0.98), description="For adam and adamw.")
    schedule: ScheduleName = Field(
        default="linear", description="constant, linear, cosine, one-cycle, inverse or plateau."
    )
    warmup: float = Field(
        default=0.06, ge=0, lt=1, description="Share of the run in which linear, cosine and one-cycle rise."
    )
    clip: float = Field(default=1.0, ge=0, description="Longest gradient, as a norm over all weights; 0 does not clip.")
    epochs: int = Field(default=1, ge=1, description="Passes over the text, at most.")
    patience: int = Field(default=0, ge=0, description="Scorings without a better one that end it; 0 never does.")
    metric: Literal["probability", "accuracy"] = Field(
        default="probability",
        description="What decides on the text held out: probability (1 / perplexity) or accuracy.",
    )
    precision: Literal["auto", "float32", "bf16", "fp16"] = Field(
        default="auto", description="float32, bf16, fp16, or auto: bf16 where it is quicker."
    )
    batch_tokens: int = Field(default=2048, ge=1, description="Subwords in a batch, padding counted.")


class PretrainingConfig(Settings):
    """Configuration of a transformer's pretraining."""

    encoder: str | None = Field(
        default=None, description="A folder or hub id of the encoder to go on from; none begins with nothing."
    )
    length: int = Field(default=128, ge=8, description="Subwords in a row, start and end counted.")
    masked: float = Field(default=0.15, gt=0, lt=1, description="Share of subwords that are hidden, to be told.")
    whole_words: bool = Field(default=True, description="Hide all subwords of a word, or none.")
    dropout: float = Field(
        default=0.0, ge=0, lt=1, description="While it learns here; fine-tuning later has the encoder's own again."
    )
    head_steps: int = Field(
        default=200, ge=0, description="Steps in which a new output layer learns alone, above an encoder that has none."
    )
    score_steps: int = Field(default=500, ge=1, description="Steps, or so, between two scorings on the text held out.")
    weights: Literal["float32", "float16"] = Field(
        default="float32", description="Form in which the encoder is saved; float16 is half as large."
    )
    text: TextSettings = Field(default_factory=TextSettings)
    vocabulary: VocabularySettings = Field(default_factory=VocabularySettings)
    network: NetworkSettings = Field(default_factory=NetworkSettings)
    training: Training = Field(default_factory=Training)

    @property
    def seed(self) -> int:
        """Random seed."""
        return self.training.seed
