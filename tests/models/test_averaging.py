"""The mean of chains, against sums by hand and against all tag sequences."""

from itertools import pairwise, product

import numpy as np
import pytest

from bionym.data import Document, Span
from bionym.data.tags import BIO, BIOES, IO, TagScheme
from bionym.errors import ModelError
from bionym.heads.potentials import HeadPotentials, Potentials, decode_documents, is_balanced
from bionym.linear_chain.decoding import FORBIDDEN, chain
from bionym.linear_chain.pairwise import PairwiseChain
from bionym.models.ensemble.averaging import MemberHead, Members, group_heads, in_common
from bionym.models.transformer.heads import SpanFinder, potentials


def head(tags: list[str], scores: list[list[float]], scheme: TagScheme = IO, source: str = "") -> HeadPotentials:
    size = len(tags)
    transitions = np.arange(size * size, dtype=float).reshape(size, size) / 4
    return HeadPotentials(source, np.array(scores, dtype=float), chain(tags, transitions, scheme))


def member_head(one: HeadPotentials, share: float = 1.0, member: str = "a") -> MemberHead:
    return MemberHead(member, share, one)


def words(number: int) -> Document:
    text = " ".join("x" * number)
    tokens = tuple(Span(2 * place, 2 * place + 1) for place in range(number))
    return Document(str(number), text, tokens=tokens, sentences=(Span(0, len(text)),) if number else ())


def test_two_tags_are_averaged_as_by_hand() -> None:
    first, second = head(["O", "I-A"], [[0, 2], [1, 0]]), head(["O", "I-A"], [[4, 0], [1, 8]])
    members = Members.of([member_head(first, 1), member_head(second, 3)])
    mean = members.average([first, second])
    assert mean.scores_NS.tolist() == [[3.0, 0.5], [1.0, 6.0]]
    assert mean.chain.transitions_LL.tolist() == [[0, 0.25], [0.5, 0.75]]
    (document,) = decode_documents([words(2)], Potentials([[(0, 2)]], (mean,)))
    (found,) = document.entities
    ways = np.exp([3 + 1 + 0, 3 + 6 + 0.25, 0.5 + 1 + 0.5, 0.5 + 6 + 0.75])  # O O, O A, A O, A A
    assert found.spans == (Span(2, 3),)
    assert found.score == pytest.approx(ways[1] / ways.sum(), abs=1e-6)


def test_a_sequence_has_the_weighted_geometric_mean_of_its_probabilities() -> None:
    random = np.random.default_rng(1)
    tags = list(BIOES.tags(["A"]))
    heads = [
        HeadPotentials("", random.normal(size=(3, 5)), chain(tags, random.normal(size=(5, 5)), BIOES)) for _ in range(2)
    ]
    mean = Members.of([member_head(heads[0], 0.7), member_head(heads[1], 0.3)]).average(heads)
    by_hand = sum(
        share * np.array([score_of(one, path) for path in product(range(5), repeat=3)])
        for share, one in zip((0.7, 0.3), heads, strict=True)
    )
    found = np.array([score_of(mean, path) for path in product(range(5), repeat=3)])
    is_valid = found > FORBIDDEN / 2
    assert is_valid.any() and (is_valid == (by_hand > FORBIDDEN / 2)).all()
    assert found[is_valid] == pytest.approx(by_hand[is_valid])


def score_of(one: HeadPotentials, path: tuple[int, ...]) -> float:
    moves = one.chain.transitions_LL
    steps = sum(moves[left, right] for left, right in pairwise(path))
    emitted = sum(one.scores_NS[place, tag] for place, tag in enumerate(path))
    return float(one.chain.starts_L[path[0]] + emitted + steps + one.chain.ends_L[path[-1]])


