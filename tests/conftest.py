"""What holds for all tests: the same examples in every run, and none is timed; what needs a package that is missing is skipped.

Two ways to need a package: a file of tests imports it, or a test is marked `needs("gensim")`. A package that turns out to be
missing while a test runs fails that test: that would be a fault of Bionym.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import settings

from bionym.errors import MissingExtraError
from tests.extras import EXTRA_OF, is_missing, reason

settings.register_profile("bionym", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("core", settings.get_profile("bionym"), max_examples=6)  # what it installs, not properties
settings.register_profile("long", deadline=None, derandomize=False, max_examples=1_000)
settings.load_profile("bionym")

SHARED = Path(__file__).parents[2] / "shared"  # what is too large to lie in the repository


class Module(pytest.Module):
    """A file of tests; skipped as a whole where a package of an extra is missing that it imports."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        try:
            return super().collect()
        except self.CollectError as error:
            if why := why_skipped(error.__cause__):
                pytest.skip(why, allow_module_level=True)
            raise


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    module: pytest.Module = Module.from_parent(parent, path=module_path)
    return module


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    has_corpora = (SHARED / "data" / "corpora").is_dir() and (SHARED / "oracles").is_dir()
    for item in items:
        if item.get_closest_marker("corpora") and not has_corpora:
            item.add_marker(
                pytest.mark.skip(reason=f"whole corpora are not in {SHARED}; their samples have tests, too")
            )
        for package in (name for mark in item.iter_markers("needs") for name in mark.args if is_missing(name)):
            item.add_marker(pytest.mark.skip(reason=reason(package)))


def why_skipped(cause: BaseException | None) -> str:
    """Why a file that could not be imported is skipped; empty if it is not to be."""
    if isinstance(cause, MissingExtraError):
        return str(cause)
    package = str(getattr(cause, "name", None)).split(".")[0]
    return reason(package) if isinstance(cause, ModuleNotFoundError) and package in EXTRA_OF else ""
