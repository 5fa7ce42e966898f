"""i2b2 2010: a text with one sentence a line and single spaces between tokens, and its concepts in a file of their own.

    x.txt   He has no chest pain .
    x.con   c="chest pain" 1:3 1:4||t="problem"
    x.ast   c="chest pain" 1:3 1:4||t="problem"||a="absent"       the assertion, as `attributes["assertion"]`
    x.rel   c="aspirin" 2:0 2:0||r="TrIP"||c="chest pain" 1:3 1:4

Lines are counted from 1, tokens from 0, the end token is inclusive; blank lines and empty tokens (a double space) do
count. `c="..."` repeats the text, lower-cased. Any label may stand in `t="..."`; the official ones are problem, test,
and treatment.

A text that was read from i2b2 is written as it was. Any other is written as its tokens (ours, if it has none), so its
white space is not kept. Cannot hold, and what then happens: entities that cut a token (widened, counted as changed;
white space at an edge is trimmed); discontinuous ones (gaps of white space alone are closed), those that cross a line, and duplicates (lost, counted); identifiers, scores, passages, attributes
other than the assertion, and relations with other than two entities (lost, counted); roles of relations other than Arg1
and Arg2, quotation marks in labels (changed). Sentences that we split are joined where an entity crosses their edge.

Source: Uzuner et al. 2011, 2010 i2b2/VA challenge; its annotation guidelines and its scorer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bionym.data import Argument, Audit, Document, Entity, Relation, Span
from bionym.errors import FormatError, InputError
from bionym.files import BOM, STREAM, companion, read_text, stem, suffix, write_text
from bionym.formats import _i2b2_layout
from bionym.formats._characters import num_uncovered, without_surrogates
from bionym.formats._file_names import file_names
from bionym.formats._i2b2_layout import Layout
from bionym.formats._i2b2_lines import (
    Concept,
    Stated,
    Tied,
    as_value,
    read_assertions,
    read_concepts,
    read_relations,
)
from bionym.formats._i2b2_repair import Placing
from bionym.formats._mentions import DANGLING, KEPT, NOWHERE
from bionym.formats._offsets import Repair
from bionym.formats._shapes import Fields, Fixed, Listed

SUFFIXES = (".con", ".txt", ".ast", ".rel")
ONE_PER_FILE = True
HOLDS = ("tokens", "sentences")

META = "i2b2"
META_SHAPE = {META: Fields({"mark": bool, "lines": Listed(Fixed(int, int, str))})}
ASSERTION = "assertion"
ROLES = ("Arg1", "Arg2")
_FIRST_LABEL = {"TR": "treatment", "TE": "test", "PI": "problem"}  # what a relation begins with, by its first letters


def read(
    path: Path,
    *,
    audit: Audit | None = None,
    beside: Sequence[Path] = (),
    texts: Sequence[Path] = (),
    require_annotations: bool = True,
    repair: Repair | None = None,
) -> Iterator[Document]:
    """The document of `x.txt` and those of `x.con`, `x.ast` and `x.rel` that there are, by any of their names.

    Args:
        audit: counts duplicates, and concepts whose stated text is not that of their tokens.
        beside: files or folders in which the others may lie, if not in the same folder.
        texts: folders in which the text may lie, if in none of these.
        require_annotations: False reads a text without `.con` and `.ast` as a document without entities.
        repair: "nearest" moves a concept whose tokens do not resemble its text to the nearest tokens that are its text,
            takes lines and tokens that are counted otherwise as such, and leaves out lines that are of no use.
    Raises: InputError where a file is missing; FormatError at the first line that is broken or points outside the text.
    """
    files = _companions(path, beside, texts, require_annotations)
    written = read_text(files[".txt"])
    text = written.removeprefix(BOM)
    layout = _i2b2_layout.of_lines(text)
    found = _Found(layout, stem(path), audit if audit is not None else Audit())
    if repair is not None:
        found.placing = Placing(layout, _all_concepts(files))
    if ".con" in files:
        found.add_concepts(files[".con"])
    if ".ast" in files:
        found.add_assertions(files[".ast"], is_alone=".con" not in files)
    relations = found.relations(files[".rel"]) if ".rel" in files else ()
    tokens, sentences = _i2b2_layout.words(layout)
    meta = {META: {"mark": written != text, "lines": tuple(found.lines)}}
    entities = tuple(found.entities.values())
    yield Document(stem(path), text, (), entities, tuple(relations), tokens, sentences, meta)


def write(documents: Iterable[Document], path: Path, *, audit: Audit | None = None) -> None:
    """One `.txt` and one `.con` a document in the folder `path`; `.ast` and `.rel` where there is need."""
    audit = audit if audit is not None else Audit()
    names = file_names(audit)
    for document in documents:
        document = without_surrogates(document, audit)
        place = path / names.of(document.id)
        layout, text = _layout(document, audit)
        write_text(_with_suffix(place, ".txt"), text)
        concepts = _concepts(document, layout, audit)
        stated = sorted(concepts.values(), key=_by_place)
        write_text(_with_suffix(place, ".con"), _joined(dict.fromkeys(one._replace(assertion="") for one in stated)))
        asserted = [one for one in stated if one.assertion]
        ties = _ties(document, concepts, audit)
        for name, lines in ((".ast", dict.fromkeys(asserted)), (".rel", dict.fromkeys(ties))):
            if lines:
                write_text(_with_suffix(place, name), _joined(lines))
        _count_losses(document, audit)


@dataclass
class _Found:
    """Entities of one document while its files are read, by span and label; and the concepts line by line."""

    layout: Layout
    document_id: str
    audit: Audit
    placing: Placing | None = None
    entities: dict[tuple[Span, str], Entity] = field(default_factory=dict)
    lines: list[tuple[int, int, str]] = field(
        default_factory=list
    )  # in the file's order, which the official scorer obeys

    def add_concepts(self, path: Path) -> None:
        for line in read_concepts(path, self._on_error):
            entity = self._entity(line, path)
            if entity is None:
                continue
            self.lines.append((entity.start, entity.end, entity.label))
            if (entity.extent, entity.label) in self.entities:
                self.audit.lose(self.document_id, "duplicate", "the line stands twice in the file")
            self.entities.setdefault((entity.extent, entity.label), entity)

    def add_assertions(self, path: Path, *, is_alone: bool) -> None:
        for line in read_assertions(path, self._on_error):
            entity = self._entity(line, path)
            if entity is None:
                continue
            key = entity.extent, entity.label
            if is_alone:
                self.lines.append((entity.start, entity.end, entity.label))
            if key not in self.entities and not is_alone:
                self.audit.change(self.document_id, entity, "stands in the .ast file, not in the .con file: added")
            self.entities[key] = replace(self.entities.get(key, entity), attributes={ASSERTION: line.assertion})

    def relations(self, path: Path) -> list[Relation]:
        by_span: dict[Span, list[str]] = {}
        for span, label in self.entities:
            by_span.setdefault(span, []).append(label)
        found = (self._relation(line, by_span, path) for line in read_relations(path, self._on_error))
        return [relation for relation in found if relation is not None]

    def _relation(self, line: Tied, by_span: Mapping[Span, list[str]], path: Path) -> Relation | None:
        likely = _FIRST_LABEL.get(line.label[:2].upper(), "")
        ends = ((line.first, likely), (line.second, "problem"))
        try:
            names = [self._name(concept, label, by_span, path, line.number) for concept, label in ends]
        except FormatError:
            if self.placing is None:
                raise
            self.audit.lose(self.document_id, "relation", DANGLING, place=f"{path.name}, line {line.number}")
            return None
        return Relation(line.label, tuple(map(Argument, ROLES, names)))

    def _name(self, concept: Concept, likely: str, by_span: Mapping[Span, list[str]], path: Path, number: int) -> str:
        """The id of the entity at a concept's place, given to it if it has none; of several, the one of this label."""
        span = self.layout.span(self._placed(concept)[0] or concept, path, number)
        labels = by_span.get(span)
        if not labels:
            place = f"{concept.first.line}:{concept.first.token} {concept.last.line}:{concept.last.token}"
            fix = "Add the concept, or pass --option repair=nearest to leave the relation out."
            raise FormatError(f"no concept stands at {place}", path=path, line=number, fix=fix)
        key = span, likely if likely in labels else labels[0]
        if not self.entities[key].id:
            num_named = sum(bool(entity.id) for entity in self.entities.values())
            self.entities[key] = replace(self.entities[key], id=f"C{num_named + 1}")
        return self.entities[key].id

    def _entity(self, line: Stated, path: Path) -> Entity | None:
        concept, done = self._placed(line.concept)
        if concept is None:
            self.audit.lose(self.document_id, "entity", NOWHERE, place=f"{path.name}, line {line.number}")
            return None
        entity = Entity((self.layout.span(concept, path, line.number),), line.label)
        if done or not self.layout.says(concept):
            self.audit.change(self.document_id, entity, done or KEPT)
        return entity

    def _placed(self, concept: Concept) -> tuple[Concept | None, str]:
        """The concept at its place, and what was done; None if it has none, which is known under repair alone."""
        return (concept, "") if self.placing is None else self.placing.placed(concept)

    @property
    def _on_error(self) -> Callable[[FormatError], None] | None:
        return None if self.placing is None else self._leave_out

    def _leave_out(self, error: FormatError) -> None:
        place = f"{Path(error.path or '').name}, line {error.line}"
        self.audit.lose(self.document_id, "line", "of no form that i2b2 has: left out", place=place)


