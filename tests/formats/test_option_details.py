"""Options of formats, and concepts written in one field."""

from typing import Any, Literal

import pytest

from bionym.data import Entity, Span
from bionym.errors import UnknownNameError, UsageError
from bionym.formats import _concepts as concepts
from bionym.formats._options import taken


def reader(
    path: str,
    *,
    number: int = 1,
    flag: bool = False,
    name: str | None = None,
    mode: Literal["a", "b"] = "a",
    audit: Any = None,
) -> None:
    """A reader with an option of each kind."""


def test_options_are_taken_as_their_annotations_have_them() -> None:
    given = {"number": 3, "flag": True, "name": None, "mode": "b"}
    assert taken(reader, given) == given
    assert taken(reader, {"name": 5}) == {"name": "5"}


def test_what_is_offered_to_all_is_passed_over_where_nobody_takes_it() -> None:
    assert taken(reader, {"texts": 1, "beside": 2, "require_annotations": True, "audit": "x"}) == {"audit": "x"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"numbre": 1}, "no option 'numbre'. Its options: number, flag, name, mode$"),
        ({"path": 1}, "no option 'path'"),
        ({"number": "3"}, "'number': expected a whole number, found '3'"),
        ({"number": True}, "'number': expected a whole number, found True"),
        ({"flag": 1}, "'flag': expected true or false, found 1"),
        ({"name": 1.5}, "'name': expected text, found 1.5"),
    ],
)
def test_other_options_are_refused_by_name_and_kind(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        taken(reader, options)


def test_a_choice_is_one_of_its_names() -> None:
    with pytest.raises(UnknownNameError, match="mode"):
        taken(reader, {"mode": "c"})


@pytest.mark.parametrize(
    ("field", "identifiers"),
    [
        ("D001", ("D001",)),
        ("D001|D002", ("D001", "D002")),
        ("D001; D002,D003+D004", ("D001", "D002", "D003", "D004")),
        ("c|SUB|T|1799|A", ("c|SUB|T|1799|A",)),
        ("", ()),
        ("-", ()),
        ("-1", ()),
        ("-1|D001", ("D001",)),
    ],
)
def test_a_field_holds_identifiers_with_digits(field: str, identifiers: tuple[str, ...]) -> None:
    assert concepts.parse(field) == identifiers


def entity_of(field: str, *, none: str = "-1") -> Entity:
    return Entity((Span(0, 1),), "A", concepts.parse(field), attributes=concepts.attributes(field, none=none))


@pytest.mark.parametrize("field", ["D001", "D001|D002", "D001+D002", "-1", "-", "c|SUB|T|1799|A", "D001|-1"])
def test_a_field_is_written_as_it_was_read(field: str) -> None:
    assert concepts.join(entity_of(field), none="-1") == field
    assert (concepts.AS_WRITTEN in entity_of(field).attributes) == (field in ("D001+D002", "-", "D001|-1"))


def test_a_field_whose_concepts_have_changed_is_written_anew() -> None:
    changed = Entity((Span(0, 1),), "A", ("D009", "D008"), attributes={concepts.AS_WRITTEN: "D001+D002"})
    assert concepts.join(changed, none="-1") == "D009|D008"
    assert concepts.join(Entity((Span(0, 1),), "A", attributes={concepts.AS_WRITTEN: "D001+D002"}), none="-") == "-"


def test_the_form_of_none_is_the_commonest_of_the_document() -> None:
    assert concepts.form_of_none(["-", "D001", "-1", "-"], "") == "-"
    assert concepts.form_of_none(["-1", "-", "-1"], "") == "-1"
    assert concepts.form_of_none(["D001"], "-1") == "-1"
