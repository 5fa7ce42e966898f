"""The one way into pretraining, for every kind of model that can: read, learn, save whole or not at all.

A kind of model can be pretrained if its module has

    PretrainingConfig                                               its settings, with a table `text`
    pretrain(text, config, **how: Unpack[How]) -> Pretrained         `flow.pretrain` of an `Objective`, mostly
"""

import contextlib
import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bionym import config as configuration
from bionym import plugins
from bionym.errors import BionymError, OutputError, UsageError
from bionym.files import finishing
from bionym.pretraining.record import card
from bionym.pretraining.text import OnRead, Text, no_progress
from bionym.protocols import Pretrainable
from bionym.training.events import Monitor
from bionym.version import versions_of


def part_for_pretraining(model: str) -> Any:
    """The module of this kind of model. Raises: UnknownNameError; UsageError if this kind learns from no raw text."""
    part = plugins.find("models", model)
    if not isinstance(part, Pretrainable):
        known = ", ".join(kinds())
        raise UsageError(f"A model of the kind {model!r} is not pretrained on raw text. These are: {known}.")
    return part


def kinds() -> tuple[str, ...]:
    """Every kind of model that can be pretrained, sorted."""
    return tuple(
        sorted(name for name in plugins.names("models") if isinstance(plugins.find("models", name), Pretrainable))
    )


def pretrain(
    sources: Iterable[str],
    out: str | os.PathLike[str],
    *,
    model: str = "transformer",
    config: str | os.PathLike[str] | None = None,
    settings: Iterable[str] = (),
    monitors: Iterable[Monitor] = (),
    folder: str | os.PathLike[str] | None = None,
    force: bool = False,
    on_read: OnRead = no_progress,
    say: Callable[[str], None] = lambda message: None,
) -> dict[str, Any]:
    """Let a model learn from raw text, into a new folder. The text is streamed, never in memory as a whole.

    Beside `out` lies a folder meanwhile, that only the user can read, with the text as integers and the checkpoints: the
    same call goes on from there if it was interrupted or killed, to the same result. At the end it is removed.

    Args:
        sources: text files, globs, folders of .txt, packed or not; "-" is standard input.
        out: the folder of the encoder.
        model: the kind of model: "transformer", "bilstm_crf".
        config: a TOML file laid over the defaults.
        settings: single keys laid over that: `["encoder=FOLDER", "training.epochs=2"]`.
        monitors: watch the training.
        folder: for what is needed meanwhile, in place of the one beside `out`.
        on_read: told how many bytes of the text were read, and of how many.
        say: told in a line what was done before the training proper: text packed, perplexity measured.
    Returns: the record, as `run.json` holds it.
    Raises: OutputError before any work if `out` stands in the way; InputError, ConfigError, ModelError, MissingExtraError.
    """
    part, out = part_for_pretraining(model), Path(out)
    chosen = configuration.load(part.PretrainingConfig, Path(config) if config else None, settings)
    _check(out, force=force)
    meanwhile = Path(folder) if folder else folder_for_pretraining(out)
    text, start = Text(sources, chosen.text, on_read=on_read), time.monotonic()
    about = {"model": model, "name": out.name, "configuration": chosen.model_dump(mode="json", exclude={"training"})}
    with _kept_only_to_go_on(meanwhile):
        made = part.pretrain(text, chosen, folder=meanwhile, monitors=monitors, about=about, say=say)
    run = _record(made, model, text, chosen, time.monotonic() - start)
    with finishing(out, force=force, may_replace=_may_replace, otherwise="no encoder") as unfinished:
        unfinished.mkdir()
        made.save(unfinished)
        (unfinished / "run.json").write_text(json.dumps(run, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (unfinished / "card.md").write_text(card(out.name, run), encoding="utf-8")
        if (meanwhile / "run.jsonl").is_file():
            shutil.copyfile(meanwhile / "run.jsonl", unfinished / "run.jsonl")
    shutil.rmtree(meanwhile)
    return run


def folder_for_pretraining(out: Path) -> Path:
    """Where a run keeps the text as integers, and its checkpoints, until it is done."""
    return out.with_name(f".{out.name}.pretraining")


@contextlib.contextmanager
def _kept_only_to_go_on(folder: Path) -> Iterator[None]:
    """A folder that only the user can read; of a run that failed at its beginning nothing of the text is left there."""
    is_new = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(
            str(error)
            or f"Stopped. {folder} holds what was done, text too: the same command goes on from there; else remove it."
        ) from error
    except BionymError:
        if is_new and not any(folder.rglob("checkpoint.json")):
            shutil.rmtree(folder)
        raise


def _check(out: Path, *, force: bool) -> None:
    if out.exists() and not force:
        raise OutputError(f"{out} exists. Choose another --out, or replace it with --force.")
    if out.exists() and not (out.is_dir() and _may_replace(out)):
        raise OutputError(f"{out} is no encoder, so it is not replaced. Choose another --out.")


def _may_replace(folder: Path) -> bool:
    return folder.is_dir() and ((folder / "run.json").is_file() or not any(folder.iterdir()))


def _record(made: Any, model: str, text: Text, chosen: Any, seconds: float) -> dict[str, Any]:
    return {
        "model": model,
        **made.run,
        "data": {"sources": list(text.sources), **made.run["data"]},
        "configuration": chosen.model_dump(mode="json"),
        "seconds": round(seconds, 1),
        "seed": chosen.seed,
        "versions": {
            "python": platform.python_version(),
            **versions_of(("bionym", *made.packages)),
        },
    }