def _all_concepts(files: Mapping[str, Path]) -> list[Concept]:
    """The concepts that the files name, unusable lines left out."""
    stated = [(read_concepts, ".con"), (read_assertions, ".ast")]
    return [line.concept for read, name in stated if name in files for line in read(files[name], lambda _: None)]


def _companions(
    path: Path, beside: Sequence[Path], texts: Sequence[Path], require_annotations: bool
) -> dict[str, Path]:
    if path == STREAM:
        raise InputError("i2b2 needs several files, not standard input", fix="Name the .txt file or its folder.")
    found = {name: path if suffix(path) == name else companion(path, name, beside) for name in SUFFIXES}
    found[".txt"] = found[".txt"] or companion(path, ".txt", texts)
    files = {name: place for name, place in found.items() if place is not None}
    if ".txt" not in files:
        fix = f"Put {stem(path)}.txt next to it, or name its folder with --text."
        raise InputError(f"there is no {stem(path)}.txt for it", path=path, fix=fix)
    if require_annotations and not files.keys() & {".con", ".ast"}:
        fix = "Put it there (it may be empty), name its folder with --annotations, or read the text with --format text."
        raise InputError(f"there is no {stem(path)}.con for it", path=path, fix=fix)
    return files


def _layout(document: Document, audit: Audit) -> tuple[Layout, str]:
    if META not in document.meta:
        layout, text = _i2b2_layout.of_tokens(document, audit)
        rest = num_uncovered(document.text, [Span(*word) for row in layout.rows for word in row])
        if rest:
            audit.lose(document.id, "character", "no token covers it", count=rest)
        return layout, BOM * text.startswith(BOM) + text
    has_mark = document.meta[META].get("mark") or document.text.startswith(BOM)
    return _i2b2_layout.of_lines(document.text), BOM * bool(has_mark) + document.text


