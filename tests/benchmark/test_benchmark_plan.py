"""A plan that is wrong is answered in one line, with the nearest right word; one that is right becomes cells."""

from pathlib import Path

import pytest

from bionym.benchmark import grid, load
from bionym.errors import ConfigError
from tests.benchmark.conftest import Models, Writing

CRF = '[systems.crf]\nmodel = "crf"\n'
SHIPPED = Path(__file__).parents[2] / "benchmarks"
PLANS = sorted(path for path in SHIPPED.glob("*.toml") if "[corpora." in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = [1]\n" + CRF, "There is no setting 'seed'. Did you mean 'seeds'?"),
        ('[systems.crf]\nmodl = "crf"\n', "There is no setting 'systems.crf.modl'. Did you mean 'model'?"),
        ('[systems.crf]\nmodel = "crv"\n', "There is no model named 'crv'. Did you mean 'crf'?"),
        (CRF + '[[runs]]\ntrain = "ncbj"\n', "There is no corpus named 'ncbj'. Did you mean 'ncbi'?"),
        (CRF + '[[runs]]\nsystem = "cfr"\n', "There is no system named 'cfr'. Did you mean 'crf'?"),
        (CRF + '[[runs]]\ntests = "cdr"\n', "There is no setting 'runs.1.tests'. Did you mean 'test'?"),
        (CRF + '[corpora.x]\nformat = "brot"\n', "There is no format named 'brot'. Did you mean 'brat'?"),
        (CRF + '[corpora.x]\ntrian = "a"\n', "There is no setting 'corpora.x.trian'. Did you mean 'train'?"),
        ('metrics = "strickt"\n' + CRF, "There is no metric named 'strickt'. Did you mean 'strict'?"),
        ('protocols = ["trian"]\n' + CRF, "The setting 'protocols.0' is 'trian': Input should be 'train'"),
        ("[systems.crf]\n", "expected one of model, path and predictions"),
        ('[systems.crf]\npath = "m"\nsettings = ["a=1"]\n', "belong to a model that is trained"),
        ("seeds = []\n" + CRF, "The setting 'seeds' is []"),
    ],
)
def test_a_wrong_plan_is_one_line_with_the_nearest_name(text: str, message: str, write_plan: Writing) -> None:
    path = write_plan(text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_split_that_is_needed_is_asked_for(write_plan: Writing) -> None:
    path = write_plan('protocols = ["train+devel"]\n' + CRF)
    with pytest.raises(ConfigError, match=r"corpora\.cdr\.devel' is missing; it is needed for: crf, cdr, train\+devel"):
        grid.cells(load(path))


def test_without_runs_each_corpus_is_tested_on_itself(write_plan: Writing) -> None:
    made = grid.cells(load(write_plan(CRF)))
    assert [(cell.title, [target.corpus for target in cell.tests]) for cell in made] == [
        ("crf, ncbi, train", ["ncbi"]),
        ("crf, cdr, train", ["cdr"]),
    ]


def test_a_run_without_train_takes_each_corpus_in_turn(write_plan: Writing) -> None:
    made = grid.cells(load(write_plan(CRF + '[[runs]]\ntest = ["ncbi", "cdr"]\n')))
    assert [(cell.train, len(cell.tests)) for cell in made] == [(("ncbi",), 2), (("cdr",), 2)]


def test_select_is_scored_on_the_development_split(write_plan: Writing) -> None:
    (cell,) = grid.cells(load(write_plan(CRF + '[[runs]]\ntrain = "ncbi"\nprotocols = "select"\n')))
    assert cell.training_splits == (("ncbi", "train"),)
    assert [target.split for target in cell.tests] == ["devel"]


def test_runs_with_one_training_become_one_cell(write_plan: Writing) -> None:
    runs = '[[runs]]\ntrain = "ncbi"\n[[runs]]\ntrain = "ncbi"\ntest = "cdr"\n'
    (cell,) = grid.cells(load(write_plan(CRF + runs)))
    assert [target.corpus for target in cell.tests] == ["ncbi", "cdr"]


def test_one_figure_in_two_ways_is_refused(write_plan: Writing) -> None:
    runs = '[[runs]]\ntrain = "ncbi"\n[[runs]]\ntrain = "ncbi"\nonly = "Disease"\n'
    with pytest.raises(ConfigError, match="Two runs test 'crf' on 'ncbi' with different labels"):
        grid.cells(load(write_plan(CRF + runs)))


def test_only_models_with_chance_are_trained_from_every_seed(write_plan: Writing, models: Models) -> None:
    systems = '[systems.a]\nmodel = "seeded"\n[systems.b]\nmodel = "crf"\n[[runs]]\ntrain = "ncbi"\n'
    made = grid.cells(load(write_plan("seeds = [4, 5]\n" + systems)))
    assert [(cell.system, cell.seed) for cell in made] == [("a", 4), ("a", 5), ("b", None)]


def test_paths_are_relative_to_the_data_and_to_the_plan(write_plan: Writing) -> None:
    path = write_plan('out = "made"\n[systems.x]\npredictions = { ncbi = "theirs.tsv" }\n')
    plan = load(path, data="corpora")
    assert plan.corpora["ncbi"].train == (str(Path("corpora/conll/ncbi.tsv")),)
    assert plan.systems["x"].predictions == {"ncbi": str(path.parent / "theirs.tsv")}
    assert plan.out == str(path.parent / "made")


def test_settings_are_laid_over_the_plan(write_plan: Writing) -> None:
    assert load(write_plan(CRF), settings=["seeds=[7]"]).seeds == (7,)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_shipped_plans_are_right(path: Path) -> None:
    plan = load(path, data="corpora")
    assert grid.cells(plan)
    assert all(Path(system.config).is_file() for system in plan.systems.values() if system.config)
