"""Write the pages of docs/reference/ that say what the code says: commands, settings, the front door, formats, scoring.

    python tools/build_reference.py            writes the pages
    python tools/build_reference.py --check    writes nothing; exits 1 if a page is out of date

`commands.md` is what `--help` prints, so its bytes also depend on the version of typer.
"""

import argparse
import ast
import importlib.util
import inspect
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

import annotated_types
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

import bionym
from bionym import evaluation, plugins
from bionym.data import Document, entity
from bionym.evaluation import calibration, error_kinds, error_names, errors, report, slicers, slices
from bionym.evaluation.seen import Seen
from bionym.features import FeatureOptions
from bionym.heads.fitted import Trainable
from bionym.heads.settings import CorpusSettings
from bionym.linear_chain.training import Optimizer
from bionym.models import bilstm_crf, crf, transformer
from bionym.models.transformer.pretraining.settings import PretrainingConfig

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
TERMINAL = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "80"}
MADE = "<!-- Made by tools/build_reference.py; change the code, not this page. -->"
WIDEST_SIGNATURE = 100
BUILT_IN = {int: "integer", float: "number", str: "text", bool: "true or false", Path: "file", Any: "anything"}
NAMED_BY_DATA = {  # where a report's keys are names that the data give, and what they name
    "protocols": "METRIC",
    "metrics": "TABLE",
    "metrics.TABLE.labels": "LABEL",
    "per_unit": "TABLE",
    "per_unit.TABLE.units": "UNIT",
    "per_unit.TABLE.units.UNIT": "LABEL",
    "slices": "NAME",
    "errors.by_label": "LABEL",
}
LIMITS = (
    (annotated_types.Ge, "ge", "from {}"),
    (annotated_types.Gt, "gt", "above {}"),
    (annotated_types.Le, "le", "to {}"),
    (annotated_types.Lt, "lt", "below {}"),
)


class Verb(NamedTuple):
    """A command with the words that call it, and the options it takes."""

    words: tuple[str, ...]
    options: tuple[str, ...]


def main() -> int:
    """Write the pages, or compare them. Returns: the exit code."""
    parser = argparse.ArgumentParser(description="Write the generated pages of docs/reference/.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is out of date")
    is_check = parser.parse_args().check
    stale = [path for path, build in PAGES.items() if not path.is_file() or path.read_text(encoding="utf-8") != build()]
    for path in stale:
        print(f"{path.relative_to(REFERENCE.parents[1])}: {'out of date' if is_check else 'written'}")
        if not is_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(PAGES[path](), encoding="utf-8")
    return 1 if is_check and stale else 0


def commands() -> str:
    """What `--help` prints, of `bionym` and of every verb."""
    parts = [_heading("Commands", "What `--help` prints. Every command's help ends with an example.")]
    for verb in (Verb((), ()), *verbs()):
        parts.append(f"## {' '.join(('bionym', *verb.words))}\n\n```text\n{help_of(verb)}```\n")
    return "\n".join(parts)


def verbs() -> tuple[Verb, ...]:
    """Every verb and the verbs below it."""
    app = typer.Typer()
    for name in plugins.names("apps.cli"):
        plugins.find("apps.cli", name).add_to(app)
    return tuple(_verbs_of(typer.main.get_command(app), ()))


def help_of(verb: Verb) -> str:
    """What a verb's `--help` prints on a plain terminal of 80 columns."""
    command = [sys.executable, "-m", "bionym", *verb.words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **TERMINAL})
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines()) + "\n"


def configuration() -> str:
    """Every setting of the feature CRF and of its features."""
    about = "Settings of the feature CRF, in TOML (`--config FILE`) or one by one (`--set training.max_iterations=80`)."
    others = ", ".join(["[BiLSTM-CRF](bilstm_crf.md)", *(f"[{name}]({name}.md)" for name in ("transformer", *PLAIN))])
    shown = f"`bionym config show` prints them with their values. Of the other models: {others}."
    settings = crf.Config().model_dump(mode="json")
    parts = [
        _heading("Configuration", about, shown),
        "## General\n\n" + _settings(crf.Config, settings, without=("training", "features")),
        f"## training\n\n{inspect.getdoc(Optimizer)}\n\n" + _settings(Optimizer, settings["training"]),
        "## features\n\nEach has a table `[features.NAME]`; `NAME = false` leaves it out, `NAME = true` takes it in.\n",
        *(_feature(name, settings["features"].get(name)) for name in own_parts("features")),
    ]
    return "\n".join(parts)


def bilstm() -> str:
    """Every setting of the BiLSTM-CRF and of its training."""
    return _of_model("BiLSTM-CRF", "bilstm_crf", bilstm_crf.Config)


