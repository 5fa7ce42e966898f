"""Build the term lists that ship in `src/bionym/resources` from open terminologies.

    python tools/build_terms.py --terminologies DIR [--own-use LISTS]

`DIR` holds the terminologies under the names below. Sources and licences stand in `src/bionym/resources/ORIGIN.md`. The
names of the Human Phenotype Ontology may be used by everyone but not passed on changed, so they do not ship: `--own-use`
writes their list elsewhere, and `features.gazetteer.lists.phenotypes=LISTS/phenotypes.terms.gz` uses it.
"""

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bionym.lexicon.terms import normalize

SHIPPED = Path(__file__).parents[1] / "src" / "bionym" / "resources"
_REMARK = re.compile(r"\s*\((?:disorder|finding|disease|situation|morphologic abnormality)\)$|\s+\[.*?\]$|,? NOS\b.*$")


def obo_graph(path: Path) -> Iterator[str]:
    """Labels and synonyms of an OBO graph in JSON."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for node in json.load(stream)["graphs"][0]["nodes"]:
            yield node.get("lbl", "")
            yield from (synonym["val"] for synonym in node.get("meta", {}).get("synonyms", ()))


def obo(path: Path) -> Iterator[str]:
    """Names and synonyms of an OBO file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("name: "):
            yield line[6:]
        elif found := re.match(r'synonym: "((?:[^"\\]|\\.)*)"', line):
            yield found[1].replace("\\", "")


def column(path: Path, number: int) -> Iterator[str]:
    """One column of a table separated by tabs, comments and header aside."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for line in lines[1:]:
        yield line.split("\t")[number].strip('"')


def genes(path: Path) -> Iterator[str]:
    """Symbols, synonyms and names of human protein-coding genes."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for columns in (line.rstrip("\n").split("\t") for line in stream):
            if columns[0] == "9606" and columns[9] == "protein-coding":
                yield from (columns[2], *columns[4].split("|"), columns[8], *columns[13].split("|"))


def families(names: Iterable[str]) -> Iterator[str]:
    """What two or more names begin with: "creatine kinase", of "creatine kinase, brain" and "creatine kinase, muscle"."""
    known = set(names)
    seen = Counter(" ".join(parts[:size]) for parts in map(str.split, known) for size in range(1, min(len(parts), 5)))
    yield from (start for start, number in seen.items() if number > 1 and start not in known)


def write(folder: Path, name: str, terms: Iterable[str]) -> None:
    """The normalized terms, one a line, sorted."""
    kept = sorted(set(normalize(_REMARK.sub("", term.strip()) for term in terms)))
    text = "".join(f"{term}\n" for term in kept)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.terms.gz").write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))
    print(f"{folder / name}.terms.gz: {len(kept):,} terms")


def main() -> None:
    """Write every list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--terminologies", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--own-use", type=Path, help="write the lists here that may be used but not passed on changed")
    arguments = parser.parse_args()
    at = arguments.terminologies
    ontology = (
        *obo_graph(at / "doid-2018-07-05.json.gz"),
        *column(at / "HumanDO.tsv", 1),
        *obo(at / "DO_rare_slim.obo"),
    )
    mondo = column(at / "mondo_exactmatch_umls.sssom.tsv", 1)
    drugs = column(at / "drugcentral.synonyms.tsv", 0)
    compounds = column(at / "chembl.compound.synonyms.tsv", 0)
    write(arguments.out, "diseases", (*ontology, *mondo))
    write(arguments.out, "nci_thesaurus", obo_graph(at / "ncit-disease-2018-06-08.json.gz"))
    write(arguments.out, "chemicals", (*drugs, *compounds))
    write(arguments.out, "genes", genes(at / "Homo_sapiens.gene_info.gz"))
    write(arguments.out, "gene_families", families(normalize(genes(at / "Homo_sapiens.gene_info.gz"))))
    if arguments.own_use:
        phenotypes = (at / "hpo_noabb_lemma.dic").read_text(encoding="utf-8").splitlines()
        write(arguments.own_use, "phenotypes", phenotypes)


if __name__ == "__main__":
    main()
