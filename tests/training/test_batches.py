from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.training.batches import Item, Lazy, padding, plan, shares
from bionym.training.settings import TrainingSettings

LENGTHS = {"NCBI": [3, 9, 4, 30, 7, 1, 2, 8, 5, 5], "BC5CDR": [6, 6, 2]}
corpora = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.lists(st.integers(1, 40), max_size=30))


def items_of(lengths, epoch=1, **settings):
    return [item for batch in plan(lengths, TrainingSettings(**settings), epoch) for item in batch.items]


@given(corpora, st.integers(1, 60), st.integers(1, 3), st.booleans())
def test_every_item_comes_once_and_the_budget_is_kept(lengths, budget, epoch, mix) -> None:
    settings = TrainingSettings(batch_tokens=budget, mix_corpora=mix)
    batches = plan(lengths, settings, epoch)
    items = [item for batch in batches for item in batch.items]
    assert sorted(items) == sorted(Item(name, place) for name in lengths for place in range(len(lengths[name])))
    for batch in batches:
        inside = [lengths[name][place] for name, place in batch.items]
        assert len(inside) * max(inside) <= budget or len(inside) == 1
        assert batch.num_tokens == sum(inside)
        assert mix or len(batch.corpora) == 1


def test_a_batch_holds_no_more_items_than_allowed() -> None:
    batches = plan(LENGTHS, TrainingSettings(batch_items=2), 1)
    assert max(len(batch.items) for batch in batches) == 2
    assert all(len(batch.items) == 1 for batch in plan(LENGTHS, TrainingSettings(batch_items=1), 1))


def test_the_plan_follows_from_seed_and_epoch_alone() -> None:
    settings = TrainingSettings(batch_tokens=16)
    first = plan(LENGTHS, settings, 2)
    assert first == plan({name: LENGTHS[name] for name in reversed(LENGTHS)}, settings, 2)
    assert first != plan(LENGTHS, settings, 3)
    assert first != plan(LENGTHS, settings.model_copy(update={"seed": 2}), 2)


def test_batches_do_not_run_from_short_to_long() -> None:
    lengths = {"a": list(range(1, 200))}
    longest = [max(lengths["a"][place] for _, place in batch.items) for batch in plan(lengths, TrainingSettings(), 1)]
    assert longest != sorted(longest)


def test_items_of_like_length_share_a_batch() -> None:
    lengths = {"a": [1 + place * 7919 % 60 for place in range(500)]}
    assert padding(plan(lengths, TrainingSettings(batch_tokens=512), 1), lengths) < 0.05
    assert padding((), {}) == 0


def test_uniform_gives_each_corpus_the_same_share_and_temperature_lies_between() -> None:
    sizes = {"large": [1] * 900, "small": [1] * 100}
    assert dict(shares(sizes, TrainingSettings(sampling="size"))) == {"large": 900, "small": 100}
    assert dict(shares(sizes, TrainingSettings(sampling="uniform"))) == {"large": 500, "small": 500}
    assert dict(shares(sizes, TrainingSettings(sampling="temperature", temperature=2))) == {"large": 750, "small": 250}
    assert dict(shares(sizes, TrainingSettings(sampling="temperature", temperature=1))) == {"large": 900, "small": 100}


@pytest.mark.parametrize("sampling", ["size", "uniform", "temperature"])
def test_over_the_epochs_no_item_comes_more_than_once_oftener_than_another(sampling: str) -> None:
    seen = Counter(item for epoch in range(1, 8) for item in items_of(LENGTHS, epoch, sampling=sampling))
    for name, lengths in LENGTHS.items():
        counts = [seen[Item(name, place)] for place in range(len(lengths))]
        assert max(counts) - min(counts) <= 1


def test_batches_are_built_when_they_are_asked_for() -> None:
    built = []
    lazy = Lazy(plan(LENGTHS, TrainingSettings(batch_tokens=8), 1), lambda batch: built.append(batch) or len(built))
    assert len(lazy) > 4 and not built
    assert lazy[3] == 1 and len(lazy[1:3]) == 2 and len(built) == 1
