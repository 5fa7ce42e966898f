"""The component: loads a model, runs it over batches of `Doc`, and is saved with the pipeline.

Settings, with what they are if not given:

    model           a model's folder or name
    tokens          "bionym": the model reads the text in its own tokens, and finds what `bionym predict` finds;
                    "spacy": it reads the tokens of the `Doc`, so that every edge fits
    misaligned      what becomes of an entity whose edge falls inside a token of spaCy: "aside" keeps it in
                    `doc._.bionym.aside` alone, "expand" widens its span to whole tokens, "error" raises
    policy          which of overlapping entities stands in `doc.ents`: "longest", "first", "outermost"
    overwrite_ents  false: entities that other components set stay in `doc.ents`
    spans_key       "bionym": the group in `doc.spans` that takes all, overlapping ones too
"""

import os
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import raise_error

from bionym import pipeline
from bionym.apps.spacy.found import keep
from bionym.apps.spacy.packing import pack, unpack
from bionym.apps.spacy.placing import DISCONTINUOUS, MISALIGNED, Misaligned, is_exact, set_ents, set_group, span_of
from bionym.data import Audit, Document, Entity, Span
from bionym.errors import ConfigError, LossError
from bionym.files import finishing
from bionym.text import split_sentences
from bionym.trained import store

Tokens = Literal["bionym", "spacy"]
EntsPolicy = Literal["longest", "first", "outermost"]


@dataclass(frozen=True)
class Settings:
    """How a component puts entities on a `Doc`."""

    model: str | None
    tokens: Tokens
    misaligned: Misaligned
    policy: EntsPolicy
    overwrite_ents: bool
    spans_key: str


@Language.factory(
    "bionym",
    assigns=["doc.ents", "doc.spans", "doc._.bionym", "span._.bionym", "token.ent_iob", "token.ent_type"],
    default_config={
        "model": None,
        "tokens": "bionym",
        "misaligned": "aside",
        "policy": "longest",
        "overwrite_ents": False,
        "spans_key": "bionym",
    },
)
def make_bionym(
    nlp: Language,
    name: str,
    model: str | None,
    tokens: Tokens,
    misaligned: Misaligned,
    policy: EntsPolicy,
    overwrite_ents: bool,
    spans_key: str,
) -> "Bionym":
    """The component, as `nlp.add_pipe` makes it; its model is loaded at first use, or comes with a saved pipeline."""
    return Bionym(name, Settings(model, tokens, misaligned, policy, overwrite_ents, spans_key))


