import pytest
import torch
from torch import nn

from bionym.errors import UnknownNameError
from bionym.layers.recurrent import CELLS, Recurrent

LENGTHS_B = torch.tensor([4, 9, 1, 6])

every_cell = pytest.mark.parametrize("cell", CELLS)


@every_cell
def test_padding_and_other_sentences_change_nothing(cell: str) -> None:
    layer, inputs_BTD = Recurrent(5, 3, num_layers=2, cell=cell).eval(), torch.randn(4, 9, 5)
    together_BTD = layer(inputs_BTD, LENGTHS_B)
    for row, length in enumerate(LENGTHS_B.tolist()):
        alone_1TD = layer(inputs_BTD[row : row + 1, :length], LENGTHS_B[row : row + 1])
        torch.testing.assert_close(alone_1TD[0], together_BTD[row, :length], rtol=0, atol=1e-6)
        assert not together_BTD[row, length:].any()


@every_cell
def test_it_equals_torchs_packed_bidirectional_network(cell: str) -> None:
    layer, inputs_BTD = Recurrent(5, 3, num_layers=2, cell=cell).eval(), torch.randn(4, 9, 5)
    other = CELLS[cell](5, 3, num_layers=2, bidirectional=True, batch_first=True)
    for number, (ahead, back) in enumerate(zip(layer.forward_layers, layer.backward_layers, strict=True)):
        for name, weights in ahead.named_parameters():
            other.get_parameter(name.replace("l0", f"l{number}")).data.copy_(weights.data)
        for name, weights in back.named_parameters():
            other.get_parameter(name.replace("l0", f"l{number}_reverse")).data.copy_(weights.data)
    packed = nn.utils.rnn.pack_padded_sequence(inputs_BTD, LENGTHS_B, batch_first=True, enforce_sorted=False)
    expected_BTD, _ = nn.utils.rnn.pad_packed_sequence(other(packed)[0], batch_first=True)
    torch.testing.assert_close(layer(inputs_BTD, LENGTHS_B), expected_BTD)


@every_cell
def test_last_states_have_read_the_whole_sentence(cell: str) -> None:
    layer, inputs_BTD = Recurrent(5, 3, cell=cell).eval(), torch.randn(4, 9, 5)
    states_BTD, last_BD = layer(inputs_BTD, LENGTHS_B), layer.last(inputs_BTD, LENGTHS_B)
    for row, length in enumerate(LENGTHS_B.tolist()):
        expected_D = torch.cat([states_BTD[row, length - 1, :3], states_BTD[row, 0, 3:]])
        assert torch.equal(last_BD[row], expected_D)


def test_locked_dropout_drops_a_value_at_all_steps_or_none() -> None:
    layer = Recurrent(200, 3, locked_dropout=0.5)
    first_BTD, second_BTD = (layer._dropped(torch.ones(4, 9, 200)) for _ in range(2))
    assert (first_BTD == first_BTD[:, :1]).all()
    assert not torch.equal(first_BTD, second_BTD)
    assert not torch.equal(first_BTD[0], first_BTD[1])
    assert (first_BTD == 0).double().mean().item() == pytest.approx(0.5, abs=0.08)


def test_dropout_is_fresh_in_training_and_off_in_prediction() -> None:
    layer, inputs_BTD = Recurrent(5, 3, dropout=0.5), torch.randn(4, 9, 5)
    assert not torch.equal(layer(inputs_BTD, LENGTHS_B), layer(inputs_BTD, LENGTHS_B))
    layer.eval()
    assert torch.equal(layer(inputs_BTD, LENGTHS_B), layer(inputs_BTD, LENGTHS_B))


def test_forget_gates_begin_at_one_in_all_and_recurrent_weights_orthogonal() -> None:
    layer = Recurrent(5, 3).forward_layers[0]
    biases = layer.get_parameter("bias_ih_l0") + layer.get_parameter("bias_hh_l0")
    assert biases.tolist() == [0] * 3 + [1] * 3 + [0] * 6
    for gate_HH in layer.get_parameter("weight_hh_l0").chunk(4):
        torch.testing.assert_close(gate_HH @ gate_HH.T, torch.eye(3))


def test_unknown_cells_are_named() -> None:
    with pytest.raises(UnknownNameError, match="recurrent cell named 'rnn'"):
        Recurrent(5, 3, cell="rnn")