def fine_tuning() -> str:
    """Every setting of the transformer and of its training."""
    return _of_model("transformer", "transformer", transformer.Config)


def plain_model(name: str) -> str:
    """Every setting of a model that is one file, and what the file says of it."""
    part = plugins.find("models", name)
    about = f"{inspect.getdoc(part)}\n"
    general, _, settings = _of_model(_dashed(name), name, part.Config, example="seed=2").partition("\n## ")
    return f"{general}\n{about}\n## {settings}"


def _of_model(title: str, name: str, config: type[BaseModel], *, example: str = "training.epochs=20") -> str:
    about = f"Settings of the {title}, in TOML (`--config FILE`) or one by one (`--set {example}`)."
    shown = f"`bionym config show --model {name}` prints them with their values."
    parts = [_heading(f"Configuration of the {title}", about, shown)]
    general, *inner = _tables(config, "General")
    return "\n".join([*parts, general, *_tables(CorpusSettings, "corpora.NAME"), *inner])


def pretraining() -> str:
    """Every setting of pretraining, for each kind of model that can."""
    about = "Settings of `bionym pretrain`, in TOML (`--config FILE`) or one by one (`--set training.epochs=2`)."
    shown = "`bionym config show --for pretrain --model transformer` prints them with their values."
    guide = "See [how to pretrain an encoder](../how-to/pretrain-an-encoder.md)."
    return "\n".join(
        [
            _heading("Configuration of pretraining", about, shown, guide),
            "# Transformer\n",
            *_tables(PretrainingConfig, "General"),
            "# BiLSTM-CRF\n",
            *_tables(bilstm_crf.PretrainingConfig, "General"),
        ]
    )


def scoring() -> str:
    """Metrics with their tables, slices, kinds of error, and what a report holds."""
    about = "Names for `--metric` and `--by`, kinds of error, and the layout of `--json`."
    argued = "What they mean: [metrics](../explanation/metrics.md), [errors and slices](../explanation/errors.md)."
    metrics = own_parts("evaluation.metrics")
    return "\n".join(
        [
            _heading("Scoring", about, argued),
            "## Metrics\n\n" + _table(("metric", "tables", "also reads"), map(_metric_row, metrics)),
            *(f"### {_dashed(name)}\n\n{_docstring('evaluation.metrics', name)}\n" for name in metrics),
            f"## Slices\n\n{_quoted(inspect.getdoc(slicers) or '')}\n",
            _table(("slice", "its parts, in their order"), map(_slice_row, slicers.NAMES)),
            f"## Kinds of error\n\n{_quoted(inspect.getdoc(error_kinds) or '')}\n",
            f"### Names behind an error\n\n{_quoted(inspect.getdoc(error_names) or '')}\n",
            f"## The report\n\n{_quoted(inspect.getdoc(report) or '')}\n",
            "Names in capitals stand for names in the data; `[]` stands for each of a list.\n",
            _table(("where", "what stands there"), _layout(_sample_report())),
        ]
    )


def python() -> str:
    """The front door: signatures and docstrings."""
    about = "What `import bionym` offers. Everything else may change between versions."
    parts = [_heading("Python", about)]
    for name in bionym.__all__:
        parts.append(_described(getattr(bionym, name)))
    return "\n".join(parts)


def formats() -> str:
    """A row for each format."""
    about = "Names for `--format`, `--from` and `--to`. Any format converts to any other."
    rows = [_format_row(name) for name in own_parts("formats")]
    return _heading("Formats", about) + "\n" + _table(("format", "suffixes", "what it is"), rows)


def own_parts(room: str) -> tuple[str, ...]:
    """The parts of a room that are Bionym's own, not those of installed packages."""
    return tuple(name for name in plugins.names(room) if importlib.util.find_spec(f"bionym.{room}.{name}"))


def plain_models() -> tuple[str, ...]:
    """The models that are trained and need no page of another form."""
    others = tuple(name for name in own_parts("models") if name not in ("crf", "bilstm_crf", "transformer"))
    return tuple(name for name in others if isinstance(plugins.find("models", name), Trainable))


def _verbs_of(command: Any, words: tuple[str, ...]) -> Iterator[Verb]:
    if words:
        yield Verb(words, tuple(option for one in command.params for option in one.opts if option.startswith("-")))
    for name, inner in getattr(command, "commands", {}).items():
        yield from _verbs_of(inner, (*words, name))


def _format_row(name: str) -> tuple[str, str, str]:
    part = plugins.find("formats", name)
    first = (inspect.getdoc(part) or "").splitlines()[0]
    shown = f"[{name}]({name}.md)" if (REFERENCE / "formats" / f"{name}.md").is_file() else name
    return shown, " ".join(f"`{suffix}`" for suffix in part.SUFFIXES), first


