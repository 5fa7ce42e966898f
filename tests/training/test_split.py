from hypothesis import given
from hypothesis import strategies as st

from bionym.training.split import split

IDS = [f"note-{number}" for number in range(50)]


@given(st.permutations(IDS))
def test_the_split_does_not_depend_on_the_order(ids: list[str]) -> None:
    assert set(split(ids).dev) == set(split(IDS).dev)


@given(st.lists(st.text(), unique=True, min_size=2), st.sampled_from([0.01, 0.1, 0.5, 0.9]))
def test_both_sides_have_documents_and_none_is_on_both(ids: list[str], fraction: float) -> None:
    train, dev = split([*ids, *ids], fraction=fraction)
    assert train and dev and sorted((*train, *dev)) == sorted(ids)
    assert abs(len(dev) - fraction * len(ids)) <= 1


def test_one_more_document_hardly_changes_it() -> None:
    before, after = (set(split(ids).dev) for ids in (IDS, [*IDS, "another"]))
    assert len(before & after) >= len(before) - 1


def test_another_seed_holds_out_others() -> None:
    assert split(IDS, seed=1).dev != split(IDS, seed=2).dev


def test_a_single_document_stays_in_training() -> None:
    assert split(["only"]) == (("only",), ())
    assert split([]) == ((), ())
