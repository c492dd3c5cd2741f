"""A flytekit image spec as the document imagespec reads."""

import sys
from pathlib import Path
from typing import Dict, List, Optional

from flytekit.image_spec.default_builder import _is_flytekit, get_flytekit_for_pypi
from flytekit.image_spec.image_spec import ImageSpec

# Parameters that mean the same on both sides and travel as they are.
PLAIN = (
    "name", "registry", "requirements", "apt_packages", "conda_packages", "cuda", "cudnn", "base_image", "platform",
    "pip_index", "pip_extra_index_url", "pip_extra_args", "registry_config", "entrypoint", "commands", "tag_format",
    "copy", "python_exec", "builder_options", "builder_config",
)  # fmt: skip


def spec_document(spec: ImageSpec, source_root: Optional[str]) -> Dict[str, object]:
    """The spec under the names of its fields, with flytekit's defaults filled in.

    ``source_root`` is a folder that holds exactly the files to copy. ``runtime_packages`` stay out: flytekit passes
    them to the container itself. Reads the requirements file, to see whether it names flytekit.
    """
    document: Dict[str, object] = {name: getattr(spec, name) for name in PLAIN}
    document["packages"] = _packages(spec)
    # Without a base image flytekit takes the X.Y it runs under; with one, the base's Python stays.
    own_python = None if spec.base_image or spec.python_exec else f"{sys.version_info.major}.{sys.version_info.minor}"
    document["python_version"] = spec.python_version or own_python
    if spec.conda_packages or spec.conda_channels:
        # flytekit puts conda-forge before the channels that are named.
        document["conda_channels"] = list(dict.fromkeys(["conda-forge", *(spec.conda_channels or [])]))
    if spec.env:
        document["env"] = {name: str(value) for name, value in spec.env.items()}
    if spec.pip_secret_mounts:
        document["pip_secret_mounts"] = [list(mount) for mount in spec.pip_secret_mounts]
    if source_root is not None:
        document.update(source_root=source_root, source_copy_mode="all")
    return {name: value for name, value in document.items() if value is not None}


def _packages(spec: ImageSpec) -> Optional[List[str]]:
    """flytekit itself is added unless a lock decides or somebody names it already."""
    if spec.requirements and Path(spec.requirements).name in ("uv.lock", "poetry.lock"):
        return spec.packages
    packages = list(spec.packages or [])
    lines = Path(spec.requirements).read_text().splitlines() if spec.requirements else []
    if not any(_is_flytekit(line.strip()) for line in [*lines, *packages]):
        packages.append(get_flytekit_for_pypi())
    return packages

