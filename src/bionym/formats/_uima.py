"""A UIMA CAS as a document, and back, by dkpro-cassis (see `uima_xmi`)."""

import importlib
import re
import warnings
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from bionym.data import Argument, Audit, Document, Entity, Relation, Span
from bionym.errors import FormatError, InputError, MissingExtraError, SpanError
from bionym.formats import _losses
from bionym.formats._characters import NOT_IN_XML, REPLACEMENT, replace_each
from bionym.text.prepare import tokenized

ANNOTATION = "uima.tcas.Annotation"
NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
TOKEN = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"
RELATION = "webanno.custom.Relation"
CONCEPT, LABELS = "identifier", ("value", "label")
SOURCE, TARGET = "Governor", "Dependent"  # the ends of a relation, as WebAnno and INCEpTION name them
ONTOLOGY, CODES = "ontologyConceptArr", ("cui", "code")  # cTAKES
_LINGUISTIC = re.compile(
    r"\.api\.(lexmorph|segmentation|syntax|semantics|structure|transform|metadata|coref)\.|\.type\.(syntax|textspan|structured)\."
    r"|^uima\.|^org\.dkpro\.core\.api\.xml\.|\.CASMetadata$|\.(?:Document|Layer)MetaData$"
)
_FEATURE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = {CONCEPT, *LABELS, "begin", "end", "sofa", SOURCE, TARGET}


def cassis() -> Any:
    """The package. Raises: MissingExtraError."""
    try:
        return importlib.import_module("cassis")
    except ImportError as error:
        raise MissingExtraError("dkpro-cassis", extra="uima", purpose="UIMA CAS") from error


def loaded(load: Callable[[], Any], path: Path) -> Any:
    """What a function of cassis gives. Raises: FormatError for whatever goes wrong in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return load()
        except Exception as error:  # cassis lets every error of its parsing out, and lxml's, whose words quote the file
            fix = "Check that the file is whole, and that its type system is the right one."
            raise FormatError("not a CAS that can be read", path=path, fix=fix) from error


def to_document(cas: Any, document_id: str, path: Path, types: str | None, audit: Audit) -> Document:
    """The document of a CAS's initial view. Raises: InputError."""
    text = loaded(lambda: cas.sofa_string, path)
    if not isinstance(text, str):
        raise InputError("the CAS has no text", path=path, fix="Export its initial view as text.")
    wanted = {name.strip() for name in types.split(",")} if types else set()
    structures = loaded(lambda: list(cas.select(ANNOTATION)), path)
    chosen = [one for one in structures if _is_wanted(one.type.name, wanted)]
    relations = [one for one in chosen if _is_relation(one)]
    names = [one for one in chosen if not _is_relation(one)]
    num_others = sum(one.type.name not in (TOKEN, SENTENCE) for one in structures) - len(chosen)
    num_others -= sum(one.type.name.startswith("uima.") for one in structures)
    if num_others > 0:
        audit.lose(document_id, "annotation of another type", "is not read (option types)", count=num_others)
    ids = {one.xmiID: f"T{number}" for number, one in enumerate(names, start=1)}
    entities = [entity for one in names if (entity := _entity(one, ids, text, document_id, path, audit)) is not None]
    held = {entity.id for entity in entities}
    return Document(
        document_id,
        text,
        entities=tuple(entities),
        relations=tuple(_relations(relations, ids, held, document_id, audit)),
        tokens=_in_order(structures, TOKEN, len(text)),
        sentences=_in_order(structures, SENTENCE, len(text)),
    )


def to_cas(document: Document, audit: Audit) -> tuple[Any, Any]:
    """A CAS with tokens, sentences and named entities, and its type system."""
    package = cassis()
    document = tokenized(document)
    entities = _losses.with_ids(_losses.contiguous(document, audit, "UIMA"))
    _losses.count(document, audit, "UIMA", held=("relation", "concept", "attribute"))
    features = _feature_names(document, entities, audit)
    system = type_system(features)
    cas = package.Cas(system)
    cas.sofa_string, num_changed = replace_each(document.text, NOT_IN_XML, REPLACEMENT)
    if num_changed:
        audit.change(document.id, "character", "became U+FFFD, since XML cannot hold it", count=num_changed)
    cas.sofa_mime = "text/plain"
    for name, spans in ((SENTENCE, document.sentences), (TOKEN, document.tokens)):
        cas.add_all([system.get_type(name)(begin=start, end=end) for start, end in spans])
    made = {one.id: _annotation(one, system, features) for one in entities}
    cas.add_all(made.values())
    for relation in _losses.binary(document, entities, audit, "UIMA"):
        source, target = (made[argument.target] for argument in relation.arguments)
        values = {"begin": target.begin, "end": target.end, "label": _clean(relation.label)}
        cas.add(system.get_type(RELATION)(**values, **{SOURCE: source, TARGET: target}))
    return cas, system


