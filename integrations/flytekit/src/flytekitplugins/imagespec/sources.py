"""The files flytekit would copy, laid into a folder of their own."""

import os
import shutil
from pathlib import Path
from typing import Optional

from flytekit.constants import CopyFileDetection
from flytekit.image_spec.image_spec import ImageSpec
from flytekit.tools.ignore import DockerIgnore, GitIgnore, IgnoreGroup, StandardIgnore
from flytekit.tools.script_mode import ls_files


def staged_sources(spec: ImageSpec, folder: str) -> Optional[str]:
    """Copies the spec's sources into ``folder``/src and returns that path; None when the spec copies none.

    flytekit decides which: its loaded modules are known to this process alone.
    """
    mode = spec.source_copy_mode
    if mode is None or mode == CopyFileDetection.NO_COPY:
        return None
    if not spec.source_root:
        raise ValueError(f"Image spec {spec.name!r} says how to copy sources but has no source_root.")
    root = os.path.abspath(spec.source_root)
    ignore = IgnoreGroup(root, [GitIgnore, DockerIgnore, StandardIgnore])
    files, _ = ls_files(root, mode, deref_symlinks=False, ignore_group=ignore)
    target = Path(folder) / "src"
    target.mkdir()
    for file in files:
        copy = target / os.path.relpath(file, root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    return str(target)