class Bionym:
    """A Bionym model in a spaCy pipeline. `audit` counts what this process could not put on a `Doc` as it was."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name, self.settings = name, settings
        self.audit = Audit()
        self._num_docs = 0
        self._folder: Path | None = None  # of a model that came with a saved pipeline
        self._is_scratch = False  # whether that folder is this component's alone
        self._tagger: pipeline.Pipeline | None = None
        self._error_handler: Callable[..., Any] = raise_error

    @property
    def folder(self) -> Path:
        """Where its model lies. Raises: ConfigError, UnknownNameError, ModelError."""
        if self._folder:
            return self._folder
        if not self.settings.model:
            raise ConfigError(
                f"The component {self.name!r} has no model. "
                "Name one: nlp.add_pipe('bionym', config={'model': 'models/first'})."
            )
        return store.locate(self.settings.model)

    @property
    def tagger(self) -> pipeline.Pipeline:
        """Its model, loaded once."""
        if self._tagger is None:
            self._tagger = pipeline.load(self.folder)
        return self._tagger

    def __call__(self, doc: Doc) -> Doc:
        """A `Doc` with its entities. Raises: LossError under `misaligned = "error"`."""
        self._annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Docs with their entities, read by the model some at a time; a batch that fails goes to the error handler."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            try:
                self._annotate(batch)
            except Exception as error:
                self._error_handler(self.name, self, batch, error)
            else:
                yield from batch

    def initialize(self, get_examples: Callable[[], Iterable[Any]], *, nlp: Language | None = None) -> None:
        """Load the model now; there is nothing to learn."""
        assert self.tagger

    def set_error_handler(self, error_handler: Callable[..., Any]) -> None:
        """What is called with (name, component, docs, error) when a batch fails."""
        self._error_handler = error_handler

    def get_error_handler(self) -> Callable[..., Any]:
        """That function; at first one that raises."""
        return self._error_handler

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:
        """The model into a folder, which `bionym.load` reads too."""
        out = Path(path)
        with finishing(out, force=True, may_replace=_may_replace, otherwise="not a model folder") as unfinished:
            shutil.copytree(self.folder, unfinished)

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> "Bionym":
        """Take the model of a folder, in place of the one that the configuration names."""
        return self._with_model(store.locate(Path(path)), is_scratch=False)

    def to_bytes(self, *, exclude: Sequence[str] = ()) -> bytes:
        """The model, all its files."""
        return pack(self.folder)

    def from_bytes(self, content: bytes, *, exclude: Sequence[str] = ()) -> "Bionym":
        """Take the model of these bytes; its files lie in a folder for this component alone, removed with it."""
        scratch = Path(tempfile.mkdtemp(prefix="bionym-"))
        weakref.finalize(self, _remove, scratch, os.getpid())
        unpack(content, scratch)
        return self._with_model(store.locate(scratch), is_scratch=True)

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs: no open model, and no folder that this process will remove."""
        content = self.to_bytes() if self._is_scratch else None
        return {**self.__dict__, "_tagger": None, "_content": content}

    def __setstate__(self, state: dict[str, Any]) -> None:
        content = state.pop("_content")
        self.__dict__.update(state)
        if content is not None:
            self.from_bytes(content)

    def _with_model(self, folder: Path, *, is_scratch: bool) -> "Bionym":
        self._folder, self._is_scratch, self._tagger = folder, is_scratch, None
        return self

    def _annotate(self, docs: Sequence[Doc]) -> None:
        documents = [self._document(number, doc) for number, doc in enumerate(docs, start=self._num_docs + 1)]
        self._num_docs += len(docs)
        for doc, document in zip(docs, self.tagger.predict(documents), strict=True):
            self._put(doc, document)

    def _document(self, number: int, doc: Doc) -> Document:
        """A `Doc` as the model reads it; its name in messages is its number."""
        if self.settings.tokens == "bionym":
            return Document(str(number), doc.text)
        tokens = tuple(_extent(token) for token in doc if not token.is_space)
        if not doc.has_annotation("SENT_START"):
            return Document(str(number), doc.text, tokens=tokens, sentences=split_sentences(doc.text, tokens))
        inside = ([_extent(token) for token in sentence if not token.is_space] for sentence in doc.sents)
        sentences = tuple(Span(extents[0].start, extents[-1].end) for extents in inside if extents)
        return Document(str(number), doc.text, tokens=tokens, sentences=sentences)

    def _put(self, doc: Doc, document: Document) -> None:
        """The entities of a document onto its `Doc`."""
        held = [(entity, span_of(doc, entity, self.settings.misaligned)) for entity in document.entities]
        for entity, span in held:
            if span is None or not is_exact(span, entity):
                self._count(document.id, entity, is_held=span is not None)
        spans = [span for _, span in held if span is not None]
        keep(doc, self.name, held)
        set_group(doc, self.settings.spans_key, spans)
        set_ents(doc, spans, self.settings.policy, overwrite=self.settings.overwrite_ents)

    def _count(self, document_id: str, entity: Entity, *, is_held: bool) -> None:
        """Count an entity that is not on the tokens as it was found, and say so the first time. Raises: LossError."""
        reason = DISCONTINUOUS if entity.is_discontinuous else MISALIGNED
        if self.settings.misaligned == "error":
            offsets = ", ".join(f"[{span.start}, {span.end})" for span in entity.spans)
            raise LossError(
                f"Document {document_id}: {entity.label} {offsets} has no span: {reason}. "
                "Set misaligned to 'aside' or 'expand', or tokens to 'spacy'."
            )
        counts = self.audit.changed if is_held else self.audit.lost
        if not any(why.startswith(reason) for _, why in counts):
            where = "its span is widened to the tokens" if is_held else "it is only in doc._.bionym.aside"
            warnings.warn(
                f"{self.name}: an entity has no span of its own ({reason}); {where}. "
                f"All such are counted in nlp.get_pipe({self.name!r}).audit.",
                stacklevel=2,
            )
        if is_held:
            self.audit.change(document_id, entity, f"{reason}: widened to the token")
        else:
            self.audit.lose(document_id, entity, f"{reason}: kept aside")


def _may_replace(folder: Path) -> bool:
    return (folder / "config.toml").is_file() or not any(folder.iterdir())


def _remove(folder: Path, owner: int) -> None:
    """Remove a folder, in the process that made it."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _extent(token: Any) -> Span:
    return Span(token.idx, token.idx + len(token))
