"""A flytekit image builder that hands specs to the imagespec command."""

import dataclasses
import json
import os
import subprocess
import tempfile
from typing import Dict

from flytekit.constants import CopyFileDetection
from flytekit.core.context_manager import FlyteContextManager
from flytekit.image_spec.image_spec import ImageSpec, ImageSpecBuilder

from .command import imagespec_command
from .document import spec_document
from .sources import staged_sources


class ImagespecBuilder(ImageSpecBuilder):
    """Builds an image spec with imagespec: only what the registry lacks, with the first builder that can."""

    builder_type = "imagespec"

    def __init__(self) -> None:
        # Pinned references this process returned, and the names that go into the tags of images built on them.
        self._names: Dict[str, str] = {}

    def should_build(self, image_spec: ImageSpec) -> bool:
        """Always true: imagespec asks the registry itself, without docker."""
        return True

    def build_image(self, image_spec: ImageSpec) -> str:
        """Builds what is missing and returns ``registry/name:tag@digest``.

        Raises RuntimeError when imagespec is not installed, when the build fails, or when a file changed meanwhile.
        """
        before = _current_tag(image_spec)
        with tempfile.TemporaryDirectory(prefix="imagespec-") as folder:
            document = spec_document(image_spec, staged_sources(image_spec, folder))
            if image_spec.base_image:
                document["base_image"] = self._names.get(image_spec.base_image, image_spec.base_image)
            reference = _build(document, spec_id(image_spec), force=image_spec._is_force_push)
        # flytekit has named the image by its own tag: if that changed, it would name an image that nobody built.
        if _current_tag(image_spec) != before:
            raise RuntimeError(f"Files of image spec {image_spec.name!r} changed while it was built. Build it again.")
        self._names[reference] = reference.split("@")[0]
        return reference


def spec_id(spec: ImageSpec) -> str:
    """The id the spec has inside its container, where flytekit fills in no source root.

    ``ImageSpec.is_container()`` compares it with the image's ``_F_IMG_ID``, and guarded imports depend on it.
    """
    settings = FlyteContextManager.current_context().serialization_settings
    filled_in = settings is not None and spec.source_root is not None and spec.source_root == settings.source_root
    # flytekit has put a nested base's name in its place by now; then only the id kept from before knows the base.
    knows_base = dataclasses.replace(spec).id == spec.id
    if not filled_in or not knows_base:
        return spec.id
    mode = spec.source_copy_mode
    own_mode = None if mode == CopyFileDetection.LOADED_MODULES else mode  # filled in together with the root
    return dataclasses.replace(spec, source_root=None, source_copy_mode=own_mode).id


def _current_tag(spec: ImageSpec) -> str:
    """flytekit's tag, recomputed: the attribute is cached."""
    return dataclasses.replace(spec).tag


def _build(document: Dict[str, object], identity: str, force: bool) -> str:
    arguments = ["build", "-", "--root", os.getcwd(), "--id", identity, *(["--force"] if force else [])]
    # Progress and errors go straight to the terminal; standard output holds the reference alone.
    done = subprocess.run([*imagespec_command(), *arguments], input=json.dumps(document), stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"imagespec could not build image spec {document['name']!r}: exit {done.returncode}.")
    return done.stdout.strip()