def _concepts(document: Document, layout: Layout, audit: Audit) -> dict[int, Stated]:
    """The line of each entity that can be written, by its index in the document."""
    found: dict[int, Stated] = {}
    taken: set[tuple[Concept, str]] = set()
    for index, entity in enumerate(document.entities):
        concept = layout.concept(document, entity, audit)
        if concept is None:
            continue
        label, assertion = as_value(entity.label), as_value(entity.attributes.get(ASSERTION, ""))
        if (label, assertion) != (entity.label, entity.attributes.get(ASSERTION, "")):
            audit.change(document.id, entity, "i2b2 values hold no quotation marks: '_' instead")
        if (concept, label) in taken:
            audit.lose(document.id, entity, "same tokens and label as another entity")
        taken.add((concept, label))
        found[index] = Stated(0, concept, label, assertion)
    return found


def _ties(document: Document, concepts: Mapping[int, Stated], audit: Audit) -> list[Tied]:
    by_id: dict[str, Concept] = {}
    for index, stated in concepts.items():
        by_id.setdefault(document.entities[index].id, stated.concept)
    by_id.pop("", None)
    ties = []
    for relation in document.relations:
        ends = [by_id[target] for _, target in relation.arguments if target in by_id]
        if len(ends) != 2 or len(relation.arguments) != 2:
            audit.lose(document.id, "relation", "i2b2 relations tie two concepts of the .con file")
            continue
        if not relation.label:
            audit.lose(document.id, "relation", "has no label, which i2b2 relations need")
            continue
        if tuple(role for role, _ in relation.arguments) != ROLES:
            audit.change(document.id, "relation", "i2b2 relations have no roles: the order alone is kept")
        if as_value(relation.label) != relation.label:
            audit.change(document.id, "relation", "i2b2 values hold no quotation marks: '_' instead")
        ties.append(Tied(0, ends[0], as_value(relation.label), ends[1]))
    return ties


def _count_losses(document: Document, audit: Audit) -> None:
    entities = document.entities
    losses = {
        "passage": len(document.passages),
        "identifier": sum(len(entity.concepts) for entity in entities),
        "score": sum(entity.score is not None for entity in entities),
        "attribute": sum(len(entity.attributes.keys() - {ASSERTION}) for entity in entities),
    }
    for what, count in losses.items():
        if count:
            audit.lose(document.id, what, "i2b2 has no place for it", count=count)


def _by_place(stated: Stated) -> tuple[object, ...]:
    return stated.concept.first, stated.concept.last, stated.label


def _joined(lines: Iterable[object]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _with_suffix(place: Path, name: str) -> Path:
    return place.with_name(place.name + name)
