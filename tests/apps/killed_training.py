"""`bionym` with a training that is killed before a step, as by a power cut.

python -m tests.apps.killed_training STEP ARGUMENTS...
"""

import os
import signal
import sys

from bionym.apps.cli import main
from bionym.training import loop

if __name__ == "__main__":
    last, step = int(sys.argv[1]), loop._Loop._step

    def killed(self, batches):
        if self.progress.step == last:
            os.kill(os.getpid(), signal.SIGKILL)
        step(self, batches)

    loop._Loop._step = killed
    sys.exit(main(sys.argv[2:]))
