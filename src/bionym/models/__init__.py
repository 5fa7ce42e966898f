"""Taggers, one file a kind, and how a model is saved in a folder, found by name and loaded."""

from bionym.models._card import card, describe_fit
from bionym.models._ensemble.combining import combine
from bionym.models._exchange import export_model, import_model
from bionym.models._neural.corpora import read_corpora, shared_documents, with_held_out
from bionym.models._pretraining.record import said
from bionym.models._pretraining.running import folder_for_pretraining, part_for_pretraining, pretrain
from bionym.models._sharing import strip
from bionym.models._store import (
    Fingerprint,
    Found,
    available,
    describe_run,
    learns_from_corpora,
    load,
    locate,
    run_of,
    save,
)
from bionym.models._subword.foreign_tags import named as named_tags

__all__ = [
    "Fingerprint",
    "Found",
    "available",
    "card",
    "combine",
    "describe_fit",
    "describe_run",
    "export_model",
    "folder_for_pretraining",
    "import_model",
    "learns_from_corpora",
    "load",
    "locate",
    "named_tags",
    "part_for_pretraining",
    "pretrain",
    "read_corpora",
    "run_of",
    "said",
    "save",
    "shared_documents",
    "strip",
    "with_held_out",
]
