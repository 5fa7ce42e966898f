"""A plan is done: every figure once, those that are there not again, whatever happens in between."""

import json
from pathlib import Path
from typing import Any

import pytest

from bionym import benchmark
from bionym.benchmark import Event
from bionym.errors import InputError, ModelError, UnknownNameError
from bionym.evaluation import report as reports
from tests.benchmark.conftest import CORPORA, GOLD, Models, Writing

STEADY = '[systems.steady]\nmodel = "steady"\n'
SEEDED = 'seeds = [1, 2, 3]\n[systems.seeded]\nmodel = "seeded"\n[[runs]]\ntrain = "ncbi"\n'
CROSS = STEADY + '[[runs]]\ntrain = "cdr"\ntest = ["ncbi", "cdr"]\n'
NUM_DISEASES = 34  # in the CoNLL sample


def run(plan: Path, **options: Any) -> benchmark.Outcome:
    return benchmark.run(plan, data=GOLD, out=plan.parent / "out", **options)


def figures(outcome: benchmark.Outcome) -> dict[tuple[str, str], tuple[float, float]]:
    """True and predicted entities by what was learned and tested."""
    return {
        ("+".join(row["trained_on"]), row["tested_on"]): (row["micro"]["support"], row["micro"]["predicted"])
        for row in outcome.results["rows"]
    }


def test_what_is_done_is_not_done_again(write_plan: Writing, models: Models) -> None:
    plan = write_plan(STEADY)
    first, again = run(plan), run(plan)
    assert (first.num_done, first.num_known) == (2, 0)
    assert (again.num_done, again.num_known) == (0, 2)
    assert len(models.learned) == 2
    assert again.results == first.results


def test_force_does_it_again(write_plan: Writing, models: Models) -> None:
    plan = write_plan(STEADY)
    run(plan)
    assert run(plan, force=True).num_done == 2
    assert len(models.learned) == 4


def test_a_change_in_settings_makes_new_results(write_plan: Writing, models: Models) -> None:
    run(write_plan(STEADY))
    assert run(write_plan(STEADY + 'settings = ["missed=1"]\n')).num_done == 2


def test_a_change_in_labels_makes_new_results_of_that_corpus(write_plan: Writing, models: Models) -> None:
    run(write_plan(STEADY))
    assert run(write_plan(STEADY, CORPORA + 'label_map = { Chemical = "Drug" }\n')).num_done == 1


def test_a_change_in_the_data_makes_new_results(tmp_path: Path, write_plan: Writing, models: Models) -> None:
    file = tmp_path / "data.tsv"
    text = (GOLD / "conll" / "ncbi.tsv").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    plan = write_plan(STEADY, f'[corpora.x]\nformat = "conll"\ntrain = "{file}"\ntest = "conll/ncbi.tsv"\n')
    run(plan)
    file.write_text(text + "\nEnd\tO\n", encoding="utf-8")
    assert run(plan).num_done == 1


def test_an_interrupted_run_leaves_whole_cells_and_goes_on(write_plan: Writing, models: Models) -> None:
    plan, models.stop_at = write_plan(SEEDED), 2
    with pytest.raises(KeyboardInterrupt):
        run(plan)
    left = sorted(str(path.name) for path in (plan.parent / "out").rglob("*") if path.is_file())
    assert left == ["cell.json", "ncbi.json"]
    assert len(list((plan.parent / "out" / "cells").iterdir())) == 1
    after = run(plan)
    assert (after.num_known, after.num_done) == (1, 2)
    assert len(models.learned) == 4


def test_a_failed_cell_is_recorded_and_the_rest_goes_on(write_plan: Writing, models: Models) -> None:
    plan, models.fail_at = write_plan(STEADY), 1
    outcome = run(plan)
    assert (outcome.num_done, outcome.num_failed) == (1, 1)
    assert outcome.results["failed"][0]["error"] == "There is nothing to learn from."
    assert "Failed: steady, ncbi, train: There is nothing to learn from." in outcome.table
    assert run(plan).num_failed == 0  # it is tried again


