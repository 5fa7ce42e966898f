"""What frozen layers give for windows, computed once and kept while a network learns.

It lies in a file without a name, in the folder for temporary files: no other program finds it there, and the system frees it
when this one ends, however it ends. It is mapped into memory, so the system gives its pages back when others need them. Numbers
are kept in the form in which the layers give them: nothing is rounded.

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


class Kept:
    """What the frozen layers give, by window; as it is made here, of none.

    A window is known by its subwords, which alone decide what the layers give; equal ones are kept once.

    Args:
        ranges: where in the values those of a window begin and end.
    """

    def __init__(
        self, ranges: Mapping[bytes, tuple[int, int]] = MappingProxyType({}), values_RH: Tensor | None = None
    ) -> None:
        self._ranges, self._values_RH = ranges, values_RH

    def __len__(self) -> int:
        return len(self._ranges)

    def of(self, pieces: Sequence[Piece]) -> Tensor | None:
        """For windows together, padded, B x T x H; None unless every one of them was kept."""
        ranges = [self._ranges.get(_key(piece)) for piece in pieces]
        if self._values_RH is None or None in ranges:
            return None
        return pad_sequence([self._values_RH[slice(*rows)] for rows in ranges if rows is not None], batch_first=True)


NOTHING = Kept()


@contextlib.contextmanager
def below(network: Network, pieces: Sequence[Piece], precision: Precision, *, most_bytes: float) -> Iterator[Kept]:
    """What the frozen layers of a network give for windows, until the block ends.

    Nothing, and the network computes it each time, if no layer is frozen, if the encoder is of a family that cannot begin
    above them, or if there is no room.

    Args:
        precision: what the network computes in.
        most_bytes: of the file. Of what is free on its disk it takes no more than half, either.
    """
    distinct = list({_key(piece): piece for piece in pieces}.values())
    if not _has_room(network, distinct, most_bytes) or not network.can_begin_above():
        yield NOTHING
        return
    with tempfile.TemporaryFile(prefix="bionym-") as stream:
        try:
            kept_states = _computed(network, distinct, precision, stream)
        except OSError:  # the disk has become full
            kept_states = NOTHING
        yield kept_states


def _computed(network: Network, pieces: Sequence[Piece], precision: Precision, stream: IO[bytes]) -> Kept:
    """In groups that depend on nothing but the windows, so that a run that goes on has the same numbers."""
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
    return Kept(ranges, torch.from_numpy(mapped).view(kind).view(end, -1))


def _has_room(network: Network, pieces: Sequence[Piece], most_bytes: float) -> bool:
    needed = sum(map(len, pieces)) * network.hidden_size * MOST_BYTES
    return 0 < needed <= min(most_bytes, SHARE_OF_FREE * shutil.disk_usage(tempfile.gettempdir()).free)


def _key(piece: Piece) -> bytes:
    return piece.ids_T.tobytes()
