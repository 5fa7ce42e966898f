import copy
import itertools
import re
from collections import Counter
from typing import Any

import pytest
from lxml import etree

from bionym.data import Document, entity
from bionym.evaluation import evaluate, plots
from bionym.evaluation._examples import MAX_EXAMPLES, groups, pieces
from bionym.evaluation._words import certainty, headline, percent, threshold
from bionym.evaluation.page import page
from bionym.evaluation.report import report

HOSTILE = '<script>alert("1")</script>&\'"><img src=x onerror=y>'
VOID = {"meta", "input", "link", "br", "hr", "img"}
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:=\"[^\"]*\")?)*)\s*(/?)>")


def scored(label: str = "Disease") -> dict[str, Any]:
    """A report of twenty documents, without errors, slices or calibration."""
    gold = [Document(str(number), "ataxia and pain", entities=(entity(0, 6, label),)) for number in range(20)]
    predicted = [*gold[:15], *(one.with_entities((entity(11, 15, "Chemical"),)) for one in gold[15:])]
    return report(evaluate(gold, predicted, ["strict"]), num_resamples=100)


def example(label: str = "Disease", text: str | None = "no ataxia", kind: str = "missed") -> dict[str, Any]:
    made = {"document": "d1", "kind": kind, "gold": [{"spans": [[103, 109]], "label": label}], "predicted": []}
    return made | ({"context": {"text": text, "start": 100}} if text is not None else {})


def whole(label: str = "Disease", text: str | None = "no ataxia") -> dict[str, Any]:
    """A report with every part."""
    values = {"precision": 0.9, "recall": 0.8, "f1": 0.847, "support": 10, "predicted": 9}
    errors = {
        "kinds": {"missed": 5, "spurious": 5, "split": 0},
        "names": {"repeated": 2, "short-of-found": 3, "untrained": 0},
        "by_label": {label: {"missed": 5, "spurious": 5}},
        "confusion": {"labels": [label, "none"], "counts": [[15, 5], [5, 0]]},
        "suspected_gold_errors": 1,
        "frequent": [{"kind": "missed", "gold_label": label, "predicted_label": None, "number": 5}],
        "examples": [example(label, text) | {"suspected_gold_error": True, "names": ["short-of-found"]}],
    }
    bins = [
        {"low": 0.0, "high": 0.5, "number": 0, "mean_score": None, "share_right": None},
        {"low": 0.5, "high": 1.0, "number": 20, "mean_score": 0.9, "share_right": 0.87},
    ]
    thresholds = [{"threshold": at, "precision": 0.9, "recall": 0.8 - at / 2, "f1": 0.8 - at / 4} for at in (0.0, 0.5)]
    calibration = {
        "number": 20,
        "without_score": 2,
        "expected_calibration_error": 0.03,
        "maximum_calibration_error": 0.03,
        "brier": 0.1,
        "bins": bins,
        "thresholds": thresholds,
    }
    slices = {"length": [{"slice": name, **values} for name in ("1 token", label)]}
    curve = [{"epoch": at, "loss": 3 / at, "development": {label: {"f1": 0.5}}, "mean_f1": 0.5} for at in (1, 2)]
    parts = {"errors": errors, "calibration": calibration, "slices": slices, "learning_curve": curve}
    return {**scored(label), **copy.deepcopy(parts), "title": label, "only_gold": [label]}


def parsed(html: str) -> etree._Element:
    """The page as a tree, after a parse that repairs nothing: every tag is closed, in order, and every value quoted."""
    body = re.sub(r"<(style|script)>.*?</\1>", r"<\1></\1>", html.removeprefix("<!doctype html>"), flags=re.DOTALL)
    xml = TAG.sub(lambda tag: tag[0][:-1] + "/>" if tag[2] in VOID else tag[0], body)
    xml = re.sub(r"<[^>]*>", lambda tag: re.sub(r" (hidden|open|data-suspected)(?=[ >])", r' \1=""', tag[0]), xml)
    return etree.fromstring(xml.replace("&nbsp;", "&#160;").encode())


def sections(html: str) -> list[str]:
    return [str(found.get("id")) for found in parsed(html).iter("section")]


@pytest.mark.parametrize("made", [scored(), whole(), whole(text=None), whole(HOSTILE, HOSTILE)])
def test_page_is_well_formed(made: dict[str, Any]) -> None:
    tree = parsed(page(made))
    ids = Counter(found.get("id") for found in tree.iter() if found.get("id"))
    assert not [name for name, number in ids.items() if number > 1]
    assert all(link.get("href", "")[1:] in ids for link in tree.iter("a"))


