import tomllib
from pathlib import Path

import pytest

from bionym import config
from bionym.apps.cli import main
from bionym.errors import ConfigError, ModelError, UsageError
from bionym.models.crf import Config
from bionym.training.tune import Budget, Choices, Range, load_space, nested, parse_budget, search

CONLL = Path(__file__).parents[1] / "gold" / "conll" / "ncbi.tsv"
SPACE = {"a.rate": Range(low=0.001, high=1.0, log=True), "a.size": Range(low=1, high=9), "b": Choices(choices=["x", "y"]), "c": 7}  # fmt: skip


def objective(settings) -> float:
    return settings["a.size"] / 9 - abs(settings["a.rate"] - 0.1) + (settings["b"] == "y")


def find(folder: Path, trials: int, **more):
    return search(objective, SPACE, folder=folder, budget=Budget(trials), **more)


@pytest.mark.needs("optuna")
def test_the_best_settings_are_found_and_written(tmp_path: Path) -> None:
    found = find(tmp_path, 40, base={"seed": 3, "a": {"other": 1}})
    assert found.best.score == max(trial.score for trial in found.trials) > 1.5
    written = tomllib.loads((tmp_path / "best.toml").read_text())
    assert written == {"seed": 3, **nested(found.best.settings), "a": {"other": 1, **nested(found.best.settings)["a"]}}
    assert written["c"] == 7 and isinstance(written["a"]["size"], int)


@pytest.mark.needs("optuna")
def test_a_search_goes_on_and_draws_nothing_twice(tmp_path: Path) -> None:
    told = []
    first = find(tmp_path, 4)
    second = find(tmp_path, 7, on_trial=told.append)
    assert second.trials[:4] == first.trials and [trial.number for trial in told] == [4, 5, 6]
    assert len({trial.settings["a.rate"] for trial in second.trials}) == 7
    assert find(tmp_path, 7, on_trial=told.append).best == second.best and len(told) == 3


@pytest.mark.needs("optuna")
def test_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    assert find(tmp_path / "a", 3).trials == find(tmp_path / "b", 3).trials
    assert find(tmp_path / "c", 3, seed=2).trials != find(tmp_path / "a", 3).trials


@pytest.mark.needs("optuna")
def test_another_search_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    find(tmp_path, 1, about={"model": "crf"})
    with pytest.raises(
        ConfigError, match="holds a search with another configuration: model was 'crf', is 'bilstm_crf'"
    ):
        find(tmp_path, 2, about={"model": "bilstm_crf"})


@pytest.mark.needs("optuna")
def test_a_trial_that_cannot_be_trained_fails_alone(tmp_path: Path) -> None:
    def moody(settings) -> float:
        if settings["b"] == "x":
            raise ModelError("no")
        return 1.0

    found = search(moody, SPACE, folder=tmp_path / "some", budget=Budget(8))
    assert {trial.score for trial in found.trials} == {None, 1.0} and found.best.score == 1.0
    with pytest.raises(ModelError, match="None of 2 trials"):
        search(moody, {**SPACE, "b": "x"}, folder=tmp_path / "all", budget=Budget(2))


@pytest.mark.needs("optuna")
def test_a_wrong_setting_ends_the_search(tmp_path: Path) -> None:
    def wrong(settings) -> float:
        raise ConfigError("There is no setting 'a.rate'")

    with pytest.raises(ConfigError, match=r"no setting 'a\.rate'"):
        search(wrong, SPACE, folder=tmp_path, budget=Budget(5))


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("30m", Budget(None, 1800)),
        ("trials=20", Budget(20)),
        ("1.5h, trials=3", Budget(3, 5400)),
        ("9s", Budget(None, 9)),
    ],
)
def test_budgets_are_read(text: str, budget: Budget) -> None:
    assert parse_budget(text) == budget


@pytest.mark.parametrize("text", ["", "30", "trials=0", "trials", "ten minutes"])
def test_a_wrong_budget_says_what_was_expected(text: str) -> None:
    with pytest.raises(UsageError, match="expected a time such as 30m"):
        parse_budget(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[training]\nc1 = {low = 2, high = 1}", r"'training\.c1' .*low is 2, expected less than high"),
        ("c1 = {low = 0, high = 1, log = true}", "low must be above 0"),
        ("c1 = {low = 0, high = 1, stpe = 1}", "no setting 'c1.stpe'. Did you mean 'step'"),
        ("c1 = 0.5", "searches nothing"),
    ],
)
def test_a_wrong_space_names_the_key(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "space.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_space(path)


@pytest.mark.needs("optuna")
def test_the_verb_writes_a_configuration_that_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space, base, out = tmp_path / "space.toml", tmp_path / "base.toml", tmp_path / "tuned"
    space.write_text('scheme = {choices = ["BIO", "BIOES"]}\n[training]\nc1 = {low = 0.01, high = 1.0, log = true}\n')
    base.write_text("[training]\nmax_iterations = 5\n[features]\ngazetteer = false\nclusters = false\n")
    arguments = ["tune", str(CONLL), "--dev", str(CONLL), "--allow-leaks", "--space", str(space), "--config", str(base)]
    assert main([*arguments, "--out", str(out), "--budget", "trials=2"]) == 0
    assert "the best of 2 trials: scheme=" in capsys.readouterr().err
    chosen = config.load(Config, out / "best.toml")
    assert chosen.training.max_iterations == 5 and 0.01 <= chosen.training.c1 <= 1.0
