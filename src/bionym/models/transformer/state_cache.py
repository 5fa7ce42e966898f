"""A cache of the states that frozen layers compute for windows: computed once, and kept during training.

It is a file without a name in the folder for temporary files: no other program finds it there, and the system frees it when
this one ends, however it ends. It is mapped into memory, so the system takes its pages back when others need them. Numbers
have the precision of the layers: nothing is rounded.

Axes: B windows, T subwords of the longest, H values of the encoder, R subwords of all windows.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from bionym.heads.batches import by_length
from bionym.models.transformer.encoding import batch_of
from bionym.models.transformer.network import Network
from bionym.models.transformer.reading import Piece
from bionym.training import devices
from bionym.training.precision import Precision

SUBWORDS_AT_ONCE = 4_096  # padding counted
MOST_BYTES = 4  # of a number
SHARE_OF_FREE = 0.5  # of the disk


class StateCache:
    """The states of frozen layers by window; empty by default.

    The key of a window is its subwords, which alone decide the states; equal windows are stored once.

    Args:
        ranges: where the values of a window begin and end.
    """

    def __init__(
        self, ranges: Mapping[bytes, tuple[int, int]] = MappingProxyType({}), values_RH: Tensor | None = None
    ) -> None:
        self._ranges, self._values_RH = ranges, values_RH

    def __len__(self) -> int:
        return len(self._ranges)

    def of(self, pieces: Sequence[Piece]) -> Tensor | None:
        """States of several windows, padded, B x T x H; None unless all of them are in the cache."""
        ranges = [self._ranges.get(_key(piece)) for piece in pieces]
        if self._values_RH is None or None in ranges:
            return None
        return pad_sequence([self._values_RH[slice(*rows)] for rows in ranges if rows is not None], batch_first=True)


NO_CACHE = StateCache()


@contextlib.contextmanager
def cached_states(
    network: Network, pieces: Sequence[Piece], precision: Precision, *, most_bytes: float
) -> Iterator[StateCache]:
    """A cache of the states of a network's frozen layers, until the block ends.

    It is empty, and the network computes them each time, if no layer is frozen, if the encoder is of a family that cannot
    start above them, or if there is no room on the disk.

    Args:
        precision: precision of the network.
        most_bytes: size limit of the file. It also takes no more than half of the free space on its disk.
    """
    distinct = list({_key(piece): piece for piece in pieces}.values())
    if not _has_room(network, distinct, most_bytes) or not network.can_begin_above():
        yield NO_CACHE
        return
    with tempfile.TemporaryFile(prefix="bionym-") as stream:
        try:
            cache = _compute(network, distinct, precision, stream)
        except OSError:  # the disk has become full
            cache = NO_CACHE
        yield cache


def _compute(network: Network, pieces: Sequence[Piece], precision: Precision, stream: IO[bytes]) -> StateCache:
    """Compute the states in groups that depend only on the windows, so that a resumed run has the same numbers."""
    network.eval()
    device, end = next(network.parameters()).device, 0
    kind, ranges = torch.float32, dict[bytes, tuple[int, int]]()
    for group in by_length(pieces, SUBWORDS_AT_ONCE):
        batch = batch_of([pieces[place] for place in group], network.specials.padding)
        with torch.no_grad(), precision.computing():
            below_BTH = network.below(devices.move_to_device(batch, device)).cpu()
        kind = below_BTH.dtype
        for place, below_TH in zip(group, below_BTH, strict=True):
            length = len(pieces[place])
            stream.write(below_TH[:length].contiguous().view(torch.uint8).numpy().data)
            ranges[_key(pieces[place])] = end, end + length
            end += length
    stream.flush()
    mapped = np.memmap(stream, np.uint8, "c")  # so that it could be written, in memory alone: torch takes no other
    return StateCache(ranges, torch.from_numpy(mapped).view(kind).view(end, -1))


def _has_room(network: Network, pieces: Sequence[Piece], most_bytes: float) -> bool:
    needed = sum(map(len, pieces)) * network.hidden_size * MOST_BYTES
    return 0 < needed <= min(most_bytes, SHARE_OF_FREE * shutil.disk_usage(tempfile.gettempdir()).free)


def _key(piece: Piece) -> bytes:
    return piece.ids_T.tobytes()
