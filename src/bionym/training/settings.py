"""How a model learns: every setting of the loop, of its batches and of its checkpoints."""

from typing import Literal

from pydantic import Field

from bionym.config import Settings

OptimizerName = Literal["adam", "adamw", "sgd"]
ScheduleName = Literal["constant", "linear", "cosine", "one-cycle", "inverse", "plateau"]

# What may differ when a run is taken up again, for it has no influence on what is learned from the same steps.
WITHOUT_INFLUENCE = frozenset({"checkpoint_minutes", "checkpoint_steps", "time_limit_minutes"})


class TrainingSettings(Settings):
    """How the weights of a neural model are found. A model may have defaults of its own."""

    optimizer: OptimizerName = Field(default="adam", description="adam, adamw or sgd.")
    learning_rate: float = Field(default=1e-3, gt=0, description="The highest rate; the schedule scales it.")
    learning_rates: dict[str, float] = Field(
        default={}, description="Rates of parameters whose names begin so: {encoder = 3e-5}; the longest name wins."
    )
    weight_decay: float = Field(default=0.0, ge=0, description="Decay of weight matrices; never of biases and norms.")
    momentum: float = Field(default=0.9, ge=0, lt=1, description="For sgd.")
    betas: tuple[float, float] = Field(default=(0.9, 0.999), description="For adam and adamw.")
    schedule: ScheduleName = Field(
        default="constant", description="constant, linear, cosine, one-cycle, inverse or plateau."
    )
    warmup: float = Field(
        default=0.1, ge=0, lt=1, description="Share of the run in which linear, cosine and one-cycle rise."
    )
    decay: float = Field(default=0.05, ge=0, description="For inverse: rate / (1 + decay * epochs done).")
    plateau_factor: float = Field(default=0.5, gt=0, lt=1, description="For plateau: what the rate is multiplied by.")
    plateau_patience: int = Field(default=2, ge=0, description="For plateau: epochs without a better score until then.")
    clip: float = Field(default=5.0, ge=0, description="Longest gradient, as a norm over all weights; 0 does not clip.")
    epochs: int = Field(default=50, ge=1, description="Passes over the data, at most.")
    min_epochs: int = Field(default=1, ge=1, description="Epochs before which patience does not end the training.")
    patience: int = Field(default=10, ge=0, description="Stop after this many epochs without a better score; 0: never.")
    metric: str = Field(default="f1", description="The development score that decides; higher is better.")
    time_limit_minutes: float = Field(
        default=0.0,
        ge=0,
        description="Time limit of the training, in minutes; 0: none. Schedules go by epochs and ignore it.",
    )
    accumulate: int = Field(default=1, ge=1, description="Batches whose gradients make one step.")
    precision: Literal["auto", "float32", "bf16", "fp16"] = Field(
        default="float32", description="float32, bf16, fp16, or auto: bf16 where it is quicker."
    )
    moving_average: float = Field(
        default=0.0, ge=0, lt=1, description="Decay of an average over the weights, which is then the model; 0 is off."
    )
    seed: int = Field(default=1, ge=0, description="On a CPU, the same seed gives the same model, bit for bit.")
    batch_tokens: int = Field(default=1024, ge=1, description="Tokens in a batch, padding counted.")
    batch_items: int = Field(default=0, ge=0, description="Items in a batch, at most; 0 has no limit.")
    sampling: Literal["size", "uniform", "temperature"] = Field(
        default="size", description="How an epoch samples corpora: size, uniform, or temperature (between both)."
    )
    temperature: float = Field(
        default=2.0, ge=1, description="For temperature: shares follow size ** (1 / this); 1 is size."
    )
    mix_corpora: bool = Field(default=False, description="Allow items of several corpora in one batch.")
    threads: int = Field(default=0, ge=0, description="Threads of torch; 0 takes one where there are two cores or one.")
    device: str = Field(default="auto", description="auto, cpu, cuda or cuda:1.")
    processes: int = Field(
        default=1,
        ge=1,
        description="Processes that train together, each with a GPU if that is the device; a step has `processes` times `accumulate` batches.",
    )
    deterministic: bool = Field(default=False, description="Only algorithms that give the same bits on a GPU too.")
    report_steps: int = Field(default=10, ge=1, description="Steps between two lines of the log.")
    checkpoint_minutes: float = Field(
        default=10.0, ge=0, description="Between checkpoints within an epoch; 0: at epochs only."
    )
    checkpoint_steps: int = Field(default=0, ge=0, description="The same in steps; 0: not by steps.")
