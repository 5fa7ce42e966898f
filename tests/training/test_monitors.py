import io
import json
from pathlib import Path

import pytest
import torch
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from bionym.training.events import Result, Started, StepGroup
from bionym.training.monitors.log import Log
from bionym.training.monitors.tensorboard import TensorBoard
from bionym.training.monitors.terminal import Terminal, duration
from tests.training import tiny


class Showing:
    """What a model would show: one word that anybody knows, one of the training data."""

    def embeddings(self, *, show_text: bool):
        words = ["fever", "Smith"] if show_text else ["fever", "cough"]
        return {"words": (words, torch.eye(2))}

    def samples(self):
        return ["gold: **Jones** [Name]"]


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "run.jsonl").read_text().splitlines()]


def test_the_log_has_a_line_a_group_of_steps_and_one_an_epoch(tmp_path: Path) -> None:
    _, result = tiny.train(None, monitors=[Log(tmp_path)])
    kinds = [line["kind"] for line in lines(tmp_path)]
    assert kinds == ["started", *(["step"] * 4 + ["epoch"]) * 4, "finished"]
    epoch = lines(tmp_path)[5]
    assert epoch["development"]["first"]["f1"] == pytest.approx(result.history[0].development["first"]["f1"], abs=1e-5)
    assert {"epoch", "step", "loss", "learning_rate", "tokens_per_second", "mean_f1", "seconds"} <= epoch.keys()


def test_a_new_run_in_the_same_folder_begins_a_new_log(tmp_path: Path) -> None:
    for _ in range(2):
        tiny.train(None, monitors=[Log(tmp_path)])
    assert [line["kind"] for line in lines(tmp_path)].count("started") == 1


def test_the_terminal_shows_losses_and_scores_and_leaves_one_line() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, color_system=None, force_interactive=True)
    tiny.train(None, monitors=[Terminal(console)])
    shown = stream.getvalue()
    assert "epoch 4 of 4, batch 10 of 10" in shown and "mean f1" in shown and "tokens/s" in shown
    assert shown.rstrip().splitlines()[-1].endswith("; best f1 41.6 in epoch 4")


def test_the_terminal_says_nothing_where_no_person_looks(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    tiny.train(None, monitors=[Terminal(Console(file=stream)), Terminal()])
    assert stream.getvalue() == "" and capsys.readouterr() == ("", "")


def test_the_time_left_is_never_more_than_the_limit_leaves() -> None:
    stream = io.StringIO()
    terminal = Terminal(Console(file=stream, force_terminal=True, width=120))
    settings = tiny.settings(time_limit_minutes=1).model_dump()
    terminal.started(Started(tiny.tiny(), settings, {}, "cpu", 1, epochs=4))
    terminal.step(
        StepGroup(1, 1, 1, 100, loss=0.1, learning_rate=0.1, gradient_norm=1, tokens_per_second=1, seconds=20)
    )
    terminal.finished(Result(state="finished", reason="time limit", epochs=1, steps=1, seconds=60.0))
    assert "at most 40 s left" in stream.getvalue()


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (5940, "99 min"), (11100, "3 h 05 min")]
)
def test_times_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_tensorboard_reads_back_losses_scores_and_norms(tmp_path: Path) -> None:
    _, result = tiny.train(None, monitors=[TensorBoard(tmp_path)])
    events = EventAccumulator(str(tmp_path)).Reload()
    assert {"training/loss", "training/learning_rate", "training/gradient_norm", "weights/first"} <= set(
        events.Tags()["scalars"]
    )
    means = [event.value for event in events.Scalars("development/mean")]
    assert means == pytest.approx([end.mean for end in result.history])
    assert [event.step for event in events.Scalars("development/f1/second")] == [10, 20, 30, 40]


def test_tensorboard_has_no_step_twice_after_a_resume(tmp_path: Path) -> None:
    for kill in ((17, 2), (-1, 0)):
        try:
            tiny.train(tmp_path / "run", kill=kill, monitors=[TensorBoard(tmp_path / "events")])
        except KeyboardInterrupt:
            continue
    steps = [event.step for event in EventAccumulator(str(tmp_path / "events")).Reload().Scalars("training/loss")]
    assert len(steps) == len(set(steps)) == 16


@pytest.mark.parametrize("show_text", [True, False])
def test_text_is_shown_only_where_it_was_asked_for(tmp_path: Path, show_text: bool) -> None:
    monitors = [TensorBoard(tmp_path, show_text=show_text), Log(tmp_path)]
    tiny.train(None, monitors=monitors, shown=Showing())
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert [word in written for word in (b"fever", b"Smith", b"Jones")] == [True, show_text, show_text]


def test_counts_beside_the_scores_stand_in_the_log(tmp_path: Path) -> None:
    def evaluate(model):
        return {name: {**scores, "labels": {"Disease": [3, 1, 2]}} for name, scores in tiny.evaluate(model).items()}

    _, result = tiny.train(None, monitors=[Log(tmp_path), TensorBoard(tmp_path)], evaluate=evaluate)
    (last,) = [line for line in lines(tmp_path) if line["kind"] == "epoch" and line["epoch"] == 4]
    assert last["tables"]["second"] == {"labels": {"Disease": [3, 1, 2]}}
    assert result.history[-1].development["first"].keys() == {"f1", "precision"}


def test_a_monitor_that_hears_only_the_end_is_no_trouble(tmp_path: Path) -> None:
    for monitor in (Log(tmp_path), TensorBoard(tmp_path), Terminal(Console(file=io.StringIO()))):
        monitor.finished(Result(state="failed", reason="", epochs=0, steps=0, seconds=0.0))
    TensorBoard(tmp_path).step(StepGroup(1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.1))
