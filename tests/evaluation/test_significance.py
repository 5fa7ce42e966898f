import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.data import Document, entity
from bionym.data.counts import Counts
from bionym.evaluation import evaluate
from bionym.evaluation.comparison import Run, check, compare, systems_of
from bionym.evaluation.intervals import enough_resamples, intervals
from bionym.evaluation.significance import contrast, holm
from bionym.evaluation.tally import Tally

TRIPLE = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


def tally(triples: list[tuple[int, int, int]]) -> Tally:
    made = Tally()
    for number, (right, spurious, missed) in enumerate(triples):
        made.add(str(number), Counts({"A": right}, {"A": spurious}, {"A": missed}))
    return made


def f1(triples: np.ndarray) -> float:
    right, spurious, missed = triples
    total = 2 * right + spurious + missed
    return float(2 * right / total) if total else 0.0


@given(first=st.lists(TRIPLE, min_size=1, max_size=7), data=st.data())
def test_p_value_is_that_of_all_exchanges(first: list[tuple[int, int, int]], data: st.DataObject) -> None:
    second = data.draw(st.lists(TRIPLE, min_size=len(first), max_size=len(first)))
    one, other = np.array(first), np.array(second)
    observed = abs(f1(one.sum(axis=0)) - f1(other.sum(axis=0)))
    exchanges = []
    for coins in itertools.product((False, True), repeat=len(first)):
        swap = np.array(coins)[:, None]
        exchanges.append(abs(f1(np.where(swap, other, one).sum(axis=0)) - f1(np.where(swap, one, other).sum(axis=0))))
    exact = sum(value >= observed - 1e-9 for value in exchanges) / len(exchanges)
    if not (one.sum() or other.sum()):
        return
    found = contrast([tally(first)], [tally(second)], num_rounds=4000)
    assert found.micro["f1"].p == pytest.approx(exact, abs=0.05)
    assert found.micro["f1"].value == pytest.approx(f1(other.sum(axis=0)) - f1(one.sum(axis=0)))


def test_a_system_does_not_differ_from_itself() -> None:
    same = tally([(3, 1, 0), (2, 0, 1), (0, 1, 1)] * 10)
    found = contrast([same], [same]).micro["f1"]
    assert (found.value, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_a_system_that_is_better_everywhere_differs() -> None:
    found = contrast([tally([(1, 1, 1)] * 40)], [tally([(2, 0, 0)] * 40)]).micro["f1"]
    assert found.value == 0.5
    assert found.low > 0
    assert found.p < 0.001


def test_bootstrap_interval_is_that_of_direct_resampling() -> None:
    generator = np.random.default_rng(5)
    triples = generator.integers(0, 5, (60, 3))
    found = intervals(tally(triples.tolist()), num_resamples=10_000)
    assert found is not None
    drawn = [f1(triples[generator.integers(0, 60, 60)].sum(axis=0)) for _ in range(10_000)]
    assert found.averages["micro"]["f1"] == pytest.approx(tuple(np.quantile(drawn, (0.025, 0.975))), abs=0.004)


def test_interval_holds_the_score_and_narrows_with_more_documents() -> None:
    widths = []
    for times in (1, 16):
        made = tally([(3, 1, 0), (2, 0, 1), (0, 1, 1), (5, 0, 0)] * 5 * times)
        found = intervals(made)
        assert found is not None
        low, high = found.averages["micro"]["f1"]
        assert low < made.total.micro.f1 < high
        widths.append(high - low)
    assert widths[1] == pytest.approx(widths[0] / 4, rel=0.1)


def test_too_few_documents_have_no_interval() -> None:
    assert intervals(tally([(1, 0, 0)] * 9)) is None


def test_many_units_are_resampled_less_often() -> None:
    assert (enough_resamples(500), enough_resamples(50_000)) == (10_000, 1_000)


def test_holm_corrects_for_the_number_of_tests() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def scored(source: str, triples: list[tuple[int, int, int]], **facts: object) -> Run:
    return Run(source, tally(triples), str(facts.pop("fingerprint", "a")), **facts)  # type: ignore[arg-type]


def test_seeds_of_a_system_are_given_as_mean_and_deviation() -> None:
    runs = [
        ("A", scored("1", [(8, 2, 2)] * 20)),
        ("A", scored("2", [(6, 4, 4)] * 20)),
        ("B", scored("3", [(5, 5, 5)] * 20)),
    ]
    made = compare(systems_of(runs), num_rounds=200)
    first = made["systems"][0]
    assert first["seeds"]["mean"] == pytest.approx(0.7)
    assert first["seeds"]["deviation"] == pytest.approx(0.02**0.5)
    assert made["differences"][0]["f1"]["value"] == pytest.approx(-0.2)


def test_what_was_scored_otherwise_does_not_compare() -> None:
    one, other = (
        scored("1", [(1, 0, 0)] * 20),
        scored("2", [(1, 0, 0)] * 20, fingerprint="b", num_missing=2, num_unknown=1),
    )
    reasons = check(systems_of([("A", one), ("B", other)]), "a")
    assert len(reasons) == 3
    assert check(systems_of([("A", one), ("B", one)]), "a") == []


def test_one_document_is_resampled_by_sentences() -> None:
    text = "One two. " * 30
    starts = range(0, 270, 9)
    gold = Document("1", text, entities=tuple(entity(at, at + 3, "A") for at in starts))
    sentences = tuple(type(gold.entities[0].spans[0])(at, at + 8) for at in starts)
    gold = gold.with_tokens((), sentences)
    predicted = gold.with_entities(gold.entities[::2])
    strict = evaluate([gold], [predicted]).tables["strict"]
    assert (strict.kind, len(strict.units)) == ("sentence", 30)
    assert strict.total.micro.recall == 0.5