def _metric_row(name: str) -> tuple[str, str, str]:
    part = plugins.find("evaluation.metrics", name)
    tables = " ".join(f"`{_dashed(name)}:{table}`" if table else f"`{_dashed(name)}`" for table in part.TABLES)
    return f"[{_dashed(name)}](#{_dashed(name)})", tables, ", ".join(getattr(part, "READS", ()))


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _docstring(room: str, name: str) -> str:
    return _quoted(inspect.getdoc(plugins.find(room, name)) or "")


def _slice_row(name: str) -> tuple[str, str]:
    return f"`{name}`", ", ".join(slicers.ORDER.get(name, ())) or "each label"


def _sample_report() -> report.Report:
    """A report in which every part stands."""
    gold = [_sample(number, (0, 5, "LABEL", None), (6, 11, "LABEL", None)) for number in range(12)]
    predicted = [_sample(number, (0, 5, "LABEL", 0.9), (6, 9, "LABEL", 0.05)) for number in range(12)]
    known = Seen.of(gold)
    seen, wrong, sure = slices.Slices(seen=known), errors.Errors(seen=known), calibration.Calibration()
    scores = evaluation.evaluate(gold, predicted, observers=[seen.add, wrong.add, sure.add])
    analysis = {"slices": seen.as_dict(), "errors": wrong.as_dict(show_text=True), "calibration": sure.as_dict()}
    return report.report(scores, title="TITLE", num_resamples=10, per_unit=True, **analysis)


def _sample(number: int, *mentions: tuple[int, int, str, float | None]) -> Document:
    found = tuple(entity(start, end, label, score=score) for start, end, label, score in mentions)
    return Document(str(number), "fever cough", entities=found)


