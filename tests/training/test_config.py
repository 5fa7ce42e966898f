from pathlib import Path

import pytest

from bionym import config
from bionym.errors import ConfigError
from bionym.models.crf import Config


def test_single_settings_lie_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("seed = 7\n[training]\nc1 = 0.5\nmax_iterations = 20\n")
    chosen = config.load(Config, path, ["training.max_iterations=80"])
    assert (chosen.seed, chosen.training.c1, chosen.training.max_iterations) == (7, 0.5, 80)
    assert chosen.training.c2 == Config().training.c2


def test_one_training_key_leaves_the_others_at_the_models_defaults() -> None:
    assert config.load(Config, None, ["training.max_iterations=80"]).training.c1 == Config().training.c1 > 0


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("sede=1", "There is no setting 'sede'. Did you mean 'seed'"),
        ("training.c1=-1", "The setting 'training.c1' is -1: "),
        ("training.max_iterations=many", "The setting 'training.max_iterations' is 'many': "),
        ("features.lower.window=-3", "features.lower.window"),
        ("features.lower.window=true", "features.lower.window"),
        ("features.lower='yes'", "features.lower"),
        ("=3", "expected key=value"),
    ],
)
def test_a_wrong_setting_names_the_key_and_what_was_expected(setting: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        config.load(Config, None, [setting])


@pytest.mark.parametrize(
    ("written", "value"), [("false", False), ("3", 3), ("0.5", 0.5), ("word", "word"), ("[1, 2]", [1, 2])]
)
def test_values_are_read_as_toml_or_as_words(written: str, value: object) -> None:
    assert config.parse(f"a.b={written}") == {"a": {"b": value}}


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("seed = 1\nseed = = 2\n")
    with pytest.raises(ConfigError, match=r"c\.toml is not TOML: .*line 2"):
        config.load(Config, path)


def test_what_is_dumped_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(config.dump(Config()))
    assert config.load(Config, path) == Config()


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000 + "]" * 5000, "a = " + "1" * 5000, "a = " + "{b = " * 3000 + "1" + "}" * 3000]
)
def test_toml_that_cannot_be_used_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(ConfigError, match="nested too deep"):
        config.read(tmp_path / "c.toml")
    assert config.parse(f"x={text.removeprefix('a = ')}") == {"x": text.removeprefix("a = ")}