@pytest.mark.parametrize("made", [scored(), whole()])
def test_headings_go_down_one_step_at_a_time(made: dict[str, Any]) -> None:
    levels = [int(str(found.tag)[1]) for found in parsed(page(made)).iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_plot_has_a_role_and_a_title() -> None:
    plots_found = list(parsed(page(whole())).iter("svg"))
    assert len(plots_found) > 10
    assert all(plot.get("role") == "img" and plot[0].tag == "title" and plot[0].text for plot in plots_found)


def test_page_loads_nothing_from_outside() -> None:
    html = page(whole())
    assert not re.search(r"https?://|\bsrc=|url\(|@import|<link|<iframe", html)
    assert "default-src 'none'" in html


def test_hostile_labels_and_texts_are_escaped() -> None:
    html = page(whole(HOSTILE, HOSTILE))
    assert html.count("<script>") == 1 and "<img" not in html
    assert HOSTILE in "".join(parsed(html).itertext())


def test_script_is_the_one_that_the_policy_allows() -> None:
    import base64
    import hashlib

    html = page(whole(HOSTILE))
    script = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    allowed = re.findall(r"script-src 'sha256-([^']+)'", html)
    assert allowed == [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in script]


def test_sections_stand_for_what_the_report_holds() -> None:
    assert sections(page(scored())) == ["summary", "labels", "scored"]
    everything = ["errors", "confusion", "slices", "calibration", "learning", "scored", "examples"]
    assert sections(page(whole())) == ["summary", "labels", *everything]


@pytest.mark.parametrize("name", ["errors", "slices", "calibration", "learning_curve"])
def test_a_part_that_is_none_is_left_out(name: str) -> None:
    section = name.removesuffix("_curve")
    assert section not in sections(page(whole() | {name: None}))


def test_other_metrics_have_a_section() -> None:
    made = scored()
    made["metrics"]["semeval:partial"] = made["metrics"]["strict"]
    assert "metrics" in sections(page(made))


def test_without_contexts_the_page_quotes_no_text() -> None:
    html = page(whole(text=None))
    assert "--show-text" in html and "quotes text" not in html and 'class="quote"' not in html
    assert "gold Disease [103, 109)" in html


def test_with_contexts_the_page_marks_them_and_warns() -> None:
    html = page(whole())
    assert 'no <span class="gold">ataxia</span><small class="gold">gold Disease</small>' in html
    assert "quotes text" in html


def test_nothing_to_score_is_said() -> None:
    html = page(report(evaluate([Document("1", "x")], [Document("1", "x")])))
    assert "nothing to score" in html
    assert sections(html) == ["summary", "labels", "scored"]


def test_headline_is_in_words_a_clinician_reads() -> None:
    told = headline({"precision": 0.861, "recall": 0.84, "support": 100, "predicted": 90})
    assert told == "Of every 100 entities it marks, 86 are right; of every 100 that are there, it finds 84."


def test_nearly_all_is_not_called_all() -> None:
    told = headline({"precision": 0.999, "recall": 0.001, "support": 5000, "predicted": 5})
    assert "more than 99 are right" in told and "finds less than 1" in told


@pytest.mark.parametrize(("number", "why"), [(4, "cannot be said from 4 documents"), (500, "was not computed")])
def test_a_missing_interval_is_explained(number: int, why: str) -> None:
    assert certainty({"f1": 0.5, "support": 1, "interval": None}, None, number).endswith(f"How sure that is {why}.")


def test_a_missing_share_is_a_dash() -> None:
    assert (percent(None), percent(float("nan")), percent(1)) == ("–", "–", "100.0")


def test_a_threshold_that_gains_nothing_is_not_praised() -> None:
    rows = [{"threshold": at, "precision": 0.8, "recall": 0.8, "f1": f1} for at, f1 in ((0.0, 0.8), (0.4, 0.801))]
    assert "does not raise F1" in threshold(rows)


def test_pieces_join_to_the_text_and_know_both_sides() -> None:
    one = example(text="no ataxia today") | {"predicted": [{"spans": [[107, 115]], "label": "A", "score": 0.5}]}
    found = list(pieces(one))
    assert "".join(piece.text for piece in found) == "no ataxia today"
    assert [(piece.text, piece.sides) for piece in found if len(piece.sides) == 2] == [("ia", ("gold", "predicted"))]


def test_long_texts_are_cut_far_from_the_entities() -> None:
    found = list(pieces(example(text="no ataxia" + " more" * 1000)))
    assert found[-1].text == " …" and sum(len(piece.text) for piece in found) < 300


def test_many_examples_are_capped_fairly() -> None:
    many = [example(kind=kind) for kind, number in (("missed", 2000), ("left", 30)) for _ in range(number)]
    found = groups(many, {"missed": 2500, "left": 30}, ["missed", "left"])
    assert [(group.kind, group.number) for group in found] == [("missed", 2500), ("left", 30)]
    assert [len(group.shown) for group in found] == [MAX_EXAMPLES - 30, 30]


def test_ticks_are_round() -> None:
    assert plots.ticks(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert plots.ticks(47.3, 86.1) == [50, 60, 70, 80]


def test_bars_are_as_long_as_their_share() -> None:
    drawn = plots.bar(0.25, "a < b", (0.2, 0.3))
    assert 'width="25"' in drawn and "M20 6H30" in drawn and "<title>a &lt; b</title>" in drawn


def test_more_lines_than_styles_stay_unnamed() -> None:
    frame = plots.Frame((0, 1), (0, 1), "x", "y")
    drawn = plots.lines([plots.Line(f"corpus {at}", [(0, 0), (1, 1)]) for at in range(9)], frame, "many")
    assert drawn.count("line-thin") == 8 and "corpus 0" in drawn and "corpus 1" not in drawn


def test_abbreviations_and_synonyms_behind_mistakes_are_counted_and_choose_examples() -> None:
    tree = parsed(page(whole()))
    rows = tree.xpath('//h3[@id="errors-by-name"]/following-sibling::div[1]//tbody/tr')
    assert [row.findtext("th") for row in rows] == ["right elsewhere", "short form, long form right"]
    assert tree.xpath('//select[@name="tie"]/option/@value') == ["", "short-of-found"]
    assert tree.xpath("//article/@data-ties") == ["short-of-found"]
