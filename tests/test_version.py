import importlib.metadata
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import bionym
from bionym.trained import record
from bionym.version import version_of, versions_of

GOLD = Path(__file__).parent / "gold"


def not_installed(name: str) -> str:
    raise importlib.metadata.PackageNotFoundError(name)


def test_bionym_says_its_version_in_one_place() -> None:
    source = Path(bionym.__file__).with_name("version.py").read_text(encoding="utf-8")
    assert re.findall(r'^__version__ = "(.*)"$', source, re.MULTILINE) == [bionym.__version__] == [version_of("bionym")]


def test_a_package_is_recorded_with_the_version_that_is_installed() -> None:
    assert versions_of(("numpy", "python-crfsuite")) == {
        name: importlib.metadata.version(name) for name in ("numpy", "python-crfsuite")
    }


def test_without_metadata_the_module_says_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy

    monkeypatch.setattr(importlib.metadata, "version", not_installed)
    monkeypatch.setitem(sys.modules, "silent", SimpleNamespace())  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "pycrfsuite", SimpleNamespace(__version__="1.2"))  # type: ignore[arg-type]
    packages = ("bionym", "numpy", "python-crfsuite", "silent", "never-imported")
    assert list(versions_of(packages).values()) == [bionym.__version__, numpy.__version__, "1.2", "unknown", "unknown"]


def test_a_finished_training_is_saved_where_packages_have_no_metadata(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    monkeypatch.setattr(importlib.metadata, "version", not_installed)
    settings = ["training.max_iterations=2", "features.gazetteer=false", "features.clusters=false"]
    bionym.train(documents, settings=settings).save(tmp_path / "model")
    assert record.read(tmp_path / "model").versions["bionym"] == bionym.__version__
