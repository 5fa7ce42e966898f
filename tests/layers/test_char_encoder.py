import pytest
import torch
from torch import Tensor, nn

from bionym.layers.char_encoder import CharCnn, CharLstm, at_tokens

LENGTHS_U = torch.tensor([5, 1, 3, 8])
BUILDERS = {
    "cnn": lambda: CharCnn(20, char_dim=6, num_filters=4, widths=(2, 3, 5)),
    "lstm": lambda: CharLstm(20, char_dim=6, hidden_dim=6, dropout=0.5),
}

every_encoder = pytest.mark.parametrize("name", BUILDERS)


def random_words() -> Tensor:
    chars_UC = torch.randint(1, 20, (4, 8))
    return chars_UC.masked_fill(torch.arange(8) >= LENGTHS_U[:, None], 0)


@every_encoder
def test_padding_and_other_words_change_nothing(name: str) -> None:
    encoder, chars_UC = BUILDERS[name]().eval(), random_words()
    together_UD = encoder(chars_UC, LENGTHS_U)
    assert together_UD.shape == (4, encoder.output_dim)
    for row, length in enumerate(LENGTHS_U.tolist()):
        alone_1D = encoder(chars_UC[row : row + 1, :length], LENGTHS_U[row : row + 1])
        torch.testing.assert_close(alone_1D[0], together_UD[row], rtol=0, atol=1e-6)


@every_encoder
def test_dropout_is_fresh_in_training_and_off_in_prediction(name: str) -> None:
    encoder, chars_UC = BUILDERS[name](), random_words()
    assert not torch.equal(encoder(chars_UC, LENGTHS_U), encoder(chars_UC, LENGTHS_U))
    encoder.eval()
    assert torch.equal(encoder(chars_UC, LENGTHS_U), encoder(chars_UC, LENGTHS_U))


def test_filters_take_their_highest_value_over_all_windows() -> None:
    encoder = CharCnn(20, char_dim=6, num_filters=4, widths=(3,)).eval()
    word_C = torch.tensor([7, 3, 11])
    convolution = encoder.convolutions[0]
    assert isinstance(convolution, nn.Conv1d)
    framed_CE = torch.cat([torch.zeros(1, 6), encoder.characters(word_C), torch.zeros(1, 6)])
    windows = [
        (convolution.weight * framed_CE[start : start + 3].T).sum((1, 2)) + convolution.bias for start in range(3)
    ]
    torch.testing.assert_close(encoder(word_C[None], torch.tensor([3]))[0], torch.stack(windows).amax(0).tanh())


def test_lstm_equals_torchs_own_last_states() -> None:
    encoder, chars_UC = CharLstm(20, char_dim=6, hidden_dim=5).eval(), random_words()
    found_UD = encoder(chars_UC, LENGTHS_U)
    for row, length in enumerate(LENGTHS_U.tolist()):
        word_CE = encoder.characters(chars_UC[row, :length])
        _, (ahead, _) = encoder.recurrent.forward_layers[0](word_CE)
        _, (back, _) = encoder.recurrent.backward_layers[0](word_CE.flip(0))
        torch.testing.assert_close(found_UD[row], torch.cat([ahead[0], back[0]]))


def test_tokens_share_the_vector_of_their_word() -> None:
    vectors_UD = torch.randn(3, 4, requires_grad=True)
    tokens_BTD = at_tokens(vectors_UD, torch.tensor([[2, 0], [2, 2]]))
    tokens_BTD.sum().backward()
    assert torch.equal(tokens_BTD[1, 1], vectors_UD[2])
    assert vectors_UD.grad is not None and vectors_UD.grad[:, 0].tolist() == [1, 0, 3]
