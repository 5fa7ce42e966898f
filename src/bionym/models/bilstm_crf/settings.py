"""The settings of the BiLSTM-CRF's network and data; those of its inputs stand with them, in `inputs`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from bionym import config as configuration
from bionym.config import Settings, Tables
from bionym.data.flatten import Policy
from bionym.heads.head import Sharing
from bionym.heads.settings import CorpusSettings, Teacher
from bionym.models.bilstm_crf.inputs.characters import CharacterInput, Characters
from bionym.models.bilstm_crf.inputs.groups import Clusters, GroupInput, Shapes
from bionym.models.bilstm_crf.inputs.lists import ListInput
from bionym.models.bilstm_crf.inputs.protocol import SentenceInput, WordInput
from bionym.models.bilstm_crf.inputs.sentence_characters import SentenceCharacterInput, SentenceCharacters
from bionym.pretraining.text import TextSettings
from bionym.resources import resource_path
from bionym.training.settings import TrainingSettings

# In the order in which their values stand in a token's vector, behind that of its word; those of words first.
WORD_INPUTS: tuple[type[WordInput], ...] = (CharacterInput, GroupInput)
SENTENCE_INPUTS: tuple[type[SentenceInput], ...] = (ListInput, SentenceCharacterInput)


class Words(Settings):
    """Where word vectors come from."""

    vectors: Path | None = Field(default=None, description="A file or folder of word vectors; none learns its own.")
    most_vectors: int = Field(default=100_000, ge=1, description="Of these the first, most frequent ones are kept.")
    only_found: bool = Field(default=False, description="Keep only vectors of words in the training data.")
    frozen: bool = Field(default=True, description="Keep pretrained vectors as they are; false fine-tunes them.")
    only_pretrained: bool = Field(
        default=False, description="Every word without a pretrained vector is unknown; min_count then counts nothing."
    )
    dim: int = Field(default=100, ge=1, description="Size of vectors, where none are pretrained.")
    min_count: int = Field(default=2, ge=1, description="A word without a vector gets one if it occurs so often.")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="Chance that a word is read as unknown.")
    singleton_dropout: float = Field(default=0.5, ge=0, lt=1, description="The same for words that occur once.")


class RecurrentSettings(Settings):
    """The network over the words of a sentence."""

    cell: Literal["lstm", "gru"] = Field(default="lstm", description="lstm or gru.")
    layers: int = Field(default=1, ge=1, description="One above the other.")
    size: int = Field(default=200, ge=1, description="Of each direction.")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="On the input of each layer, each value by itself.")
    locked_dropout: float = Field(default=0.0, ge=0, lt=1, description="The same for a whole sentence.")


class NetworkSettings(Settings):
    """What the network is made of."""

    words: Words = Field(default_factory=Words)
    characters: Characters = Field(default_factory=Characters)
    sentence_characters: SentenceCharacters = Field(default_factory=SentenceCharacters)
    shapes: Shapes = Field(default_factory=Shapes)
    clusters: Clusters = Field(default_factory=Clusters)
    lists: dict[str, Path] = Field(
        default={"diseases": Path("diseases"), "chemicals": Path("chemicals"), "genes": Path("genes")},
        description="For each name a file of terms, or a list that ships; a token's place in a term is an input.",
    )
    recurrent: RecurrentSettings = Field(default_factory=RecurrentSettings)
    dropout: float = Field(default=0.5, ge=0, lt=1, description="On the network's input and output.")
    output: Literal["crf", "pairwise", "softmax"] = Field(
        default="crf",
        description="crf; pairwise: a CRF whose every token scores each pair of tags; softmax: each tag by itself.",
    )


class Training(TrainingSettings):
    """How the weights are found; chosen on development splits."""

    optimizer: Literal["adam", "adamw", "sgd"] = Field(default="adam", description="adam, adamw or sgd.")
    learning_rate: float = Field(default=3e-3, gt=0, description="The highest one; the schedule takes shares of it.")
    schedule: Literal["constant", "linear", "cosine", "one-cycle", "inverse", "plateau"] = Field(
        default="one-cycle", description="constant, linear, cosine, one-cycle, inverse or plateau."
    )
    epochs: int = Field(default=12, ge=1, description="Passes over the data, at most.")
    patience: int = Field(default=0, ge=0, description="Epochs without a better score that end it; 0 never does.")
    batch_tokens: int = Field(default=1024, ge=1, description="Tokens in a batch, padding counted.")
    moving_average: float = Field(
        default=0.998,
        ge=0,
        lt=1,
        description="Decay of an average over the weights, which is then the model; 0 is off.",
    )


class Config(Settings):
    """Configuration of the BiLSTM-CRF."""

    scheme: str = Field(default="BIOES", description="Tag scheme: IO, IOB1, BIO or BIOES.")
    policy: Policy = Field(default="longest", description="Which of overlapping entities is learned.")
    heads: Sharing = Field(
        default="corpus", description="corpus: an output for each corpus; shared: one, where other labels are unknown."
    )
    held_out: float = Field(
        default=0.1,
        ge=0,
        lt=0.9,
        description="Share of documents held out where no development data is given; 0: none.",
    )
    context_tokens: int = Field(
        default=0,
        ge=0,
        description="Sentences of a document are read together up to so many tokens; 0: each by itself.",
    )
    weights: Literal["auto", "float32", "int8"] = Field(
        default="auto",
        description="Weights to predict with; auto: int8 where it loses at most 0.2 F1 on the development data.",
    )
    init: Path | None = Field(default=None, description="A model to begin with: its weights are where this one starts.")
    init_with: tuple[Path, ...] = Field(
        default=(),
        description="Models like that of init, from stages of one training: it begins with the mean of all their weights.",
    )
    init_parts: tuple[Literal["words", "characters", "recurrent", "outputs"], ...] = Field(
        default=("words", "characters", "recurrent", "outputs"),
        description="What to take of it, the rest begins anew; words: with shapes and clusters; outputs: of equal tags.",
    )
    freeze: tuple[Literal["words", "characters", "recurrent"], ...] = Field(
        default=(),
        description="Parts taken of it that learn nothing more; frozen words and characters get no new ones.",
    )
    keep: Literal["mean", "each"] = Field(
        default="mean",
        description="mean: the weights that are best over all corpora; each: for every head also those best for its corpus.",
    )
    corpora: dict[str, CorpusSettings] = Field(default={}, description="Corpora to learn from together, by name.")
    teacher: Teacher = Field(default_factory=Teacher)
    network: NetworkSettings = Field(
        default_factory=NetworkSettings, description="With `init`, what is not set here is as in that model."
    )
    training: Training = Field(default_factory=Training)

    @model_validator(mode="before")
    @classmethod
    def _network_as_in_init(cls, settings: Any) -> Any:
        return {**settings, "network": beginning(settings)} if settings.get("init") else settings

    @property
    def seed(self) -> int:
        """Recorded with the model."""
        return self.training.seed


def beginning(settings: Tables) -> Tables:
    """The table `network` of settings, laid over that of the model which `init` names, if it is there.

    Its word vectors are taken from that model, not from the file that it had them from.
    """
    network: Tables = settings.get("network", {})
    if isinstance(network, NetworkSettings):
        return network.model_dump(exclude_unset=True)
    folder = Path(settings["init"])
    if not (folder / "config.toml").is_file():
        return network
    base: Tables = configuration.read(folder / "config.toml").get("network", {})
    base.get("words", {}).pop("vectors", None)
    files = with_files(NetworkSettings.model_validate(base), lambda path: resource_path(path, folder))
    base = files.model_dump(mode="json", exclude_none=True)
    base["lists"] = network.get("lists", base["lists"])
    return configuration.merged(base, network)


def with_files(settings: Any, place: Callable[[Path], Path]) -> Any:
    """Settings with every file that they name where `place` says."""
    if isinstance(settings, Path):
        return place(settings)
    if isinstance(settings, dict):
        return {name: with_files(value, place) for name, value in settings.items()}
    if isinstance(settings, BaseModel):
        return settings.model_copy(update={name: with_files(value, place) for name, value in settings})
    return settings


class RawText(TextSettings):
    """Raw text: how it becomes documents, and which of them are learned from."""

    held_out_tokens: int = Field(default=10_000, ge=1, description="Of these so many tokens are measured on, at most.")


class PretrainingSteps(TrainingSettings):
    """How the weights are found in raw text."""

    learning_rate: float = Field(default=3e-3, gt=0, description="The highest one; the schedule takes shares of it.")
    betas: tuple[float, float] = Field(default=(0.9, 0.98), description="For adam and adamw.")
    schedule: Literal["constant", "linear", "cosine", "one-cycle", "inverse", "plateau"] = Field(
        default="cosine", description="constant, linear, cosine, one-cycle, inverse or plateau."
    )
    warmup: float = Field(
        default=0.02, ge=0, lt=1, description="Share of the run in which linear, cosine and one-cycle rise."
    )
    clip: float = Field(default=1.0, ge=0, description="Longest gradient, as a norm over all weights; 0 does not clip.")
    epochs: int = Field(default=1, ge=1, description="Passes over the text, at most.")
    patience: int = Field(default=0, ge=0, description="Scorings without a better one that end it; 0 never does.")
    metric: Literal["probability"] = Field(
        default="probability", description="What decides on the text held out: probability, that is 1 / perplexity."
    )
    batch_tokens: int = Field(default=4096, ge=1, description="Tokens in a batch, padding counted.")


class PretrainingConfig(Settings):
    """Configuration of pretraining a BiLSTM on raw text."""

    drawn_words: int = Field(default=1024, ge=1, description="Words drawn in each batch, that its own are told from.")
    dropout: float = Field(default=0.1, ge=0, lt=1, description="On the states of which a word is told.")
    min_character_count: int = Field(
        default=50, ge=1, description="Words of the text that must hold a character for it to get a vector."
    )
    score_steps: int = Field(default=1000, ge=1, description="Steps, or so, between two scorings on the text held out.")
    text: RawText = Field(default_factory=RawText)
    network: NetworkSettings = Field(default_factory=lambda: NetworkSettings(dropout=0.1))
    training: PretrainingSteps = Field(default_factory=PretrainingSteps)

    @property
    def seed(self) -> int:
        """Random seed."""
        return self.training.seed
