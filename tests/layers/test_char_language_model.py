import pytest
import torch
from torch import Tensor

from bionym.layers.char_language_model import CharLanguageModel
from bionym.models.bilstm_crf.streams import character_stream

SENTENCES = [["The", "fever", "of", "α-hemolysis"], ["No"], ["Pain", "."]]
NUM_TOKENS_B = torch.tensor([4, 1, 2])
Batch = tuple[Tensor, Tensor, Tensor]


def batch(sentences: list[list[str]]) -> Batch:
    streams = [character_stream(words) for words in sentences]
    chars_BS = torch.zeros(len(streams), max(len(text) for text, _ in streams), dtype=torch.long)
    boundaries_BN = torch.zeros(len(streams), max(len(found) for _, found in streams), dtype=torch.long)
    for row, (text, boundaries) in enumerate(streams):
        chars_BS[row, : len(text)] = torch.tensor([2 + ord(character) % 90 for character in text])
        boundaries_BN[row, : len(boundaries)] = torch.tensor(boundaries)
    return chars_BS, torch.tensor([len(text) for text, _ in streams]), boundaries_BN


def model(**options: int) -> CharLanguageModel:
    return CharLanguageModel(92, char_dim=5, hidden_dim=6, **options)


def test_padding_and_other_sentences_change_nothing() -> None:
    layer = model(num_highway=2).eval()
    together_BTD = layer(layer.states(*batch(SENTENCES)))
    for row, words in enumerate(SENTENCES):
        alone_1TD = layer(layer.states(*batch([words])))
        torch.testing.assert_close(alone_1TD[0], together_BTD[row, : len(words)], rtol=0, atol=1e-6)


def test_states_see_what_is_read_and_not_what_is_to_be_predicted() -> None:
    layer = model().eval()
    (first_TD,), (other_TD,) = (layer.states(*batch([words])) for words in (["An", "old", "man"], ["An", "old", "hut"]))
    ahead, back = first_TD.chunk(2, 1), other_TD.chunk(2, 1)
    assert torch.equal(ahead[0][:2], back[0][:2]) and not torch.equal(ahead[0][2], back[0][2])
    assert not torch.isclose(ahead[1], back[1]).all(1).any()
    (third_TD,) = layer.states(*batch([["My", "old", "man"]]))
    assert torch.equal(third_TD[1:, 6:], first_TD[1:, 6:]) and not torch.equal(third_TD[0, 6:], first_TD[0, 6:])


def test_loss_is_the_cross_entropy_of_both_neighbours() -> None:
    layer = model(num_words=50).eval()
    states_BTD, words_BT = layer.states(*batch(SENTENCES)), torch.randint(0, 50, (3, 4))
    found = layer.loss(states_BTD, words_BT, NUM_TOKENS_B)
    next_word, previous_word = layer.predictors
    forward = [
        next_word.softmax.log_prob(states_BTD[row, token, :6][None])[0, words_BT[row, token + 1]]
        for row, token in [(0, 0), (0, 1), (0, 2), (2, 0)]
    ]
    backward = [
        previous_word.softmax.log_prob(states_BTD[row, token, 6:][None])[0, words_BT[row, token - 1]]
        for row, token in [(0, 1), (0, 2), (0, 3), (2, 1)]
    ]
    torch.testing.assert_close(found, -torch.stack(forward).mean() - torch.stack(backward).mean())


def test_single_words_predict_nothing() -> None:
    layer = model(num_words=50, num_highway=1)
    loss = layer.loss(layer.states(*batch([["No"]])), torch.tensor([[3]]), torch.tensor([1]))
    loss.backward()
    assert loss.item() == 0


@pytest.mark.parametrize("num_words", [2, 2_000, 12_000])
def test_vocabularies_of_any_size_are_predicted(num_words: int) -> None:
    layer = model(num_words=num_words)
    words_BT = torch.randint(0, num_words, (3, 4))
    loss = layer.loss(layer.states(*batch(SENTENCES)), words_BT, NUM_TOKENS_B)
    loss.backward()
    assert loss.isfinite() and layer.characters.weight.grad is not None