def type_system(features: Collection[str]) -> Any:
    """The types that are written; `features` are those of named entities besides label and concept."""
    system = cassis().TypeSystem()
    for name in (TOKEN, SENTENCE):
        system.create_type(name, supertypeName=ANNOTATION)
    entity = system.create_type(NAMED_ENTITY, supertypeName=ANNOTATION)
    for name in (LABELS[0], CONCEPT, *features):
        system.create_feature(entity, name, "uima.cas.String")
    relation = system.create_type(RELATION, supertypeName=ANNOTATION)
    system.create_feature(relation, "label", "uima.cas.String")
    for name in (SOURCE, TARGET):
        system.create_feature(relation, name, ANNOTATION)
    return system


def feature_names(document: Document) -> list[str]:
    """The names of attributes that can be features of a type."""
    names = dict.fromkeys(name for entity in document.entities for name in entity.attributes)
    return [name for name in names if _FEATURE.fullmatch(name) and name not in _RESERVED]


def _feature_names(document: Document, entities: Collection[Entity], audit: Audit) -> list[str]:
    held = feature_names(document)
    lost = sum(name not in held for entity in entities for name in entity.attributes)
    if lost:
        audit.lose(document.id, "attribute", "UIMA has no feature of such a name", count=lost)
    further = sum(max(0, len(entity.concepts) - 1) for entity in entities)
    if further:
        audit.lose(document.id, "concept", "the type holds one identifier", count=further)
    return held


def _annotation(entity: Entity, system: Any, features: Collection[str]) -> Any:
    values: dict[str, Any] = {"begin": entity.start, "end": entity.end, LABELS[0]: _clean(entity.label)}
    if entity.concepts:
        values[CONCEPT] = _clean(entity.concepts[0])
    values |= {name: _clean(entity.attributes[name]) for name in features if name in entity.attributes}
    return system.get_type(NAMED_ENTITY)(**values)


def _clean(value: str) -> str:
    return NOT_IN_XML.sub(REPLACEMENT, value)


def _is_wanted(name: str, wanted: Collection[str]) -> bool:
    if wanted:
        return name in wanted or name.rpartition(".")[2] in wanted
    return not _LINGUISTIC.search(name)


def _is_relation(structure: Any) -> bool:
    names = {feature.name for feature in structure.type.all_features}
    return names >= {SOURCE, TARGET}


def _features(structure: Any) -> dict[str, Any]:
    """The plain values of a structure by name: texts, numbers and truth values."""
    found = {}
    for feature in structure.type.all_features:
        value = getattr(structure, feature.name, None)
        if feature.name not in ("begin", "end") and isinstance(value, (str, int, float)):
            found[feature.name] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def _entity(structure: Any, ids: dict[Any, str], text: str, name: str, path: Path, audit: Audit) -> Entity | None:
    features = _features(structure)
    declared = [one.name for one in structure.type.all_features if one.rangeType.name == "uima.cas.String"]
    others = [one for one in declared if one != CONCEPT]
    label_feature = next((one for one in LABELS if one in others), others[0] if len(others) == 1 else "")
    label = features.pop(label_feature, "") or structure.type.name.rpartition(".")[2]
    concept = features.pop(CONCEPT, "")
    concepts = (concept,) if concept else tuple(_codes(structure))
    start, end = structure.begin, structure.end
    if isinstance(start, int) and start == end:
        audit.lose(name, "entity", "covers no text")
        return None
    if not isinstance(start, int) or not isinstance(end, int) or end > len(text):
        found = f"an annotation of type {structure.type.name} lies outside the {len(text)} characters of the text"
        raise FormatError(found, path=path, fix="Check its offsets, or export the file again.")
    try:
        return Entity((Span(start, end),), label, concepts, features, id=ids[structure.xmiID])
    except SpanError as error:
        raise FormatError(str(error), path=path, fix="Check its offsets, or export the file again.") from error


def _codes(structure: Any) -> Iterator[str]:
    """The concepts of cTAKES."""
    array = getattr(structure, ONTOLOGY, None)
    for one in getattr(array, "elements", None) or ():
        code = next((value for key in CODES if isinstance(value := getattr(one, key, None), str) and value), None)
        if code is not None:
            yield code


def _relations(
    structures: list[Any], ids: dict[Any, str], held: Collection[str], name: str, audit: Audit
) -> Iterator[Relation]:
    for number, structure in enumerate(structures, start=1):
        ends = [ids.get(getattr(getattr(structure, role), "xmiID", None), "") for role in (SOURCE, TARGET)]
        if not all(end in held for end in ends):
            audit.lose(name, "relation", "an end is of a type that is not read")
            continue
        features = _features(structure)
        label = next((features[one] for one in ("label", "value") if one in features), "")
        arguments = (Argument("Arg1", ends[0]), Argument("Arg2", ends[1]))
        yield Relation(label or structure.type.name.rpartition(".")[2], arguments, f"R{number}")


def _in_order(structures: list[Any], name: str, num_chars: int) -> tuple[Span, ...]:
    """The spans of a type; none if they overlap or leave the text."""
    found: list[Span] = []
    for one in structures:
        if one.type.name == name:
            reach = found[-1].end if found else 0
            if not isinstance(one.begin, int) or not isinstance(one.end, int):
                return ()
            if not reach <= one.begin < one.end <= num_chars:
                return ()
            found.append(Span(one.begin, one.end))
    return tuple(found)
