"""The corpora of `biomedical`: a head each, its labels, and what of it may be learned from (`LABELS.md` says why).

Whatever shares ten words in a row with a test document is left out: whole abstracts, and single sentences of the CoNLL files.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clean_text import HeldOutText, texts_of

import bionym
from bionym.data import Corpus, Document, Entity, Span
from bionym.data.align import sentence_ranges
from bionym.data.labels import LabelMap

VARIANTS = ("DNAMutation", "ProteinMutation", "SNP", "OtherMutation", "AcidChange", "DNAAllele", "ProteinAllele")
ANATOMY = [
    "Organism_subdivision",
    "Anatomical_system",
    "Organ",
    "Multi-tissue_structure",
    "Tissue",
    "Cell",
    "Developing_anatomical_structure",
    "Cellular_component",
    "Organism_substance",
    "Immaterial_anatomical_entity",
    "Pathological_formation",
    "Cancer",
]
SPLIT = ("train", "devel", "test")


@dataclass(frozen=True)
class Source:
    """A corpus.

    Args:
        train: its files to learn from; those behind the first may also serve as development data.
        test: its file to score, if there is one.
        format: of all of them.
        labels: new name by old; others are dropped.
    """

    train: tuple[str, ...]
    test: str = ""
    format: str = "pubtator"
    labels: Mapping[str, str] = field(default_factory=dict)


def _conll(name: str, labels: Mapping[str, str]) -> Source:
    train, devel, test = (f"conll/{name}/{split}.tsv" for split in SPLIT)
    return Source((train, devel), test, "conll", labels)


SOURCES = {
    "NCBI-disease": _conll("NCBI-disease", {"Disease": "Disease"}),
    "BC5CDR": _conll("BC5CDR", {"Chemical": "Chemical", "Disease": "Disease"}),
    "BC2GM": _conll("BC2GM", {"GENE": "Gene"}),
    "JNLPBA": _conll(
        "JNLPBA",
        {"protein": "Gene", "DNA": "DNA", "RNA": "RNA", "cell_line": "CellLine", "cell_type": "CellType"},
    ),
    "BioNLP13CG": _conll("BioNLP13CG", dict.fromkeys(ANATOMY, "Anatomy")),
    "BioRED": Source(
        ("biored/train.pubtator",),
        "biored/test.pubtator",
        labels={name: name for name in ("Gene", "Disease", "Chemical", "Species", "Variant", "CellLine")},
    ),
    "tmVar3": Source(("pubtator/tmVar3_Train.PubTator",), labels=dict.fromkeys(VARIANTS, "Variant")),
    "S800": Source(("pubtator/SPECIES_Train.PubTator",), labels={"Species": "Species"}),
    "linnaeus": Source(
        ("species/Linnaeus_Train.PubTator",), "species/Linnaeus_Test.PubTator", labels={"Species": "Species"}
    ),
    "BioID": Source(("pubtator/BioID_Train_revision.PubTator",), labels={"CellLine": "CellLine"}),
    "NLM-Gene": Source(("gene/NLMgene_Train.PubTator",), "gene/NLMgene_Test.PubTator", labels={"Gene": "Gene"}),
}
LEADING = {  # the head that says what a label is
    "Chemical": "BC5CDR",
    "Disease": "BC5CDR",
    "Gene": "BioRED",
    "Species": "BioRED",
    "Variant": "BioRED",
    "CellLine": "BioRED",
    "CellType": "JNLPBA",
    "DNA": "JNLPBA",
    "RNA": "JNLPBA",
    "Anatomy": "BioNLP13CG",
}
ALSO_HELD_OUT = ("conll/AnatEM/test.tsv", "conll/linnaeus/test.tsv", "gene/GNormPlus_Test.PubTator")


def read(folders: Iterable[Path], names: Iterable[str], *, select: bool = False) -> dict[str, Corpus]:
    """Each corpus with `train` and `test`.

    Args:
        folders: where the files are looked for, in this order.
        select: learn from the first file alone, and score the second one, of those corpora that have one.
    """
    places = tuple(folders)
    tests = HeldOutText(text for file in held_out(select=select) for text in texts_of(_find(places, file)))
    corpora = {}
    for name in names:
        source = SOURCES[name]
        train, test = (
            (source.train[:1], source.train[1:2]) if select else (source.train, (source.test,) if source.test else ())
        )
        learned = [one for file in train for one in _documents(_find(places, file), source) if not tests.hold(one.text)]
        scored = [one for file in test for one in _whole(_find(places, file), source)]
        corpora[name] = Corpus({"train": tuple(learned), "test": tuple(scored)}, allow_leaks=True)
    return corpora


def held_out(*, select: bool = False) -> list[str]:
    """All files whose text is never learned from."""
    files = [source.test for source in SOURCES.values() if source.test]
    if select:
        files += [source.train[1] for source in SOURCES.values() if len(source.train) > 1]
    return [*dict.fromkeys([*files, *ALSO_HELD_OUT])]


def _find(places: tuple[Path, ...], file: str) -> Path:
    found = [place / file for place in places if (place / file).exists()]
    if not found:
        raise FileNotFoundError(file)
    return found[0]


def _whole(path: Path, source: Source) -> Iterator[Document]:
    labels = LabelMap(source.labels, tuple(dict.fromkeys(source.labels.values())))
    options = {"repair": "nearest"} if source.format == "pubtator" else {}
    return (labels.apply(one) for one in bionym.read(path, source.format, **options))


def _documents(path: Path, source: Source) -> Iterator[Document]:
    """As they are, but CoNLL files, which are one document of thousands of sentences, cut at each of these."""
    for one in _whole(path, source):
        yield from sentences_of(one) if source.format == "conll" else (one,)


def sentences_of(document: Document) -> Iterator[Document]:
    """A document for each sentence of a tokenised one."""
    starts = [one.start for one in document.entities]
    for number, (first, last) in enumerate(sentence_ranges(document)):
        start, end = document.tokens[first].start, document.tokens[last - 1].end
        near = document.entities[bisect_left(starts, start) : bisect_left(starts, end)]
        inside = [_moved_entity(one, start) for one in near if one.end <= end]
        tokens = tuple(_moved(span, start) for span in document.tokens[first:last])
        text = document.text[start:end]
        yield Document(
            f"{document.id}/{number}", text, entities=tuple(inside), tokens=tokens, sentences=(Span(0, end - start),)
        )


def _moved_entity(one: Entity, start: int) -> Entity:
    return Entity(tuple(_moved(span, start) for span in one.spans), one.label)


def _moved(span: Span, start: int) -> Span:
    return Span(span.start - start, span.end - start)
