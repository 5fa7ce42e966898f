"""Benchmarks: systems trained on some corpora and tested on others, as a plan in TOML says, with everything in one table.

    plan        what a plan may say; read and checked
    grid        a plan as cells: one system, its training corpora, a protocol, a seed
    corpora     the corpora of a plan: found, read, put under their labels, hashed
    sharing     what stands in the training and the test data at once
    systems     what is tested: trained, loaded, or the files of another program
    keys        hashes of all that decides a result
    cells       one cell done: trained, tested, recorded
    store       the folder of results; a cell stands in it whole or not at all
    memory      the peak of it
    results     cells together, seeds averaged
    notes       what a reader of the table must know
    tables      the results as plain text, Markdown and CSV
    progress    how far it is
    running     `run`: all of it, going on where it stopped

>>> outcome = run("benchmarks/example.toml", data="examples", out="results/example")     # doctest: +SKIP
"""

from bionym.benchmark.plan import Plan, load
from bionym.benchmark.progress import Event
from bionym.benchmark.running import Outcome, run

__all__ = ["Event", "Outcome", "Plan", "load", "run"]