def test_a_tag_never_seen_is_as_unlikely_as_the_least_likely_one() -> None:
    knows, not_all = head(["O", "B-A", "I-A"], [[0, 0, 0]], BIO), head(["O", "B-A"], [[-1, -3]], BIO)
    members = Members.of([member_head(knows), member_head(not_all)])
    mean = members.average([knows, not_all])
    assert mean.chain.tags == ("O", "B-A", "I-A")
    assert mean.scores_NS.tolist() == [[-0.5, -1.5, -1.5]]
    least = 0.0  # the lowest transition of the one that does not know the tag
    assert mean.chain.transitions_LL[1, 2] == (knows.chain.transitions_LL[1, 2] + least) / 2


@pytest.mark.parametrize("scheme", [IO, BIO, BIOES])
def test_what_the_scheme_forbids_stays_forbidden(scheme: TagScheme) -> None:
    tags = list(scheme.tags(["A", "B"]))
    one = head(tags, [], scheme)
    other = head([tag for tag in tags if tag not in ("I-B", "E-B")], [], scheme)
    made = Members.of([member_head(one, 1 / 3), member_head(other, 2 / 3)]).chain
    assert ((made.transitions_LL == FORBIDDEN) == (one.chain.transitions_LL == FORBIDDEN)).all()
    assert ((made.starts_L == FORBIDDEN) == (one.chain.starts_L == FORBIDDEN)).all()
    assert ((made.ends_L == FORBIDDEN) == (one.chain.ends_L == FORBIDDEN)).all()


def test_texts_end_wherever_a_member_ends_one() -> None:
    documents = [words(6), words(0), words(4)]
    sentences, together, late = (
        [[(0, 2), (2, 2), (2, 6)], [], [(0, 4)]],
        [[(0, 6)], [], [(0, 4)]],
        [[(1, 4), (4, 6)], [], []],
    )
    ranges, rows = in_common(documents, [sentences, together])
    assert list(ranges) == [[(0, 2), (2, 6)], [], [(0, 4)]]
    assert [row.tolist() for row in rows if row is not None] == [list(range(10))] * 2
    ranges, rows = in_common(documents, [sentences, late])
    assert list(ranges) == [[(1, 2), (2, 4), (4, 6)], [], []]
    assert [row.tolist() for row in rows if row is not None] == [[1, 2, 3, 4, 5], [0, 1, 2, 3, 4]]
    assert in_common(documents, [sentences, sentences]) == (sentences, [None, None])


def test_penalties_are_averaged_and_brackets_are_what_one_member_asks() -> None:
    plain, strict = head(["O", "I-A"], []), head(["O", "I-A"], [])
    strict = HeadPotentials("", strict.scores_NS, strict.chain, 2.0, drops_unbalanced=True)
    members = Members.of([member_head(plain, 3), member_head(strict, 1)])
    assert (members.outside_penalty, members.drops_unbalanced) == (0.5, True)
    assert is_balanced("a (b) [c]") and not is_balanced("a (b")


def test_heads_that_cannot_be_averaged_are_named_with_the_way_out() -> None:
    plain = head(["O", "I-A"], [])
    pairs = HeadPotentials("", np.zeros((0, 6)), PairwiseChain(**vars(plain.chain)))
    cases = [
        (pairs, "b scores pairs of tags .*network.output=crf"),
        (head(["O", "B-A", "I-A"], [], BIO), "a has the tag scheme IO, b has BIO"),
        (head(["O", "I-A", "I-B"], []), "a gives A, b gives A, B. Combine models trained on the same"),
    ]
    for other, message in cases:
        with pytest.raises(ModelError, match=message):
            group_heads([member_head(plain), member_head(other, member="b")])
    with pytest.raises(ModelError, match="a gives A and B by 2 heads, b gives A, B"):
        group_heads([member_head(plain), member_head(head(["O", "I-B"], [])), member_head(cases[2][0], member="b")])


def test_heads_that_give_spans_are_no_chain() -> None:
    spans = SpanFinder("", ("A",), np.zeros((2, 1)), 2)
    with pytest.raises(ModelError, match=r"spans .*network\.output=crf"):
        potentials(np.zeros((0, 4)), [spans])
