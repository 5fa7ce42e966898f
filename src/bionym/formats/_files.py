from bionym.files import *  # noqa: F403
from bionym.files import _safe  # noqa: F401
