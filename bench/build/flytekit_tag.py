"""Prints the tag that flytekit gives a source folder: python flytekit_tag.py FOLDER."""

import sys

from flytekit.constants import CopyFileDetection
from flytekit.image_spec.image_spec import ImageSpec

print(ImageSpec(name="tag", source_root=sys.argv[1], source_copy_mode=CopyFileDetection.ALL).tag)
