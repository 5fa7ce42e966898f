import torch

from bionym.layers.highway import Highway


def test_a_layer_mixes_input_and_transformation_by_its_gate() -> None:
    layer, values_BTD = Highway(4), torch.randn(2, 3, 4)
    gate = torch.sigmoid(layer.gates[0](values_BTD))
    expected = gate * torch.relu(layer.transforms[0](values_BTD)) + (1 - gate) * values_BTD
    torch.testing.assert_close(layer(values_BTD), expected)


def test_closed_gates_carry_everything() -> None:
    layer, values_D = Highway(4, num_layers=3), torch.randn(4)
    for gate in layer.gates:
        torch.nn.init.constant_(gate.get_parameter("bias"), -100)
    torch.testing.assert_close(layer(values_D), values_D)


def test_no_layers_are_the_identity() -> None:
    values_D = torch.randn(4)
    assert torch.equal(Highway(4, num_layers=0)(values_D), values_D)