def test_errors_of_the_program_are_told_without_their_words(
    write_plan: Writing, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(*given: Any, **options: Any) -> None:
        raise ValueError("Zebediah Quux has gout")

    monkeypatch.setattr("bionym.benchmark.systems.train", fit)
    outcome = run(write_plan(STEADY))
    assert outcome.num_failed == 2
    assert outcome.results["failed"][0]["error"].startswith("ValueError in test_benchmark_running.py, line ")
    assert "Quux" not in json.dumps(outcome.results)


def test_an_error_can_stop_it(write_plan: Writing, models: Models) -> None:
    plan, models.fail_at = write_plan(STEADY), 1
    with pytest.raises(ModelError):
        run(plan, stop_at_error=True)


def test_labels_are_mapped_across_corpora(write_plan: Writing, models: Models) -> None:
    plain = run(write_plan(CROSS))
    assert figures(plain) == {("cdr", "ncbi"): (34, 34), ("cdr", "cdr"): (38, 38)}
    mapped = run(write_plan(CROSS + "[runs.gold.cdr]\nChemical = ''\n"))
    assert figures(mapped)["cdr", "cdr"] == (16, 38)
    only = run(write_plan(CROSS + "only = 'Disease'\n"))
    assert figures(only)["cdr", "cdr"] == (16, 16)
    renamed = run(write_plan(CROSS + "only = 'Disorder'\n[runs.predicted.cdr]\nDisease = 'Disorder'\n"))
    assert figures(renamed)["cdr", "cdr"] == (0, 16)


def test_labels_of_a_corpus_are_renamed_for_training_too(write_plan: Writing, models: Models) -> None:
    outcome = run(write_plan(CROSS, CORPORA + "label_map = { Chemical = '' }\n"))
    assert figures(outcome)["cdr", "cdr"] == (16, 16)
    assert outcome.results["rows"][0]["training"]["entities"] == 16


def test_seeds_are_averaged(write_plan: Writing, models: Models) -> None:
    (row,) = run(write_plan(SEEDED)).results["rows"]
    f1 = [2 * found / (found + NUM_DISEASES) for found in (33, 32, 31)]
    mean = sum(f1) / 3
    assert row["seeds"] == [1, 2, 3]
    assert row["micro"]["f1"] == pytest.approx(mean)
    assert row["micro"]["recall"] == pytest.approx(32 / 34)
    assert row["micro"]["deviation"]["f1"] == pytest.approx((sum((one - mean) ** 2 for one in f1) / 2) ** 0.5)
    low, high = row["micro"]["interval"]["f1"]
    assert low < mean < high
    assert [one["f1"] for one in row["runs"]] == pytest.approx(f1)


def test_a_seed_that_failed_is_not_in_the_mean(write_plan: Writing, models: Models) -> None:
    plan, models.fail_at = write_plan(SEEDED), 2
    outcome = run(plan)
    assert outcome.results["rows"][0]["seeds"] == [1, 3]
    assert "Mean ± standard deviation of F1 over the seeds 1, 3: seeded." in outcome.table
    assert "Failed: seeded, ncbi, train, seed 2" in outcome.table


def test_models_without_chance_are_said_to_be_trained_once(write_plan: Writing, models: Models) -> None:
    outcome = run(write_plan("seeds = [1, 2]\n" + STEADY))
    assert "Trained once, since the training has no randomness: steady." in outcome.table


def test_reports_can_be_read_again_and_compared(write_plan: Writing, models: Models) -> None:
    plan = write_plan(SEEDED)
    for one in run(plan).results["rows"][0]["runs"]:
        found = reports.read(plan.parent / "out" / one["report"])
        assert reports.tally_of(found, "strict", path=Path("x")).total.micro.support == NUM_DISEASES


def test_shared_documents_are_counted_across_formats(write_plan: Writing, models: Models) -> None:
    outcome = run(write_plan(CROSS))
    shared = {row["tested_on"]: row["shared"] for row in outcome.results["rows"]}
    assert shared["cdr"] == {"documents": 2, "sentences": None}
    assert shared["ncbi"]["documents"] == 0
    assert "In both training and test data: 2 documents of cdr (train) in cdr." in " ".join(outcome.table.split())


def test_shared_documents_are_left_out_when_asked(write_plan: Writing, models: Models) -> None:
    outcome = run(write_plan("exclude_shared = true\n" + STEADY + '[[runs]]\ntrain = ["cdr", "ncbi"]\ntest = "cdr"\n'))
    assert models.learned == [("ncbi-1", "ncbi-2", "ncbi-3")]
    assert outcome.results["rows"][0]["training"]["excluded"]["documents"] == 2
    assert "Left out of the training: 2 documents" in outcome.table


def test_a_training_that_is_all_shared_fails_with_the_reason(write_plan: Writing, models: Models) -> None:
    outcome = run(write_plan("exclude_shared = true\n" + STEADY + '[[runs]]\ntrain = "cdr"\n'))
    assert outcome.results["failed"][0]["error"].startswith("No training data is left")
    assert not models.learned


def test_missing_corpora_are_an_error_or_said(write_plan: Writing, models: Models) -> None:
    plan = write_plan(STEADY, CORPORA + '[corpora.mine]\ntrain = "nothere.tsv"\ntest = "conll/ncbi.tsv"\n')
    with pytest.raises(InputError, match=r"nothere\.tsv.*corpus mine.*--skip-missing"):
        run(plan)
    outcome = run(plan, skip_missing=True)
    assert outcome.num_done == 2
    assert "Skipped: mine, whose files are not there." in outcome.table


def test_predictions_of_another_program_stand_beside(write_plan: Writing, models: Models) -> None:
    plan = write_plan(f'[systems.theirs]\npredictions = {{ cdr = "{GOLD / "jsonl" / "naloxone.jsonl"}" }}\n')
    outcome = run(plan)
    (row,) = outcome.results["rows"]
    assert (row["trained_on"], row["protocol"], row["training"]) == ([], "", None)
    assert row["micro"]["precision"] == 1
    assert "theirs has no prediction for 1 document of cdr" in outcome.table


def test_a_kept_model_is_not_trained_again_for_another_test(write_plan: Writing, models: Models) -> None:
    run(write_plan(STEADY + '[[runs]]\ntrain = "cdr"\n'), keep_models=True)
    outcome = run(write_plan(CROSS))
    assert (outcome.num_done, len(models.learned)) == (1, 1)
    assert outcome.results["rows"][0]["training"]["entities"] == 38


def test_predictions_are_kept_when_asked(write_plan: Writing, models: Models) -> None:
    plan = write_plan(STEADY)
    run(plan, keep_predictions=True)
    assert len(list((plan.parent / "out").glob("cells/*/predicted/*.jsonl"))) == 2


def test_a_saved_model_is_tested_on_every_corpus(write_plan: Writing, models: Models) -> None:
    plan = write_plan(STEADY + '[[runs]]\ntrain = "cdr"\n')
    run(plan, keep_models=True)
    (model,) = plan.parent.glob("out/cells/*/model")
    outcome = run(write_plan(f'[systems.saved]\npath = "{model}"\n'))
    assert {(row["system"], row["tested_on"]) for row in outcome.results["rows"]} == {
        ("saved", "ncbi"),
        ("saved", "cdr"),
    }


def test_a_model_that_is_not_there_is_said_before_any_work(write_plan: Writing, models: Models) -> None:
    with pytest.raises(UnknownNameError, match="no model named 'nobody'"):
        run(write_plan(STEADY + '[systems.z]\npath = "nobody"\n'))
    assert not models.learned


def test_events_tell_how_far_it_is(write_plan: Writing, models: Models) -> None:
    events: list[Event] = []
    run(write_plan(STEADY), on_event=events.append)
    assert [(event.kind, event.number, event.total) for event in events] == [
        ("started", 1, 2),
        ("done", 1, 2),
        ("started", 2, 2),
        ("done", 2, 2),
    ]
    assert events[1].seconds_left and not events[3].seconds_left
    again: list[Event] = []
    run(write_plan(STEADY + '[systems.more]\nmodel = "steady"\nsettings = ["missed=1"]\n'), on_event=again.append)
    assert [event.kind for event in again] == ["known", "known", "started", "done", "started", "done"]


def test_the_feature_crf_is_trained_and_scored(write_plan: Writing) -> None:
    settings = '["training.max_iterations=15", "features.gazetteer=false", "features.clusters=false"]'
    outcome = run(write_plan(f'[systems.crf]\nmodel = "crf"\nsettings = {settings}\n[[runs]]\ntrain = "ncbi"\n'))
    (row,) = outcome.results["rows"]
    assert row["micro"]["f1"] > 0.8
    assert row["training"]["tokens"] == row["tokens"] > 0
    assert row["seeds"] == [None]
