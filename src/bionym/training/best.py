"""The weights of the epochs that were best for something: in a folder, or in memory where there is none."""

from collections.abc import Collection
from pathlib import Path

from torch import Tensor

from bionym.training import tensors


class InMemory:
    """Weights by epoch."""

    def __init__(self) -> None:
        self._kept: dict[int, dict[str, Tensor]] = {}

    def put(self, epoch: int, weights: dict[str, Tensor]) -> None:
        """Keep the weights after an epoch."""
        self._kept[epoch] = weights

    def weights(self, epoch: int) -> dict[str, Tensor]:
        """The weights after an epoch."""
        return self._kept[epoch]

    def keep_only(self, epochs: Collection[int]) -> None:
        """Forget the other epochs."""
        self._kept = {epoch: weights for epoch, weights in self._kept.items() if epoch in epochs}


class InFolder:
    """Weights by epoch, one file each. One that is best for several corpora is still one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, epoch: int, weights: dict[str, Tensor]) -> None:
        """Keep the weights after an epoch."""
        self._folder.mkdir(parents=True, exist_ok=True)
        tensors.write(weights, self._path(epoch))

    def weights(self, epoch: int) -> dict[str, Tensor]:
        """The weights after an epoch. Raises: InputError."""
        return tensors.read(self._path(epoch))

    def keep_only(self, epochs: Collection[int]) -> None:
        """Remove the other epochs."""
        best = {self._path(epoch) for epoch in epochs}
        for path in self._folder.glob("best-*.safetensors"):
            if path not in best:
                path.unlink(missing_ok=True)

    def _path(self, epoch: int) -> Path:
        return self._folder / f"best-{epoch:05d}.safetensors"


BestStates = InMemory | InFolder
