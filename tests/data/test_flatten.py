from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bionym.data import Entity, Span, entity
from bionym.data.flatten import POLICIES, Policy, choose, flatten

SPAN = st.tuples(st.integers(0, 12), st.integers(1, 6), st.sampled_from("AB")).map(lambda s: (s[0], s[0] + s[1], s[2]))


@given(spans=st.lists(SPAN, max_size=8), policy=st.sampled_from(POLICIES))
def test_kept_spans_never_overlap_and_dropped_ones_always_do(spans: list[tuple[int, int, str]], policy: Policy) -> None:
    keep = choose(spans, policy, priority=("B",))
    kept = [span for span, stays in zip(spans, keep, strict=True) if stays]
    assert all(left[1] <= right[0] or right[1] <= left[0] for left, right in combinations(kept, 2))
    if policy != "outermost":
        for span, stays in zip(spans, keep, strict=True):
            assert stays or any(span[0] < other[1] and other[0] < span[1] for other in kept)


def test_longest_prefers_length_over_position() -> None:
    assert choose([(0, 3, "A"), (2, 9, "A")], "longest") == [False, True]


def test_first_prefers_the_earlier_start() -> None:
    assert choose([(0, 3, "A"), (2, 9, "A")], "first") == [True, False]


def test_outermost_drops_what_lies_inside_another() -> None:
    assert choose([(2, 4, "B"), (0, 9, "A"), (5, 6, "B")], "outermost") == [False, True, False]


def test_priority_prefers_the_label_named_first() -> None:
    assert choose([(0, 9, "A"), (2, 4, "B")], "priority", ("B", "A")) == [False, True]


def test_equal_spans_keep_the_first() -> None:
    assert choose([(0, 3, "A"), (0, 3, "B")]) == [True, False]


def test_flatten_tells_what_it_dropped() -> None:
    inner, outer = entity(3, 5, "A"), Entity((Span(0, 2), Span(6, 9)), "B")
    kept, dropped = flatten([inner, outer])
    assert (kept, dropped) == ((outer,), (inner,))