def _layout(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """A row for each table of a report, with the types of its values."""
    if isinstance(node, list):
        yield from _layout(node[0], f"{place}[]") if node and isinstance(node[0], dict) else ()
        return
    inside = dict(node)
    if place in NAMED_BY_DATA:
        inside = {NAMED_BY_DATA[place]: next(iter(node.values()))}
    plain = [f"`{name}` {shown}" for name, value in inside.items() if (shown := _plain(value))]
    if plain:
        yield f"`{place or 'report'}`", ", ".join(plain)
    for name, value in inside.items():
        if not _plain(value):
            yield from _layout(value, f"{place}.{name}".removeprefix("."))


def _plain(value: Any) -> str:
    """The type of a value that is no table and no list of tables, else nothing."""
    if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
        return ""
    if isinstance(value, list):
        return f"list of {_plain(value[0])}" if value else "list"
    return "null" if value is None else BUILT_IN[type(value)]


def _tables(schema: type[BaseModel], title: str, prefix: str = "") -> Iterator[str]:
    """A section for a table of settings and for each table in it, that of corpora aside."""
    inner = {
        name: field.annotation
        for name, field in schema.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }
    shown = _settings(schema, {}, without=(*inner, "corpora"))
    yield f"## {title}\n\n{inspect.getdoc(schema)}\n\n{shown}"
    for name, table in inner.items():
        yield from _tables(table, f"{prefix}{name}", f"{prefix}{name}.")


def _feature(name: str, values: dict[str, Any] | Literal[False] | None) -> str:
    part = plugins.find("features", name)
    state = "On unless turned off." if values else "Off unless asked for."
    return f"### {name}\n\n{_quoted(inspect.getdoc(part) or '')}\n\n{state}\n\n" + _settings(part.Options, values or {})


def _quoted(docstring: str) -> str:
    """A docstring as prose, and as it stands where it has lines that are aligned."""
    return f"```text\n{docstring}\n```" if "  " in docstring else docstring


def _settings(schema: type[BaseModel], values: dict[str, Any], *, without: tuple[str, ...] = ()) -> str:
    rows = [
        (f"`{name}`", _type(field), _default(field, values.get(name)), _description(name, field))
        for name, field in schema.model_fields.items()
        if name not in without
    ]
    return _table(("setting", "type", "default", "what it does"), rows)


def _default(field: FieldInfo, value: object) -> str:
    if value is None and field.get_default(call_default_factory=True) is PydanticUndefined:
        return "required"
    shown = field.get_default(call_default_factory=True) if value is None else value
    return f"`{_written(shown)}`"


def _written(value: object) -> str:
    """A value as TOML writes it, near enough to read."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_written, value)) + "]"
    return f'"{value}"' if isinstance(value, (str, Path)) else str(value).lower()


def _description(name: str, field: FieldInfo) -> str:
    shared = FeatureOptions.model_fields.get(name)
    return field.description or (shared.description if shared else "") or ""


def _type(field: FieldInfo) -> str:
    limits = [
        words.format(f"{getattr(limit, name):g}")
        for kind, name, words in LIMITS
        for limit in field.metadata
        if isinstance(limit, kind)
    ]
    return " ".join([_type_name(field.annotation), *limits])


def _type_name(annotation: Any) -> str:
    inner = [argument for argument in get_args(annotation) if argument is not Ellipsis]
    origin = get_origin(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin in (tuple, list):
        return f"list of {_type_name(inner[0])}"
    if origin is dict:
        return f"table of name = {_type_name(inner[1])}"
    if origin in (Union, types.UnionType):
        return " or ".join(_type_name(one) for one in inner if one is not types.NoneType)
    return BUILT_IN.get(annotation, "table")


def _described(thing: Any) -> str:
    """A function or a class with its public methods, as Markdown."""
    module = ast.parse(inspect.getsource(inspect.getmodule(thing) or bionym))
    nodes = {node.name: node for node in module.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    node = nodes[thing.__name__]
    lines = [f"## {node.name}", ""]
    if isinstance(node, ast.FunctionDef):
        return "\n".join([*lines, *_entry(f"{node.name}{_signature(node)}", ast.get_docstring(node))])
    lines += _entry(f"{node.name}{_constructor(node)}", ast.get_docstring(node))
    for method in _methods(node):
        shown = (
            f" -> {ast.unparse(method.returns)}" if _is(method, "property") and method.returns else _signature(method)
        )
        lines += [f"### {node.name}.{method.name}", "", *_entry(f"{method.name}{shown}", ast.get_docstring(method))]
    return "\n".join(lines)


def _entry(signature: str, docstring: str | None) -> list[str]:
    return ["```text", signature, "", *(docstring or "").splitlines(), "```", ""]


def _methods(node: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    """Public methods; of overloaded ones the one that does the work."""
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_") and not _is(method, "overload"):
            yield method


def _is(method: ast.FunctionDef, decorator: str) -> bool:
    return any(ast.unparse(one) == decorator for one in method.decorator_list)


def _constructor(node: ast.ClassDef) -> str:
    made = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name in ("__init__", "__new__")]
    if made:
        return _signature(made[0], returns=False)
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
    return _wrapped([_field(one) for one in fields], "")


def _field(node: ast.AnnAssign) -> str:
    shown = f"{ast.unparse(node.target)}: {ast.unparse(node.annotation)}"
    if node.value is None:
        return shown
    is_made = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "field"
    return f"{shown} = {'...' if is_made else ast.unparse(node.value)}"


def _signature(node: ast.FunctionDef, *, returns: bool = True) -> str:
    arguments = node.args
    given = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [*[None] * (len(given) - len(arguments.defaults)), *arguments.defaults]
    shown = [_argument(*pair) for pair in zip(given, defaults, strict=True) if pair[0].arg not in ("self", "cls")]
    if arguments.kwonlyargs:
        shown += ["*", *map(_argument, arguments.kwonlyargs, arguments.kw_defaults)]
    if arguments.kwarg:
        shown.append(f"**{_argument(arguments.kwarg, None)}")
    return _wrapped(shown, f" -> {ast.unparse(node.returns)}" if returns and node.returns else "")


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    shown = f"{argument.arg}: {ast.unparse(argument.annotation)}" if argument.annotation else argument.arg
    return f"{shown} = {ast.unparse(default)}" if default else shown


def _wrapped(arguments: list[str], returns: str) -> str:
    line = f"({', '.join(arguments)}){returns}"
    return line if len(line) <= WIDEST_SIGNATURE else "(\n    " + ",\n    ".join(arguments) + f",\n){returns}"


def _heading(title: str, *sentences: str) -> str:
    return f"{MADE}\n\n# {title}\n\n{' '.join(sentences)}\n"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines) + "\n"


PLAIN = plain_models()
PAGES: dict[Path, Callable[[], str]] = {
    REFERENCE / "commands.md": commands,
    REFERENCE / "configuration.md": configuration,
    REFERENCE / "bilstm_crf.md": bilstm,
    REFERENCE / "transformer.md": fine_tuning,
    **{REFERENCE / f"{name}.md": partial(plain_model, name) for name in PLAIN},
    REFERENCE / "pretraining.md": pretraining,
    REFERENCE / "scoring.md": scoring,
    REFERENCE / "python.md": python,
    REFERENCE / "formats" / "index.md": formats,
}

if __name__ == "__main__":
    sys.exit(main())
