"""What others call their scores is read as tags, or refused by name."""

import pytest

from bionym.errors import ModelError, UsageError
from bionym.models.transformer.foreign_tags import names_for_pipelines, parse_tag_names, read_tags


@pytest.mark.parametrize(
    ("names", "scheme", "tags"),
    [
        (["I-Drug", "O", "B-Drug"], "LENIENT", ("O", "B-Drug", "I-Drug")),
        (["O", "Drug-B", "Drug-I"], "LENIENT", ("O", "B-Drug", "I-Drug")),
        (["O", "B_Drug", "I_Drug"], "LENIENT", ("O", "B-Drug", "I-Drug")),
        (["O", "I-B-cell", "B-B-cell"], "LENIENT", ("O", "B-B-cell", "I-B-cell")),
        (["O", "U-x", "B-x", "L-x", "I-x"], "BIOES", ("O", "B-x", "I-x", "E-x", "S-x")),
        (["O", "M-x", "B-x", "E-x", "W-x"], "BIOES", ("O", "B-x", "I-x", "E-x", "S-x")),
        (["O", "I-x", "I-a"], "IO", ("O", "I-a", "I-x")),
        (["Drug", "O", "Disease"], "IO", ("O", "I-Disease", "I-Drug")),
        (["B", "I", "O"], "LENIENT", ("O", "B-Entity", "I-Entity")),
        (["o", "b-drug", "i-drug"], "LENIENT", ("O", "B-drug", "I-drug")),
        (["O", "b_drug", "i_drug"], "LENIENT", ("O", "B-drug", "I-drug")),
        (["o", "B-Drug", "i-Drug"], "LENIENT", ("O", "B-Drug", "I-Drug")),
        (["O", "b-x", "i-x", "e-x", "s-x"], "BIOES", ("O", "B-x", "I-x", "E-x", "S-x")),
        (["o", "b", "i"], "LENIENT", ("O", "B-Entity", "I-Entity")),
        (["O", "S_phase", "Gene", "b_cell"], "IO", ("O", "I-Gene", "I-S_phase", "I-b_cell")),
    ],
)
def test_every_way_to_write_tags_is_read(names: list[str], scheme: str, tags: tuple[str, ...]) -> None:
    found = read_tags(names)
    assert (found.scheme, found.tags, found.left_out) == (scheme, tags, ())
    assert sorted(found.places) == list(range(len(names)))


def test_what_is_no_tag_of_a_token_is_left_out() -> None:
    found = read_tags(["[PAD]", "O", "B-Drug", "I-Drug", "X"])
    assert (found.places, found.left_out) == ((1, 2, 3), ("[PAD]", "X"))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["LABEL_0", "LABEL_1"], "no names: LABEL_0 and 1 more. Say what they are"),
        (["O", "B-Drug", "gene"], "'B-Drug' and 'gene'"),
        (["O", "b-drug", "gene"], "'b-drug' and 'gene'"),
        (["B-Drug", "I-Drug"], "None of the 2 labels is O"),
        (["O", "[PAD]"], "No label stands for an entity"),
        (["O", "B-Drug", "B_Drug"], "the same tag, B-Drug"),
    ],
)
def test_names_that_tell_of_no_tags_are_refused_with_the_way_out(names: list[str], message: str) -> None:
    with pytest.raises(ModelError, match="--tags") as caught:
        read_tags(names)
    assert message in str(caught.value)


def test_tags_are_given_with_commas() -> None:
    assert parse_tag_names("O, B-Drug,I-Drug") == ("O", "B-Drug", "I-Drug") and parse_tag_names("") == ()
    with pytest.raises(UsageError, match="a name is empty"):
        parse_tag_names("O,,B-Drug")


def test_pipelines_group_what_begins_with_b_and_i() -> None:
    tags = ("O", "B-x", "I-x", "E-x", "S-x", "B-E-y")
    assert names_for_pipelines(tags) == ("O", "B-x", "I-x", "I-x", "B-x", "B-E-y")
