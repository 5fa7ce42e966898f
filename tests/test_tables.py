"""Tables as text: every cell in its column, whatever letters stand in it."""

from rich.cells import cell_len

from bionym.tables import aligned, markdown


def test_names_stand_to_the_left_and_numbers_to_the_right() -> None:
    assert aligned(("a", "b", "n"), [("x", "long", 5), ("yy", "z", 1234)], num_names=2) == (
        "a   b        n\n--------------\nx   long     5\nyy  z     1234"
    )


def test_wide_letters_do_not_move_the_columns_behind_them() -> None:
    lines = aligned(("name", "n"), [("发烧", "1"), ("fever", "22")]).splitlines()
    assert {cell_len(line) for line in lines} == {9}


def test_a_long_name_is_cut_so_that_the_line_fits() -> None:
    lines = aligned(("name", "n"), [("x" * 200, "1,234")], most_columns=80).splitlines()
    assert max(map(cell_len, lines)) == 80 and lines[2].endswith("  1,234") and "…" in lines[2]


def test_markdown_shows_signs_as_they_are() -> None:
    assert markdown(("a*b", "second", "n"), [("x|y", "[z]", 1)], num_names=2) == (
        "| a\\*b | second | n |\n| --- | --- | ---: |\n| x\\|y | \\[z\\] | 1 |"
    )
