import torch

from bionym.layers.padding import is_padding, pick, reverse


def test_reversal_is_its_own_inverse_and_leaves_padding() -> None:
    values_BTD, lengths_B = torch.randn(4, 6, 2), torch.tensor([6, 1, 3, 5])
    reversed_BTD = reverse(values_BTD, lengths_B)
    assert torch.equal(reverse(reversed_BTD, lengths_B), values_BTD)
    assert torch.equal(reversed_BTD[2, :3], values_BTD[2, :3].flip(0))
    assert torch.equal(reversed_BTD[2, 3:], values_BTD[2, 3:])


def test_padding_begins_at_the_length() -> None:
    assert (~is_padding(torch.tensor([3, 1, 7]), 7)).sum(1).tolist() == [3, 1, 7]


def test_pick_takes_each_sentences_own_steps() -> None:
    values_BTD = torch.arange(6.0).reshape(2, 3, 1)
    assert pick(values_BTD, torch.tensor([[2, 0], [1, 1]]))[..., 0].tolist() == [[2, 0], [4, 4]]
