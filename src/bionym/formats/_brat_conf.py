"""`annotation.conf`: the types that brat shows, and their relations and attributes.

Source: https://brat.nlplab.org/configuration.html
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bionym.files import read_text, write_text
from bionym.formats._brat_lines import BOOLEAN, AnnLine

ANNOTATION = "annotation.conf"
FILES = (ANNOTATION, "visual.conf", "tools.conf", "kb_shortcuts.conf")
SECTIONS = ("entities", "relations", "events", "attributes")
_HEADER = re.compile(r"^[ \t]*\[(\w+)\][ \t]*\r?$", re.MULTILINE)


def find(path: Path) -> dict[str, str]:
    """The configuration files that hold for a file, by name: each from its folder, or the nearest one above."""
    found: dict[str, str] = {}
    for name in FILES:
        place = next((folder / name for folder in path.parents if (folder / name).is_file()), None)
        if place is not None:
            found[name] = read_text(place)
    return found


def types(conf: str) -> dict[str, set[str]]:
    """The names that each section of an `annotation.conf` defines.

    >>> types("[entities]\\nDisease\\n\\tCancer\\n[relations]\\nCauses\\tArg1:Disease, Arg2:Disease")
    {'entities': {'Disease', 'Cancer'}, 'relations': {'Causes'}, 'events': set(), 'attributes': set()}
    """
    found: dict[str, set[str]] = {section: set() for section in SECTIONS}
    pieces = _HEADER.split(conf)
    for section, body in zip(pieces[1::2], pieces[2::2], strict=True):
        lines = [line.strip() for line in body.split("\n")]
        found.setdefault(section, set()).update(
            line.split()[0].lstrip("!") for line in lines if line and line[0] != "#"
        )
    return found


@dataclass
class Configuration:
    """The types in some documents, collected while they are written, and the configuration they came with."""

    files: dict[str, str] = field(default_factory=dict)
    entries: dict[str, dict[str, set[str]]] = field(default_factory=lambda: {section: {} for section in SECTIONS})

    def add(self, files: Mapping[str, str], lines: Iterable[AnnLine]) -> None:
        """Take in one document: the configuration files it was read with, and its lines."""
        self.files.update(files)
        lines = list(lines)
        mentions = {line.id: line.label for line in lines if line.kind == "T"}
        is_trigger = {line.target for line in lines if line.kind == "E"}
        for line in lines:
            if line.kind == "T" and line.id not in is_trigger:
                self._entry("entities", line.label)
            elif line.kind == "E":
                roles = [f"{role.rstrip('0123456789')}*:<ANY>" for role, _ in line.arguments[1:]]
                self._entry("events", mentions.get(line.target, line.label), *roles)
                self._entry("events", line.label, *roles)
            elif line.kind == "R":
                self._entry("relations", line.label, *(f"{role}:<ANY>" for role, _ in line.arguments))
            elif line.kind in ("A", "M"):
                self._entry("attributes", line.label, *([] if line.value == BOOLEAN else [line.value]))

    def write(self, folder: Path) -> None:
        """The files into a folder; an `annotation.conf` that lacks a type gets it, else it stays as it was."""
        for name, text in self.files.items():
            write_text(folder / name, text if name != ANNOTATION else self.annotation())
        if ANNOTATION not in self.files:
            write_text(folder / ANNOTATION, self.annotation())

    def annotation(self) -> str:
        """The text of `annotation.conf`."""
        text = self.files.get(ANNOTATION, "")
        known = types(text)
        known["entities"] |= known["events"]  # brat takes both for mentions
        for section in SECTIONS:
            missing = {name: values for name, values in self.entries[section].items() if name not in known[section]}
            if missing or not _has_section(text, section):
                lines = [_line(section, name, values) for name, values in sorted(missing.items())]
                text = _insert(text, section, lines)
        return text

    def _entry(self, section: str, name: str, *values: str) -> None:
        self.entries[section].setdefault(name, set()).update(values)


def _line(section: str, name: str, values: set[str]) -> str:
    listed = sorted(values)
    if section == "attributes":
        listed = ["Arg:<ANY>", f"Value:{'|'.join(listed)}"] if listed else ["Arg:<ANY>"]
    return f"{name}\t{', '.join(listed)}" if listed else name


def _has_section(text: str, section: str) -> bool:
    return any(header.group(1) == section for header in _HEADER.finditer(text))


def _insert(text: str, section: str, lines: list[str]) -> str:
    """The text with lines at the beginning of a section, or with the section at its end."""
    body = "".join(f"{line}\n" for line in lines)
    for header in _HEADER.finditer(text):
        if header.group(1) == section:
            place = header.end() + 1
            return f"{text[: header.end()]}\n{body}{text[place:]}"
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}[{section}]\n{body}"
