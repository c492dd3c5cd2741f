"""Registers imagespec as a builder of flytekit's image specs: ``ImageSpec(builder="imagespec")``."""

import os

from flytekit.image_spec.image_spec import ImageBuildEngine

from .builder import ImagespecBuilder

__all__ = ["ImagespecBuilder"]

VARIABLE = "IMAGESPEC_FLYTEKIT_PRIORITY"
# Below every builder of flytekit's own, so that installing this package changes nobody's default.
DEFAULT_PRIORITY = -1


def stated_priority(environment) -> int:
    """The priority that the environment states.

    Raises ValueError for one that is no whole number.
    """
    text = environment.get(VARIABLE, "").strip()
    try:
        return int(text) if text else DEFAULT_PRIORITY
    except ValueError:
        message = f"{VARIABLE} is '{text}', which is not a whole number. Set it to one such as 10, or unset it."
        raise ValueError(message) from None


ImageBuildEngine.register(ImagespecBuilder.builder_type, ImagespecBuilder(), priority=stated_priority(os.environ))
