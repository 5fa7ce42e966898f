"""The docs name what there is, and lead where they say."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bionym import plugins
from bionym.evaluation import error_kinds, error_names, slicers
from bionym.training.settings import TrainingSettings
from tests.test_house import FLOORS
from tools import build_reference
from tools.build_reference import REFERENCE, Verb

ROOT = Path(__file__).parents[1]
WRITTEN = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
FLOOR = re.compile(r"^\| (\d+) \| ([^|]+) \|", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
VERBS = build_reference.verbs()


def words_of(verb: Verb) -> str:
    return " ".join(verb.words)


def headings_of(page: str) -> set[str]:
    return set(HEADING.findall((REFERENCE / page).read_text(encoding="utf-8")))


def relative_links(page: Path) -> Iterator[str]:
    """Where a page's links lead, those to other sites and within the page aside."""
    yield from (target for target, _ in targets(page) if target)


def targets(page: Path) -> Iterator[tuple[str, str]]:
    """File, "" for the page itself, and anchor of a page's links, those to other sites aside."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            file, _, anchor = target.partition("#")
            yield file, anchor


def anchors_of(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(page.read_text(encoding="utf-8")))
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("verb", VERBS, ids=words_of)
def test_every_verb_and_its_options_stand_in_the_reference(verb: Verb) -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    section = page.partition(f"## bionym {words_of(verb)}\n")[2].partition("\n## ")[0]
    missing = [option for option in verb.options if not re.search(rf"(?<![\w-]){option}(?![\w-])", section)]
    assert section, "this verb is missing: python tools/build_reference.py"
    assert not missing, f"missing: {missing}; run python tools/build_reference.py"


@pytest.mark.parametrize("verb", VERBS, ids=words_of)
def test_help_ends_with_an_example(verb: Verb) -> None:
    last = build_reference.help_of(verb).strip().split("\n\n")[-1]
    assert " ".join(last.split()).startswith(f"Example: bionym {verb.words[0]} ")


@pytest.mark.parametrize("name", build_reference.own_parts("formats"))
def test_every_format_stands_in_the_reference(name: str) -> None:
    page = (REFERENCE / "formats" / "index.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| \[?{name}\b", page, re.MULTILINE)


@pytest.mark.parametrize("name", build_reference.own_parts("features"))
def test_every_feature_and_its_settings_stand_in_the_reference(name: str) -> None:
    page = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    section = page.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    assert all(f"| `{key}` |" in section for key in plugins.find("features", name).Options.model_fields)


@pytest.mark.parametrize("page", ["bilstm_crf.md", "transformer.md"])
def test_every_setting_of_neural_training_stands_in_the_reference(page: str) -> None:
    section = (REFERENCE / page).read_text(encoding="utf-8").partition("\n## training\n")[2]
    assert all(f"| `{key}` |" in section for key in TrainingSettings.model_fields)


@pytest.mark.parametrize("name", build_reference.own_parts("evaluation.metrics"))
def test_every_metric_and_its_tables_stand_in_the_reference_and_are_explained(name: str) -> None:
    shown = name.replace("_", "-")
    tables = [f"{shown}:{table}" if table else shown for table in plugins.find("evaluation.metrics", name).TABLES]
    page = (REFERENCE / "scoring.md").read_text(encoding="utf-8")
    assert shown in headings_of("scoring.md") and all(f"`{table}`" in page for table in tables)
    assert f"`{shown}`" in (ROOT / "docs" / "explanation" / "metrics.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*slicers.NAMES, *error_kinds.KINDS, *error_names.NAMES])
def test_every_slice_kind_and_name_behind_an_error_is_explained(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs" / "explanation" / "errors.md").read_text(encoding="utf-8")


def test_the_floors_are_those_of_the_house() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").replace("`bionym` itself", "``")
    drawn = {room: int(floor) for floor, rooms in FLOOR.findall(page) for room in re.findall(r"`(\w*)`", rooms)}
    assert drawn == FLOORS


def test_the_index_leads_to_every_page() -> None:
    docs = ROOT / "docs"
    pages = {page for page in docs.rglob("*.md") if page.parent.name != "formats"} - {docs / "index.md"}
    linked = {(docs / target).resolve() for target in relative_links(docs / "index.md")}
    assert pages | {REFERENCE / "formats" / "index.md"} == linked


def test_every_name_of_the_front_door_stands_in_the_reference() -> None:
    import bionym

    assert set(bionym.__all__) <= headings_of("python.md")


@pytest.mark.parametrize(
    "page", [path for path in build_reference.PAGES if path.name != "commands.md"], ids=lambda path: path.name
)
def test_generated_pages_are_up_to_date(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == build_reference.PAGES[page](), "run python tools/build_reference.py"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    broken = [target for target in relative_links(page) if not (page.parent / target).exists()]
    assert not broken


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_anchors_lead_to_headings(page: Path) -> None:
    broken = [
        f"{file}#{anchor}"
        for file, anchor in targets(page)
        if anchor and anchor not in anchors_of(page.parent / file if file else page)
    ]
    assert not broken
