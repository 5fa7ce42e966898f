"""Summaries: which names were found in each document, how often, where first and how surely; from documents to a table.

    with summary.writing(["names.csv", "names.html"]) as summarised:
        for document in tagger.predict(notes):
            summarised.add(document)

    summary.write(bionym.read("annotated/"), "names.csv")
    summary.names_of(document)[0].count

The suffix says what is written: `.csv`, a row a name; `.json`; `.html`, a page to read and print; each packed too (`.gz`).
Documents pass one at a time and none is kept. A summary quotes the documents: it is made only for who asked for it,
and only its owner can read the file.
"""

from bionym.summary.names import Name, names_of
from bionym.summary.writing import SUFFIXES, Summary, write, writing

__all__ = ["SUFFIXES", "Name", "Summary", "names_of", "write", "writing"]
