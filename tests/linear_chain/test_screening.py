"""Screening: entities whose tokens earn something in their own place alone are not passed over."""

import numpy as np
import pytest

from bionym.data.tags import BIO, BIOES, IO, IOB1, LENIENT, TagScheme, TokenSpan
from bionym.linear_chain.decoding import chain, viterbi
from bionym.linear_chain.screening import may_be_inside

SCHEMES = [IO, IOB1, BIO, BIOES, LENIENT]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("num_tokens", [1, 2, 3, 5])
@pytest.mark.parametrize("start", [0, 2, 4])
def test_an_entity_that_each_token_says_in_its_own_place_is_found(
    scheme: TagScheme, num_tokens: int, start: int
) -> None:
    tags = scheme.tags(["A", "B"])
    entity = TokenSpan(start, start + num_tokens, "B")
    written = [tags.index(tag) for tag in scheme.encode([entity], start + num_tokens + 1)]
    scores_NL = np.full((len(written), len(tags)), -20.0)
    scores_NL[:, 0] = 8
    scores_NL[np.arange(len(written)), written] = 20
    case = chain(tags, np.zeros((len(tags), len(tags))), scheme)
    assert viterbi(scores_NL, [(0, len(written))], case) == [written]
    assert may_be_inside(scores_NL.T, [0], case)[entity.start : entity.end].all()


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_an_entity_just_as_good_as_outside_is_not_passed_over(scheme: TagScheme) -> None:
    tags = scheme.tags(["A"])
    written = [tags.index(tag) for tag in scheme.encode([TokenSpan(1, 4, "A")], 5)]
    scores_NL = np.full((5, len(tags)), -20.0)
    scores_NL[:, 0] = 0
    scores_NL[[1, 2, 3], written[1:4]] = [3, -7, 4]
    case = chain(tags, np.zeros((len(tags), len(tags))), scheme)
    assert may_be_inside(scores_NL.T, [0], case)[1:4].all()
