"""Merging: what stays of overlapping finds, against a rule that compares every pair."""

from hypothesis import given
from hypothesis import strategies as st

from bionym.heads.merging import Find, merge_finds

FINDS = st.builds(
    Find,
    st.sampled_from((-0.9, -0.5)),
    st.integers(-4, -1),
    st.integers(0, 8),
    st.sampled_from("xy"),
    st.sampled_from("AB"),
)


def overlap(one: Find, other: Find) -> bool:
    tokens, others = (set(range(find.start, find.start - find.minus_length)) for find in (one, other))
    return one.label == other.label and bool(tokens & others)


@given(st.lists(FINDS, max_size=12))
def test_a_find_stays_unless_a_stronger_one_that_stays_overlaps_it(finds: list[Find]) -> None:
    strongest_first = sorted(finds, key=lambda find: (find.minus_score, find.minus_length, find.start, find.source))
    stay: list[Find] = []
    for find in strongest_first:
        if not any(overlap(find, other) for other in stay):
            stay.append(find)
    assert sorted(merge_finds(finds)) == sorted(stay)


def test_finds_that_only_touch_all_stay() -> None:
    row = [Find(-0.5, -2, 4, "x", "A"), Find(-0.9, -2, 2, "x", "A"), Find(-0.7, -2, 0, "x", "A")]
    assert sorted(merge_finds(row)) == sorted(row)


def test_a_find_ends_behind_its_last_token() -> None:
    assert Find(-0.5, -3, 4, "x", "A").end == 7
