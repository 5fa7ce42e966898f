"""`python -m bionym`."""

import sys

from bionym.apps.cli import main

if __name__ == "__main__":
    sys.exit(main())
