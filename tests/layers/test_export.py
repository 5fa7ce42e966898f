"""What the layers give in torch they give in onnxruntime, for other batches and lengths than those of the export."""

import io
import warnings

import pytest
import torch
from torch import Tensor, nn

from bionym.layers.char_encoder import CharCnn, CharLstm, at_tokens
from bionym.layers.recurrent import CELLS, Recurrent
from bionym.layers.word_vectors import WordVectors
from bionym.onnx.importing import import_onnxruntime


class Emissions(nn.Module):
    """A whole tagger up to its emissions."""

    def __init__(self, characters: CharCnn | CharLstm, cell: str) -> None:
        super().__init__()
        self.words, self.characters = WordVectors(6, num_new=20, word_dropout=0.5), characters
        dim = 6 + characters.output_dim
        self.recurrent = Recurrent(dim, 4, num_layers=2, cell=cell, dropout=0.3, locked_dropout=0.2)
        self.projection = nn.Linear(8, 5)

    def forward(
        self, words_BT: Tensor, lengths_B: Tensor, chars_UC: Tensor, char_lengths_U: Tensor, index_BT: Tensor
    ) -> Tensor:
        characters_BTD = at_tokens(self.characters(chars_UC, char_lengths_U), index_BT)
        states_BTD = self.recurrent(torch.cat((self.words(words_BT), characters_BTD), 2), lengths_B)
        emissions_BTL: Tensor = self.projection(states_BTD)
        return emissions_BTL


def random_inputs(num_sentences: int, num_tokens: int, num_words: int, num_chars: int) -> tuple[Tensor, ...]:
    lengths_B = torch.randint(1, num_tokens + 1, (num_sentences,))
    char_lengths_U = torch.randint(1, num_chars + 1, (num_words,))
    chars_UC = torch.randint(1, 9, (num_words, num_chars))
    chars_UC = chars_UC.masked_fill(torch.arange(num_chars) >= char_lengths_U[:, None], 0)
    words_BT = torch.randint(0, 22, (num_sentences, num_tokens))
    return words_BT, lengths_B, chars_UC, char_lengths_U, torch.randint(0, num_words, words_BT.shape)


def exported(model: nn.Module, inputs: tuple[Tensor, ...], axes: dict[str, dict[int, str]]) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter, about itself
        names = {"input_names": list(axes), "output_names": ["emissions"]}
        torch.onnx.export(model.eval(), inputs, stream, dynamic_axes=axes, dynamo=False, **names)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("encoder", [CharCnn, CharLstm])
def test_emissions_are_the_same_in_onnxruntime(encoder: type[CharCnn | CharLstm], cell: str) -> None:
    model = Emissions(encoder(9, char_dim=5), cell)
    shapes = {"words": "bt", "lengths": "b", "chars": "uc", "char_lengths": "u", "index": "bt"}
    axes = {name: dict(enumerate(letters)) for name, letters in shapes.items()}
    session = import_onnxruntime().InferenceSession(exported(model, random_inputs(3, 7, 6, 5), axes))
    for sizes in [(1, 1, 1, 1), (5, 13, 20, 8)]:
        inputs = random_inputs(*sizes)
        (found,) = session.run(None, {name: values.numpy() for name, values in zip(axes, inputs, strict=True)})
        torch.testing.assert_close(torch.from_numpy(found), model(*inputs).detach(), rtol=0, atol=1e-6)
