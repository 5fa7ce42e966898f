"""One thread: on two cores, two threads are several times slower."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from tests.extras import is_missing

if not is_missing("torch"):
    import torch

    torch.set_num_threads(1)
