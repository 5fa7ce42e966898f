"""The ensemble: several trained chains that decide together, by the mean of their log-scores.

A feature CRF and a neural model make different mistakes, and so do several seeds of one model. Nothing is trained: `combine`
makes it of models that are.

A model folder holds `config.toml`, which names the members, their shares and the sources they speak for, and `members/1`,
`members/2` and so on, each the whole folder of a model.

All members see the same tokens. Where one reads several sentences at once and another each by itself, tags are sought in
stretches that no member cuts; see `averaging` for that, for tags that a member does not know, and for shares.
"""

import copy
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import Field, field_validator

from bionym import config as configuration
from bionym.data import Document
from bionym.errors import ModelError, UnknownNameError
from bionym.heads.batches import tagged
from bionym.heads.potentials import HeadPotentials, Potentials, decoded
from bionym.models.ensemble.averaging import Key, Voice, choirs, in_common
from bionym.models.ensemble.members import Member, chain_tagger
from bionym.trained import store

MEMBERS = "members"


class MemberSettings(configuration.Settings):
    """A member of an ensemble."""

    name: str = Field(description="Of the folder it came from.")
    model: str = Field(description="Its kind.")
    share: float = Field(gt=0, allow_inf_nan=False, description="Its weight in the mean, beside those of the others.")
    sources: tuple[str, ...] = Field(min_length=1, description="For each of its heads, the source it speaks for.")


class Config(configuration.Settings):
    """Of whom an ensemble consists."""

    members: tuple[MemberSettings, ...] = Field(
        default=(), validate_default=True, description="In the order of folders."
    )

    @field_validator("members")
    @classmethod
    def _several(cls, members: tuple[MemberSettings, ...]) -> tuple[MemberSettings, ...]:
        if len(members) < 2:
            raise ValueError(
                "expected two or more; an ensemble is not trained, bionym combine makes it of trained models"
            )
        return members


class Ensemble:
    """Several taggers as one.

    Args:
        members: two or more, each source spoken for by one or more.
        folder: where its files lie, or None while they lie with the members.
    Raises: ModelError if they cannot speak together.
    """

    PACKAGES = ("onnxruntime", "numpy")  # whose versions the record of a training names

    def __init__(self, members: Sequence[Member], folder: Path | None = None) -> None:
        self.members = self._whole = tuple(members)
        self.folder = folder
        said = [one.potentials(()) for one in self.members]
        voices = [
            Voice(f"{one.name} (member {number})", one.share, head)
            for number, (one, potentials) in enumerate(zip(self.members, said, strict=True), 1)
            for head in potentials.heads
        ]
        self._choirs = choirs(voices)

    @property
    def config(self) -> Config:
        """Its members, as they are written down."""
        return Config(
            members=tuple(
                MemberSettings(name=one.name, model=one.kind, share=one.share, sources=one.sources)
                for one in self._whole
            )
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it can give, sorted."""
        return tuple(sorted({label for _, labels in self._choirs for label in labels}))

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that its members speak for."""
        return tuple(dict.fromkeys(source for source, _ in self._choirs))

    def of_source(self, name: str) -> "Ensemble":
        """The same members, those that speak for one source, by that alone. Raises: UnknownNameError."""
        if name not in self.sources:
            raise UnknownNameError("source", name, self.sources)
        alone = copy.copy(self)
        alone.members = tuple(one.of_source(name) for one in self.members if name in one.sources)
        alone._choirs = {key: choir for key, choir in self._choirs.items() if key[0] == name}
        return alone

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, in order, with the entities that the members find together, each with its probability.

        Where several sources speak, each entity names its own in `attributes["source"]`; see `merging` for overlaps.
        """
        return tagged(documents, lambda some: decoded(some, self.potentials(some)))

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """What its members say together of tokenised documents."""
        said = [one.potentials(documents) for one in self.members]
        ranges, rows = in_common(documents, [one.ranges for one in said])
        heads: dict[Key, list[HeadPotentials]] = {key: [] for key in self._choirs}
        for potentials, own in zip(said, rows, strict=True):
            for head in potentials.heads:
                heads[head.source, head.labels].append(head if own is None else head.at(own))
        return Potentials(ranges, tuple(choir.together(heads[key]) for key, choir in self._choirs.items()))

    def save(self, folder: Path) -> None:
        """Every file of its members, and which they are, into `folder`."""
        for number, one in enumerate(self._whole, 1):
            shutil.copytree(one.folder, folder / MEMBERS / str(number))
        text = configuration.dump({"model": "ensemble", **self.config.model_dump(mode="json")})
        (folder / "config.toml").write_text(text, encoding="utf-8")


def load(folder: Path) -> Ensemble:
    """A saved ensemble. Raises: ModelError if it is not whole, ConfigError if its configuration is not valid."""
    config = configuration.of_model(Config, folder / "config.toml")
    members = [_member(one, folder / MEMBERS / str(number)) for number, one in enumerate(config.members, 1)]
    return Ensemble(members, folder)


def optional_files(folder: Path) -> Iterator[Path]:
    """What its members predict without."""
    for config in sorted((folder / MEMBERS).glob("*/config.toml")):
        yield from store.optional_files(config.parent)


def _member(settings: MemberSettings, folder: Path) -> Member:
    if not (folder / "config.toml").is_file():
        raise ModelError(f"{folder} is missing, or no model. Copy the ensemble again, or combine its members anew.")
    kind = store.kind_of(folder)
    if kind != settings.model:
        raise ModelError(f"{folder} is a {kind}, expected a {settings.model}. Combine the members anew.")
    tagger = chain_tagger(store.load(folder), kind, folder)
    found = len(tagger.sources)
    if found != len(settings.sources):
        raise ModelError(
            f"{folder} has {found} heads, but speaks for {len(settings.sources)} sources. Combine the members anew."
        )
    return Member(settings.name, kind, settings.share, settings.sources, tagger, folder)
