"""Configuration: defaults, then a TOML file, then single keys; validated by name and type.

The schema is a pydantic model; what it refuses becomes one line with the key, what was found, what was expected, and the
nearest valid name.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from bionym.errors import ConfigError, did_you_mean

Schema = TypeVar("Schema", bound=BaseModel)
Tables = dict[str, Any]
MISSING = "nothing"


class Settings(BaseModel):
    """A table of settings: unknown keys are refused, and so is true or false where a number belongs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_value_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        field = cls.model_fields.get(info.field_name or "")
        if isinstance(value, bool) and field is not None and field.annotation in (int, float):
            raise ValueError("expected a number, found true or false")
        return value


def load(schema: type[Schema], path: Path | None = None, overrides: Iterable[str] = ()) -> Schema:
    """The configuration of a file with overrides laid over it; what neither names has the schema's default.

    Args:
        overrides: `"training.max_iterations=80"`; the value is read as TOML, or as a string if it is none.
    Raises: ConfigError naming the key, what was found, and what was expected.
    """
    settings = read(path) if path else {}
    for override in overrides:
        settings = merged(settings, parse(override))
    return validated(schema, settings, origin=str(path) if path else "")


def read(path: Path) -> Tables:
    """The tables of a TOML file. Raises: ConfigError with the line where it is not TOML."""
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}.") from error
    except (ValueError, RecursionError):
        raise ConfigError(
            f"{path} is not usable TOML: it is nested too deep, or a number has thousands of digits."
        ) from None


def of_model(schema: type[Schema], path: Path) -> Schema:
    """The configuration of a saved model; which model it is, and in which format, stands there too. Raises: ConfigError."""
    settings = read(path)
    for key in ("format", "model"):
        settings.pop(key, None)
    return validated(schema, settings, origin=str(path))


def parse(override: str) -> Tables:
    """`"training.c1=0.2"` as nested tables. Raises: ConfigError if there is no `=`."""
    key, equals, value = override.partition("=")
    if not equals or not key.strip():
        raise ConfigError(f"--set {override!r}: expected key=value, for example --set training.max_iterations=80.")
    settings: Any = _value(value.strip())
    for part in reversed(key.strip().split(".")):
        settings = {part: settings}
    found: Tables = settings
    return found


def merged(settings: Mapping[str, Any], over: Mapping[str, Any]) -> Tables:
    """Both, key by key; where both are tables they are merged too, else `over` wins."""
    result = dict(settings)
    for key, value in over.items():
        is_table = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if is_table else value
    return result


def flat(settings: Mapping[str, Any], prefix: str = "") -> Tables:
    """Nested tables as one, keys joined by dots."""
    found: Tables = {}
    for key, value in settings.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between nested tables: "training.seed was 1, is 2"."""
    old, new = flat(before), flat(now)
    return [
        f"{key} was {old.get(key, MISSING)!r}, is {new.get(key, MISSING)!r}"
        for key in sorted({*old, *new})
        if old.get(key, MISSING) != new.get(key, MISSING)
    ]


def refuse_changes(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any], *, what: str = "a run") -> None:
    """Refuse to go on with what a folder holds under another configuration; `now` is compared as JSON would hold it.

    Raises: ConfigError that names every setting that changed.
    """
    changed = changes(before, json.loads(json.dumps(dict(now))))
    if changed:
        raise ConfigError(
            f"{folder} holds {what} with another configuration: {'; '.join(changed)}. "
            "Set it back, take another folder, or remove this one to start anew."
        )


def validated(schema: type[Schema], settings: Mapping[str, Any], *, prefix: str = "", origin: str = "") -> Schema:
    """Settings as the schema has them. Raises: ConfigError for the first key that is wrong."""
    try:
        return schema.model_validate(settings)
    except ValidationError as error:
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        key = ".".join(str(part) for part in (prefix, *first["loc"]) if part != "")
        place = f"{origin}: " if origin else ""
        raise ConfigError(f"{place}{_explain(key, first, schema)}") from error


def dump(config: BaseModel | Mapping[str, Any]) -> str:
    """A configuration as TOML; keys without a value are left out."""
    import tomli_w

    settings = config.model_dump(mode="json") if isinstance(config, BaseModel) else config
    return tomli_w.dumps(_without_nothing(settings))


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _without_nothing(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nothing(inner) for key, inner in value.items() if inner is not None}
    return [_without_nothing(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _explain(key: str, error: Any, schema: type[BaseModel]) -> str:
    if error["type"] == "extra_forbidden":
        known = _keys_beside(schema, error["loc"])
        return f"There is no setting {key!r}.{did_you_mean(error['loc'][-1], known)} Known here: {', '.join(known)}."
    if error["type"] == "missing":
        return f"The setting {key!r} is required, but has no value."
    return f"The setting {key!r} is {error['input']!r}: {error['msg'].removeprefix('Value error, ')}."


def _keys_beside(schema: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """The valid names in the table where a wrong one stood."""
    current: Any = schema
    for part in location[:-1]:
        if get_origin(current) is dict:  # tables by names of the user's
            current = get_args(current)[-1]
            continue
        field = getattr(current, "model_fields", {}).get(part)
        current = field.annotation if field else None
    return sorted(getattr(current, "model_fields", {}))
