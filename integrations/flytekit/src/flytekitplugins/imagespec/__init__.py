"""Registers imagespec as a builder of flytekit's image specs: ``ImageSpec(builder="imagespec")``."""

import os

from flytekit.image_spec.image_spec import ImageBuildEngine

from .builder import ImagespecBuilder

__all__ = ["ImagespecBuilder"]

# Below every builder of flytekit's own, so that installing this package changes nobody's default.
PRIORITY = int(os.environ.get("IMAGESPEC_FLYTEKIT_PRIORITY", "-1"))
ImageBuildEngine.register(ImagespecBuilder.builder_type, ImagespecBuilder(), priority=PRIORITY)
