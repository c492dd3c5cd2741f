"""Where the imagespec command is."""

import os
import shlex
import shutil
from pathlib import Path
from typing import List


def imagespec_command() -> List[str]:
    """The command that starts imagespec: IMAGESPEC_CLI, else on PATH, else in the project's node_modules.

    Raises RuntimeError when there is none.
    """
    configured = os.environ.get("IMAGESPEC_CLI")
    if configured:
        return shlex.split(configured)
    on_path = shutil.which("imagespec")
    if on_path:
        return [on_path]
    here = Path.cwd()
    for folder in (here, *here.parents):
        installed = folder / "node_modules" / ".bin" / "imagespec"
        if installed.exists():
            return [str(installed)]
    raise RuntimeError(
        "The imagespec command was not found on PATH or in node_modules. "
        "Install it with `npm install @imagespec/cli` and a builder, or set IMAGESPEC_CLI."
    )
