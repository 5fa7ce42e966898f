"""The ensemble: several trained chains whose log-scores are averaged.

A feature CRF and a neural model make different mistakes, and so do several seeds of one model. Nothing is trained: `combine`
makes it of trained models.

A model folder holds `config.toml`, which names the members, their shares and the sources of their heads, and `members/1`,
`members/2` and so on, each the whole folder of a model.

All members see the same tokens. Where one reads several sentences at once and another each by itself, tag sequences are decoded
in stretches that no member cuts; see `averaging` for that, for tags that a member does not know, and for shares.
"""

import copy
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import Field, field_validator

from bionym import config as configuration
from bionym.data import Document
from bionym.errors import ModelError, UnknownNameError
from bionym.heads.batches import tag_in_batches
from bionym.heads.potentials import HeadPotentials, Potentials, decode_documents
from bionym.models.ensemble.averaging import Key, MemberHead, group_heads, in_common
from bionym.models.ensemble.members import Member, chain_tagger
from bionym.trained import store

MEMBERS = "members"


class MemberSettings(configuration.Settings):
    """A member of an ensemble."""

    name: str = Field(description="Name of the folder it came from.")
    model: str = Field(description="Kind of model.")
    share: float = Field(gt=0, allow_inf_nan=False, description="Weight in the mean, relative to the other members.")
    sources: tuple[str, ...] = Field(min_length=1, description="The source of each of its heads.")


class Config(configuration.Settings):
    """The members of an ensemble."""

    members: tuple[MemberSettings, ...] = Field(
        default=(), validate_default=True, description="In the order of their folders."
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
    """Several taggers, averaged into one.

    Args:
        members: two or more; each source has a head of one or more of them.
        folder: where its files lie, or None while they lie with the members.
    Raises: ModelError if they cannot be averaged.
    """

    PACKAGES = ("onnxruntime", "numpy")  # whose versions the record of a training names

    def __init__(self, members: Sequence[Member], folder: Path | None = None) -> None:
        self.members = self._whole = tuple(members)
        self.folder = folder
        heads = [
            MemberHead(f"{member.name} (member {number})", member.share, head)
            for number, member in enumerate(self.members, 1)
            for head in member.potentials(()).heads
        ]
        self._groups = group_heads(heads)

    @property
    def config(self) -> Config:
        """Its members, as they are written down."""
        return Config(
            members=tuple(
                MemberSettings(name=member.name, model=member.kind, share=member.share, sources=member.sources)
                for member in self._whole
            )
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it can give, sorted."""
        return tuple(sorted({label for _, labels in self._groups for label in labels}))

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources of its members' heads."""
        return tuple(dict.fromkeys(source for source, _ in self._groups))

    def of_source(self, name: str) -> "Ensemble":
        """The members that have a head of one source, restricted to that. Raises: UnknownNameError."""
        if name not in self.sources:
            raise UnknownNameError("source", name, self.sources)
        alone = copy.copy(self)
        alone.members = tuple(member.of_source(name) for member in self.members if name in member.sources)
        alone._groups = {key: group for key, group in self._groups.items() if key[0] == name}
        return alone

    def predict(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, in order, with the entities that the members' mean finds, each with its probability.

        Where there are several sources, each entity names its own in `attributes["source"]`; see `merging` for overlaps.
        """
        return tag_in_batches(documents, lambda batch: decode_documents(batch, self.potentials(batch)))

    def potentials(self, documents: Sequence[Document]) -> Potentials:
        """The mean of its members' scores of tokenised documents."""
        of_members = [member.potentials(documents) for member in self.members]
        ranges, rows = in_common(documents, [potentials.ranges for potentials in of_members])
        heads: dict[Key, list[HeadPotentials]] = {key: [] for key in self._groups}
        for potentials, rows_of_member in zip(of_members, rows, strict=True):
            for head in potentials.heads:
                heads[head.source, head.labels].append(head if rows_of_member is None else head.at(rows_of_member))
        return Potentials(ranges, tuple(group.average(heads[key]) for key, group in self._groups.items()))

    def save(self, folder: Path) -> None:
        """Write every file of its members, and the list of members, to `folder`."""
        for number, member in enumerate(self._whole, 1):
            shutil.copytree(member.folder, folder / MEMBERS / str(number))
        text = configuration.dump({"model": "ensemble", **self.config.model_dump(mode="json")})
        (folder / "config.toml").write_text(text, encoding="utf-8")


def load(folder: Path) -> Ensemble:
    """A saved ensemble. Raises: ModelError if it is not whole, ConfigError if its configuration is not valid."""
    config = configuration.of_model(Config, folder / "config.toml")
    members = [_member(settings, folder / MEMBERS / str(number)) for number, settings in enumerate(config.members, 1)]
    return Ensemble(members, folder)


def optional_files(folder: Path) -> Iterator[Path]:
    """Files that its members do not need to predict."""
    for config in sorted((folder / MEMBERS).glob("*/config.toml")):
        yield from store.optional_files(config.parent)


def _member(settings: MemberSettings, folder: Path) -> Member:
    if not (folder / "config.toml").is_file():
        raise ModelError(
            f"{folder} is missing or is not a model. Copy the ensemble again, or combine its members again."
        )
    kind = store.kind_of(folder)
    if kind != settings.model:
        raise ModelError(f"{folder} is a {kind}, expected a {settings.model}. Combine the members again.")
    tagger = chain_tagger(store.load(folder), kind, folder)
    num_heads = len(tagger.sources)
    if num_heads != len(settings.sources):
        raise ModelError(
            f"{folder} has {num_heads} heads, but config.toml gives it {len(settings.sources)} sources. Combine the members again."
        )
    return Member(settings.name, kind, settings.share, settings.sources, tagger, folder)
