"""What all features' options share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Window = Annotated[int, Field(ge=0, le=10, description="Counts for this many tokens to either side as well.")]


class FeatureOptions(BaseModel):
    """Settings of a feature; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window: Window = 0
