"""The network as ONNX, for prediction without torch and transformers.

    tagger.onnx    ids_1T -> scores_TS

One window at a time; scores are of every subword, for all heads, one behind the other. Subwords are pooled to tokens
afterwards: a mean of scores is the score of a mean.

Axes: T subwords, H values of the encoder, S scores of all heads.
"""

import contextlib
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bionym.encoders.networks import states_of
from bionym.models.transformer.network import Network
from bionym.models.transformer.reading import Piece
from bionym.models.transformer.runtime import FLOAT32, INT8, Read
from bionym.onnx.int8 import to_int8

OPSET = 17
SAMPLE_SUBWORDS = 12_000  # of the text that int8 is calibrated on


class WindowScorer(nn.Module):
    """An encoder with the scores of all heads above it, for one window."""

    def __init__(self, encoder: nn.Module, heads: nn.ModuleList) -> None:
        super().__init__()
        self.encoder = encoder
        self.weight = nn.Parameter(torch.cat([head.weight for head in heads]))  # type: ignore[misc]
        self.bias = nn.Parameter(torch.cat([head.bias for head in heads]))  # type: ignore[misc]

    def forward(self, ids_1T: Tensor) -> Tensor:
        """Scores of every subword, T x S."""
        states_1TH = states_of(self.encoder, input_ids=ids_1T)
        return nn.functional.linear(states_1TH[0], self.weight, self.bias)


def torch_reader(reading: WindowScorer) -> Read:
    """Reads with torch."""
    reading = reading.eval()

    def read(ids_1T: NDArray[np.int64]) -> NDArray[np.float32]:
        with torch.inference_mode():
            scores_TS: NDArray[np.float32] = reading(torch.from_numpy(ids_1T)).float().numpy()
        return scores_TS

    return read


def export(network: Network, encoder: Any, folder: Path, windows: Sequence[Piece] = ()) -> bool:
    """Both graphs into a folder.

    Args:
        windows: of text like that which will be read; some are used to calibrate int8.
    Returns: whether this kind of encoder can be exported; if not, no file is left.
    """
    reading = WindowScorer(encoder, network.scores).eval()
    attention = encoder.config._attn_implementation
    encoder.config._attn_implementation = "eager"
    try:
        with _quiet(), torch.inference_mode():
            _write(reading, folder / FLOAT32, network.specials.max_subwords)
            onnx.save(to_int8(onnx.load(folder / FLOAT32), _sample(windows)), folder / INT8)
            is_alike = _agrees(reading, folder / FLOAT32, network.specials.max_subwords)
    except Exception:  # whatever an exporter meets in somebody else's network; prediction with torch is left
        is_alike = False
    finally:
        encoder.config._attn_implementation = attention
    if not is_alike:
        for name in (FLOAT32, INT8):
            (folder / name).unlink(missing_ok=True)
    return is_alike


def _sample(windows: Sequence[Piece]) -> list[NDArray[np.int64]]:
    """Some of the windows, from all over them."""
    mean = sum(map(len, windows)) / max(len(windows), 1)
    num_chosen = min(len(windows), max(int(SAMPLE_SUBWORDS / mean), 1)) if windows else 0
    return [windows[place].ids_T[None] for place in np.linspace(0, len(windows) - 1, num_chosen).astype(int)]


def _write(reading: WindowScorer, path: Path, longest: int) -> None:
    example_1T = torch.arange(min(11, longest))[None] % 7
    torch.onnx.export(
        reading,
        (example_1T,),
        str(path),
        input_names=["ids_1T"],
        output_names=["scores_TS"],
        dynamic_axes={"ids_1T": {1: "T"}, "scores_TS": {0: "T"}},
        opset_version=OPSET,
        dynamo=False,
    )


def _agrees(reading: WindowScorer, path: Path, longest: int) -> bool:
    """Whether the graph gives the same scores as torch, for lengths other than that of the example."""
    from bionym.models.transformer.runtime import onnx_reader

    read, expected = onnx_reader(path), torch_reader(reading)
    for length in (1, 5, min(40, longest)):
        ids_1T = (np.arange(length, dtype=np.int64) % 7)[None]
        if not np.allclose(read(ids_1T), expected(ids_1T), atol=1e-3):
            return False
    return True


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the messages of exporters."""
    loggers = [logging.getLogger(name) for name in ("", "transformers")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
