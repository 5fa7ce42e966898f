"""What all features' options share."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from bionym.config import Settings

Window = Annotated[int, Field(ge=0, le=10, description="Counts for this many tokens to either side as well.")]


class FeatureOptions(Settings):
    """Settings of a feature; unknown keys are refused."""

    window: Window = 0

    def with_files(self, change: Callable[[Path], Path]) -> "FeatureOptions":
        """The same settings with every file they name replaced by `change(file)`."""

        def changed(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: changed(inner) for name, inner in value.items()}
            return change(value) if isinstance(value, Path) else value

        return self.model_copy(update={name: changed(value) for name, value in self})
