from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from bionym import plugins
from bionym.errors import UnknownNameError
from bionym.formats import brat


def test_a_part_is_found_by_the_name_of_its_file() -> None:
    assert plugins.find("formats", "brat") is brat
    assert plugins.find("formats", "bioc-xml").__name__ == "bionym.formats.bioc_xml"


@pytest.mark.parametrize("name", ["brta", "_json", "../brat", "brat.read", ""])
def test_what_is_no_part_is_answered_with_all_there_are(name: str) -> None:
    with pytest.raises(UnknownNameError, match="There is no format named"):
        plugins.find("formats", name)


def test_private_modules_are_no_parts() -> None:
    assert plugins.names("models") == ("bilstm_crf", "crf", "dictionary", "ensemble", "transformer")
    assert not any(name.startswith("_") for name in plugins.names("formats"))


def test_installed_packages_add_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("oneline", "types:SimpleNamespace", "bionym.formats")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point] if group == "bionym.formats" else [])
    assert "oneline" in plugins.names("formats")
    assert plugins.find("formats", "oneline") is SimpleNamespace
